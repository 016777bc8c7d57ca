// How operators are there over time, at the relay and at the console: several consoles, lost links, locked screens, load.

import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../protocol/limits.ts';
import { USUAL_PRESENCE, type Declared } from '../../protocol/routing.ts';
import { Attention } from '../../operator-ui/state/attention.ts';
import { PresenceBook } from '../../relay/dialog/presence.ts';
import { OperatorPeer } from '../../relay/live/operators.ts';
import { createFakeSocket } from '../support/fake-socket.ts';

const MINUTE_MS = 60_000;
const ANNA = { id: 'anna', account: 'a', name: 'Anna', login: 'anna', role: 'operator' } as const;

function fakeClock() {
  let now = 1_000_000;
  let timers: { at: number; task: () => void }[] = [];
  return {
    now: () => now,
    after(delayMs: number, task: () => void) {
      const timer = { at: now + delayMs, task };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
    pass(ms: number) {
      const until = now + ms;
      for (;;) {
        const [next] = timers.filter(({ at }) => at <= until).sort((one, other) => one.at - other.at);
        if (!next) break;
        timers = timers.filter((each) => each !== next);
        now = next.at;
        next.task();
      }
      now = until;
    },
  };
}

describe('at the relay', () => {
  function open(rules = USUAL_PRESENCE) {
    const clock = fakeClock();
    const told: string[] = [];
    const state: { declared: Declared } = { declared: 'online' };
    const book = new PresenceBook({
      now: clock.now,
      after: clock.after,
      declaredOf: () => state.declared,
      rulesOf: () => rules,
      changed: (_, { presence, cause }) => told.push([presence, cause].filter(Boolean).join(' ')),
    });
    const console_ = () => new OperatorPeer(createFakeSocket(), ANNA, 'session', '127.0.0.1', clock.now());
    return { clock, told, book, console_, state };
  }

  test('[WA4] a link that comes back in time is no absence; one that does not is', () => {
    const { clock, told, book, console_ } = open();
    const first = console_();
    book.opened(first);
    book.closed(first);
    clock.pass(LIMITS.goneMs - 1);
    const second = console_();
    book.opened(second);
    clock.pass(10 * LIMITS.goneMs);
    expect(told).toEqual(['online']);
    book.closed(second);
    // Heard of twice.
    book.closed(second);
    clock.pass(LIMITS.goneMs);
    expect(told).toEqual(['online', 'gone']);
    expect(book.of('anna').presence).toBe('gone');
    book.opened(console_());
    expect(told).toEqual(['online', 'gone', 'online']);
  });

  test('[B92] with several consoles, one at which somebody is counts; what a closed one said counts no more', () => {
    const { told, book, console_ } = open();
    const [desk, phone] = [console_(), console_()];
    book.opened(desk);
    book.opened(phone);
    book.touched(desk, 'idle');
    expect(told).toEqual(['online']);
    book.closed(phone);
    expect(told).toEqual(['online', 'away idle']);
    // It is gone: what it says late is not heard.
    book.touched(phone, 'touched');
    expect(told).toHaveLength(2);
    book.touched(desk, 'touched');
    expect(told).toEqual(['online', 'away idle', 'online']);
  });

  test('[B129] [B130] so many visitors write within the time: invisible, and online again when fewer did', () => {
    const { clock, told, book, console_ } = open({ idleMinutes: 0, busyVisitors: 3, busyMinutes: 5 });
    book.opened(console_());
    book.wrote('anna', 'one');
    book.wrote('anna', 'two');
    for (let times = 0; times < 5; times++) book.wrote('anna', 'two');
    expect(told).toEqual(['online']);
    clock.pass(MINUTE_MS);
    book.wrote('anna', 'three');
    expect(told).toEqual(['online', 'invisible load']);
    clock.pass(4 * MINUTE_MS - 1);
    book.tick();
    expect(told).toHaveLength(2);
    clock.pass(1);
    book.tick();
    expect(told).toEqual(['online', 'invisible load', 'online']);
  });

  test('where an operator is at two relays, the one counts at which they are there', () => {
    const { book, console_, state } = open();
    book.opened(console_());
    state.declared = 'away';
    book.lookAgain('anna');
    expect(book.learn(new Map([['anna', { presence: 'online', since: 5 }]]))).toEqual(['anna']);
    expect(book.of('anna')).toEqual({ presence: 'online', since: 5 });
    expect(book.learn(new Map([['boris', { presence: 'away', since: 7 }]]))).toEqual(['anna', 'boris']);
    expect(book.of('anna').presence).toBe('away');
    expect(book.learn(new Map())).toEqual(['boris']);
  });
});

describe('at the console', () => {
  function open() {
    const clock = fakeClock();
    const told: string[] = [];
    const attention = new Attention({
      now: clock.now,
      after: clock.after,
      tell: (on, isLocked) => told.push(on ? 'here' : isLocked ? 'locked' : 'idle'),
    });
    return { clock, told, attention };
  }

  test('[B127] nobody touches it for as long as the account says: away, and back with the first touch', () => {
    const { clock, told, attention } = open();
    clock.pass(60 * MINUTE_MS);
    attention.touched();
    attention.rule(10 * MINUTE_MS);
    for (let minutes = 0; minutes < 30; minutes += 5) {
      clock.pass(5 * MINUTE_MS);
      attention.touched();
    }
    clock.pass(10 * MINUTE_MS - 1);
    expect(told).toEqual([]);
    clock.pass(1);
    expect(told).toEqual(['idle']);
    // A new link takes it for one that somebody is at.
    attention.linked();
    expect(told).toEqual(['idle', 'idle']);
    attention.touched();
    expect(told).toEqual(['idle', 'idle', 'here']);
    attention.linked();
    clock.pass(10 * MINUTE_MS);
    expect(told).toEqual(['idle', 'idle', 'here', 'idle']);
  });

  test('[B128] a locked screen is away at once, until it is unlocked, whatever else is heard', () => {
    const { clock, told, attention } = open();
    attention.rule(0);
    clock.pass(600 * MINUTE_MS);
    expect(told).toEqual([]);
    attention.locked(true);
    attention.locked(true);
    attention.touched();
    expect(told).toEqual(['locked']);
    attention.locked(false);
    expect(told).toEqual(['locked', 'here']);
  });
});
