// Quotes: their list, where a frame's bar stands, and the pure parts of their pictures.

import { beforeEach, describe, expect, test, vi } from 'vitest';
import { addressesIn, familiesIn, renamed, replaceAddresses } from '../../cobrowse/mirror/still-css.ts';
import { cropFor, scaleFor } from '../../cobrowse/mirror/still.ts';
import { cut, placeBar, wayTo } from '../../operator-ui/state/frame-place.ts';
import { Quotes, type Quote } from '../../operator-ui/state/quotes.svelte.ts';

const WINDOW = { width: 1000, height: 600 };

describe('what is drawn', () => {
  test('the element with a little around it, within the window', () => {
    expect(cropFor({ x: 100, y: 100, width: 200, height: 50 }, WINDOW)).toEqual({
      crop: { x: 76, y: 76, width: 248, height: 98 },
      move: { x: 0, y: 0 },
    });
    expect(cropFor({ x: -50, y: 10, width: 2000, height: 3000 }, WINDOW)?.crop).toEqual({
      x: 0,
      y: 0,
      width: 1000,
      height: 600,
    });
  });

  test('what is out of the window is moved into it, as if the page were scrolled there', () => {
    const below = cropFor({ x: 100, y: 1500, width: 200, height: 100 }, WINDOW);
    expect(below?.move).toEqual({ x: 300, y: -1250 });
    expect(below?.crop).toEqual({ x: 376, y: 226, width: 248, height: 148 });
    // Larger than the window: its beginning.
    expect(cropFor({ x: 0, y: 700, width: 1000, height: 2000 }, WINDOW)?.crop).toEqual({
      x: 0,
      y: 0,
      width: 1000,
      height: 600,
    });
    expect(cropFor({ x: 0, y: 0, width: 0, height: 20 }, WINDOW)).toBeUndefined();
  });

  test('at most 2,000 pixels on a side', () => {
    expect(scaleFor({ width: 400, height: 300 }, 2)).toBe(2);
    expect(scaleFor({ width: 1600, height: 300 }, 2)).toBe(1.25);
    expect(scaleFor({ width: 4000, height: 300 }, 2)).toBe(0.5);
    expect(scaleFor({ width: 400, height: 300 }, 0.5)).toBe(1);
  });
});

describe('sheets of a picture', () => {
  test('addresses are found however they are written, but not data or what is in the page', () => {
    expect(addressesIn(`url("/a b") url('/b') url( /c ) url("data:x") url(#g) url("/d\\"e")`)).toEqual([
      '/a b',
      '/b',
      '/c',
      '/d"e',
    ]);
  });

  test('an address that nothing is known of asks for nothing', () => {
    const known = (raw: string) => (raw === '/a' ? 'data:image/png;base64,AA' : undefined);
    const css = 'a{background:url("/a"),url(https://elsewhere.example/x.png)}b{fill:url(#g);mask:url("data:,1")}';
    expect(replaceAddresses(css, known)).toBe(
      'a{background:url("data:image/png;base64,AA"),url("data:,")}b{fill:url(#g);mask:url("data:,1")}',
    );
  });

  test('names that XML can’t have are others, and only those', () => {
    expect(renamed('a[\\:hover]:root .hover\\:red:hover, :root-like{}')).toBe(
      'a[m--hover][m--root] .hover\\:red:hover, :root-like{}',
    );
    expect(familiesIn(`"Inter Tight", 'Noto', serif`)).toEqual(['inter tight', 'noto', 'serif']);
  });
});

describe('the bar of a frame', () => {
  const area = { left: 10, top: 20, width: 800, height: 500 };
  const bar = { area, width: 120, height: 36 };
  const frame = { left: 100, top: 200, width: 300, height: 80 };

  test('stands over it, under it, or in it', () => {
    expect(placeBar({ ...bar, frame, way: undefined })).toEqual({ x: 100, y: 156 });
    expect(placeBar({ ...bar, frame: { ...frame, top: 40 }, way: undefined })).toEqual({ x: 100, y: 128 });
    expect(placeBar({ ...bar, frame: { left: 0, top: 0, width: 900, height: 700 }, way: undefined })).toEqual({
      x: 18,
      y: 28,
    });
  });

  test('stands at the edge where the element went', () => {
    const ways = [
      { ...frame, top: -200 },
      { ...frame, left: 900 },
      { ...frame, top: 900 },
      { ...frame, left: -400 },
      frame,
    ].map((each) => wayTo(each, area));
    expect(ways).toEqual(['up', 'right', 'down', 'left', undefined]);
    expect(placeBar({ ...bar, frame: { ...frame, top: -200 }, way: 'up' })).toEqual({ x: 190, y: 28 });
    expect(placeBar({ ...bar, frame: { ...frame, top: 900 }, way: 'down' })).toEqual({ x: 190, y: 476 });
    expect(placeBar({ ...bar, frame: { ...frame, left: 900 }, way: 'right' })).toEqual({ x: 682, y: 222 });
    expect(placeBar({ ...bar, frame: undefined, way: undefined })).toEqual({ x: 350, y: 476 });
  });

  test('a cut of what does not meet is empty', () => {
    expect(cut(frame, { left: 600, top: 0, width: 10, height: 10 })).toMatchObject({ width: 0, height: 0 });
  });
});

describe('the list of quotes', () => {
  beforeEach(() => {
    vi.stubGlobal(
      '$state',
      Object.assign(<T>(value: T) => value, { raw: <T>(value: T) => value }),
    );
    return () => vi.unstubAllGlobals();
  });
  const said = (node: number) => ({ url: 'https://shop.example/', title: 'Shop', what: 'Button', text: '', node });
  const picture = { blob: new Blob(['x']), width: 10, height: 10, scale: 1 };

  test('the newest first, no more than twenty; one that was deleted while it was drawn stays away', () => {
    const quotes = new Quotes();
    const ids = Array.from({ length: 21 }, (_, node) => quotes.begin(said(node)));
    expect(quotes.list.map(({ node }) => node)).toEqual(Array.from({ length: 20 }, (_, index) => 20 - index));
    expect(new Set(ids).size).toBe(21);
    quotes.remove(ids[20] ?? '');
    quotes.finish(ids[20] ?? '', picture);
    expect(quotes.list.map(({ node }) => node)).not.toContain(20);
    quotes.finish(ids[19] ?? '', picture);
    quotes.finish(ids[18] ?? '', undefined);
    expect(quotes.list.slice(0, 2).map((quote) => quote.picture)).toEqual([picture, 'missing']);
    expect(quotes.drawing?.node).toBe(17);
  });

  test('whoever takes them gets those that wait, oldest first, and each new one when it is whole', () => {
    const quotes = new Quotes();
    const [first, second, third] = [1, 2, 3].map((node) => quotes.begin(said(node)));
    quotes.finish(first ?? '', picture);
    quotes.finish(second ?? '', undefined);
    const taken: Quote[] = [];
    const stop = quotes.takenBy((quote) => taken.push(quote));
    expect(taken.map(({ node }) => node)).toEqual([1, 2]);
    quotes.finish(third ?? '', picture);
    expect(taken.map((quote) => [quote.node, quote.picture])).toEqual([
      [1, picture],
      [2, 'missing'],
      [3, picture],
    ]);
    stop();
    quotes.finish(quotes.begin(said(4)), picture);
    expect(taken.length).toBe(3);
  });
});
