// The events' encoding: everything that JSON can say comes back, what rrweb says is short, and bytes that nobody encoded
// are an error of ours or some value, in bounded time and memory.

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { createEventDecoder } from '../../protocol/event-decoder.ts';
import { createEventEncoder } from '../../protocol/event-encoder.ts';
import { MAX_DEPTH, MAX_PATH, MAX_STEPS, NAMES } from '../../protocol/events/format.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import { CURRENT_VERSION } from '../../protocol/version.ts';

const fuzz = process.env['TANDEM_FUZZ'] === '1' ? { numRuns: 50_000 } : { numRuns: 1000, seed: 42 };
const golden = path.join(path.dirname(fileURLToPath(import.meta.url)), `../golden/events-${CURRENT_VERSION}.json`);

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** Encodes the lists one after the other and decodes each; returns the bytes. */
function roundTrip(...lists: unknown[][]): Uint8Array[] {
  const encoder = createEventEncoder();
  const decoder = createEventDecoder();
  return lists.map((list, at) => {
    const bytes = encoder.encode(list, at === 0);
    expect(decoder.decode(bytes, at === 0)).toStrictEqual(asJson(list));
    return bytes;
  });
}

/** Whether the list went as JSON: the lowest bit of its first number. */
const isJson = (bytes: Uint8Array | undefined) => ((bytes?.[0] ?? 0) & 1) === 1;

const element = (id: number, tagName: string, attributes: object, childNodes: unknown[] = []) => ({
  type: 2,
  tagName,
  attributes,
  childNodes,
  id,
});
const mutation = (data: object, timestamp = 1_700_000_000_000) => ({
  type: 3,
  data: { source: 0, texts: [], attributes: [], removes: [], adds: [], ...data },
  timestamp,
});
const row = (number: number) => {
  const id = 100 + number * 5;
  return [
    { parentId: 90, nextId: null, node: element(id, 'tr', { class: 'row' }) },
    { parentId: id, nextId: null, node: element(id + 1, 'td', { class: 'name' }) },
    { parentId: id + 1, nextId: null, node: { type: 3, textContent: `Row ${number}`, id: id + 2 } },
    { parentId: id, nextId: null, node: element(id + 3, 'td', { class: 'price', 'data-x': '1' }) },
    { parentId: id + 3, nextId: null, node: { type: 3, textContent: `${number}.50`, id: id + 4 } },
  ];
};
const page = (depth: number) => {
  let node: object = { type: 3, textContent: 'deep', id: depth + 2 };
  for (let id = depth; id > 0; id--) node = element(id, 'div', {}, [node]);
  return [{ type: 2, data: { node, initialOffset: { left: 0, top: 0 } }, timestamp: 1_700_000_000_000 }];
};

const EXAMPLES: Record<string, unknown[]> = {
  meta: [
    { type: 4, data: { href: 'https://shop.example/tea?x=1', width: 1000, height: 700 }, timestamp: 1_700_000_000_000 },
  ],
  snapshot: [
    {
      type: 2,
      data: {
        node: {
          type: 0,
          childNodes: [
            { type: 1, name: 'html', publicId: '', systemId: '', id: 2 },
            element(3, 'html', { lang: 'en' }, [
              element(4, 'body', {}, [
                element(5, 'p', { class: 'a b' }, [{ type: 3, textContent: 'Grüße, мир 😀', id: 6 }]),
                { ...element(7, 'svg', { viewBox: '0 0 1 1' }), isSVG: true },
                { ...element(8, 'x-card', { 'data-own': '1' }), isShadowHost: true, isCustom: true },
              ]),
            ]),
          ],
          id: 1,
        },
        initialOffset: { left: 0, top: 12.5 },
      },
      timestamp: 1_700_000_000_010,
    },
  ],
  rows: [mutation({ adds: [1, 2, 3].flatMap(row) }, 1_700_000_000_100)],
  changes: [
    mutation({
      texts: [
        { id: 12, value: 'somebody writes a sentence' },
        { id: 12, value: 'somebody writes a longer sentence' },
      ],
      attributes: [{ id: 5, attributes: { style: { color: 'red', width: ['1px', 'important'], height: false } } }],
      removes: [{ parentId: 3, id: 5 }],
    }),
    { type: 3, data: { source: 3, id: 7, x: 0, y: 100.25 }, timestamp: 1_700_000_000_200 },
    { type: 3, data: { source: 5, text: 'typed', isChecked: false, id: 9 }, timestamp: 1_700_000_000_190 },
    { type: 5, data: { tag: 'caret', payload: { id: 9, start: 5, end: 5 } }, timestamp: 1_700_000_000_190 },
  ],
  values: [null, true, false, 0, -1, 300, 2 ** 40, -(2 ** 53), 0.1, 1e300, '', 'a', [[], [1]], {}, { a: {}, b: [] }],
};

