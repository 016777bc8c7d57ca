// Files of messages, from the first byte to the moment when a message may name them: begun, arriving in pieces, looked at,
// ready or refused. Everything outside is handed in. That a message carries a file is decided with the message
// (conversation.ts), in its transaction.
//
//   begin → append … append → hash, sniff → scanning: a virus scanner, then pictures are drawn anew → ready
//
// Easy to get wrong: a relay may die at any of these points. What has come is known by the store, how far it was looked at by
// the database; what was being looked at is looked at again (tick). And what a sender says of a file is worth nothing: its
// length, hash and type are those of what came.

import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { FileForm, FileRefusal, FileStanding } from '../../protocol/files.ts';
import { addressKey, createThrottle } from '../auth/throttle.ts';
import { reasonOf, type Logger } from '../log.ts';
import type { Attachment, Begun, Owner } from '../store/attachments.ts';
import type { FileStore } from '../store/files.ts';
import { isDrawn, safeName, sniff, SNIFFED_BYTES, type FilePolicy } from './file-kind.ts';
import type { DrawResult } from './pictures.ts';
import type { Scanner } from './scanner.ts';

export type FilesDoor = {
  readonly store: FileStore;
  begin(owner: Owner, file: Begun): Promise<Attachment>;
  read(id: string): Promise<Attachment | undefined>;
  /** False: it stands no longer so. */
  change(id: string, from: Attachment['state'], to: Partial<Attachment>): Promise<boolean>;
  forget(id: string): Promise<void>;
  weigh(owner: string, since: number): Promise<{ bytes: number; unsaid: number }>;
  weighVisitors(): Promise<number>;
  listScanning(limit: number): Promise<string[]>;
  takeUnsaid(before: number, limit: number): Promise<string[]>;
  /** Undefined: nothing is looked at by one. */
  readonly scan: Scanner | undefined;
  draw(bytes: Uint8Array): Promise<DrawResult>;
  /** All that visitors' files may take. */
  readonly mostVisitorBytes: number;
  readonly log: Logger;
  now(): number;
  after(delayMs: number, task: () => void): () => void;
};

/** `not-here`: there is no such file, or it is another's. `full`: visitors' files take all that they may. */
export type Answer = FileStanding | { refused: 'not-here' | 'too-many' | 'too-long' | 'full' };

const MB = 1024 * 1024;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Of a visitor, in a day; and waiting to be said. */
const MOST_OF_VISITOR = 250 * MB;
const MOST_UNSAID = 30;
/** Of an address that visitors send from, at once; as much again in an hour. An office sits behind one. */
const ADDRESS_MB = 1000;
/** Whoever sends the last piece waits so long for what becomes of it, and asks again. */
const ANSWER_WITHIN_MS = 1500;
const TICK_MS = 30_000;
const AT_ONCE = 100;
const UNREAD = 'looking at a file';

export type Files = ReturnType<typeof createFiles>;

