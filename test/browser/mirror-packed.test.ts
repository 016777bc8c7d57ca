// Packed payloads in the mirror: each builds on those before it since the last snapshot. A mirror that lacks one of them,
// or is given bytes that nobody encoded, never applies what it can't be sure of: it asks for a snapshot, and goes on.

import { deflateRawSync } from 'node:zlib';
import type { Page } from 'puppeteer';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { inEachBrowser } from '../support/each-browser.ts';
import { KIT } from '../support/mirror-kit.ts';
import { startMirrorBench, type MirrorBench } from '../support/mirror-page.ts';

/** 4,000 characters, and then a million times the same ones at a byte each: four gigabytes, in a kilobyte when deflated. */
const UNFOLDING = (() => {
  const many = 1_000_000;
  const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)]);
  const text = Buffer.from('x'.repeat(4000));
  const structure = Buffer.concat([Buffer.from(varint(many)), Buffer.alloc(many, 248)]);
  const values = Buffer.concat([Buffer.from([237, ...varint(text.length)]), Buffer.alloc(many - 1, 239)]);
  const head = Buffer.from([...varint(structure.length * 2), ...varint(values.length), ...varint(text.length)]);
  return deflateRawSync(Buffer.concat([head, structure, values, text])).toString('base64');
})();
/** 100 MB of nothing in 100 kB. */
const BOMB = deflateRawSync(Buffer.alloc(100 * 1024 * 1024)).toString('base64');

let bench: MirrorBench;
beforeAll(async () => {
  bench = await startMirrorBench();
});
afterAll(() => bench.close());

