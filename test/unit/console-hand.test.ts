// The pure pieces of the operator's hand: what mouse, wheel and keys mean, the order of acts, their numbers, and what
// becomes of a wish. Drawn and clicked in test/browser/console-hand.test.ts.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { REASONS, type Act, type FromOperatorHand, type Place } from '../../protocol/hand.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { ActNumbers } from '../../operator-ui/state/act-numbers.ts';
import { ControlInput } from '../../operator-ui/state/control-input.ts';
import {
  addressTyped,
  buttonChanges,
  letterOf,
  meaningOf,
  nextPress,
  wheelPixels,
  type KeyFacts,
} from '../../operator-ui/state/hand-input.ts';
import { Hand } from '../../operator-ui/state/hand.svelte.ts';
import { en } from '../../operator-ui/texts/en.ts';
import { ru } from '../../operator-ui/texts/ru.ts';

const ME = { id: 'me', name: 'Anna' };

test('numbers go up from 1, and again from 1 with a new connection', () => {
  const numbers = new ActNumbers();
  expect([numbers.next(), numbers.next()]).toEqual([1, 2]);
  numbers.restart();
  expect(numbers.next()).toBe(1);
});

test.each([
  [0, 1, [{ button: 0, isDown: true }]],
  [1, 3, [{ button: 2, isDown: true }]],
  [
    7,
    0,
    [
      { button: 0, isDown: false },
      { button: 1, isDown: false },
      { button: 2, isDown: false },
    ],
  ],
  [0, 8, []],
  [1, 1, []],
])('buttons %i then %i', (before, now, changes) => {
  expect(buttonChanges(before, now)).toEqual(changes);
});

test('clicks are counted as browsers do', () => {
  const first = nextPress(undefined, { button: 0, x: 10, y: 10, at: 0 });
  const second = nextPress(first, { button: 0, x: 12, y: 10, at: 300 });
  expect([first.clicks, second.clicks]).toEqual([1, 2]);
  expect(nextPress(second, { button: 0, x: 12, y: 10, at: 500 }).clicks).toBe(3);
  expect(nextPress(first, { button: 0, x: 12, y: 10, at: 501 }).clicks).toBe(1);
  expect(nextPress(first, { button: 0, x: 16, y: 10, at: 300 }).clicks).toBe(1);
  expect(nextPress(first, { button: 2, x: 10, y: 10, at: 300 }).clicks).toBe(1);
});

test.each([
  [
    { deltaMode: 0, deltaX: 1.5, deltaY: -120 },
    { dx: 1.5, dy: -120 },
  ],
  [
    { deltaMode: 1, deltaX: 0, deltaY: 3 },
    { dx: 0, dy: 120 },
  ],
  [
    { deltaMode: 2, deltaX: 1, deltaY: -1 },
    { dx: 1280, dy: -720 },
  ],
])('a wheel of %j scrolls by %j', (wheel, pixels) => {
  expect(wheelPixels(wheel, { width: 1280, height: 720 })).toEqual(pixels);
});

describe('a key', () => {
  const facts: KeyFacts = {
    key: 'a',
    code: 'KeyA',
    altKey: false,
    ctrlKey: false,
    metaKey: false,
    shiftKey: false,
    isComposing: false,
    keyCode: 65,
    isAltGraph: false,
    isMac: false,
  };
  test.each<[string, Partial<KeyFacts>, object]>([
    ['a letter', {}, { kind: 'key', key: 'a', code: 'KeyA', mods: 0 }],
    ['with Shift', { key: 'A', shiftKey: true }, { kind: 'key', key: 'A', code: 'KeyA', mods: 8 }],
    ['a shortcut', { ctrlKey: true, altKey: true }, { kind: 'key', key: 'a', code: 'KeyA', mods: 3 }],
    ['AltGr', { key: '€', code: 'KeyE', ctrlKey: true, altKey: true, isAltGraph: true }, { kind: 'text', text: '€' }],
    ['Option on a Mac', { key: 'å', altKey: true, isMac: true }, { kind: 'text', text: 'å' }],
    ['a dead key', { key: 'Dead' }, { kind: 'none' }],
    ['composing', { isComposing: true }, { kind: 'none' }],
    ['held by an input method', { keyCode: 229 }, { kind: 'none' }],
    ['Shift alone', { key: 'Shift', shiftKey: true }, { kind: 'none' }],
    ['paste', { key: 'v', ctrlKey: true }, { kind: 'none' }],
    ['paste in Russian', { key: 'м', code: 'KeyV', ctrlKey: true }, { kind: 'none' }],
    ['copy', { key: 'c', ctrlKey: true }, { kind: 'copy', isCut: false }],
    ['cut on a Mac', { key: 'x', metaKey: true, isMac: true }, { kind: 'copy', isCut: true }],
    ['reload', { key: 'r', ctrlKey: true }, { kind: 'go', to: 'reload' }],
    ['back', { key: 'ArrowLeft', code: 'ArrowLeft', altKey: true }, { kind: 'go', to: 'back' }],
    ['leave', { key: 'F6' }, { kind: 'leave' }],
    ['Tab', { key: 'Tab', code: 'Tab' }, { kind: 'key', key: 'Tab', code: 'Tab', mods: 0 }],
  ])('%s', (_, change, meaning) => {
    expect(meaningOf({ ...facts, ...change })).toEqual(meaning);
  });
  test('letters are known on any keyboard', () => {
    expect([letterOf('C', 'KeyC'), letterOf('с', 'KeyC'), letterOf('1', 'Digit1'), letterOf('q', 'KeyA')]).toEqual([
      'c',
      'c',
      '',
      'q',
    ]);
  });
});

