// The import table and the byte budgets (M2, M8), read from the metafiles that esbuild wrote for what ships. Needs the
// build: it fails, with a sentence, when dist is not there.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Metafile } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { BUDGETS } from '../../build.ts';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

function metafile(name: string): Metafile {
  const file = path.join(root, 'dist', name);
  if (!existsSync(file)) throw new Error(`${file} is not there; run \`npm run build\` first`);
  return JSON.parse(readFileSync(file, 'utf8')) as Metafile;
}

/** The table of docs/architecture.md. A part may always import its own files and npm packages. */
const MAY_IMPORT: Record<string, (file: string) => boolean> = {
  protocol: () => false,
  cobrowse: (file) => file.startsWith('protocol/'),
  widget: (file) =>
    file.startsWith('protocol/') || /^cobrowse\/(visit|frame|frame-hand|frames-hand|control|ink)\.ts$/.test(file),
  relay: (file) => file.startsWith('protocol/') && file !== 'protocol/link.ts',
  'operator-ui': (file) => file.startsWith('protocol/') || /^cobrowse\/(mirror|ink)\.ts$/.test(file),
};

const METAFILES = [
  'widget/widget.meta.json',
  'widget/loader.meta.json',
  'widget/hand.meta.json',
  'widget/chat.meta.json',
  'widget/frame-hand.meta.json',
  'widget/frames-hand.meta.json',
  'console/console.meta.json',
  'relay/relay.meta.json',
];

const ours = (file: string) => !file.includes('node_modules/') && !file.startsWith('<') && !file.includes(':');
const partOf = (file: string) => file.split('/')[0] ?? '';

describe('what imports what', () => {
  for (const name of METAFILES) {
    test(`[M2] ${name}: every import is one the table allows`, () => {
      const wrong: string[] = [];
      for (const [file, input] of Object.entries(metafile(name).inputs)) {
        if (!ours(file)) continue;
        const part = partOf(file);
        const may = MAY_IMPORT[part];
        if (!may) {
          wrong.push(`${file} is in no part that ships here`);
          continue;
        }
        for (const { path: imported } of input.imports) {
          if (!ours(imported) || partOf(imported) === part || !imported.includes('/')) continue;
          // Assets and the like come without a part of their own.
          if (!MAY_IMPORT[partOf(imported)]) continue;
          if (!may(imported)) wrong.push(`${file} imports ${imported}`);
        }
      }
      expect(wrong).toEqual([]);
    });

    test(`[M1] ${name}: across parts only top-level files are imported`, () => {
      const wrong: string[] = [];
      for (const [file, input] of Object.entries(metafile(name).inputs)) {
        if (!ours(file)) continue;
        for (const { path: imported } of input.imports) {
          if (!ours(imported) || !MAY_IMPORT[partOf(imported)]) continue;
          if (partOf(imported) !== partOf(file) && imported.split('/').length > 2)
            wrong.push(`${file} imports ${imported}`);
        }
      }
      expect(wrong).toEqual([]);
    });
  }

  test('[M3] uWebSockets.js is known to one file', () => {
    const users = Object.entries(metafile('relay/relay.meta.json').inputs)
      .filter(([, input]) => input.imports.some((each) => each.path === 'uWebSockets.js'))
      .map(([file]) => file);
    expect(users).toEqual(['relay/server.ts']);
  });

  test('[M2] no browser bundle holds a module of Node', () => {
    for (const name of METAFILES.slice(0, 7)) {
      for (const [file, input] of Object.entries(metafile(name).inputs))
        for (const { path: imported } of input.imports)
          expect(imported.startsWith('node:'), `${file}: ${imported}`).toBe(false);
    }
  });
});

describe('what a visitor pays', () => {
  const gz = (file: string) => gzipSync(readFileSync(path.join(root, file)), { level: 9 }).byteLength;

  test('[QB6] the loader is within its budget', () => {
    expect(gz('dist/widget/loader.js')).toBeLessThanOrEqual(BUDGETS.loaderGz);
  });

  test('[QB6] everything that a viewed visitor loads is within its budget, in either language', () => {
    const chunks = Object.keys(metafile('widget/widget.meta.json').outputs).filter((file) => file.endsWith('.js'));
    for (const language of ['en', 'ru']) {
      const loaded = chunks.filter(
        // The other language, arithmetic for pages on plain http, both sides of frames of other origins (the page's and, in
        // the frame, its own), and what canvases and films show: a page without them fetches none of these.
        (file) =>
          !/\/(sha256-plain|frame|frames|pictures)-/.test(file) &&
          (!file.includes('/words-') || file.includes(`/words-${language}-`)),
      );
      expect(loaded.length).toBeGreaterThan(4);
      const bytes = ['dist/widget/loader.js', ...loaded].reduce((sum, file) => sum + gz(file), 0);
      expect(bytes, language).toBeLessThanOrEqual(BUDGETS.viewedVisitorGz);
    }
  });

  test('[QB6] the chat is within its own budget, and nothing of it comes before the panel is opened', () => {
    const chunks = Object.keys(metafile('widget/chat.meta.json').outputs).filter((file) => file.endsWith('.js'));
    // What pictures and sound need comes when there are any.
    const isMedia = (file: string) => file.includes('/chat-media-');
    for (const language of ['en', 'ru']) {
      const loaded = chunks.filter((file) => !file.includes('-words-') || file.includes(`-words-${language}-`));
      expect(loaded.length).toBeGreaterThan(1);
      for (const [files, budget] of [
        [loaded.filter((file) => !isMedia(file)), BUDGETS.chatGz],
        [loaded.filter(isMedia), BUDGETS.chatMediaGz],
      ] as const) {
        expect(files.length).toBeGreaterThan(1);
        const bytes = files.reduce((sum, file) => sum + gz(file), 0);
        expect(bytes, language).toBeLessThanOrEqual(budget);
      }
    }
    for (const name of ['widget/widget.meta.json', 'widget/loader.meta.json', 'widget/hand.meta.json'])
      expect(Object.keys(metafile(name).inputs).filter((file) => /^widget\/(chat[-.]|panel)/.test(file))).toEqual([]);
  });

  test('[QB6] the hand is within its own budget, and nothing of it comes before an operator asks for it', () => {
    const chunks = Object.keys(metafile('widget/hand.meta.json').outputs).filter((file) => file.endsWith('.js'));
    for (const language of ['en', 'ru']) {
      const own = chunks.filter((file) => !/\/hand-(list-)?words-/.test(file) || file.includes(`-words-${language}-`));
      const [list, loaded] = [true, false].map((isList) =>
        own.filter((file) => file.includes('/hand-list') === isList),
      );
      for (const [files = [], most] of [
        [loaded, BUDGETS.handGz],
        [list, BUDGETS.handListGz],
      ] as const) {
        expect(files.length).toBeGreaterThan(1);
        expect(
          files.reduce((sum, file) => sum + gz(file), 0),
          language,
        ).toBeLessThanOrEqual(most);
      }
    }
    for (const name of ['widget/widget.meta.json', 'widget/loader.meta.json']) {
      const inputs = Object.keys(metafile(name).inputs);
      expect(inputs.filter((file) => /^(widget\/hand[-.]|cobrowse\/control)/.test(file))).toEqual([]);
    }
  });
});
