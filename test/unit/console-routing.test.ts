// What the console makes of who answers: to whom a conversation can be given, what is new, what is told of it, and a team's form.

import { expect, test } from 'vitest';
import type { Message } from '../../protocol/dialog.ts';
import type { Colleague } from '../../protocol/routing.ts';
import { assignableTo } from '../../operator-ui/state/assignable.ts';
import { routedText } from '../../operator-ui/state/dialog-words.ts';
import { emptyTeam, teamDraftOf, teamFormOf, troubleInTeam, wholeOf } from '../../operator-ui/state/team-form.ts';
import { arrangeThreads, isUnread } from '../../operator-ui/state/thread-order.ts';
import { deskEn } from '../../operator-ui/texts/desk-en.ts';
import { someMessage, someThread } from '../support/some-threads.ts';

const NOW = 1_800_000_000_000;

const colleague = (name: string, more: Partial<Colleague> = {}): Colleague => ({
  id: name,
  name,
  presence: 'online',
  declared: 'online',
  since: 0,
  load: 0,
  limit: 5,
  teams: [],
  ...more,
});

test('[R48] who can answer stands first, then who has least; the search finds parts of names; teams stand last', () => {
  const all = [
    colleague('Vera', { presence: 'gone' }),
    colleague('Boris', { load: 2 }),
    colleague('Anna', { load: 0, limit: 0 }),
    colleague('Clara', { presence: 'away' }),
    colleague('Dmitri Ivanov', { load: 1 }),
    colleague('Eva', { presence: 'invisible' }),
  ];
  const teams = [
    { id: 'n', name: 'Night', online: 0 },
    { id: 's', name: 'Sales', online: 2 },
  ];
  const names = (words: string) => assignableTo(all, teams, words).map(({ name }) => name);
  expect(names('')).toEqual(['Dmitri Ivanov', 'Boris', 'Anna', 'Clara', 'Eva', 'Vera', 'Sales', 'Night']);
  expect(names(' VAN dmi')).toEqual(['Dmitri Ivanov']);
  expect(names('a')).toEqual(['Dmitri Ivanov', 'Anna', 'Clara', 'Eva', 'Vera', 'Sales']);
  expect(names('x')).toEqual([]);
});

test('[WA5] what merely happened is nothing to read; what was said is', () => {
  const ME = 'me';
  const said = (seq: number) => ({ by: { kind: 'contact' as const, id: 'c' }, kind: 'text' as const, text: 'x', seq });
  const read = (seq: number) => [{ by: ME, delivered: seq, read: seq }];
  expect(isUnread(someThread(0, NOW, { seq: 5, last: said(3), marks: read(3) }), ME)).toBe(false);
  expect(isUnread(someThread(0, NOW, { seq: 5, last: said(4), marks: read(3) }), ME)).toBe(true);
  expect(isUnread(someThread(0, NOW, { seq: 5, last: undefined, marks: read(3) }), ME)).toBe(false);
});

test('[WA3] what nobody answered rises to the top of those who wait', () => {
  const waiting = (n: number, since: number, escalated = false) =>
    someThread(n, NOW, { waitingSince: since, ...(escalated && { escalated }) });
  const threads = [waiting(1, NOW - 9000), waiting(2, NOW - 1000, true), waiting(3, NOW - 5000)];
  expect(arrangeThreads(threads, 'waiting', 'me').map(({ id }) => id)).toEqual(
    [2, 1, 3].map((n) => someThread(n, NOW).id),
  );
});

test('[B112] what is told of a conversation that goes on names from whom and to whom', () => {
  const names = {
    of: (id: string) => id.toUpperCase(),
    team: (id: string) => (id === 's' ? 'Sales' : ''),
    author: 'Anna',
  };
  const told = (body: Message['body'], by: Message['by']) =>
    routedText(someMessage(1, NOW, { kind: 'system', by, body }), names, deskEn);
  const anna = { kind: 'operator', id: 'anna' } as const;
  const relay = { kind: 'system' } as const;
  expect(told({ happened: 'assigned', who: 'boris', from: 'clara' }, anna)).toBe(
    'Anna gave the conversation from CLARA to BORIS',
  );
  expect(told({ happened: 'assigned', team: 's' }, anna)).toBe('Anna gave the conversation to the team Sales');
  expect(told({ happened: 'assigned', team: 'x' }, anna)).toContain(deskEn.goneTeam);
  expect(told({ happened: 'assigned', who: 'boris' }, relay)).toBe('Given to BORIS');
  expect(told({ happened: 'assigned', who: 'boris', from: 'clara' }, relay)).toContain('No answer from CLARA');
  expect(told({ happened: 'left', who: 'clara' }, relay)).toContain('waits for anybody');
  // Those that are told in other words.
  expect(told({ happened: 'assigned', who: 'boris', from: 'anna' }, anna)).toBeUndefined();
  expect(told({ happened: 'closed' }, anna)).toBeUndefined();
});

test('a team’s form: what is wrong is found, what is kept is shown, and what was not touched stays', () => {
  const draft = { ...emptyTeam('Europe/Berlin'), name: 'Sales', hasHours: true };
  const day = (at: number, change: object) =>
    draft.days.map((each, index) => (index === at ? { ...each, ...change } : each));
  expect(troubleInTeam({ ...draft, name: ' ' })?.field).toBe('name');
  expect(troubleInTeam({ ...draft, zone: 'Europe/Atlantis' })?.field).toBe('zone');
  expect(troubleInTeam({ ...draft, days: day(2, { from: '18:00', to: '09:00' }) })?.field).toBe('day-2');
  expect(troubleInTeam({ ...draft, days: day(2, { to: '' }) })?.field).toBe('day-2');
  // Until midnight is until the day's end; a day on which nobody works is not looked at.
  expect(troubleInTeam({ ...draft, days: day(2, { to: '00:00' }) })).toBeUndefined();
  expect(troubleInTeam({ ...draft, days: day(6, { to: '' }) })).toBeUndefined();
  expect(troubleInTeam({ ...draft, holidays: '2026-12-25\n2026-02-30' })).toEqual({
    field: 'holidays',
    line: '2026-02-30',
  });
  expect(troubleInTeam({ ...draft, hasHours: false, zone: '' })).toBeUndefined();

  const hours = teamFormOf({ ...draft, days: day(0, { to: '00:00' }) }, undefined).hours;
  expect(hours?.days.slice(0, 2)).toEqual([[{ from: 540, to: 1440 }], [{ from: 540, to: 1080 }]]);
  expect(hours?.days[6]).toEqual([]);
  const lunch = [
    { from: 540, to: 720 },
    { from: 780, to: 1020 },
  ];
  const kept = { zone: 'Asia/Tokyo', days: [lunch, [], [], [], [], [], []], holidays: ['2026-01-01'] };
  const entry = { id: 't', name: 'Sales', members: ['a'], hours: kept };
  const shown = teamDraftOf(entry, 'UTC');
  expect(shown.days[0]).toEqual({ works: true, from: '09:00', to: '17:00' });
  expect(teamFormOf(shown, entry)).toEqual(entry);
  expect(teamFormOf({ ...shown, hasHours: false }, entry).hours).toBeNull();
  expect([wholeOf(' 12 ', 20), wholeOf('21', 20), wholeOf('-1', 20), wholeOf('1.5', 20), wholeOf('', 20)]).toEqual([
    12,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