test.each([
  ['/basket', 'https://shop.example/basket'],
  ['?page=2', 'https://shop.example/tea/?page=2'],
  ['#green', 'https://shop.example/tea/#green'],
  ['shop:8080/help', 'https://shop:8080/help'],
  ['localhost', 'https://localhost/'],
  ['green', undefined],
  ['not a url at all', undefined],
  ['localhosts of tea', undefined],
  ['shop.example/help', 'https://shop.example/help'],
  ['https://shop.example/x', 'https://shop.example/x'],
  ['  ', undefined],
  ['javascript:alert(1)', undefined],
  ['data:text/html,x', undefined],
  ['ftp://shop.example/', undefined],
])('%j in the address bar means %s', (typed, url) => {
  expect(addressTyped(typed, 'https://shop.example/tea/')).toBe(url);
});

test('every reason says what to do next, in both languages', () => {
  for (const reason of REASONS)
    for (const { hand } of [en, ru]) expect(hand.reasons[reason], reason).toMatch(/^\p{Lu}.{20,}\.$/u);
});

describe('what the pointer does', () => {
  let now = 0;
  let frames: (() => void)[] = [];
  let acts: Act[] = [];
  let taken = false;
  const place = (clientX: number, clientY: number): Place => ({ node: 5, x: clientX / 100, y: clientY / 100 });
  const facts = (clientX: number, buttons = 0, pointerType = 'mouse') => ({
    clientX,
    clientY: 10,
    buttons,
    pointerType,
    altKey: false,
    ctrlKey: false,
    metaKey: false,
    shiftKey: false,
  });
  const input = () =>
    new ControlInput({
      placeAt: (x, y, isHeld) => (x >= 0 ? place(x, y) : isHeld ? place(0, y) : undefined),
      act: (act) => void acts.push(act),
      takes: () => taken,
      soon(run) {
        frames.push(run);
        return () => (frames = frames.filter((each) => each !== run));
      },
      now: () => now,
      scale: () => 0.5,
      page: () => ({ width: 1280, height: 720 }),
      picture: { pan: () => {}, zoom: () => {} },
      held: () => {},
      after: () => () => {},
    });
  const draw = () => {
    now += 16;
    for (const run of frames.splice(0)) run();
  };
  const brief = () => acts.map((act) => ('at' in act && act.at ? `${act.t} ${act.at.x}` : act.t));
  beforeEach(() => {
    now = 1000;
    frames = [];
    acts = [];
    taken = false;
  });

  test('of many moves in a frame the last counts, and one that changes nothing is none', () => {
    const control = input();
    control.pointer(facts(10));
    control.pointer(facts(20));
    expect(acts).toEqual([]);
    draw();
    control.pointer(facts(20));
    draw();
    expect(brief()).toEqual(['move 0.2']);
  });
  test('a move that waits, and the wheel, go before a press', () => {
    const control = input();
    control.wheel({ ...facts(10), deltaMode: 0, deltaX: 0, deltaY: 30 });
    control.wheel({ ...facts(10), deltaMode: 0, deltaX: 0, deltaY: 30 });
    control.pointer(facts(20));
    control.pointer(facts(30, 1));
    draw();
    expect(brief()).toEqual(['move 0.2', 'wheel 0.1', 'down 0.3']);
    expect(acts[1]).toMatchObject({ dy: 60 });
  });
  test('a drag goes on outside, a press does not begin there', () => {
    const control = input();
    control.pointer(facts(-5, 1));
    control.pointer(facts(-5, 0));
    expect(acts).toEqual([]);
    control.pointer(facts(10, 1));
    control.pointer(facts(-5, 1));
    draw();
    control.pointer(facts(-5, 0));
    expect(brief()).toEqual(['down 0.1', 'move 0', 'up 0']);
  });
  test('a press that the console took has no way up', () => {
    const control = input();
    taken = true;
    control.pointer(facts(10, 1));
    control.pointer(facts(10, 0));
    expect(acts).toEqual([]);
  });
  test('what is down goes up when the browser takes the pointer away', () => {
    const control = input();
    control.pointer(facts(10, 1));
    control.cancel(facts(12));
    control.pointer(facts(13, 0));
    expect(brief()).toEqual(['down 0.1', 'up 0.12']);
  });
  test('a tap is a click, a swipe scrolls', () => {
    const control = input();
    control.pointer(facts(10, 1, 'touch'));
    control.pointer(facts(12, 0, 'touch'));
    expect(brief()).toEqual(['down 0.12', 'up 0.12']);
    acts = [];
    control.pointer(facts(50, 1, 'touch'));
    control.pointer(facts(20, 1, 'touch'));
    draw();
    control.pointer(facts(20, 0, 'touch'));
    expect(acts).toEqual([{ t: 'wheel', at: place(20, 10), dx: 60, dy: 0, mods: 0 }]);
  });
  test('a wheel never asks for more than the wire takes', () => {
    const control = input();
    control.wheel({ ...facts(10), deltaMode: 2, deltaX: 0, deltaY: 100 });
    draw();
    expect(acts[0]).toMatchObject({ t: 'wheel', dy: LIMITS.maxWheelPixels });
  });
});

