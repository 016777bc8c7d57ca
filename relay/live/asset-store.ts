// Visitors' assets by content hash, per site (no site learns what another has): files under <data>/assets, an index and
// the most used bytes in memory. Owns disk space: over its limit the least lately used go.
//
// Easy to get wrong: the hash is checked here, whatever the page claimed, since it is the name under which others will
// be given these bytes.

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { MEDIA_TYPES, sniffMediaType, type MediaType } from './media-type.ts';

type Known = { type: MediaType; bytes: number; usedAt: number };

export type Asset = { type: MediaType; bytes: Uint8Array };

export type AssetStore = {
  /** Media type when this site has it. */
  type(site: string, hash: string): MediaType | undefined;
  /** Stores under the true hash. Undefined: not a picture, font or style sheet, or not what `expected` names. */
  put(
    site: string,
    bytes: Uint8Array,
    declaredType: string,
    expected?: string,
  ): Promise<{ hash: string; type: MediaType } | undefined>;
  get(site: string, hash: string): Promise<Asset | undefined>;
};

/** Bytes of assets kept in memory: a joiner's page has some tens of them. */
const MEMORY_BYTES = 64 * 1024 * 1024;
const SITE = /^[A-Za-z0-9_-]{1,64}$/;
const HASH = /^[0-9a-f]{64}$/;

export async function openAssetStore(options: { dir: string; maxBytes: number; now(): number }): Promise<AssetStore> {
  const { dir, maxBytes, now } = options;
  const index = new Map<string, Known>();
  const memory = new Map<string, Asset>();
  let memoryBytes = 0;
  let diskBytes = 0;
  let nextTemporary = 1;

  const fileOf = (key: string, type: MediaType) => {
    const [site = '', hash = ''] = key.split('/');
    return path.join(dir, site, hash.slice(0, 2), `${hash}.${MEDIA_TYPES[type]}`);
  };

  const types = new Map<string, MediaType>();
  // Object.entries widens the keys; they are MediaType by the table's own definition.
  for (const [type, ending] of Object.entries(MEDIA_TYPES)) types.set(ending, type as MediaType);

  await mkdir(dir, { recursive: true });
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const [hash = '', ending = ''] = entry.name.split('.');
    const type = types.get(ending);
    const site = path.basename(path.dirname(entry.parentPath));
    const file = path.join(entry.parentPath, entry.name);
    if (!type || !HASH.test(hash) || !SITE.test(site)) {
      // Left by a crash between writing and renaming.
      if (ending === 'part') await rm(file, { force: true });
      continue;
    }
    const { size, atimeMs } = await stat(file);
    index.set(`${site}/${hash}`, { type, bytes: size, usedAt: atimeMs });
    diskBytes += size;
  }

  const remember = (key: string, asset: Asset) => {
    memoryBytes += asset.bytes.byteLength - (memory.get(key)?.bytes.byteLength ?? 0);
    memory.delete(key);
    memory.set(key, asset);
    for (const [oldest, kept] of memory) {
      if (memoryBytes <= MEMORY_BYTES) break;
      memory.delete(oldest);
      memoryBytes -= kept.bytes.byteLength;
    }
  };

  const makeRoom = async () => {
    if (diskBytes <= maxBytes) return;
    const oldestFirst = [...index].sort(([, a], [, b]) => a.usedAt - b.usedAt);
    for (const [key, known] of oldestFirst) {
      // A tenth free at once, so that not every further upload sorts again.
      if (diskBytes <= maxBytes * 0.9) break;
      index.delete(key);
      diskBytes -= known.bytes;
      await rm(fileOf(key, known.type), { force: true });
    }
  };

  return {
    type(site, hash) {
      const known = index.get(`${site}/${hash}`);
      if (known) known.usedAt = now();
      return known?.type;
    },

    async put(site, bytes, declaredType, expected) {
      if (!SITE.test(site)) return undefined;
      const type = sniffMediaType(bytes, declaredType);
      if (!type) return undefined;
      const hash = createHash('sha256').update(bytes).digest('hex');
      if (expected !== undefined && expected !== hash) return undefined;
      const key = `${site}/${hash}`;
      const known = index.get(key);
      if (known) return { hash, type: known.type };
      const file = fileOf(key, type);
      const temporary = `${file}.${nextTemporary++}.part`;
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(temporary, bytes);
      await rename(temporary, file);
      if (!index.has(key)) {
        index.set(key, { type, bytes: bytes.byteLength, usedAt: now() });
        diskBytes += bytes.byteLength;
      }
      remember(key, { type, bytes });
      await makeRoom();
      return { hash, type };
    },

    async get(site, hash) {
      const key = `${site}/${hash}`;
      const known = index.get(key);
      if (!known) return undefined;
      known.usedAt = now();
      const held = memory.get(key);
      if (held) return held;
      try {
        const asset = { type: known.type, bytes: new Uint8Array(await readFile(fileOf(key, known.type))) };
        remember(key, asset);
        return asset;
      } catch {
        // Removed behind our back: as if it had never been here; the next visitor brings it again.
        index.delete(key);
        diskBytes -= known.bytes;
        return undefined;
      }
    },
  };
}
