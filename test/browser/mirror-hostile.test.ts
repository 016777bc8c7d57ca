// A hostile page's stream: whatever it says, the mirror asks for nothing but assets that the relay has announced, and runs
// no script. Tried under the console's content security policy, and without it, so that the mirror's own care is seen.
// Addresses of the console's own origin are used too: the policy would let some of them through. Style sheets and SVG
// files have tests of their own (mirror-hostile-css, mirror-hostile-svg).

import { afterAll, beforeAll, expect, test } from 'vitest';
import { inEachBrowser } from '../support/each-browser.ts';
import { hostile, later, settle, snapshotOf, underEachPolicy } from '../support/hostile-page.ts';
import { startMirrorBench, type MirrorBench } from '../support/mirror-page.ts';

let bench: MirrorBench;
beforeAll(async () => {
  bench = await startMirrorBench();
});
afterAll(() => bench.close());

inEachBrowser('a hostile page', (browser) => {
  underEachPolicy((csp, evilFrom) => {
    const other = () => bench.origin.replace('127.0.0.1', 'localhost');

    async function show(snapshot: unknown[], changes: unknown[]) {
      bench.requests.length = 0;
      const page = await bench.console(browser(), { csp });
      const errors: string[] = [];
      // Firefox reports the placeholder of a font that has not arrived: it is no font.
      page.on('pageerror', (error) => /downloadable font/.test(String(error)) || errors.push(String(error)));
      await page.focus('#operator');
      await page.evaluate(
        `(async (snapshot, changes) => { bench.start(); bench.snapshot(snapshot); await bench.painted(); for (const change of changes) bench.change([change]); await bench.painted(); })(${JSON.stringify(snapshot)}, ${JSON.stringify(changes)})`,
      );
      await settle(page);
      const state = await page.evaluate(
        `({ hacked: window.HACKED === undefined ? 'no' : 'yes', focus: document.activeElement.id, url: location.pathname, emitted: bench.emitted.filter((event) => event.kind === 'failed'), elements: bench.mirror.stats.elements })`,
      );
      await page.close();
      return {
        state: state as Record<string, unknown>,
        errors,
        evil: bench.requests.filter((url) => !url.startsWith('/asset/')),
      };
    }
    // A control: without it, a server that nobody can reach would pass all of this.
    test('rrweb’s player asks for a lot of it', async () => {
      if (csp) return;
      bench.requests.length = 0;
      const page = await bench.console(browser(), { csp });
      await page.evaluate(
        `(async (events) => { try { bench.replay(events); } catch {} })(${JSON.stringify(snapshotOf(bench.origin, hostile(evilFrom(other()))))})`,
      );
      await settle(page);
      await page.close();
      expect(bench.requests.filter((url) => url.startsWith('/evil/')).length).toBeGreaterThan(5);
    });

    test.each([
      ['another origin', other],
      ["the console's origin", () => bench.origin],
    ])('everything at once, addresses of %s', async (_what, host) => {
      const result = await show(snapshotOf(bench.origin, hostile(evilFrom(host()))), []);
      expect(result.evil).toEqual([]);
      expect(result.errors).toEqual([]);
      expect(result.state).toMatchObject({ hacked: 'no', focus: 'operator', emitted: [] });
      expect(result.state.elements).toBeGreaterThan(100);
    });
    test('everything later', async () => {
      const shell: unknown[] = [];
      const changes = later(bench.origin, shell, evilFrom(other()));
      const result = await show(shell, changes);
      expect(result.evil).toEqual([]);
      expect(result.errors).toEqual([]);
      expect(result.state).toMatchObject({ hacked: 'no', focus: 'operator', emitted: [] });
    });
  });
  test('deep, cyclic and nonsensical trees are survived', async () => {
    const page = await bench.console(browser());
    const result = await page.evaluate(`(async () => {
        bench.start();
        let open = '', close = '';
        for (let i = 0; i < 20000; i++) { open += '{"type":2,"id":' + (100 + i) + ',"tagName":"p","attributes":{},"childNodes":['; close += ']}'; }
        const html = (inner) => [{ type: 2, data: { node: { type: 0, id: 1, childNodes: [{ type: 2, id: 2, tagName: 'html', attributes: {}, childNodes: [{ type: 2, id: 3, tagName: 'body', attributes: {}, childNodes: inner }] }] } } }];
        bench.snapshot(JSON.stringify(html(['HERE'])).replace('"HERE"', open + close));
        await bench.painted();
        const depthElements = bench.mirror.stats.elements;
        const mutate = (data) => bench.change([{ type: 3, data: { source: 0, texts: [], attributes: [], removes: [], adds: [], ...data } }]);
        for (let i = 0; i < 3000; i++) mutate({ adds: [{ parentId: i === 0 ? 3 : 50000 + i - 1, nextId: null, node: { type: 2, id: 50000 + i, tagName: 'i', attributes: {}, childNodes: [] } }] });
        // A node below itself, a node that is its own parent, ids taken twice, ids of nothing, wrong types everywhere.
        mutate({ adds: [{ parentId: 100, nextId: null, node: { type: 2, id: 3, tagName: 'body', attributes: {}, childNodes: [] } }] });
        mutate({ adds: [{ parentId: 77, nextId: 77, node: { type: 2, id: 77, tagName: 'b', attributes: {}, childNodes: [] } }] });
        mutate({ adds: [{ parentId: 1, nextId: null, node: { type: 2, id: 2, tagName: 'html', attributes: {}, childNodes: [] } }] });
        mutate({ adds: 7, removes: 'x', attributes: [null, { id: 2, attributes: 3 }], texts: [{}, [], { id: 'x' }] });
        mutate({ adds: [{ parentId: 2, nextId: null, node: { type: 0, id: 88, childNodes: [] } }, { parentId: 1, node: { type: 9, id: 89 } }, { parentId: 1, node: { type: 3, id: 90, textContent: {} } }] });
        for (const junk of [null, 1, 'x', [], {}, [[]], [null], [{ type: 2 }], [{ type: 2, data: {} }]]) { bench.change(junk); }
        bench.snapshot({});
        const failed = bench.emitted.filter((event) => event.kind === 'failed').map((event) => event.reason);
        // Still alive: a sound snapshot is shown.
        bench.snapshot(html([{ type: 3, id: 4, textContent: 'sound' }]));
        await bench.painted();
        return { depthElements, failed, text: bench.document.body.textContent };
      })()`);
    await page.close();
    expect(result).toEqual({
      depthElements: expect.any(Number),
      failed: expect.arrayContaining(['broken-snapshot']),
      text: 'sound',
    });
    // The snapshot's html and body, and as deep as the limit goes.
    expect((result as { depthElements: number }).depthElements).toBeLessThanOrEqual(515);
  });

  test('of two thousand frames most are boxes; where some go, others may come', async () => {
    const page = await bench.console(browser());
    const result = await page.evaluate(`(async () => {
        bench.start();
        const frame = (id) => ({ type: 2, id, tagName: 'iframe', attributes: { width: '300' }, childNodes: [] });
        const html = (inner) => [{ type: 2, data: { node: { type: 0, id: 1, childNodes: [{ type: 2, id: 2, tagName: 'html', attributes: {}, childNodes: [{ type: 2, id: 3, tagName: 'body', attributes: {}, childNodes: inner }] }] } } }];
        const count = () => ['iframe', 'mirror-box'].map((name) => bench.document.getElementsByTagName(name).length);
        bench.snapshot(html(Array.from({ length: 2000 }, (_, n) => frame(100 + n))));
        const all = count();
        const mutate = (data) => bench.change([{ type: 3, data: { source: 0, texts: [], attributes: [], removes: [], adds: [], ...data } }]);
        mutate({ removes: Array.from({ length: 50 }, (_, n) => ({ parentId: 3, id: 100 + n })) });
        mutate({ adds: Array.from({ length: 60 }, (_, n) => ({ parentId: 3, nextId: null, node: frame(5000 + n) })) });
        return [all, count()];
      })()`);
    await page.close();
    expect(result).toEqual([
      [200, 1800],
      [200, 1810],
    ]);
  });
});
