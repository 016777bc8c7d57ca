// What strangers write into addresses and titles must neither blind an operator nor lie to one.

import { expect, test } from 'vitest';
import { LIMITS } from '../../protocol/limits.ts';
import { parseToOperator, type Page, type RoomView, type Row } from '../../protocol/messages.ts';
import { shownPage, shownText } from '../../relay/live/shown.ts';
import { createClock, createNetwork } from '../support/fake-world.ts';
import { createFakeSocket } from '../support/fake-socket.ts';
import { createRandom } from '../support/random.ts';
import { operatorCalled, SITE, startSimRelay } from '../support/sim-relay.ts';

const SHOP = 'https://shop.example';
const VIEWPORT = { width: 800, height: 600 };
const pageOf = (url: string, title = ''): Page => ({ url, title, visible: true, viewport: VIEWPORT });

function world() {
  const clock = createClock();
  const relay = startSimRelay(clock, createNetwork(1 << 20), createRandom(1));
  const socketInto = (texts: string[]) =>
    createFakeSocket({
      text: (text) => void texts.push(text),
      closed: (why) => void texts.push(`closed ${why}`),
    });
  const visitor = (page: Page, lang = 'en', more: Record<string, unknown> = {}) => {
    const got: string[] = [];
    const end = relay.acceptVisitor(SHOP)(socketInto(got));
    const say = (message: unknown) => end.text(JSON.stringify(message));
    say({ t: 'hello', site: SITE.key, tab: 'tab1', lang, page, ...more });
    return { got, say, close: () => end.closed() };
  };
  const operator = () => {
    const got: string[] = [];
    const end = relay.acceptOperator(operatorCalled('anna'))(socketInto(got));
    return { got, say: (message: unknown) => end.text(JSON.stringify(message)) };
  };
  /** What a console has after these messages: it leaves out what it can't parse. */
  const rowsOf = (texts: readonly string[]) => {
    const rows = new Map<string, Row>();
    for (const text of texts) {
      const message = parseToOperator(text);
      if (message.t !== 'rows') continue;
      if (message.reset) rows.clear();
      for (const row of message.put) rows.set(row.id, row);
      for (const id of message.gone) rows.delete(id);
    }
    return [...rows.values()];
  };
  return { clock, visitor, operator, rowsOf };
}

test('a visitor whose link is lost during a view is listed with the page it was on, and without a tab', () => {
  const { clock, visitor, operator, rowsOf } = world();
  const { say, close } = visitor(pageOf(`${SHOP}/basket`, 'Basket'));
  say({ t: 'show' });
  const anna = operator();
  anna.say({ t: 'list', on: true });
  close();
  clock.advance(10_000);
  const boris = operator();
  boris.say({ t: 'list', on: true });
  for (const { got } of [anna, boris])
    expect(rowsOf(got)).toMatchObject([{ url: `${SHOP}/basket`, title: 'Basket', tabs: 0, visible: false }]);
});

test('[LS1] visitors with the longest addresses and titles there can be hide nobody: every page of rows is read', () => {
  const { visitor, operator, rowsOf } = world();
  const heavy = ['\u0001', '"', '\\', '\ud800', '字', '\u202e'];
  for (let index = 0; index < 450; index++) {
    const each = heavy[index % heavy.length] ?? '';
    const url = (SHOP + '/' + each.repeat(LIMITS.maxUrlChars)).slice(0, LIMITS.maxUrlChars);
    visitor(pageOf(url, each.repeat(LIMITS.maxTitleChars)), each.repeat(35));
  }
  const anna = operator();
  anna.say({ t: 'list', on: true });
  expect(rowsOf(anna.got)).toHaveLength(450);
  expect(anna.got.filter((text) => text.includes('"reset":true'))).toHaveLength(1);
  const more = anna.got.filter((text) => text.includes('"t":"rows"')).map((text) => text.includes('"more":true'));
  expect(more.lastIndexOf(true)).toBe(more.length - 2);
});

test('[LS1] changes of the list are cut too, and an empty list is told', () => {
  const { clock, visitor, operator, rowsOf } = world();
  const anna = operator();
  anna.say({ t: 'list', on: true });
  expect(anna.got.at(-1)).toBe('{"t":"rows","reset":true,"more":false,"put":[],"gone":[]}');
  for (let index = 0; index < 250; index++)
    visitor(pageOf(`${SHOP}/${'"'.repeat(LIMITS.maxUrlChars - 30)}`, '"'.repeat(LIMITS.maxTitleChars)));
  clock.advance(LIMITS.listEveryMs);
  expect(rowsOf(anna.got)).toHaveLength(250);
});

test('[LS1] a room of as many tabs as it takes, each with the longest words, is one message that is read', () => {
  const { visitor, operator } = world();
  const page = pageOf(`${SHOP}/${'"'.repeat(LIMITS.maxUrlChars - 30)}`, '"'.repeat(LIMITS.maxTitleChars));
  const first = visitor(page);
  const { token } = JSON.parse(first.got[0] ?? '') as { token: string };
  for (let tab = 0; tab < LIMITS.maxTabsPerRoom; tab++) visitor(page, 'en', { tab: `more${tab}`, token });
  first.say({ t: 'show' });
  const visit = first.got.map((text) => JSON.parse(text) as { t: string; visit?: { room: string } });
  const anna = operator();
  anna.say({ t: 'watch', room: visit.find(({ t }) => t === 'visit')?.visit?.room });
  const views = anna.got.map(parseToOperator).filter((message) => message.t === 'room');
  const last: RoomView | undefined = views.at(-1)?.view;
  expect(last?.tabs).toHaveLength(LIMITS.maxTabsPerRoom);
});

test('[LS2] an address elsewhere is not believed, in hello and later', () => {
  const { clock, visitor, operator, rowsOf } = world();
  const liar = visitor(pageOf('https://bank.example/login', 'Bank'));
  const anna = operator();
  anna.say({ t: 'list', on: true });
  expect(rowsOf(anna.got).map((row) => row.url)).toEqual([`${SHOP}/`]);
  liar.say({ t: 'page', page: pageOf(`${SHOP}/cart`) });
  clock.advance(LIMITS.listEveryMs);
  expect(rowsOf(anna.got).map((row) => row.url)).toEqual([`${SHOP}/cart`]);
  for (const lie of [
    `${SHOP}.evil.example/`,
    `${SHOP}@evil.example/`,
    'javascript:1',
    '',
    ` ${SHOP}/x`,
    'about:blank',
  ]) {
    expect(shownPage(pageOf(lie), SHOP).url, lie).toBe(`${SHOP}/`);
  }
  expect(shownPage(pageOf(`${SHOP}/a?b#c`), SHOP).url).toBe(`${SHOP}/a?b#c`);
});

test('[LS2] nothing that breaks lines or turns the direction of text is shown', () => {
  expect(shownText('a\nb\u0000c\u007fd\u0085e\u2028f\u202eg\u2066h\u200fi\u061cj', 100)).toBe('abcdefghij');
  expect(shownText('Кофе, 咖啡, קפה, 👩‍🚀 — 5 €', 100)).toBe('Кофе, 咖啡, קפה, 👩‍🚀 — 5 €');
  // A cut in the middle of a character leaves no half of it.
  expect(shownText('😀'.repeat(10), 8)).toBe('😀😀😀…');
});
