// Who gets which conversation, by properties over generated situations and by the cases that people ask about; and what
// follows from clocks: working hours, and how an operator is there.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Presence, WorkingHours } from '../../protocol/routing.ts';
import { answerableAt } from '../../relay/dialog/ahead.ts';
import { isWorking, isZone, worksAgainAt } from '../../relay/dialog/hours.ts';
import { standingOf } from '../../relay/dialog/presence.ts';
import { AGAIN_MS, distribute, expectWait, type Queued, type Seat } from '../../relay/dialog/routing.ts';

const NOW = 1_800_000_000_000;
const OPERATORS = ['anna', 'boris', 'clara', 'dmitri', 'eva'];

const seat = (operator: string, more: Partial<Seat> = {}): Seat => ({
  operator,
  presence: 'online',
  since: NOW - 3_600_000,
  load: 0,
  limit: 3,
  givenAt: 0,
  ...more,
});
const queued = (conversation: string, more: Partial<Queued> = {}): Queued => ({
  conversation,
  waitingSince: NOW - 60_000,
  assignee: null,
  assignedAt: null,
  offered: false,
  tried: [],
  escalatedAt: null,
  previous: null,
  members: undefined,
  isWorking: true,
  answerMs: 60_000,
  ...more,
});
const given = (queue: Queued[], seats: Seat[], now = NOW) =>
  distribute(queue, seats, now).moves.map(({ conversation, to }) => `${conversation} ${to}`);

