// A room in the built console whose page has something of everything that an operator's hand meets, for tests of the
// console's side: what is heard by the stand-in relay, and what it answers.

import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from 'puppeteer';
import type { Act, FromOperatorHand, Grant, Hands, Outcome, ToOperatorHand } from '../../protocol/hand.ts';
import type { RoomView } from '../../protocol/messages.ts';
import { openConsole, type ConsolePage } from './console-page.ts';
import { OPERATOR, someRoom } from './stand-in-relay.ts';

export const ROOM = 'room-1';
export const ME = { id: OPERATOR.id, name: OPERATOR.name };

/** Capture ids of the page's elements, and where each stands in the visitor's viewport of 1280 × 720. */
export const NODE = {
  button: 20,
  inShadow: 22,
  far: 23,
  select: 24,
  date: 30,
  file: 31,
  text: 32,
  many: 40,
  number: 33,
};
export const BOX = {
  button: { x: 100, y: 100, width: 200, height: 50 },
  inShadow: { x: 400, y: 100, width: 100, height: 50 },
  /** 1,300 pixels down a page that is scrolled by 1,000. */
  far: { x: 100, y: 300, width: 200, height: 100 },
  select: { x: 600, y: 100, width: 200, height: 30 },
  date: { x: 600, y: 200, width: 200, height: 30 },
  file: { x: 600, y: 300, width: 200, height: 30 },
  text: { x: 600, y: 400, width: 200, height: 30 },
  many: { x: 900, y: 100, width: 200, height: 90 },
  number: { x: 900, y: 300, width: 200, height: 30 },
} as const;

type Attributes = Record<string, string | boolean>;

/** `more`: nodes of the page's body, after the others. */
export function handPage(more: readonly unknown[] = []): unknown[] {
  let made = 100;
  const text = (textContent: string) => ({ type: 3, id: ++made, textContent });
  const el = (
    tagName: string,
    id: number | undefined,
    attributes: Attributes,
    childNodes: unknown[] = [],
    more = {},
  ) => ({
    type: 2,
    id: id ?? ++made,
    tagName,
    attributes,
    childNodes,
    ...more,
  });
  const fixed = ({ x, y, width, height }: { x: number; y: number; width: number; height: number }, more = '') =>
    `position:fixed;box-sizing:border-box;margin:0;left:${x}px;top:${y}px;width:${width}px;height:${height}px;${more}`;
  const option = (id: number, label: string, more: Attributes = {}) =>
    el('option', id, { value: label, ...more }, [text(label)]);
  const body = [
    el('h1', undefined, { style: 'position:fixed;left:100px;top:10px;font:600 28px sans-serif;margin:0' }, [
      text('Nord Kaffee'),
    ]),
    el('button', NODE.button, { style: fixed(BOX.button) }, [text('Add to basket')]),
    el(
      'div',
      21,
      { style: fixed(BOX.inShadow) },
      [
        el(
          'button',
          NODE.inShadow,
          { style: 'display:block;width:100px;height:50px;padding:0;margin:0' },
          [text('+1')],
          {
            isShadow: true,
          },
        ),
      ],
      { isShadowHost: true },
    ),
    el('div', NODE.far, {
      style: 'position:absolute;left:100px;top:1300px;width:200px;height:100px;background:#e4dccf',
    }),
    el('select', NODE.select, { style: fixed(BOX.select), value: 'Whole beans' }, [
      option(25, 'Whole beans', { selected: true }),
      option(26, 'Espresso', { disabled: true }),
      option(27, 'Filter'),
      option(28, 'French press'),
    ]),
    el('select', NODE.many, { style: fixed(BOX.many), multiple: true }, [
      option(41, 'Mon'),
      option(42, 'Tue', { selected: true }),
      option(43, 'Wed'),
    ]),
    el('input', NODE.date, { type: 'date', value: '2026-11-21', min: '2026-11-01', style: fixed(BOX.date) }),
    el('input', NODE.file, { type: 'file', 'aria-label': 'Receipt', style: fixed(BOX.file) }),
    el('input', NODE.text, { value: 'Anna', style: fixed(BOX.text) }),
    el('input', NODE.number, { type: 'number', value: '2', style: fixed(BOX.number) }),
  ];
  const html = el('html', undefined, { lang: 'en' }, [
    el('head', undefined, {}),
    el('body', undefined, { style: 'margin:0;height:3000px;font:16px sans-serif;background:#faf7f2' }, [
      ...body,
      ...more,
    ]),
  ]);
  return [
    { type: 4, data: { href: 'https://nordkaffee.example/', width: 1280, height: 720 }, timestamp: 0 },
    {
      type: 2,
      data: {
        node: { type: 0, childNodes: [{ type: 1, id: 98, name: 'html', publicId: '', systemId: '' }, html], id: 99 },
        initialOffset: { top: 1000, left: 0 },
      },
      timestamp: 0,
    },
  ];
}