export function createFiles(door: FilesDoor) {
  const { store, log, now, after } = door;
  const addresses = createThrottle({ burst: ADDRESS_MB, everyMs: HOUR_MS / ADDRESS_MB, now });
  /** What is being looked at. */
  const looking = new Map<string, Promise<void>>();
  let visitorBytes = 0;
  let isScannerAway = false;

  const standing = async (file: Attachment): Promise<FileStanding> => {
    const { state, why, bytes } = file;
    if (state === 'arriving') return { state, at: await store.size(file.id) };
    return {
      state,
      at: bytes,
      ...(state === 'refused' && { why: why ?? ('damaged' as const) }),
      ...(state === 'ready' && { file: attachedOf(file) }),
    };
  };
  const refusal = (why: FileRefusal): FileStanding => ({ state: 'refused', at: 0, why });

  const refuse = async (id: string, from: Attachment['state'], why: FileRefusal) => {
    if (await door.change(id, from, { state: 'refused', why })) await store.delete(id);
  };

  /** All of it is there. */
  const finish = async (file: Attachment, policy: FilePolicy) => {
    const { id } = file;
    await store.finish(id);
    const hash = createHash('sha256');
    let first = Buffer.alloc(0);
    for await (const piece of store.read(id)) {
      hash.update(piece);
      if (first.byteLength < SNIFFED_BYTES) first = Buffer.concat([first, piece]);
    }
    const sha256 = hash.digest('hex');
    if (file.sha256 !== null && file.sha256 !== sha256) return refuse(id, 'arriving', 'damaged');
    const { type, kind } = sniff(first, file.name, file.announced);
    if (!policy.kinds.includes(kind)) return refuse(id, 'arriving', 'not-allowed');
    if (await door.change(id, 'arriving', { state: 'scanning', sha256, type })) await look(id);
  };

  const look = (id: string): Promise<void> => {
    const running =
      looking.get(id) ??
      lookAt(id)
        .catch((error: unknown) => log.error(UNREAD, { reason: reasonOf(error) }))
        .finally(() => looking.delete(id));
    looking.set(id, running);
    return running;
  };

  const lookAt = async (id: string) => {
    const file = await door.read(id);
    if (file?.state !== 'scanning') return;
    if (door.scan) {
      let verdict;
      try {
        verdict = await door.scan(store.read(id));
      } catch (error) {
        if (!isScannerAway) log.error('files can’t be looked at for viruses, and wait', { reason: reasonOf(error) });
        isScannerAway = true;
        return;
      }
      if (isScannerAway) log.info('files are looked at for viruses again');
      isScannerAway = false;
      if (verdict.kind === 'infected') {
        log.warn('a file with a virus was refused', { file: id, found: verdict.found });
        return refuse(id, 'scanning', 'infected');
      }
    }
    if (!isDrawn(file.type ?? '')) return void (await door.change(id, 'scanning', { state: 'ready' }));
    const result = await door.draw(await buffer(store.read(id)));
    if (result.kind === 'none') return refuse(id, 'scanning', 'unreadable');
    // Without a decoder it is a file as any other.
    if (result.kind === 'no-decoder') return void (await door.change(id, 'scanning', { state: 'ready' }));
    const { bytes, preview, type, width, height } = result.picture;
    await store.put(previewKey(id), preview);
    await store.put(id, bytes);
    const name = renamed(file.name, type);
    await door.change(id, 'scanning', { state: 'ready', type, name, width, height, bytes: bytes.byteLength });
  };

  const ownFile = async (owner: Owner, id: string): Promise<Attachment | undefined> => {
    const file = await door.read(id);
    const isTheirs = file?.account === owner.account && file.ownerKind === owner.kind && file.owner === owner.id;
    return isTheirs ? file : undefined;
  };

  const sweep = async () => {
    for (const id of await door.listScanning(AT_ONCE)) void look(id);
    for (const id of await door.takeUnsaid(now() - DAY_MS, AT_ONCE)) await remove(id);
    visitorBytes = await door.weighVisitors();
  };
  const remove = async (id: string) => {
    await store.delete(previewKey(id));
    await store.delete(id);
    await door.forget(id);
  };
  const tick = () =>
    after(TICK_MS, () => {
      sweep()
        .catch((error: unknown) => log.error('looking after files', { reason: reasonOf(error) }))
        .finally(tick);
    });

  return {
    /** What a relay before this one has left, and from now on whatever waits or was never said. */
    async start(): Promise<void> {
      await sweep();
      tick();
    },

    /** `policy`: of the site in whose conversation it is to be said. */
    async begin(owner: Owner, address: string, form: FileForm, policy: FilePolicy): Promise<Answer> {
      const known = await door.read(form.id);
      if (known) {
        const own = await ownFile(owner, form.id);
        return own ? standing(own) : { refused: 'not-here' };
      }
      const name = safeName(form.name);
      if (form.bytes === 0) return refusal('empty');
      if (form.bytes > policy.maxBytes) return refusal('too-large');
      // By its name it may be known before it comes.
      const { kind } = sniff(new Uint8Array(0), name, form.type);
      if (kind === 'program' && !policy.kinds.includes(kind)) return refusal('not-allowed');
      const { bytes, unsaid } = await door.weigh(owner.id, now() - DAY_MS);
      if (unsaid >= MOST_UNSAID) return { refused: 'too-many' };
      if (owner.kind === 'contact') {
        if (bytes + form.bytes > MOST_OF_VISITOR) return { refused: 'too-many' };
        if (visitorBytes + form.bytes > door.mostVisitorBytes) return { refused: 'full' };
        if (addresses.take(addressKey(address), Math.ceil(form.bytes / MB)) > 0) return { refused: 'too-many' };
        visitorBytes += form.bytes;
      }
      const begun = await door.begin(owner, {
        id: form.id,
        name,
        bytes: form.bytes,
        announced: form.type,
        sha256: form.sha256,
        conversation: owner.kind === 'operator' ? (form.conversation ?? null) : null,
      });
      // Somebody else was faster with this id.
      return begun.owner === owner.id ? standing(begun) : { refused: 'not-here' };
    },

    async append(
      owner: Owner,
      id: string,
      piece: { at: number; bytes: Uint8Array },
      policyOf: (file: Attachment) => Promise<FilePolicy | undefined>,
    ): Promise<Answer> {
      const file = await ownFile(owner, id);
      if (!file) return { refused: 'not-here' };
      if (file.state !== 'arriving') return standing(file);
      if (piece.at + piece.bytes.byteLength > file.bytes) return { refused: 'too-long' };
      const { size } = await store.append(id, piece.at, piece.bytes);
      if (size < file.bytes) return { state: 'arriving', at: size };
      const policy = await policyOf(file);
      if (!policy) return { refused: 'not-here' };
      const finishing = finish(file, policy);
      await Promise.race([finishing, new Promise<void>((resolve) => after(ANSWER_WITHIN_MS, resolve))]);
      finishing.catch((error: unknown) => log.error(UNREAD, { reason: reasonOf(error) }));
      const now = await door.read(id);
      return now ? standing(now) : { refused: 'not-here' };
    },

    /** It will not be said. */
    async drop(owner: Owner, id: string): Promise<void> {
      const file = await ownFile(owner, id);
      if (file && file.message === null && file.state !== 'scanning') await remove(id);
    },

    /** Of a file that was said; who may read it is for the caller to find out. Undefined: it has no preview. */
    async preview(file: Attachment): Promise<Uint8Array | undefined> {
      return isShown(file) ? buffer(store.read(previewKey(file.id))) : undefined;
    },
    content: (file: Attachment): AsyncIterable<Uint8Array> => store.read(file.id),
    async close(): Promise<void> {
      await Promise.all(looking.values());
    },
  };
}

const previewKey = (id: string) => `${id}.preview`;

/** A picture that was drawn anew. */
export const isShown = ({ type, width }: Pick<Attachment, 'type' | 'width'>): boolean =>
  width !== null && isDrawn(type ?? '');

export function attachedOf(file: Pick<Attachment, 'id' | 'name' | 'bytes' | 'type' | 'width' | 'height'>) {
  const { id, name, bytes, type, width, height } = file;
  return {
    id,
    name,
    bytes,
    type: type ?? 'application/octet-stream',
    ...(width !== null && height !== null && { width, height }),
  };
}

const ENDINGS: Readonly<Record<string, string>> = { 'image/jpeg': 'jpg', 'image/webp': 'webp' };

/** Drawn as another type than it came, it is called so. */
function renamed(name: string, type: string): string {
  const ending = ENDINGS[type];
  const isRight = ending === undefined || new RegExp(`\\.(${ending}|${type.slice('image/'.length)})$`, 'i').test(name);
  return isRight ? name : `${name.replace(/\.\w{1,5}$/, '')}.${ending}`;
}