describe('any value that JSON can say', () => {
  test('comes back, list by list and from one payload', () => {
    const lists = Object.values(EXAMPLES);
    roundTrip(...lists);
    const encoder = createEventEncoder();
    const parts = lists.map((list, at) => encoder.encode(list, at === 0));
    expect(createEventDecoder().decode(Buffer.concat(parts), true)).toStrictEqual(asJson(lists.flat()));
    expect(createEventDecoder().decode(new Uint8Array(), true)).toEqual([]);
  });

  test('comes back whatever it is', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.jsonValue({ maxDepth: 6 }), { maxLength: 6 }), { maxLength: 4 }), (lists) => {
        roundTrip(...lists);
      }),
      fuzz,
    );
  });

  test('comes back with rrweb keys, over one another, too', () => {
    const key = fc.constantFrom(
      'id',
      'parentId',
      'nextId',
      'type',
      'source',
      'tagName',
      'timestamp',
      'rootId',
      'value',
      'tag',
      '__proto__',
      '',
    );
    const leaf = fc.oneof(
      fc.integer({ min: -3, max: 300 }),
      fc.maxSafeInteger(),
      fc.double(),
      fc.constantFrom<unknown>(
        'div',
        'p',
        null,
        true,
        false,
        undefined,
        '',
        -0,
        'somebody types',
        'somebody types on',
        'some types',
      ),
      fc.string({ unit: 'binary', maxLength: 12 }),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: false }),
      ),
    }));
    fc.assert(
      fc.property(fc.array(fc.array(value, { maxLength: 5 }), { maxLength: 4 }), (lists) => {
        roundTrip(...lists);
      }),
      fuzz,
    );
  });

  test('halves of surrogate pairs, the mark of byte order and keys of the prototype stay what they are', () => {
    const odd = JSON.parse('{"__proto__":{"x":1},"constructor":"c","toString":[1]}') as unknown;
    const lists = [
      ['\ud800'],
      ['a\udc00b', 'c'],
      ['\ufeffx', { '\ud800': 1 }],
      [odd, Object.assign(Object.create(null), { a: 1 })],
    ];
    const bytes = roundTrip(...lists, [{ value: 'pair 😀 of two' }, { value: 'pair 😁 of two' }]);
    expect(bytes.map(isJson)).toEqual([true, true, false, false, false]);
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  test('what JSON leaves out is left out, and nothing makes the encoder throw', () => {
    const self: unknown[] = [];
    self.push(self);
    const encoder = createEventEncoder();
    const decoder = createEventDecoder();
    roundTrip([{ a: undefined, b: () => 1, c: Symbol('c'), d: NaN, e: [undefined, Infinity, -0] }]);
    const hostile = {
      get a(): never {
        throw new Error('no');
      },
    };
    for (const list of [self, [hostile], [10n]])
      expect(() => decoder.decode(encoder.encode(list, false), false)).not.toThrow();
    expect(decoder.decode(encoder.encode([1], false), false)).toEqual([1]);
  });

  test('pages of 512 levels and more go packed, deeper ones and objects of thousands of keys as JSON', () => {
    const [deep, deeper] = roundTrip(page(1000), page(MAX_DEPTH + 10));
    expect([deep, deeper].map(isJson)).toEqual([false, true]);
    const wide = (keys: number) => [Object.fromEntries(Array.from({ length: keys }, (_, key) => [`k${key}`, key]))];
    const [many, tooMany] = roundTrip(wide(1000), wide(MAX_PATH));
    expect([many, tooMany].map(isJson)).toEqual([false, true]);
  });

  test('shapes are forgotten when there are too many, at both ends', () => {
    const objects = Array.from({ length: MAX_STEPS }, (_, at) => ({ [`key${at}`]: 1, id: at }));
    const bytes = roundTrip(objects, objects, objects.slice(0, 10));
    expect(bytes.map(isJson)).toEqual([false, false, false]);
  });

  describe('on a page that puts something into every object', () => {
    afterEach(() => {
      Reflect.deleteProperty(Object.prototype, 'everywhere');
    });
    test('only what is the events own goes', () => {
      Object.assign(Object.prototype, { everywhere: 'x' });
      const encoder = createEventEncoder();
      const bytes = encoder.encode([{ a: 1 }], true);
      Reflect.deleteProperty(Object.prototype, 'everywhere');
      expect(createEventDecoder().decode(bytes, true)).toStrictEqual([{ a: 1 }]);
    });
  });
});