export type HandDesk = {
  /** The room's view with these hands. */
  hands(hands: Hands, change?: Partial<RoomView>): void;
  /** This operator has these grants. */
  granted(...grants: Grant[]): void;
  answer(n: number, outcome: Outcome): void;
  say(say: ToOperatorHand): void;
  /** What has been said by hand so far. */
  said(): FromOperatorHand[];
  acts(): { n: number; seen: number; tab: number; act: Act }[];
  /** Of these kinds, once so many have come. */
  heard<T extends Act['t']>(
    kinds: T | readonly T[],
    count: number,
  ): Promise<{ n: number; act: Extract<Act, { t: T }> }[]>;
  /** A point of the visitor's viewport, in the console's window. */
  at(x: number, y: number): Promise<{ x: number; y: number }>;
  /** The tool in use and its layer there. */
  use(tool: 'point' | 'frame' | 'suggest' | 'control', grants?: Grant[]): Promise<void>;
};

/** The room as told and painted. */
export async function openHand(desk: ConsolePage, view: Partial<RoomView> = {}): Promise<HandDesk> {
  const { page, relay } = desk;
  await relay.next('watch');
  relay.send({ t: 'room', view: someRoom(view) });
  relay.send({ t: 'history', room: ROOM, from: 0, to: 1 });
  relay.frame({ room: 7, tab: 1, sequence: 1 }, 'snapshot', handPage());
  await page.waitForFunction(
    () => document.querySelector('[data-testid="watch"]')?.getAttribute('data-overlay') === 'none',
  );
  await page.waitForSelector('[data-testid="hand-tools"], [data-testid="hand-menu"]');
  // Scrolled where the visitor is.
  await page.waitForFunction(() => document.querySelector('iframe')?.contentWindow?.scrollY === 1000);

  const said = () => relay.heard.flatMap((message) => (message.t === 'hand' ? [message.say] : []));
  const acts = () => said().flatMap((say) => (say.t === 'act' ? [say] : []));
  const hands: HandDesk['hands'] = (each, change = {}) =>
    relay.send({ t: 'room', view: someRoom({ ...view, ...change, hands: each }) });
  const granted = (...grants: Grant[]) => hands([{ by: ME, colour: 0, grants }]);

  return {
    hands,
    granted,
    answer: (n, outcome) => relay.send({ t: 'hand', room: ROOM, say: { t: 'handled', n, outcome } }),
    say: (say) => relay.send({ t: 'hand', room: ROOM, say }),
    said,
    acts,
    async heard(kinds, count) {
      const wanted: readonly string[] = typeof kinds === 'string' ? [kinds] : kinds;
      const found = () => acts().filter(({ act }) => wanted.includes(act.t));
      while (found().length < count) await delay(10);
      // Found by its `t`.
      return found() as never;
    },
    async at(x, y) {
      return page.$eval(
        '[data-testid="mirror"] iframe',
        (frame, fromX, fromY) => {
          const box = frame.getBoundingClientRect();
          const scale = box.width / (frame as HTMLElement).clientWidth;
          return { x: box.left + fromX * scale, y: box.top + fromY * scale };
        },
        x,
        y,
      );
    },
    async use(tool, grants = ['point', 'control']) {
      granted(...grants);
      await desk.click(`tool-${tool}`);
      await page.waitForSelector(`[data-testid="hand-layer"][data-tool="${tool}"]`);
      // The button's tooltip may lie over the picture.
      await page.waitForSelector('[data-testid="hand-surface"]');
    },
  };
}

export type DeskOptions = Partial<Parameters<typeof openConsole>[1]>;

/** A console that watches the room. */
export async function openDesk(
  browser: Browser,
  options: DeskOptions = {},
): Promise<{ desk: ConsolePage; hand: HandDesk }> {
  const desk = await openConsole(browser, { hash: `#/room/${ROOM}`, ...options });
  return { desk, hand: await openHand(desk) };
}

export function middle(box: { x: number; y: number; width: number; height: number }): [number, number] {
  return [box.x + box.width / 2, box.y + box.height / 2];
}
