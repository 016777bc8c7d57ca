// What the ledger is told of the remote hand: every act with what became of it, and who allowed what.

import { expect, test } from 'vitest';
import type { Deed } from '../../relay/live/deed.ts';
import { CLICK, openWatched, type HandsRoom } from '../support/hands-room.ts';

const line = (deed: Deed): string => {
  if (deed.kind === 'lost') return 'lost';
  if (deed.kind === 'undo') return `undone ${deed.what}: ${deed.was} → ${deed.now}`;
  if (deed.kind === 'grant') return `${deed.grant} ${deed.on ? 'on' : 'off'} by ${deed.by}`;
  const whose = deed.isForeign ? ' from elsewhere' : '';
  if (deed.kind === 'wish') return `wish ${deed.grant}${whose}`;
  const times = deed.times === undefined ? '' : ` x${deed.times}`;
  return `${deed.act.t} ${deed.outcome.done ? 'done' : (deed.outcome.why ?? '')}${times}${whose}`;
};
const lines = ({ relay }: HandsRoom) => relay.ledger.map(({ operator, deed }) => `${operator.id}: ${line(deed)}`);

test('what was allowed, done, refused and taken back, in order', () => {
  const { world, tab, anna } = openWatched('control');
  anna.act({ t: 'frame', node: 1, note: '' });
  anna.act(CLICK);
  tab.handled({ done: true, what: 'button Buy', was: 'a', now: 'b' });
  tab.grant('anna', 'control', false);
  anna.act(CLICK);
  expect(lines(world)).toEqual([
    'anna: control on by visitor',
    'anna: frame not-granted',
    'anna: down done',
    'anna: control off by visitor',
    'anna: down not-granted',
  ]);
  expect(world.relay.ledger[2]).toMatchObject({
    account: 'account1',
    site: 'site1',
    room: world.room,
    tab: 1,
    url: expect.stringContaining('https://shop.example') as string,
    deed: { outcome: { what: 'button Buy', was: 'a', now: 'b' } },
  });
});

test('moves and pointers are not in it, unless a move was refused', () => {
  const { world, tab, anna } = openWatched('control', 'point');
  anna.act({ t: 'point', at: { node: 1, x: 0, y: 0 }, down: false });
  anna.act({ t: 'move', at: { node: 1, x: 0, y: 0 }, mods: 0 });
  anna.act({ t: 'move', at: { node: 1, x: 0, y: 0 }, mods: 0 });
  tab.handled({ done: false, why: 'gone' });
  expect(lines(world).slice(2)).toEqual(['anna: move gone']);
});

test('an act whose console is gone is told when it is answered, and one whose page is gone as well', () => {
  const { world, tab, anna } = openWatched('control');
  anna.act(CLICK);
  anna.act(CLICK);
  anna.lose();
  tab.handled({ done: true }, tab.acts[0]);
  tab.lose();
  expect(lines(world).slice(1)).toEqual(['anna: down done', 'anna: down away']);
});

test('control that goes to another operator, is given back, or left behind', () => {
  const { world, tab, anna } = openWatched('control');
  const boris = world.console('boris');
  boris.watch();
  boris.wish('control');
  tab.grant('boris', 'control');
  boris.leave();
  anna.wish('control');
  tab.grant('anna', 'control');
  anna.lose();
  world.clock.advance(120_000);
  expect(lines(world).slice(1)).toEqual([
    'anna: control off by visitor',
    'boris: control on by visitor',
    'boris: control off by operator',
    'anna: control on by visitor',
    'anna: control off by relay',
  ]);
});

test('what the visitor has undone, of an operator who has acted here and of nobody else', () => {
  const { world, tab, anna } = openWatched('control');
  const undo = (operator: string, was = 'b') =>
    tab.hand({ t: 'undone', operator, what: 'text field “City\u202e”', was, now: 'a\nb\u0000' });
  // Granted, but nothing has reached the page.
  undo('anna');
  undo('nobody');
  anna.act(CLICK);
  tab.handled();
  undo('anna');
  anna.leave();
  // Gone, but it was theirs.
  undo('anna', '');
  expect(lines(world).slice(1)).toEqual([
    'anna: down done',
    'anna: undone text field “City”: b → a\nb',
    'anna: control off by operator',
    'anna: undone text field “City”:  → a\nb',
  ]);
  expect(world.relay.ledger[2]).toMatchObject({
    tab: 1,
    url: expect.stringContaining('https://shop.example') as string,
  });
});

const TEXT = { t: 'text', text: 'x'.repeat(20_000), isPasted: false } as const;

test('[G12] what never reached a page is told without its content, and those alike as one with a number', () => {
  const { world, anna, clock } = openWatched();
  for (let act = 0; act < 50; act++) anna.act(TEXT);
  anna.act({ t: 'frame', node: 1, note: 'words' });
  anna.act({ t: 'visit', url: 'https://shop.example/a?b=c' });
  expect(lines(world)).toEqual(['anna: text not-granted', 'anna: frame not-granted', 'anna: visit not-granted']);
  clock.advance(11_000);
  expect(lines(world).slice(3)).toEqual(['anna: text not-granted x49']);
  // Who goes on is one entry for each while.
  for (let act = 0; act < 50; act++) anna.act(TEXT);
  expect(lines(world)).toHaveLength(4);
  anna.lose();
  expect(lines(world).slice(4)).toEqual(['anna: text not-granted x50']);
  const told = JSON.stringify(world.relay.ledger);
  for (const word of ['xx', 'words', 'b=c']) expect(told).not.toContain(word);
});

test('[G12] a room that ends tells what was counted', () => {
  const { world, tab, anna } = openWatched();
  for (let act = 0; act < 3; act++) anna.act(CLICK);
  tab.say({ t: 'stop' });
  expect(lines(world)).toEqual(['anna: down not-granted', 'anna: down not-granted x2']);
});

test('[G1] [G12] who does not watch, of this account or another: acts and wishes, without content and not without end', () => {
  const { world, clock } = openWatched();
  const boris = world.console('boris');
  const eve = world.console('eve', 'account2');
  boris.act(TEXT);
  boris.wish('control');
  eve.act(TEXT);
  eve.wish('point');
  expect(lines(world)).toEqual([
    'boris: text not-granted',
    'boris: wish control',
    'eve: text not-granted from elsewhere',
    'eve: wish point from elsewhere',
  ]);
  expect(JSON.stringify(world.relay.ledger)).not.toContain('xx');
  expect(eve.refused).toEqual(Array(2).fill(`hand no-such-room ${world.room}`));
  clock.advance(1000);
  for (let act = 0; act < 100; act++) eve.act(CLICK);
  expect(world.relay.ledger.length).toBe(20);
});

test('[G7] an operator has as many acts in all rooms and consoles together as in one', () => {
  const { world, anna } = openWatched();
  const second = world.console('anna');
  second.watch();
  for (let act = 0; act < 200; act++) anna.act(CLICK);
  // Of another visitor.
  expect(anna.outcomes).toHaveLength(200);
  const before = world.room;
  world.another('tab9');
  second.watch();
  expect(world.room).not.toBe(before);
  for (let act = 0; act < 200; act++) second.act(CLICK);
  expect(second.outcomes.filter((outcome) => outcome.endsWith('too-fast'))).toHaveLength(100);
});
