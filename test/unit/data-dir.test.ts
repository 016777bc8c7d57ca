import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeDataDir } from '../../relay/data-dir.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'tandem-data-dir-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a folder is made, with those above it; one that is there is used', () => {
  const deep = path.join(folder, 'a/b/c');
  makeDataDir(deep);
  makeDataDir(deep);
  expect(statSync(deep).isDirectory()).toBe(true);
});

test('what can be no folder is refused in words that name the setting', () => {
  const file = path.join(folder, 'file');
  writeFileSync(file, '');
  for (const dir of [file, path.join(file, 'below'), '/proc/nope'])
    expect(() => makeDataDir(dir)).toThrow(`TANDEM_DATA: ${dir} can't be used`);
});
