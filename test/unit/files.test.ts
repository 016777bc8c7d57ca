// What is sent in conversations, with a clock and a database of the test's own: how much one may send, what becomes of what
// was never said, and what is looked at again.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { sniff, safeName, USUAL_FILES } from '../../relay/dialog/file-kind.ts';
import { createFiles, type Files } from '../../relay/dialog/files.ts';
import type { Verdict } from '../../relay/dialog/scanner.ts';
import { createLogger } from '../../relay/log.ts';
import type { Attachment, Owner } from '../../relay/store/attachments.ts';
import { openFileFolder } from '../../relay/store/files.ts';
import { newId } from '../../relay/store/id.ts';

const MB = 1024 * 1024;
const DAY_MS = 86_400_000;
const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

let now: number;
let rows: Map<string, Attachment & { begunAt: number }>;
let timers: (() => void)[];
let files: Files;
let folder: string;
let scan: (() => Promise<Verdict>) | undefined;

const tick = async () => {
  for (const task of timers.splice(0)) task();
  await new Promise((resolve) => setTimeout(resolve, 50));
};

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'tandem-unit-files-'));
  folders.push(folder);
  [now, rows, timers, scan] = [1_700_000_000_000, new Map(), [], undefined];
  files = createFiles({
    store: await openFileFolder(folder),
    begin(owner, file) {
      const row = { ...file, account: owner.account, ownerKind: owner.kind, owner: owner.id, message: null };
      const nothing = { sha256: null, type: null, width: null, height: null, why: null, state: 'arriving' } as const;
      const begun = { ...row, ...nothing, begunAt: now };
      rows.set(file.id, begun);
      return Promise.resolve(begun);
    },
    read: (id) => Promise.resolve(rows.get(id)),
    change(id, from, to) {
      const row = rows.get(id);
      if (row?.state !== from) return Promise.resolve(false);
      rows.set(id, { ...row, ...to });
      return Promise.resolve(true);
    },
    forget: (id) => Promise.resolve(void rows.delete(id)),
    weigh: (owner, since) => {
      const theirs = [...rows.values()].filter((row) => row.owner === owner && row.begunAt > since);
      return Promise.resolve({
        bytes: theirs.reduce((sum, { bytes }) => sum + bytes, 0),
        unsaid: theirs.filter(({ message }) => message === null).length,
      });
    },
    weighVisitors: () => Promise.resolve([...rows.values()].reduce((sum, { bytes }) => sum + bytes, 0)),
    listScanning: () =>
      Promise.resolve([...rows.values()].filter(({ state }) => state === 'scanning').map(({ id }) => id)),
    takeUnsaid: (before) =>
      Promise.resolve(
        [...rows.values()].filter((row) => row.message === null && row.begunAt < before).map(({ id }) => id),
      ),
    get scan() {
      return scan;
    },
    draw: () => Promise.resolve({ kind: 'no-decoder' }),
    mostVisitorBytes: 600 * MB,
    log: createLogger('error', () => {}),
    now: () => now,
    after: (_, task) => {
      timers.push(task);
      return () => {};
    },
  });
  await files.start();
});

const visitor = (id: string): Owner => ({ account: 'a', kind: 'contact', id });
const form = (bytes: number) => ({ id: newId(), name: 'a.txt', bytes, type: 'text/plain' });
const begin = (id: string, bytes: number, address = '10.0.0.1') =>
  files.begin(visitor(id), address, form(bytes), USUAL_FILES);
const kept = () => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).length;

test('[F4] a visitor sends so much in a day, an address in an hour, and all together no more than there is room for', async () => {
  for (let i = 0; i < 10; i++) expect(await begin('one', 25 * MB)).toMatchObject({ state: 'arriving' });
  expect(await begin('one', MB)).toEqual({ refused: 'too-many' });
  now += DAY_MS + 1;
  expect(await begin('one', MB)).toMatchObject({ state: 'arriving' });
  for (let i = 0; i < 10; i++) expect(await begin('two', 25 * MB)).toMatchObject({ state: 'arriving' });
  for (let i = 0; i < 3; i++) expect(await begin('three', 25 * MB)).toMatchObject({ state: 'arriving' });
  expect(await begin('three', 25 * MB)).toEqual({ refused: 'full' });
  // Operators answer all the same.
  const anna: Owner = { account: 'a', kind: 'operator', id: 'anna' };
  expect(await files.begin(anna, '10.0.0.1', { ...form(25 * MB), conversation: newId() }, USUAL_FILES)).toMatchObject({
    state: 'arriving',
  });
});

