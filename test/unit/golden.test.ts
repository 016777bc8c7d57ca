// The wire is frozen (W5): one frame of each kind and one message of each row, as bytes and text of an earlier day, and
// a fingerprint of the table. When this fails, the wire has changed: raise CURRENT_VERSION in protocol/version.ts, say
// in its history what changed, and write the new golden file with `UPDATE_GOLDEN=1 npm run test:unit`.

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { CLOSE } from '../../protocol/close-codes.ts';
import {
  encodeFrames,
  encodePicture,
  encodePointer,
  FLAG,
  KIND,
  readHeader,
  setOrdinal,
  stamp,
} from '../../protocol/codec.ts';
import { createEventEncoder } from '../../protocol/event-encoder.ts';
import { SCHEMAS } from '../../protocol/messages.ts';
import { CURRENT_VERSION, judgeVersion } from '../../protocol/version.ts';

const fileOf = (version: number) =>
  path.join(path.dirname(fileURLToPath(import.meta.url)), `../golden/wire-${version}.json`);
const file = fileOf(CURRENT_VERSION);

function hex(frame: Uint8Array<ArrayBuffer> | undefined): string {
  if (!frame) throw new Error('no frame');
  setOrdinal(frame, 3);
  stamp(frame, { tab: 2, room: 258, sequence: 65537 });
  return Buffer.from(frame).toString('hex');
}

function current() {
  const text = new TextEncoder().encode('[]');
  const events = createEventEncoder().encode([{ type: 4 }], true);
  const table = {
    kinds: KIND,
    flags: FLAG,
    close: CLOSE,
    messages: Object.fromEntries(Object.entries(SCHEMAS).map(([name, schema]) => [name, schema.spec])),
  };
  return {
    frames: {
      snapshot: hex(encodeFrames(KIND.Snapshot, events, { deflated: true, packed: true })[0]),
      change: hex(encodeFrames(KIND.Change, events, { packed: true })[0]),
      pointer: hex(encodePointer({ x: -1, y: 513, buttons: 1, state: 'touch', node: 77 })),
      picture: hex(encodePicture({ node: 77, width: 320, height: 200, image: new Uint8Array([9, 8, 7]) })),
      assets: hex(encodeFrames(KIND.Assets, text)[0]),
    },
    table: createHash('sha256').update(JSON.stringify(table)).digest('hex'),
  };
}

describe('the wire', () => {
  test('[W5] is what it was', () => {
    const now = current();
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, JSON.stringify(now, null, 2) + '\n');
    expect(now).toEqual(JSON.parse(readFileSync(file, 'utf8')));
  });

  test('[W2] numbers of kinds and codes are used once', () => {
    const kinds = Object.values(KIND);
    expect(new Set(kinds).size).toBe(kinds.length);
    const codes = Object.values(CLOSE);
    expect(new Set(codes).size).toBe(codes.length);
    for (const code of codes) expect(code).toBeGreaterThanOrEqual(4000);
  });

  test('[W5] golden frames are still read', () => {
    const versions = Array.from({ length: CURRENT_VERSION }, (_, before) => before + 1);
    expect(versions.filter((version) => judgeVersion(version, 'visitor') === 'accepted')).toEqual([1, 2, 3]);
    for (const version of versions) {
      const { frames } = JSON.parse(readFileSync(fileOf(version), 'utf8')) as { frames: Record<string, string> };
      for (const [name, text] of Object.entries(frames)) {
        const header = readHeader(new Uint8Array(Buffer.from(text, 'hex')));
        expect(header, name).toMatchObject({ tab: 2, room: 258, sequence: 65537, ordinal: 3 });
      }
    }
  });
});
