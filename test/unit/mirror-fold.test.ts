// Pictures in slices, put together before they are built.

import { describe, expect, test } from 'vitest';
import { foldAdds } from '../../cobrowse/mirror/fold.ts';

type Node = { type: number; id: number; tagName?: string; childNodes: Node[]; isShadow?: boolean };
type Add = { parentId: number; nextId: number | null; node: Node };

const element = (id: number, childNodes: Node[] = [], tagName = 'p'): Node => ({ type: 2, id, tagName, childNodes });
const snapshot = (...children: Node[]) => ({
  type: 2,
  data: { node: { type: 0, id: 1, childNodes: children }, initialOffset: { left: 0, top: 0 } },
});
const mutation = (adds: Add[], rest: object = {}) => ({
  type: 3,
  data: { source: 0, adds, removes: [], texts: [], attributes: [], ...rest },
});
const add = (parentId: number, nextId: number | null, node: Node): Add => ({ parentId, nextId, node });

type Folded = { data: { node?: Node; adds?: Add[] } };
const fold = (...events: object[]) => foldAdds(events) as Folded[];
const drawn = (node: Node | undefined): string =>
  node ? `${node.id}${node.childNodes.length > 0 ? `(${node.childNodes.map(drawn).join(' ')})` : ''}` : '';

test('children go before their next sibling, or to the end', () => {
  const [picture, change] = fold(
    snapshot(element(2, [element(5)])),
    mutation([add(2, 5, element(3)), add(2, 5, element(4)), add(2, null, element(6)), add(3, null, element(7))]),
  );
  expect(drawn(picture?.data.node)).toBe('1(2(3(7) 4 5 6))');
  expect(change?.data.adds).toEqual([]);
});

test('a node that comes with children of its own can be added to', () => {
  const [picture] = fold(
    snapshot(element(2)),
    mutation([add(2, null, element(3, [element(4)])), add(4, null, element(5)), add(3, 4, element(6))]),
  );
  expect(drawn(picture?.data.node)).toBe('1(2(3(6 4(5))))');
});

describe('stays for afterwards, with all for the same parent that comes after it', () => {
  const left = (...adds: Add[]) => {
    const [picture, change] = fold(snapshot(element(2, [element(3)])), mutation(adds));
    return [drawn(picture?.data.node), change?.data.adds?.map(({ node }) => node.id)];
  };
  test('a neighbour that is not known', () => {
    expect(left(add(2, 99, element(4)), add(2, null, element(5)), add(3, null, element(6)))).toEqual([
      '1(2(3(6)))',
      [4, 5],
    ]);
  });
  test('a parent that is not known, and what is in it', () => {
    expect(left(add(99, null, element(4)), add(4, null, element(5)))).toEqual(['1(2(3))', [4, 5]]);
  });
  test('a node that is there already', () => {
    expect(left(add(2, null, element(3)), add(2, null, element(4)))).toEqual(['1(2(3))', [3, 4]]);
  });
  test('the document of a frame', () => {
    expect(left(add(3, null, { type: 0, id: 4, childNodes: [element(5)] }), add(5, null, element(6)))).toEqual([
      '1(2(3))',
      [4, 6],
    ]);
  });
  test('the text of a field', () => {
    const [picture, change] = fold(
      snapshot(element(2, [], 'textarea')),
      mutation([add(2, null, { type: 3, id: 3, childNodes: [] })]),
    );
    expect(drawn(picture?.data.node)).toBe('1(2)');
    expect(change?.data.adds).toHaveLength(1);
  });
});

test('from the first removal on nothing is put together: a node may come again', () => {
  const second = mutation([add(2, null, element(4))], { removes: [{ parentId: 2, id: 3 }] });
  const third = mutation([add(2, null, element(5))]);
  const events = fold(snapshot(element(2)), mutation([add(2, null, element(3))]), second, third);
  expect(drawn(events[0]?.data.node)).toBe('1(2(3))');
  expect(events.slice(2)).toEqual([second, third]);
});

test('what else is told keeps its place', () => {
  const sent = { type: 5, data: { tag: 'sent', payload: { at: 1 } } };
  const attributes = [{ id: 2, attributes: { class: 'a' } }];
  const events = fold(sent, snapshot(element(2)), sent, mutation([add(2, null, element(3))], { attributes }), sent);
  expect(events).toEqual([sent, events[1], sent, mutation([], { attributes }), sent]);
});

test('changes alone, and a picture alone, are what they were', () => {
  const change = [mutation([add(2, null, element(3))])];
  expect(foldAdds(change)).toBe(change);
  const picture = [snapshot(element(2))];
  expect(foldAdds(picture)).toBe(picture);
});

test('whatever the order in which a page comes, it is the same page', () => {
  let seed = 7;
  const random = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
  for (let round = 0; round < 300; round++) {
    let lastId = 1;
    const grow = (depth: number): Node =>
      element(++lastId, depth > 3 ? [] : Array.from({ length: random(5) }, () => grow(depth + 1)));
    const page = grow(0);
    // A part of it first; each of the others once its parent is there, before the next sibling that is there.
    const adds: Add[] = [];
    const begin = (node: Node): Node => ({ ...node, childNodes: [] });
    const open = [{ whole: page, there: new Set<number>() }];
    while (open.length > 0) {
      const at = random(open.length);
      const { whole, there } = open[at] ?? { whole: page, there: new Set() };
      const left = whole.childNodes.filter(({ id }) => !there.has(id));
      const child = left[random(Math.max(1, left.length))];
      if (!child) {
        open.splice(at, 1);
        continue;
      }
      const next = whole.childNodes.slice(whole.childNodes.indexOf(child)).find(({ id }) => there.has(id));
      there.add(child.id);
      if (random(3) === 0) {
        adds.push(add(whole.id, next?.id ?? null, structuredClone(child)));
        continue;
      }
      adds.push(add(whole.id, next?.id ?? null, begin(child)));
      open.push({ whole: child, there: new Set() });
    }
    const cut = random(adds.length + 1);
    const [picture, ...rest] = fold(snapshot(begin(page)), mutation(adds.slice(0, cut)), mutation(adds.slice(cut)));
    expect(drawn(picture?.data.node)).toBe(`1(${drawn(page)})`);
    expect(rest.flatMap(({ data }) => data.adds)).toEqual([]);
  }
});
