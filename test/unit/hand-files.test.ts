// Files that operators hand over, at the relay: whose they are, for how long, and how many; and acts that a page does not
// answer.

import { expect, test } from 'vitest';
import type { Act } from '../../protocol/hand.ts';
import { isAccepted } from '../../protocol/accept.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { HandFiles } from '../../relay/live/hand-files.ts';
import { CLICK, openWatched } from '../support/hands-room.ts';

const MB = 1024 * 1024;
const ANNA = { room: 'r1', operator: 'anna' };

function open() {
  let now = 0;
  let id = 0;
  const files = new HandFiles({ now: () => now, randomId: () => `f${++id}` });
  const keep = (of = ANNA, bytes = 10) => files.keep(of, new Uint8Array(bytes), () => {});
  return { files, keep, pass: (ms: number) => ((now += ms), files.tick()) };
}

test('[G11] a file is for one room, and for its time', () => {
  const { files, keep, pass } = open();
  const id = keep();
  expect(files.has(id, ANNA, 10)).toBe(true);
  expect(files.has(id, ANNA, 11)).toBe(false);
  expect(files.has(id, { ...ANNA, operator: 'boris' }, 10)).toBe(false);
  expect(files.take(id, 'r2')).toBeUndefined();
  expect(files.take('f9', 'r1')).toBeUndefined();
  expect(files.take(id, 'r1')?.byteLength).toBe(10);
  pass(LIMITS.handFileMs);
  expect(files.take(id, 'r1')).toBeUndefined();
  expect(files.bytes).toBe(0);
});

test('[G11] fetched a few times and no more; gone with its answer and with its room', () => {
  const { files, keep } = open();
  const id = keep();
  expect([1, 2, 3, 4, 5].map(() => files.take(id, 'r1') !== undefined)).toEqual([true, true, true, true, false]);
  files.drop(id);
  files.drop(id);
  const [here, there] = [keep(), keep({ ...ANNA, room: 'r2' })];
  files.dropRoom('r1');
  expect(files.take(here, 'r1')).toBeUndefined();
  expect(files.take(there, 'r2')).toBeDefined();
});

test('[G11] four of an operator wait, and 64 MB in all, what is on its way included', () => {
  const { files, keep, pass } = open();
  expect([1, 2, 3, 4, 5].map(() => keep())).toEqual(['f1', 'f2', 'f3', 'f4', 'too-many']);
  expect(keep({ ...ANNA, operator: 'boris' })).toBe('f5');
  pass(LIMITS.handFileMs);
  const places = Array.from({ length: 8 }, () => files.begin(8 * MB));
  expect(places.every(Boolean)).toBe(true);
  expect(files.begin(1)).toBeUndefined();
  const [over] = places;
  // As kept it weighs what it weighed on its way, once.
  expect(files.keep(ANNA, new Uint8Array(8 * MB), () => over?.())).not.toBe('too-many');
  over?.();
  expect(files.begin(1)).toBeUndefined();
  expect(files.bytes).toBe(64 * MB);
});

test.each([
  ['', 'a.bin', '', true],
  ['.pdf', 'A.PDF', '', true],
  ['.pdf, image/*', 'a.png', 'image/png', true],
  ['.pdf,image/*', 'a.txt', 'text/plain', false],
  ['image/png', 'a.jpg', 'image/jpeg', false],
  ['image/*', 'a.png', '', false],
])('accept=%j takes %s of %j: %s', (accept, name, type, yes) => {
  expect(isAccepted(accept, { name, type })).toBe(yes);
});

const giving = (id: string, bytes = 10): Act => ({
  t: 'giveFile',
  at: { node: 1, x: 0.5, y: 0.5 },
  file: { id, name: 'invoice.pdf', type: '', bytes },
});

test('[G11] only a file that this operator has put there is offered', () => {
  const { world, tab, anna } = openWatched('control');
  const { live } = world.relay;
  const over = live.beginHandFile(world.room, '::1', 10);
  if (typeof over !== 'function') throw new Error(`no place: ${over}`);
  const operator = { id: 'anna', account: 'account1', name: 'anna', login: 'anna', role: 'operator' as const };
  const id = live.keepHandFile(operator, world.room, new Uint8Array(10), over) ?? '';
  expect(live.keepHandFile({ ...operator, account: 'account2' }, world.room, new Uint8Array(10), over)).toBeUndefined();
  anna.act(giving('guessed'));
  anna.act(giving(id, 9));
  anna.act(giving(id));
  expect(anna.outcomes).toEqual(['1 gone', '2 gone']);
  expect(tab.acts.map(({ act }) => act.t)).toEqual(['giveFile']);
  tab.handled();
  // Answered: it is there no more.
  anna.act(giving(id));
  expect(anna.outcomes).toEqual(['1 gone', '2 gone', '3 done', '4 gone']);
});

test('[G11] without control nothing is taken, and nothing given out', () => {
  const { world, tab } = openWatched('control');
  const { live } = world.relay;
  expect(live.beginHandFile('no such room', '::1', 10)).toBeUndefined();
  tab.say({ t: 'pause', on: true });
  expect(live.beginHandFile(world.room, '::1', 10)).toBeUndefined();
  tab.say({ t: 'pause', on: false });
  expect(typeof live.beginHandFile(world.room, '::1', 10)).toBe('function');
  tab.grant('anna', 'control', false);
  expect(live.beginHandFile(world.room, '::1', 10)).toBeUndefined();
});

test('[G4] an act that a page does not answer is given up, and its late answer dropped', () => {
  const { clock, world, tab, anna } = openWatched('control');
  anna.act(CLICK);
  clock.advance(9000);
  expect(anna.outcomes).toEqual([]);
  clock.advance(2000);
  expect(anna.outcomes).toEqual(['1 away']);
  tab.handled();
  expect(anna.outcomes).toEqual(['1 away']);
  expect(world.relay.metrics.handAnswersDropped.value).toBe(1);
});

test('[G4] what waits for the visitor waits longer', () => {
  const { clock, tab, anna } = openWatched('control');
  anna.act({ t: 'askFile', node: 1 });
  clock.advance(LIMITS.suggestionMs);
  expect(anna.outcomes).toEqual([]);
  tab.handled({ done: false, why: 'declined' });
  expect(anna.outcomes).toEqual(['1 declined']);
  anna.act({ t: 'askFile', node: 1 });
  clock.advance(LIMITS.suggestionMs + 16_000);
  expect(anna.outcomes.at(-1)).toBe('2 no-answer');
});
