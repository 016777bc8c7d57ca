// A visit from the visitor's side: the real visit.ts, with capture, in a real page, against a port that the test plays.
// The frames are decoded here with the protocol's own codec.

import { createHash } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Page } from 'puppeteer';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { VISITOR_PLUGINS } from '../../build.ts';
import { isOrdered, KIND, readHeader } from '../../protocol/codec.ts';
import type { FromVisitor, ToVisitor, VisitState } from '../../protocol/messages.ts';
import { inEachBrowser } from '../support/each-browser.ts';
import { openCapturePage, type CapturePage, type Json } from '../support/capture-page.ts';
import { createEventReader } from '../support/wire-events.ts';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const ENTRY = `
  import { createVisit } from './cobrowse/visit.ts';
  import { encode } from './widget/encode.ts';
  const log = { ordered: [], latest: [], messages: [], uploads: [], views: [], waits: [], errors: [] };
  const hex = (frame) => Array.from(frame, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const visit = createVisit({
    document,
    port: {
      ordered: (frame) => log.ordered.push(hex(frame)),
      latest: (frame) => log.latest.push(hex(frame)),
      message: (message) => log.messages.push(message),
      encode: (value) => encode(value, JSON),
      upload: async (hash, blob) => void log.uploads.push([hash, hex(new Uint8Array(await blob.arrayBuffer()))]),
    },
    masking: { privateByDefault: false },
    guard: (task) => (...args) => { try { return task(...args) } catch (error) { log.errors.push(String(error && error.stack)) } },
    after: (ms, task) => { log.waits.push(ms); const timer = setTimeout(task, ms); return () => clearTimeout(timer) },
    agreed: (room) => room === window.agreedRoom,
    changed: (view) => log.views.push(view),
  });
  window.agreedRoom = 'r1';
  window.tandem = { outputs: [], errors: log.errors };
  Object.assign(window, { visit, log });
`;

const ALICE = { id: 'alice', name: 'Alice' };
const VISIT: VisitState = {
  room: 'r1',
  tab: 1,
  resume: 'proof-1',
  watchers: [ALICE],
  paused: false,
  capture: true,
  graceMs: 120_000,
  received: 0,
};

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));

/** The events of ordered frames, each with its kind; fails on ordinals that do not follow each other. */
function decode(frames: string[]): { kind: number; events: Json[] }[] {
  const read = createEventReader();
  const payloads: { kind: number; events: Json[] }[] = [];
  frames.forEach((hex, at) => {
    const frame = bytesOf(hex);
    const header = readHeader(frame);
    expect(isOrdered(header.kind)).toBe(true);
    expect(header.ordinal).toBe(at + 1);
    const payload = read(frame);
    if (payload) payloads.push({ kind: payload.kind, events: payload.events as Json[] });
  });
  return payloads;
}

