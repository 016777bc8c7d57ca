// The operator's hand where others have a say: what the site and the operator's rights allow, and control that is handed
// over by request. Drawn and clicked in test/browser/hand-grants.test.ts.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { GRANTS, type FromOperatorHand, type Grant, type Hands } from '../../protocol/hand.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { Hand } from '../../operator-ui/state/hand.svelte.ts';

const ME = { id: 'me', name: 'Anna' };
const BORIS = { id: 'boris', name: 'Boris' };
const CLARA = { id: 'clara', name: 'Clara' };
let said: FromOperatorHand[];
let hand: Hand;

beforeEach(() => {
  vi.useFakeTimers();
  // What Svelte's compiler would put there; nothing here is drawn.
  vi.stubGlobal(
    '$state',
    Object.assign(<T>(value: T) => value, { raw: <T>(value: T) => value }),
  );
  said = [];
  hand = new Hand({
    send: (say) => said.push(say) > 0,
    nextNumber: () => 1,
    me: () => ME.id,
    tab: () => 1,
    mirror: () => undefined,
  });
});
afterEach(() => {
  hand.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const mine = (...grants: Grant[]): Hands[number] => ({ by: ME, colour: 0, grants });
const theirs = (by = BORIS, ...grants: Grant[]): Hands[number] => ({ by, colour: 1, grants });
const waiting = (entry: Hands[number], waitsFor?: string): Hands[number] => ({
  ...entry,
  wish: 'control',
  ...(waitsFor === undefined ? {} : { waitsFor }),
});

test('what the site or the operator’s rights do not hold can’t be taken up, and says why', () => {
  hand.told([], { site: ['point', 'suggest'], me: ['suggest', 'control'] });
  expect((['look', 'point', 'frame', 'control'] as const).map((tool) => hand.barred(tool))).toEqual([
    undefined,
    'me',
    'me',
    'site',
  ]);
  for (const tool of ['point', 'control'] as const) hand.use(tool);
  expect([said, hand.tool, hand.asking.kind]).toEqual([[], 'look', 'none']);
  hand.told([], { site: GRANTS, me: GRANTS });
  hand.use('control');
  expect(said).toEqual([{ t: 'wish', grant: 'control' }]);
});

test('who wishes sees whom the wish is before, and each who is asked has a minute', () => {
  hand.told([theirs(BORIS, 'control')]);
  hand.use('control');
  hand.told([theirs(BORIS, 'control'), waiting(mine(), BORIS.id)]);
  expect(hand.waitsFor).toEqual(BORIS);
  vi.advanceTimersByTime(LIMITS.wishMs - 5000);
  hand.told([waiting(mine())]);
  expect(hand.waitsFor).toBeUndefined();
  vi.advanceTimersByTime(LIMITS.wishMs - 5000);
  expect(hand.asking.kind).toBe('waiting');
  vi.advanceTimersByTime(20_000);
  expect(hand.asking).toEqual({ kind: 'unanswered', grant: 'control' });
});

test('a no of who has control is told as theirs', () => {
  hand.use('control');
  hand.say({ t: 'denied', grant: 'control', by: BORIS });
  expect(hand.asking).toEqual({ kind: 'denied', grant: 'control', by: BORIS });
});

test('who has control sees who asks for it, and nobody else does', () => {
  hand.told([mine('control'), waiting(theirs(), ME.id), waiting(theirs(CLARA), ME.id)]);
  expect(hand.askers).toEqual([BORIS, CLARA]);
  hand.handOver(CLARA.id, false);
  expect(said).toEqual([{ t: 'handOver', to: 'clara', yes: false }]);
  hand.told([theirs(BORIS, 'control'), waiting(theirs(CLARA), BORIS.id)]);
  expect(hand.askers).toEqual([]);
  // Asked about before us, without having it.
  hand.told([waiting(mine()), waiting(theirs(), ME.id)]);
  expect(hand.askers).toEqual([]);
});

test('handed over: the tool is put down, and nobody is said to have taken it', () => {
  hand.told([mine('control'), waiting(theirs(), ME.id)]);
  hand.use('control');
  hand.handOver(BORIS.id, true);
  hand.told([waiting(theirs())]);
  expect([hand.tool, hand.asking.kind]).toEqual(['look', 'none']);
  expect(said.at(-1)).toEqual({ t: 'handOver', to: 'boris', yes: true });
});