describe('a hand', () => {
  let said: FromOperatorHand[];
  let isConnected: boolean;
  let hand: Hand;
  const key: Act = { t: 'key', key: 'a', code: 'KeyA', mods: 0 };
  const spot = { x: 1, y: 2 };
  beforeEach(() => {
    vi.useFakeTimers();
    // What Svelte's compiler would put there; nothing here is drawn.
    vi.stubGlobal(
      '$state',
      Object.assign(<T>(value: T) => value, { raw: <T>(value: T) => value }),
    );
    said = [];
    isConnected = true;
    const numbers = new ActNumbers();
    hand = new Hand({
      send: (say) => (isConnected ? said.push(say) > 0 : false),
      nextNumber: () => numbers.next(),
      me: () => ME.id,
      tab: () => 1,
      // Of the mirror an act asks how far it is, and a refusal for words about what was meant.
      mirror: () => ({ seen: 9, told: 9, elementOf: () => undefined }) as never,
    });
  });
  afterEach(() => {
    hand.close();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  const granted = () => hand.told([{ by: ME, colour: 0, grants: ['point', 'control'] }]);

  test('says up to where the picture was seen', () => {
    granted();
    hand.act(key, spot);
    expect(said).toEqual([{ t: 'act', tab: 1, n: 1, seen: 9, act: key }]);
  });
  test('the own frame stays its own by the ids of a new picture, told before or after that is drawn', () => {
    granted();
    const frame = (node: number): Act => ({ t: 'frame', node, note: 'Here' });
    const told = (node: number, again?: true) =>
      hand.say({ t: 'shown', by: ME.id, tab: 1, act: frame(node), ...(again && { again }) });
    hand.act(frame(3));
    hand.pictured(1, 8);
    expect([hand.framed, hand.hasFrame]).toEqual([undefined, true]);
    told(33, true);
    expect(hand.framed).toBe(33);
    told(43, true);
    expect(hand.framed).toBe(33);
    hand.pictured(1, 8);
    expect([hand.framed, hand.hasFrame]).toEqual([43, true]);
    expect(hand.shown.isEmpty).toBe(true);
    // That of another console of this operator takes its place.
    told(5);
    expect([hand.hasFrame, hand.shown.of(1)?.frames.get(ME.id)?.node]).toEqual([false, 5]);
    hand.act(frame(6));
    expect([hand.framed, hand.shown.isEmpty]).toEqual([6, true]);
  });
  test('what a colleague shows by the ids of a picture that is still to come is there when that is drawn', () => {
    granted();
    const by = 'boris';
    hand.told([...hand.people, { by: { id: by, name: 'Boris' }, colour: 1, grants: ['point'] }]);
    const tell = (node: number, picture?: number) =>
      hand.say({ t: 'shown', by, tab: 1, act: { t: 'frame', node, note: '' }, ...(picture && { picture }) });
    const framed = () => hand.shown.of(1)?.frames.get(by)?.node;
    tell(4);
    hand.pictured(1, 12);
    expect(framed()).toBe(undefined);
    tell(5, 12);
    hand.pictured(1, 12);
    expect(framed()).toBe(5);
    hand.pictured(1, 13);
    expect(framed()).toBe(undefined);
  });
  test('what is not granted is not sent', () => {
    expect(hand.act(key, spot)).toBe(false);
    expect(said).toEqual([]);
    expect(hand.marks).toMatchObject([{ why: 'not-granted', spot }]);
  });
  test('without a link it is refused at the spot; the pointer says nothing', () => {
    granted();
    isConnected = false;
    hand.act({ t: 'point', down: false });
    hand.act({ t: 'move', at: { node: 1, x: 0, y: 0 }, mods: 0 }, spot);
    expect(hand.marks).toEqual([]);
    hand.act(key, spot);
    hand.act(key, spot);
    expect(hand.marks).toMatchObject([{ why: 'offline', times: 2, spot }]);
    expect(hand.log).toMatchObject([{ deed: 'keys', why: 'offline', times: 2 }]);
  });
  test('a move is answered only when it is refused', () => {
    granted();
    for (let n = 0; n < 100; n++) hand.act({ t: 'move', at: { node: 1, x: n / 100, y: 0 }, mods: 0 }, spot);
    hand.say({ t: 'handled', n: 99, outcome: { done: false, why: 'visitor-busy' } });
    hand.say({ t: 'handled', n: 1, outcome: { done: false, why: 'gone' } });
    expect(hand.marks).toMatchObject([{ why: 'visitor-busy' }]);
  });
  test('what is counted is what the operator did: a press is one, its move and its way up are none', () => {
    granted();
    const at = { node: 1, x: 0, y: 0 };
    const refused = { done: false, why: 'masked', what: 'text field' } as const;
    hand.act({ t: 'move', at, mods: 0 }, spot);
    hand.act({ t: 'down', at, button: 0, clicks: 1, mods: 0 }, spot);
    hand.act({ t: 'up', at, button: 0, mods: 0 }, spot);
    for (const n of [1, 2, 3]) hand.say({ t: 'handled', n, outcome: refused });
    expect(hand.marks).toMatchObject([{ why: 'masked', times: 1 }]);
    expect(hand.log).toMatchObject([{ deed: 'click', why: 'masked', times: 1 }]);
    for (const n of [4, 5]) {
      hand.act(key, spot);
      hand.say({ t: 'handled', n, outcome: refused });
    }
    expect(hand.marks).toMatchObject([{ times: 3 }]);
    expect(hand.log).toMatchObject([{ deed: 'keys', times: 2 }, { deed: 'click' }]);
  });
  test('a way up that is refused by itself is told', () => {
    granted();
    const at = { node: 1, x: 0, y: 0 };
    hand.act({ t: 'down', at, button: 0, clicks: 1, mods: 0 }, spot);
    hand.act({ t: 'up', at, button: 0, mods: 0 }, spot);
    hand.say({ t: 'handled', n: 1, outcome: { done: true, what: 'link “Tea”' } });
    hand.say({ t: 'handled', n: 2, outcome: { done: false, why: 'needs-visitor', what: 'link “Tea”' } });
    expect(hand.marks).toMatchObject([{ why: 'needs-visitor', times: 1 }]);
    expect(hand.log).toMatchObject([{ why: 'needs-visitor' }, { why: undefined }]);
  });
  test('what is told of an element goes with its page; that something was not sent stays', () => {
    granted();
    hand.act(key, spot);
    hand.say({ t: 'handled', n: 1, outcome: { done: false, why: 'covered', what: 'link “Teapots”' } });
    expect(hand.marks).toHaveLength(1);
    hand.repainted();
    expect(hand.marks).toEqual([]);
    isConnected = false;
    hand.act(key, spot);
    hand.repainted();
    expect(hand.marks).toMatchObject([{ why: 'offline' }]);
  });
  test('a page of another site is no part of this one', () => {
    granted();
    hand.act({ t: 'visit', url: 'https://other.example/' }, spot);
    hand.say({ t: 'handled', n: 1, outcome: { done: false, why: 'other-origin' } });
    expect(hand.marks).toMatchObject([{ why: 'other-site' }]);
    for (const { hand: words } of [en, ru]) expect(words.reasons['other-site']).toMatch(/address|адрес/);
  });
  test('an answer counts once', () => {
    granted();
    hand.act(key, spot);
    hand.say({ t: 'handled', n: 1, outcome: { done: true } });
    hand.say({ t: 'handled', n: 1, outcome: { done: false, why: 'failed' } });
    expect(hand.log).toMatchObject([{ deed: 'keys', why: undefined, times: 1 }]);
  });
  test('a new connection: what was not answered is told', () => {
    granted();
    hand.act(key, spot);
    hand.connected();
    expect(hand.marks).toMatchObject([{ why: 'unanswered' }]);
    hand.say({ t: 'handled', n: 1, outcome: { done: true } });
    expect(hand.log).toHaveLength(1);
  });
  test('a relay that was started anew knows the grants only when the page has told it: till then the tool is kept', () => {
    granted();
    hand.use('control');
    hand.connected();
    hand.told([]);
    expect([hand.tool, hand.isActive, hand.asking.kind]).toEqual(['control', false, 'none']);
    vi.advanceTimersByTime(5000);
    granted();
    expect([hand.tool, hand.isActive]).toEqual(['control', true]);
    vi.advanceTimersByTime(60_000);
    expect([hand.tool, hand.isActive]).toEqual(['control', true]);
    // And later it is taken as ever.
    hand.told([]);
    expect([hand.tool, hand.asking.kind]).toEqual(['look', 'taken']);
  });
  test('a grant that does not come back with a new connection was taken; at once if a colleague has it', () => {
    granted();
    hand.use('control');
    hand.connected();
    hand.told([]);
    vi.advanceTimersByTime(60_000);
    expect([hand.tool, hand.asking.kind]).toEqual(['look', 'taken']);
    granted();
    hand.use('control');
    hand.connected();
    hand.told([{ by: { id: 'boris', name: 'Boris' }, colour: 1, grants: ['control'] }]);
    expect([hand.tool, hand.asking.kind]).toEqual(['look', 'taken']);
  });
  test('a wish that nobody answers is given up', () => {
    hand.use('control');
    // On its way before the relay had heard of the wish.
    hand.told([]);
    expect(hand.asking.kind).toBe('waiting');
    vi.advanceTimersByTime(LIMITS.wishMs + 10_000);
    expect(hand.asking).toEqual({ kind: 'unanswered', grant: 'control' });
  });
  test('a wish that the relay has forgotten over a lost link is over', () => {
    hand.use('control');
    hand.connected();
    hand.told([]);
    expect(hand.asking.kind).toBe('unanswered');
  });
  test('the relay refuses to ask again', () => {
    hand.use('point');
    hand.refused('too-many-tries');
    expect(hand.asking).toEqual({ kind: 'refused', grant: 'point', why: 'too-many-tries' });
    hand.dismiss();
    expect([hand.tool, hand.asking.kind]).toEqual(['look', 'none']);
  });
  test('a tool whose grant is taken back is put down, another one is not', () => {
    granted();
    hand.use('point');
    hand.told([{ by: ME, colour: 0, grants: ['point'] }]);
    expect(hand.tool).toBe('point');
    hand.told([{ by: { id: 'other', name: 'Boris' }, colour: 0, grants: ['control'] }]);
    expect([hand.tool, hand.asking]).toEqual(['look', { kind: 'taken', grant: 'point', to: undefined }]);
  });
  test('after another picture a frame is still taken away, but nobody knows where it is', () => {
    granted();
    hand.act({ t: 'frame', node: 7, note: '' }, spot);
    hand.repainted();
    expect(hand.framed).toBeUndefined();
    hand.use('control');
    expect(said.at(-1)).toMatchObject({ t: 'act', act: { t: 'frame' } });
    hand.use('look');
    expect(said.at(-1)).toMatchObject({ t: 'act', act: { t: 'unframe' } });
  });
  test('a note that was refused leaves the frame with the one that it had', () => {
    granted();
    hand.act({ t: 'frame', node: 7, note: 'before' }, spot);
    hand.say({ t: 'handled', n: 1, outcome: { done: true } });
    hand.act({ t: 'frame', node: 7, note: 'after' }, spot);
    expect(hand.note).toBe('after');
    hand.say({ t: 'handled', n: 2, outcome: { done: false, why: 'paused' } });
    expect([hand.framed, hand.note]).toEqual([7, 'before']);
    hand.act({ t: 'frame', node: 7, note: 'after' }, spot);
    hand.say({ t: 'handled', n: 3, outcome: { done: false, why: 'not-granted' } });
    expect([hand.hasFrame, hand.note]).toEqual([false, '']);
  });
  test('a frame that was refused is no frame', () => {
    granted();
    hand.act({ t: 'frame', node: 7, note: '' }, spot);
    expect(hand.framed).toBe(7);
    hand.say({ t: 'handled', n: 1, outcome: { done: false, why: 'gone' } });
    expect(hand.framed).toBeUndefined();
  });
});