inEachBrowser('a visit', (browser) => {
  let opened: CapturePage;
  let tab: Page;
  let script: string;
  beforeAll(async () => {
    const bundle = await build({
      stdin: { contents: ENTRY, resolveDir: root, loader: 'js' },
      absWorkingDir: root,
      bundle: true,
      write: false,
      format: 'iife',
      target: 'es2020',
      plugins: VISITOR_PLUGINS,
    });
    script = bundle.outputFiles[0]?.text ?? '';
  });
  afterEach(async () => {
    expect(await log('errors')).toEqual([]);
    await opened.close();
  });

  async function open(html = '<title>Visit</title><p id=p>words</p><img src=/a.svg><img src=/copy.svg><input id=i>') {
    const svg = { body: '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', type: 'image/svg+xml' };
    opened = await openCapturePage(browser(), {
      files: { '/': html, '/visit.js': script, '/a.svg': svg, '/copy.svg': svg },
    });
    tab = opened.page;
    await tab.addScriptTag({ url: '/visit.js' });
  }
  const log = (what: string): Promise<Json[]> => tab.evaluate((of) => (window as unknown as Json).log[of], what);
  const frames = () => log('ordered') as Promise<string[]>;
  const receive = (message: ToVisitor) => tab.evaluate((it) => (window as unknown as Json).visit.receive(it), message);
  const call = (name: string, ...args: unknown[]) =>
    tab.evaluate((of, all) => (window as unknown as Json).visit[of](...all), name, args);
  const view = () => tab.evaluate(() => (window as unknown as Json).visit.view);
  const messages = async (t: string) => ((await log('messages')) as FromVisitor[]).filter((message) => message.t === t);
  const write = (text: string) => tab.evaluate((it) => document.getElementById('p')!.append(it), text);
  const has = async (text: string) => JSON.stringify(decode(await frames())).includes(text);

  async function begin(html?: string) {
    await open(html);
    await call('linkOpen');
    await receive({ t: 'welcome', token: 't', masking: { privateByDefault: false } });
    await receive({ t: 'visit', visit: VISIT });
    await opened.until(async () => (await frames()).length > 0, 'a snapshot');
  }

  test('an ask: yes is answered, then the page is shown; no goes back to idle; nothing is captured before', async () => {
    await open();
    await call('linkOpen');
    await receive({ t: 'welcome', token: 't', masking: { privateByDefault: false } });
    await receive({ t: 'ask', ask: 'a1', operator: ALICE });
    expect(await view()).toEqual({ state: 'asked', ask: 'a1', operator: ALICE });
    await call('answer', false);
    expect(await view()).toEqual({ state: 'idle' });
    await receive({ t: 'ask', ask: 'a2', operator: ALICE });
    await receive({ t: 'unask', ask: 'a2' });
    expect(await view()).toEqual({ state: 'idle' });
    await receive({ t: 'ask', ask: 'a3', operator: ALICE });
    await call('answer', true);
    await write('before anybody watches');
    expect(await frames()).toEqual([]);
    expect((await log('messages')).map((message) => [message.ask, message.yes])).toEqual([
      ['a1', false],
      ['a3', true],
    ]);
    await receive({ t: 'visit', visit: { ...VISIT, watchers: [], capture: false } });
    expect(await view()).toEqual({ state: 'offering', room: 'r1' });
    expect(await frames()).toEqual([]);
    await receive({ t: 'visit', visit: VISIT });
    expect(await view()).toEqual({ state: 'viewed', room: 'r1', watchers: [ALICE], paused: false });
    await opened.until(() => has('before anybody watches'), 'the snapshot');
    expect(await tab.evaluate(() => (window as unknown as Json).visit.resume)).toBe('proof-1');
  });

  test('[RM1] the relay’s word alone shows nothing: somebody in this browser must have agreed to that room', async () => {
    await open();
    await call('linkOpen');
    const foreign = { ...VISIT, room: 'of-a-stolen-token' };
    await receive({ t: 'visit', visit: foreign });
    expect(await view()).toEqual({ state: 'idle' });
    // A refusal is no agreement.
    await receive({ t: 'ask', ask: 'a1', operator: ALICE });
    await call('answer', false);
    await receive({ t: 'visit', visit: foreign });
    expect(await view()).toEqual({ state: 'idle' });
    // Nor is what the relay did not take.
    await call('show');
    await receive({ t: 'refused', what: 'show', why: 'too-many-tries' });
    await receive({ t: 'visit', visit: foreign });
    expect(await view()).toEqual({ state: 'idle' });
    // What was agreed to here is shown, once, whatever became of the code that was asked for as well.
    await call('show');
    await receive({ t: 'refused', what: 'code', why: 'nobody-here' });
    await receive({ t: 'visit', visit: { ...foreign, room: 'mine' } });
    expect(await view()).toMatchObject({ state: 'viewed', room: 'mine' });
    await receive({ t: 'visit', visit: foreign });
    expect(await view()).toMatchObject({ state: 'viewed', room: 'mine' });
    await receive({ t: 'ended', why: 'operator' });
    await receive({ t: 'visit', visit: foreign });
    expect(await view()).toMatchObject({ state: 'ended' });
    expect(await log('errors')).toEqual([]);
  });

  test('snapshot first, changes after it in order, even those made while it is being deflated', async () => {
    await begin();
    const made = await tab.evaluate(async () => {
      const { visit, log } = window as unknown as Json;
      const before = log.ordered.length;
      visit.receive({ t: 'snapshot', when: 'now' });
      // As soon as the second snapshot has been taken, while it is still being packed.
      let at = 0;
      while (at < 2000 && (log.ordered.length === before || at < 3)) {
        document.getElementById('p')!.append(`row${at++} `);
        await new Promise((resolve) => queueMicrotask(() => resolve(0)));
      }
      document.getElementById('p')!.append('the end');
      return at;
    });
    await opened.until(() => has('the end'), 'the end');
    const payloads = decode(await frames());
    const last = payloads.findLastIndex((payload) => payload.kind === KIND.Snapshot);
    expect(last).toBeGreaterThan(0);
    const rows = JSON.stringify(payloads.slice(last)).match(/row\d+ /g) ?? [];
    expect(rows).toEqual([...rows].sort((a, b) => Number(a.slice(3)) - Number(b.slice(3))));
    // Nothing is lost: all that is not in the snapshot comes after it.
    expect(new Set(rows).size).toBe(made);
    expect(rows.length).toBe(made);
  });

  test('a lost link: frames are kept and sent again from where the relay stands; a long way back means a snapshot', async () => {
    await begin();
    await write('first ');
    await opened.until(() => has('first '), 'the first words');
    await call('linkLost');
    const before = await frames();
    expect(await view()).toMatchObject({ state: 'lost', room: 'r1' });
    await write('while lost ');
    expect(await frames()).toEqual(before);
    await call('linkOpen');
    await receive({
      t: 'welcome',
      token: 't',
      masking: { privateByDefault: false },
      visit: { ...VISIT, received: before.length - 1, resume: 'proof-2' },
    });
    await opened.until(async () => (await frames()).length > before.length + 1, 'what was kept');
    const again = (await frames()).slice(before.length);
    expect(again[0]).toBe(before.at(-1));
    // What is sent again is what was sent, byte for byte, and all that follows builds on it.
    expect(JSON.stringify(decode([...before, ...again.slice(1)]).at(-1))).toContain('while lost ');
    expect(await view()).toMatchObject({ state: 'viewed' });
    expect(await tab.evaluate(() => (window as unknown as Json).visit.resume)).toBe('proof-2');

    await opened.until(async () => (await messages('assets')).length > 0, 'an offer');
    const offers = (await messages('assets')).length;
    const sent = (await frames()).length;
    await call('linkLost');
    await call('linkOpen');
    await receive({ t: 'welcome', token: 't', masking: { privateByDefault: false }, visit: { ...VISIT, received: 0 } });
    await opened.until(async () => (await frames()).length > sent, 'a snapshot');
    expect(readHeader(bytesOf((await frames())[sent] ?? '')).kind).toBe(KIND.Snapshot);
    await opened.until(async () => (await messages('assets')).length > offers, 'the offers again');
  });

  test('a lost link ends the visit after the time that the relay said, not before', async () => {
    await begin();
    await receive({ t: 'visit', visit: { ...VISIT, graceMs: 400 } });
    const state = () => tab.evaluate(() => (window as unknown as Json).visit.view.state);
    // In one task: the next one may come when the time is over.
    const lost = await tab.evaluate(() => {
      const { visit, log } = window as unknown as Json;
      const before = log.waits.length;
      visit.linkLost();
      return { state: visit.view.state, waits: log.waits.slice(before) };
    });
    expect(lost).toEqual({ state: 'lost', waits: [400] });
    await opened.until(async () => (await state()) === 'ended', 'the end');
  });

  test('pause and stop take effect at once, before the relay knows', async () => {
    await begin();
    const paused = await tab.evaluate(() => {
      const { visit, log } = window as unknown as Json;
      document.getElementById('p')!.append('PRIVATE');
      visit.pause(true);
      document.getElementById('p')!.append('PRIVATE2');
      return { frames: log.ordered.length, view: visit.view };
    });
    expect(paused.view).toMatchObject({ state: 'viewed', paused: true });
    // The relay still says otherwise: what the visitor wants counts.
    await receive({ t: 'visit', visit: VISIT });
    await receive({ t: 'visit', visit: { ...VISIT, paused: true, capture: false } });
    await write('PRIVATE3');
    await tab.mouse.move(5, 5);
    await tab.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
    expect((await frames()).length).toBe(paused.frames);
    await tab.evaluate(() => (document.getElementById('p')!.textContent = 'public again'));
    await call('pause', false);
    await receive({ t: 'visit', visit: VISIT });
    await opened.until(() => has('public again'), 'the page again');
    expect(await has('PRIVATE')).toBe(false);
    expect((await messages('pause')).map((message) => (message as Json).on)).toEqual([true, false]);
    // Going on may be refused: then the page says that it is still paused.
    await call('pause', true);
    await receive({ t: 'visit', visit: { ...VISIT, paused: true, capture: false } });
    await call('pause', false);
    expect(await view()).toMatchObject({ state: 'viewed', paused: false });
    await receive({ t: 'visit', visit: { ...VISIT, paused: true, capture: false } });
    expect(await view()).toMatchObject({ state: 'viewed', paused: true });
    await call('pause', false);
    await receive({ t: 'visit', visit: VISIT });
    expect(await view()).toMatchObject({ state: 'viewed', paused: false });

    const stopped = await tab.evaluate(() => {
      const { visit, log } = window as unknown as Json;
      document.getElementById('p')!.append('PRIVATE4');
      visit.stop();
      return log.ordered.length;
    });
    expect(await view()).toEqual({ state: 'ended', why: 'visitor' });
    expect(await messages('stop')).toEqual([{ t: 'stop' }]);
    // A visit that was on its way does not begin it again.
    await receive({ t: 'visit', visit: VISIT });
    await write('PRIVATE5');
    await tab.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
    expect((await frames()).length).toBe(stopped);
    expect(await view()).toEqual({ state: 'ended', why: 'visitor' });
  });

  test('a snapshot that is being packed when the visitor pauses does not go out', async () => {
    await begin();
    const sent = await tab.evaluate(async () => {
      const { visit, log } = window as unknown as Json;
      document.getElementById('p')!.append('PRIVATE');
      visit.receive({ t: 'snapshot', when: 'now' });
      for (let at = 0; at < 5; at++) await Promise.resolve();
      visit.pause(true);
      return log.ordered.length;
    });
    await tab.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
    expect((await frames()).length).toBe(sent);
    expect(await has('PRIVATE')).toBe(false);
  });

  test('nobody watches any more: nothing is sent; somebody comes back: a snapshot', async () => {
    await begin();
    await receive({ t: 'visit', visit: { ...VISIT, watchers: [], capture: false, received: 1 } });
    const sent = (await frames()).length;
    await write('unwatched');
    await tab.evaluate(() => new Promise((resolve) => setTimeout(resolve, 200)));
    expect((await frames()).length).toBe(sent);
    await receive({ t: 'visit', visit: { ...VISIT, received: 1 } });
    await opened.until(() => has('unwatched'), 'the snapshot');
    expect(decode(await frames()).at(-1)!.kind === KIND.Snapshot || (await frames()).length > sent).toBe(true);
    await receive({ t: 'ended', why: 'operator' });
    expect(await view()).toEqual({ state: 'ended', why: 'operator' });
    expect(await tab.evaluate(() => (window as unknown as Json).visit.resume)).toBeUndefined();
  });

  test('assets are hashed, offered once, and uploaded when wanted', async () => {
    await begin();
    const offered = await opened.until(async () => {
      const list = (await messages('assets')).flatMap((message) => (message as Json).list);
      return list.length >= 2 && list;
    }, 'both pictures');
    expect(offered.map((entry: Json) => entry.url).sort()).toEqual([
      `${opened.origin}/a.svg`,
      `${opened.origin}/copy.svg`,
    ]);
    const [{ hash, bytes }] = offered;
    expect(offered[1].hash).toBe(hash);
    await receive({ t: 'want', hashes: [hash, '0'.repeat(64)] });
    const [upload] = await opened.until(
      async () => ((await log('uploads')).length > 0 ? log('uploads') : undefined),
      'the upload',
    );
    expect(upload[0]).toBe(hash);
    expect(createHash('sha256').update(bytesOf(upload[1])).digest('hex')).toBe(hash);
    expect(bytesOf(upload[1]).length).toBe(bytes);
    await tab.evaluate(() => void Object.assign(window, { agreedRoom: 'r2' }));
    await receive({ t: 'visit', visit: { ...VISIT, room: 'r2' } });
    await opened.until(async () => {
      const list = (await messages('assets')).flatMap((message) => (message as Json).list);
      return list.length === offered.length * 2;
    }, 'the offers to another room');
  });

  test('the pointer and round trips', async () => {
    await begin();
    await tab.mouse.move(33, 44);
    await opened.until(async () => (await log('latest')).length > 0, 'the pointer');
    expect(readHeader(bytesOf((await log('latest'))[0])).kind).toBe(KIND.Pointer);
    const [probe] = await messages('probe');
    await receive({ t: 'echo', at: (probe as Json).at });
    await opened.until(
      async () => (await messages('probe')).some((message) => (message as Json).last !== undefined),
      'the result',
    );
  });

  test('large changes of a page that never rests do not wait until it does', async () => {
    await begin('<title>Visit</title><ul id=list></ul>');
    const { late, ticks } = await tab.evaluate(
      () =>
        new Promise<{ late: number; ticks: number }>((done) => {
          const { visit, log } = window as unknown as Json;
          const { ordered } = log;
          const list = document.getElementById('list')!;
          const channel = new MessageChannel();
          let ticks = 0;
          let late = 0;
          let before = -1;
          let isOver = false;
          // A batch that takes long rests for up to 100 ms, six frames: in forty frames several must have brought something.
          const frame = () => {
            ticks++;
            if (ticks % 2 === 0) {
              if (before === ordered.length) late++;
              before = ordered.length;
              visit.receive({ t: 'ack', received: before });
            }
            if (ticks < 40) return void requestAnimationFrame(frame);
            isOver = true;
            done({ late, ticks });
          };
          channel.port1.onmessage = () => {
            for (let row = 0; row < 300; row++) {
              const item = document.createElement('li');
              item.textContent = `${isOver ? 'the end' : 'going on'}, row ${row}`;
              if (list.children.length < 300) list.append(item);
              else list.children[row]!.replaceWith(item);
            }
            if (!isOver) channel.port2.postMessage(0);
          };
          channel.port2.postMessage(0);
          requestAnimationFrame(frame);
        }),
    );
    expect(ticks / 2 - late).toBeGreaterThan(3);
    await opened.until(() => has('the end, row 299'), 'the last change');
  });

  test('an old library’s toJSON does not spoil the frames, and stays', async () => {
    await begin(
      `<title>Old</title><p id=p>words</p><script>Array.prototype.toJSON = function () { return 'spoiled' }</script>`,
    );
    expect(JSON.stringify(decode(await frames()))).toContain('words');
    expect(await tab.evaluate(() => 'toJSON' in Array.prototype)).toBe(true);
    await tab.evaluate(() => Reflect.deleteProperty(Array.prototype, 'toJSON'));
  });
});