test('[F4] an address sends a thousand megabytes, whoever it says to be, and as much again in an hour', async () => {
  const hour = 3_600_000;
  let sent = 0;
  for (let i = 0; i < 60; i++) {
    const answer = await begin(`visitor ${i}`, 25 * MB);
    // What there is room for is for another test.
    rows.clear();
    await tick();
    if (!('refused' in answer)) sent += 25;
  }
  expect(sent).toBe(1000);
  expect(await begin('another', 25 * MB, '10.0.0.2')).toMatchObject({ state: 'arriving' });
  now += hour / 20;
  expect(await begin('later', 25 * MB)).toMatchObject({ state: 'arriving' });
});

test('[F6] what was not said within a day is deleted, with its bytes, whole or not', async () => {
  const bytes = new TextEncoder().encode('hello');
  const policy = () => Promise.resolve(USUAL_FILES);
  const [whole, part, said] = [form(5), form(10), form(5)];
  for (const one of [whole, part, said]) {
    await files.begin(visitor('one'), '10.0.0.1', one, USUAL_FILES);
    await files.append(visitor('one'), one.id, { at: 0, bytes }, policy);
  }
  expect(rows.get(whole.id)?.state).toBe('ready');
  const row = rows.get(said.id);
  if (row) rows.set(said.id, { ...row, message: 'm' });
  await tick();
  expect(kept()).toBe(3);
  now += DAY_MS + 1;
  await tick();
  expect([...rows.keys()]).toEqual([said.id]);
  expect(kept()).toBe(1);
});

test('[F5] what a scanner has not called clean is not ready, is tried again, and is deleted if there is a virus in it', async () => {
  const policy = () => Promise.resolve(USUAL_FILES);
  const bytes = new TextEncoder().encode('hello');
  scan = () => Promise.reject(new Error('away'));
  const one = form(5);
  await files.begin(visitor('one'), '10.0.0.1', one, USUAL_FILES);
  expect(await files.append(visitor('one'), one.id, { at: 0, bytes }, policy)).toMatchObject({ state: 'scanning' });
  await tick();
  expect(rows.get(one.id)?.state).toBe('scanning');
  scan = () => Promise.resolve({ kind: 'infected', found: 'x' });
  await tick();
  expect(rows.get(one.id)).toMatchObject({ state: 'refused', why: 'infected' });
  expect(kept()).toBe(0);
});

test('[F3] what a file is, its bytes say; a name only where they do not', () => {
  const of = (text: string, name = 'a', announced = '') => sniff(Buffer.from(text, 'latin1'), name, announced);
  expect(of('\x89PNG\r\n\x1a\n...', 'a.html', 'text/html')).toEqual({ type: 'image/png', kind: 'image' });
  expect(of('<svg>', 'a.png', 'image/png')).toEqual({ type: 'application/octet-stream', kind: 'other' });
  expect(of('PK\x03\x04', 'a.docx')).toEqual({ type: 'application/zip', kind: 'document' });
  expect(of('PK\x03\x04', 'a.zip').kind).toBe('archive');
  expect(of('MZ', 'a.docx').kind).toBe('program');
  expect(of('hello', 'a.txt.scr').kind).toBe('program');
  expect(of('\x1aE\xdf\xa3', 'a.webm', 'audio/webm;codecs=opus')).toEqual({ type: 'audio/webm', kind: 'sound' });
  expect(of('\x1aE\xdf\xa3', 'a.webm', 'video/webm')).toEqual({ type: 'video/webm', kind: 'video' });
  // What it is announced as decides nothing else.
  expect(of('MZ', 'a', 'audio/webm').kind).toBe('program');
  expect(safeName('a\u202eb\u0000/../c\u200e.txt')).toBe('c.txt');
});