describe('who gets which', () => {
  const presences: Presence[] = ['online', 'online', 'away', 'invisible', 'gone'];
  const seats = fc.uniqueArray(fc.constantFrom(...OPERATORS), { minLength: 1 }).chain((names) =>
    fc.tuple(
      ...names.map((operator) =>
        fc
          .record({
            presence: fc.constantFrom(...presences),
            since: fc.integer({ min: NOW - 2 * AGAIN_MS, max: NOW }),
            load: fc.nat(5),
            limit: fc.nat(6),
            givenAt: fc.integer({ min: 0, max: NOW }),
          })
          .map((more) => seat(operator, more)),
      ),
    ),
  );
  const who = fc.option(fc.constantFrom(...OPERATORS), { nil: null });
  const queue = fc.array(
    fc.record({
      waitingSince: fc.integer({ min: NOW - 1_000_000, max: NOW }),
      assignee: who,
      assignedAt: fc.integer({ min: NOW - 200_000, max: NOW }),
      offered: fc.boolean(),
      tried: fc.subarray(OPERATORS),
      escalatedAt: fc.option(fc.integer({ min: NOW - 2 * AGAIN_MS, max: NOW }), { nil: null }),
      previous: who,
      members: fc.option(
        fc.subarray(OPERATORS).map((all) => new Set(all)),
        { nil: undefined },
      ),
      isWorking: fc.boolean(),
      answerMs: fc.constantFrom(0, 60_000),
    }),
    { maxLength: 30 },
  );
  const named = (all: Omit<Queued, 'conversation'>[]) => all.map((one, at) => ({ ...one, conversation: `c${at}` }));

  test('[WA2] nobody is given more than their limit, or anything while they are not there, or what is not their team’s', () => {
    fc.assert(
      fc.property(queue, seats, (some, all) => {
        const waiting = named(some);
        const { moves } = distribute(waiting, all, NOW);
        const loads = new Map(all.map(({ operator, load }) => [operator, load]));
        for (const { conversation, from, to } of moves) {
          const one = waiting.find((each) => each.conversation === conversation);
          expect(one?.assignee).toBe(from);
          expect(one?.isWorking).toBe(true);
          if (from !== null) loads.set(from, (loads.get(from) ?? 0) - 1);
          if (to === null) continue;
          expect(to).not.toBe(from);
          const taker = all.find(({ operator }) => operator === to);
          expect(taker?.presence).toBe('online');
          expect(one?.members?.has(to) ?? true).toBe(true);
          loads.set(to, (loads.get(to) ?? 0) + 1);
          expect(loads.get(to)).toBeLessThanOrEqual(taker?.limit ?? -1);
        }
        expect(new Set(moves.map(({ conversation }) => conversation)).size).toBe(moves.length);
      }),
      { numRuns: 2000 },
    );
  });

  test('[WA2] as long as somebody is free, nobody waits who was not offered to them', () => {
    fc.assert(
      fc.property(queue, seats, (some, all) => {
        const waiting = named(some);
        const { moves } = distribute(waiting, all, NOW);
        const loads = new Map(all.map(({ operator, load }) => [operator, load]));
        for (const { from, to } of moves) {
          if (from !== null) loads.set(from, (loads.get(from) ?? 0) - 1);
          if (to !== null) loads.set(to, (loads.get(to) ?? 0) + 1);
        }
        const moved = new Map(moves.map((move) => [move.conversation, move]));
        for (const one of waiting) {
          if (!one.isWorking || one.assignee !== null || moved.get(one.conversation)?.to) continue;
          for (const { operator, presence, limit } of all)
            if (presence === 'online' && (one.members?.has(operator) ?? true) && !one.tried.includes(operator))
              // Somebody who gave one up in this very turn is free for the next.
              expect(
                (loads.get(operator) ?? 0) + moves.filter(({ from }) => from === operator).length,
              ).toBeGreaterThanOrEqual(limit);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('nobody starves: one after the other goes to somebody who answers, however few they are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 3 }), (count, limit) => {
        let waiting = Array.from({ length: count }, (_, at) => queued(`c${at}`, { waitingSince: NOW + at }));
        let now = NOW + 1000;
        const order: string[] = [];
        for (let round = 0; waiting.length > 0 && round < count; round++) {
          const { moves } = distribute(waiting, [seat('anna', { limit })], now);
          expect(moves.length).toBe(Math.min(limit, waiting.length));
          order.push(...moves.map(({ conversation }) => conversation));
          // Anna answers and closes all that she has.
          waiting = waiting.filter(({ conversation }) => !order.includes(conversation));
          now += 1000;
        }
        expect(order).toEqual(Array.from({ length: count }, (_, at) => `c${at}`));
      }),
    );
  });

  test('[WA2] [B20] who was talking with them before comes first, if they are online and have a place; then who has fewest, then who was idle longest', () => {
    const anna = seat('anna', { load: 2, givenAt: NOW - 1000 });
    const boris = seat('boris', { load: 1, givenAt: NOW - 5000 });
    const clara = seat('clara', { load: 1, givenAt: NOW - 9000 });
    expect(given([queued('c', { previous: 'anna' })], [anna, boris, clara])).toEqual(['c anna']);
    expect(given([queued('c', { previous: 'anna' })], [{ ...anna, load: 3 }, boris, clara])).toEqual(['c clara']);
    expect(given([queued('c', { previous: 'anna' })], [{ ...anna, presence: 'away' }, boris, clara])).toEqual([
      'c clara',
    ]);
    expect(given([queued('c')], [anna, boris, clara])).toEqual(['c clara']);
    expect(given([queued('c')], [anna, { ...boris, load: 0 }, clara])).toEqual(['c boris']);
    // Several at once go round.
    expect(given([queued('c1'), queued('c2'), queued('c3')], [boris, clara])).toEqual([
      'c1 clara',
      'c2 boris',
      'c3 clara',
    ]);
  });

  test('[WA3] what is not answered in time is offered to the next, and after all of them waits for anybody, before the others', () => {
    const seats = [seat('anna'), seat('boris')];
    const late = queued('c', { assignee: 'anna', assignedAt: NOW - 60_000, offered: true });
    expect(distribute([late], seats, NOW).moves).toEqual([
      { conversation: 'c', from: 'anna', to: 'boris', tried: ['anna'], escalates: false },
    ]);
    expect(distribute([{ ...late, assignedAt: NOW - 59_000 }], seats, NOW)).toEqual({ moves: [], dueAt: NOW + 1000 });
    // Somebody who has begun with it is not hurried.
    expect(distribute([{ ...late, offered: false }], seats, NOW).moves).toEqual([]);
    expect(distribute([{ ...late, answerMs: 0 }], seats, NOW).moves).toEqual([]);
    const last = { ...late, assignee: 'boris', tried: ['anna'] };
    expect(distribute([last], seats, NOW).moves).toEqual([
      { conversation: 'c', from: 'boris', to: null, tried: ['anna', 'boris'], escalates: true },
    ]);
    const escalated = queued('c', { tried: ['anna', 'boris'], escalatedAt: NOW - 1000 });
    expect(distribute([escalated], seats, NOW)).toEqual({ moves: [], dueAt: NOW - 1000 + AGAIN_MS });
    // To whoever comes, before those that wait longer; and once more to all of them, in a while.
    const clara = seat('clara', { limit: 1, since: NOW });
    const longer = queued('l', { waitingSince: 0 });
    expect(given([longer, escalated], [clara])).toEqual(['c clara']);
    expect(given([escalated], [seat('anna', { since: NOW - 500 })])).toEqual(['c anna']);
    expect(given([escalated], seats, NOW + AGAIN_MS)).toEqual(['c anna']);
  });

  test('[WA4] what an operator leaves behind is handed out again if it waits, and stays theirs if there is nobody else', () => {
    const gone = seat('anna', { presence: 'gone' });
    const begun = queued('c', { assignee: 'anna', assignedAt: NOW - 1000 });
    expect(given([begun], [gone, seat('boris')])).toEqual(['c boris']);
    expect(given([begun], [gone])).toEqual([]);
    expect(given([begun], [seat('anna', { presence: 'away' }), seat('boris')])).toEqual([]);
    expect(given([{ ...begun, offered: true }], [gone])).toEqual(['c null']);
  });

  test('[WA6] how long it takes is said only where enough was answered to say it', () => {
    expect(expectWait({ before: 0, answered: 2, spanMs: 1_800_000 })).toBeUndefined();
    expect(expectWait({ before: 0, answered: 6, spanMs: 1_800_000 })).toBe(300_000);
    expect(expectWait({ before: 3, answered: 6, spanMs: 1_800_000 })).toBe(1_200_000);
  });
});

describe('working hours', () => {
  const nineToFive = [{ from: 540, to: 1020 }];
  const week = (zone: string, holidays: string[] = []): WorkingHours => ({
    zone,
    days: [nineToFive, nineToFive, nineToFive, nineToFive, nineToFive, [], []],
    holidays,
  });
  const at = (text: string) => Date.parse(text);

  test('[B28] are those of the team’s own zone and days', () => {
    const berlin = week('Europe/Berlin');
    // A Monday in winter: 9:00 there is 8:00.
    expect(isWorking(berlin, at('2026-01-05T07:59:59Z'))).toBe(false);
    expect(isWorking(berlin, at('2026-01-05T08:00:00Z'))).toBe(true);
    expect(isWorking(berlin, at('2026-01-05T15:59:59Z'))).toBe(true);
    expect(isWorking(berlin, at('2026-01-05T16:00:00Z'))).toBe(false);
    // In summer an hour earlier; on Saturday not at all; in Kiritimati it is Monday while it is Sunday here.
    expect(isWorking(berlin, at('2026-07-06T07:00:00Z'))).toBe(true);
    expect(isWorking(berlin, at('2026-01-10T10:00:00Z'))).toBe(false);
    expect(isWorking(week('Pacific/Kiritimati'), at('2026-01-04T20:00:00Z'))).toBe(true);
    expect(isWorking(week('Europe/Berlin', ['2026-01-05']), at('2026-01-05T10:00:00Z'))).toBe(false);
    expect(isWorking(null, 0)).toBe(true);
    expect([isZone('Europe/Berlin'), isZone('Europe/Atlantis'), isZone('')]).toEqual([true, false, false]);
  });

  test('say when they begin again, over weekends, holidays and changed clocks', () => {
    const berlin = week('Europe/Berlin', ['2026-03-30']);
    const next = (hours: WorkingHours, from: string) => new Date(worksAgainAt(hours, at(from)) ?? NaN).toISOString();
    expect(next(berlin, '2026-01-05T05:00:00Z')).toBe('2026-01-05T08:00:00.000Z');
    expect(next(berlin, '2026-01-05T17:00:00Z')).toBe('2026-01-06T08:00:00.000Z');
    // Friday evening; clocks are put forward on Sunday, and Monday is a holiday.
    expect(next(berlin, '2026-03-27T17:00:00Z')).toBe('2026-03-31T07:00:00.000Z');
    expect(worksAgainAt({ ...berlin, days: [[], [], [], [], [], [], []] }, NOW)).toBeUndefined();
  });

  test('of any zone, hour and day: at the time that is told they work, and not before', () => {
    const zones = [
      'Europe/Moscow',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
      'Africa/Casablanca',
      'UTC',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-12-31T00:00:00Z') }),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 0, max: 6 }),
        (zone, when, hour, day) => {
          const hours: WorkingHours = {
            zone,
            days: Array.from({ length: 7 }, (_, each) =>
              each === day ? [{ from: hour * 60, to: hour * 60 + 60 }] : [],
            ),
            holidays: [],
          };
          fc.pre(!isWorking(hours, when));
          const back = worksAgainAt(hours, when) ?? NaN;
          expect(back).toBeGreaterThan(when);
          expect(back - when).toBeLessThan(15 * 86_400_000);
          // An hour that the clocks leave out begins when it would be over; then the next week's is told too early.
          if (isWorking(hours, back)) expect(isWorking(hours, back - 60_000)).toBe(false);
          else expect([2, 1, 0, 3]).toContain(hour);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('how an operator is there', () => {
  test('[B26] [B127] [B128] [B129] is what they said, unless nobody is at any of their consoles or too many visitors write', () => {
    expect(standingOf('online', [], false)).toEqual({ presence: 'gone' });
    expect(standingOf('online', ['touched'], false)).toEqual({ presence: 'online' });
    expect(standingOf('online', ['idle', 'touched'], false)).toEqual({ presence: 'online' });
    expect(standingOf('online', ['idle', 'idle'], false)).toEqual({ presence: 'away', cause: 'idle' });
    expect(standingOf('online', ['locked'], false)).toEqual({ presence: 'away', cause: 'locked' });
    expect(standingOf('online', ['touched'], true)).toEqual({ presence: 'invisible', cause: 'load' });
    expect(standingOf('away', ['touched'], false)).toEqual({ presence: 'away' });
    expect(standingOf('invisible', ['idle'], true)).toEqual({ presence: 'invisible' });
  });

  test('[WA6] a visitor hears of a team’s members only, of nobody who is invisible, and when the team is back', () => {
    const closed: WorkingHours = { zone: 'UTC', days: [[], [], [], [], [], [], []], holidays: [] };
    const team = (id: string, members: string[], hours: WorkingHours | null = null) =>
      [id, { id, account: 'a', name: id, hours, members: new Set(members) }] as const;
    const plan = {
      operators: new Map(
        OPERATORS.map((id) => [id, { account: 'a', name: id, declared: 'online' as const, limit: 3 }]),
      ),
      teams: new Map([team('sales', ['anna', 'boris']), team('night', ['clara'], closed)]),
      sites: new Map(),
      rules: new Map(),
    };
    const asking = (presences: Record<string, Presence>, team: string | null = null) =>
      answerableAt(plan, (id) => ({ presence: presences[id] ?? 'gone', since: 0 }), { account: 'a', team, now: NOW });
    expect(asking({ clara: 'online' })).toEqual({ answerable: 'online' });
    expect(asking({ clara: 'online' }, 'sales')).toEqual({ answerable: 'nobody' });
    expect(asking({ anna: 'invisible' }, 'sales')).toEqual({ answerable: 'nobody' });
    expect(asking({ anna: 'away', boris: 'invisible' }, 'sales')).toEqual({ answerable: 'away' });
    expect(asking({ clara: 'online' }, 'night')).toEqual({ answerable: 'closed' });
  });
});