inEachBrowser('the mirror of packed payloads', (browser) => {
  let console: Page;
  beforeEach(async () => {
    await console?.close();
    console = await bench.console(browser());
    await console.evaluate(KIT);
    await console.evaluate('bench.start()');
  });
  /** `body` runs in the console. The page's one text is node 9. */
  const run = async (body: string): Promise<unknown> =>
    console.evaluate(
      `(async () => {
        const { el, text, page, mutation, until, bytes } = window.kit; const { mirror, KIND, packed } = bench;
        const first = (value) => page([el('ul', { class: 'list of things' })], [{ type: 3, id: 9, textContent: value }]);
        const snapshot = (value, options) => packed(KIND.Snapshot, first(value), options);
        const change = (value, options) => packed(KIND.Change, [mutation({ texts: [{ id: 9, value }] })], options);
        const give = async (frames) => { for (const frame of await frames) mirror.frame(frame); };
        const shown = () => bench.document?.body?.textContent ?? '';
        const said = () => bench.emitted.filter((event) => ['gap', 'lost', 'failed'].includes(event.kind)).map((event) => event.kind);
        ${body}
      })()`,
    );

  test('snapshot and changes, deflated or not, and beside them a tab of an older widget, which sends JSON', async () => {
    const result = await run(`
      const seen = [];
      await give(snapshot('a text that is like the others')); await give(change('a text that is like the others, nearly')); seen.push(shown());
      await give(change('a text that is like none of the others', { deflated: true })); await give(change('a text that is like the others'));
      await until(() => shown() === 'a text that is like the others', 'the last change'); seen.push(shown());
      bench.snapshot(page([], [{ type: 3, id: 9, textContent: 'json' }]), { tab: 2 });
      bench.change([mutation({ texts: [{ id: 9, value: 'older' }] })], { tab: 2 });
      await give(change('a text, still'));
      const both = () => [...document.querySelectorAll('#mirror iframe')].map((frame) => frame.contentDocument.body.textContent).sort();
      seen.push(both());
      // The page is loaded anew, and with it comes the newer widget; and the other way round.
      await give(snapshot('newer')); await give(change('newest')); seen.push(both());
      bench.snapshot(page([], [{ type: 3, id: 9, textContent: 'json again' }])); bench.change([mutation({ texts: [{ id: 9, value: 'as before' }] })]); seen.push(both());
      return { seen, said: said() };
    `);
    expect(result).toEqual({
      seen: [
        'a text that is like the others, nearly',
        'a text that is like the others',
        ['a text, still', 'older'],
        ['newest', 'older'],
        ['as before', 'older'],
      ],
      said: [],
    });
  });

  test('who joins in the middle begins with the last snapshot; what is lost on the way comes with the history', async () => {
    const result = await run(`
      const seen = [];
      await snapshot('one'); await change('two'); const joined = [...await snapshot('three'), ...await change('three, changed')];
      mirror.history(0, 4); for (const frame of joined) mirror.frame(frame); seen.push(shown());
      const lost = await change('three, changed again'), after = await change('three, changed for good');
      await give(after); seen.push(shown(), said());
      mirror.history(4, 6); await give(lost); await give(after); seen.push(shown());
      return seen;
    `);
    expect(result).toEqual(['three, changed', 'three, changed', ['gap'], 'three, changed for good']);
  });

  test('a change that misses one before it is not applied: a snapshot is asked for, and with it the view goes on', async () => {
    const result = await run(`
      const seen = [];
      await give(snapshot('one')); await change('two'); const three = await change('three');
      // The relay has dropped what it kept of the tab: its history has a hole.
      mirror.history(1, 3); await give(three); await give(change('four')); seen.push(shown(), said());
      await give(snapshot('five')); await give(change('six')); seen.push(shown(), said());
      return seen;
    `);
    expect(result).toEqual(['one', ['lost'], 'six', ['lost']]);
  });

  test('rubbish from a hostile page: what it was is shown, a snapshot is asked for once, the next one is shown', async () => {
    const result = await run(`
      const seen = [];
      let seed = 7; const random = (below) => (seed = (seed * 48271) % 2147483647) % below;
      for (let round = 0; round < 200; round++) {
        await give(snapshot('sound ' + round));
        const before = said().length;
        for (let again = 0; again < 3; again++) await give(packed(KIND.Change, [], { bytes: Uint8Array.from({ length: 1 + random(60) }, () => random(256)) }));
        if (said().length - before > 1) seen.push('asked more than once');
        if (!shown().startsWith('sound')) seen.push(shown());
      }
      const random200 = said().length;
      await give(snapshot('before')); 
      await give(packed(KIND.Change, [], { bytes: bytes('${UNFOLDING}') })); seen.push(said().length - random200);
      // As it is, it is no list; inflated it is one that unfolds without end.
      await give(snapshot('again')); const inflating = await packed(KIND.Change, [], { bytes: bytes('${UNFOLDING}') }); for (const frame of inflating) { frame[1] |= 2; mirror.frame(frame); }
      await until(() => said().length === random200 + 2, 'unfolding refused'); seen.push(shown());
      await give(snapshot('and again')); const bomb = await packed(KIND.Change, [], { bytes: bytes('${BOMB}') }); for (const frame of bomb) { frame[1] |= 2; mirror.frame(frame); }
      await until(() => said().length === random200 + 3, 'bomb refused'); seen.push(shown());
      const unread = await packed(KIND.Snapshot, [], { bytes: bytes('${UNFOLDING}') }); for (const frame of unread) { frame[1] |= 2; mirror.frame(frame); }
      await until(() => said().includes('failed'), 'snapshot refused');
      // Its page would send no better one: nobody asks for it again and again.
      const before = said().length; await give(change('nothing to stand on')); seen.push(said().length - before, shown());
      await give(snapshot('sound')); await give(change('sound, changed')); seen.push(shown(), said().filter((kind) => kind !== 'lost'));
      return { seen, lost: random200 > 100 };
    `);
    expect(result).toEqual({
      seen: [1, 'again', 'and again', 0, 'and again', 'sound, changed', ['failed']],
      lost: true,
    });
  });
});
