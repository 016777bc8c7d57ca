// What the ledger is told of the remote hand: every act with what became of it, and who allowed what.

import { expect, test } from 'vitest';
import type { Deed } from '../../relay/live/deed.ts';
import { CLICK, openWatched, type HandsRoom } from '../support/hands-room.ts';

const line = (deed: Deed): string => {
  if (deed.kind === 'lost') return 'lost';
  if (deed.kind === 'undo') return `undone ${deed.what}: ${deed.was} → ${deed.now}`;
  if (deed.kind === 'grant') return `${deed.grant} ${deed.on ? 'on' : 'off'} by ${deed.by}`;
  return `${deed.act.t} ${deed.outcome.done ? 'done' : (deed.outcome.why ?? '')}`;
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