describe('what rrweb says', () => {
  test('is short when it comes again', () => {
    const encoder = createEventEncoder();
    encoder.encode([mutation({ adds: [1, 2, 3].flatMap(row) })], true);
    const rows = Array.from({ length: 50 }, (_, at) => row(at + 4)).flat();
    const { length } = encoder.encode([mutation({ adds: rows })], false);
    // Two texts of about 6 characters are in each row.
    expect(length / 50).toBeLessThan(36);
    encoder.encode([mutation({ texts: [{ id: 12, value: 'a'.repeat(500) }] })], false);
    expect(encoder.encode([mutation({ texts: [{ id: 12, value: 'a'.repeat(501) }] })], false).length).toBeLessThan(20);
  });
});

describe('bytes from anybody', () => {
  const decode = (bytes: Uint8Array) => {
    const decoder = createEventDecoder();
    try {
      decoder.decode(bytes, true);
    } catch (error) {
      expect(error).toBeInstanceOf(ProtocolError);
      // It goes on as if new.
      expect(decoder.decode(createEventEncoder().encode([{ a: 'text' }], true), true)).toEqual([{ a: 'text' }]);
    }
  };
  const all = Buffer.concat(
    (() => {
      const encoder = createEventEncoder();
      return Object.values(EXAMPLES).map((list, at) => encoder.encode(list, at === 0));
    })(),
  );

  test('any bytes are refused or are a value', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => decode(bytes)),
      fuzz,
    );
    // Columns of likely lengths, so that more than the head is read.
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.uint8Array({ maxLength: 60 }),
        fc.stringMatching(/^[a-z]{0,60}$/),
        (a, b, c) =>
          decode(
            new Uint8Array([
              (a.length * 2) & 127,
              ...(a.length > 63 ? [] : []),
              b.length,
              c.length,
              ...a,
              ...b,
              ...Buffer.from(c),
            ]),
          ),
      ),
      fuzz,
    );
  });

  test('cut off anywhere they are refused', () => {
    const [whole = new Uint8Array()] = roundTrip(EXAMPLES['snapshot'] ?? []);
    for (let length = 1; length < whole.length; length++)
      expect(() => createEventDecoder().decode(whole.subarray(0, length), true)).toThrow(ProtocolError);
  });

  test('with bits turned over they are refused or are a value', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(all.length * 8 - 1), { minLength: 1, maxLength: 4 }), (bits) => {
        const bytes = Uint8Array.from(all);
        for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        decode(bytes);
      }),
      fuzz,
    );
  });

  const list = (structure: number[], values: number[] = [], text = '') => {
    const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)]);
    return new Uint8Array([
      ...varint(structure.length * 2),
      ...varint(values.length),
      ...varint(text.length),
      ...structure,
      ...values,
      ...Buffer.from(text),
    ]);
  };
  const SOME_KEY = 18 + NAMES.split(' ').indexOf('value');

  test.each([
    ['a list longer than its bytes', list([255, 255, 255, 127, 253])],
    ['a shape that nobody has made', list([1, 5])],
    ['a shape that begins nowhere', list([1, 224, 77, 0])],
    ['a key without a value', list([1, 224, 0, SOME_KEY, 0])],
    ['a value without a key', list([1, 224, 0, 3, 0])],
    ['an object that is never left', list([1, 224, 0, SOME_KEY, 2, 0])],
    ['more left than entered', list([1, 224, 0, SOME_KEY, 3, 1, 0])],
    ['a text longer than there is', list([1, 248], [5], 'abcd')],
    ['a row of the table without a text', list([1, 248], [240, 0])],
    ['more in common than there is', list([1, 248], [238, 1, 0, 0])],
    ['digits that are none', list([1, 246], [2], '0x')],
    ['text that is not used', list([1, 253], [], 'abc')],
    ['bytes that are not used', list([1, 253, 0])],
    ['a lead that means nothing', list([1, 230])],
    ['a name that nobody has said', list([1, 224, 0, 255, 255, 3, 0])],
    ['a number without end', list([1, 247], Array<number>(12).fill(255))],
    ['JSON that is none', new Uint8Array([1, 0, 1, 91])],
    ['JSON that is no list', new Uint8Array([1, 0, 1, 49])],
    ['text that is no UTF-8', new Uint8Array([4, 1, 1, 1, 248, 1, 255])],
  ])('%s is refused', (_, bytes) => {
    expect(() => createEventDecoder().decode(bytes, true)).toThrow(ProtocolError);
  });

  test('a few bytes that unfold to more than is allowed are refused before they do', () => {
    // 4,000 characters, a million times, at a byte each.
    const [first = new Uint8Array()] = [createEventEncoder().encode(['x'.repeat(4000)], true)];
    const many = 1_000_000;
    const again = list([192, 132, 61, ...Array<number>(many).fill(248)], Array<number>(many).fill(239));
    expect(() => createEventDecoder().decode(Buffer.concat([first, again]), true)).toThrow('too much text');
    // An object of 1,500 keys, 100,000 times.
    const keys = Array.from({ length: 1500 }, () => [SOME_KEY, 3]).flat();
    const objects = list([...[161, 141, 6], 224, 0, ...keys, 0, ...Array<number>(100_000).fill(0)]);
    expect(() => createEventDecoder().decode(objects, true)).toThrow('too many values');
    let nested: number[] = [0];
    for (let depth = 0; depth < 100_000; depth++) nested = [0];
    nested = Array.from({ length: 100_000 }, () => [1, 249]).flat();
    expect(() => createEventDecoder().decode(list([...nested, 0]), true)).toThrow('nested too deep');
  });
});

describe('the bytes', () => {
  // When this fails, the wire has changed: raise CURRENT_VERSION in protocol/version.ts, say in its history what changed,
  // and write the new golden file with `UPDATE_GOLDEN=1 npm run test:unit`.
  const current = () => {
    const encoder = createEventEncoder();
    return Object.fromEntries(
      Object.entries(EXAMPLES).map(([name, events], at) => [
        name,
        Buffer.from(encoder.encode(events, at === 0)).toString('hex'),
      ]),
    );
  };

  test('[W5] are what they were', () => {
    const now = current();
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, JSON.stringify(now, null, 2) + '\n');
    expect(now).toEqual(JSON.parse(readFileSync(golden, 'utf8')));
  });

  test('[W5] of an earlier day are still read', () => {
    const decoder = createEventDecoder();
    const frozen = JSON.parse(readFileSync(golden, 'utf8')) as Record<string, string>;
    Object.entries(frozen).forEach(([name, text], at) => {
      expect(decoder.decode(new Uint8Array(Buffer.from(text, 'hex')), at === 0), name).toStrictEqual(
        asJson(EXAMPLES[name]),
      );
    });
  });
});
