// Text messages from strangers: nothing but a ProtocolError, whatever they say.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LIMITS } from '../../protocol/limits.ts';
import {
  parseAssetList,
  parseFromOperator,
  parseFromVisitor,
  parseToOperator,
  parseToVisitor,
} from '../../protocol/messages.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import { someRoom } from '../support/stand-in-relay.ts';

const parsers = [parseFromVisitor, parseToVisitor, parseFromOperator, parseToOperator, parseAssetList];
const fuzz = process.env['TANDEM_FUZZ'] === '1' ? { numRuns: 100_000 } : { numRuns: 1000, seed: 7 };

test('[P7] any JSON and any text is understood or refused', () => {
  const names = ['hello', 'page', 'answer', 'assets', 'probe', 'watch', 'list', 'rows', 'room', 'welcome', 'visit'];
  const value = fc.oneof(
    fc.json(),
    fc.string(),
    fc
      .record({ t: fc.constantFrom(...names), room: fc.anything(), page: fc.anything(), list: fc.anything() })
      .map((each) => {
        try {
          return JSON.stringify(each);
        } catch {
          // anything() makes values that JSON can't carry.
          return '{}';
        }
      }),
  );
  fc.assert(
    fc.property(value, (text) => {
      for (const parse of parsers) {
        try {
          parse(text ?? '');
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }
    }),
    fuzz,
  );
});

test('[P7] what is not declared is not passed on, and no prototype is touched', () => {
  const parsed = parseFromOperator('{"t":"list","on":true,"extra":1,"__proto__":{"polluted":1},"constructor":{"a":1}}');
  expect(Object.keys(parsed).sort()).toEqual(['on', 't']);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('[P7] too long is refused before it is parsed', () => {
  expect(() => parseFromVisitor(' '.repeat(LIMITS.maxTextBytes + 1))).toThrow('bad-message');
});

test('[P7] what capture costs is whole and within bounds, from a page as from the relay', () => {
  const probe = (cost: unknown) => parseFromVisitor(JSON.stringify({ t: 'probe', at: 1, cost }));
  const room = (cost: unknown) =>
    parseToOperator(
      JSON.stringify({ t: 'room', view: someRoom({ tabs: [{ ...someRoom().tabs[0], cost } as never] }) }),
    );
  for (const parse of [probe, room]) {
    for (const cost of [
      { ms: 0, level: 0 },
      { ms: 1000, level: 3 },
    ])
      expect(JSON.stringify(parse(cost))).toContain(JSON.stringify(cost));
    expect(JSON.stringify(parse(undefined))).not.toContain('cost');
    for (const [ms, level] of [
      [1001, 0],
      [-1, 0],
      [1.5, 0],
      ['3', 0],
      [null, 0],
      [3, 4],
      [3, -1],
      [3, 0.5],
      [3, undefined],
    ])
      expect(() => parse({ ms, level }), `${ms}, ${level}`).toThrow('bad-message');
    for (const cost of [3, null, 'much', [3, 1]]) expect(() => parse(cost), String(cost)).toThrow('bad-message');
  }
});
