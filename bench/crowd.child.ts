// Load for the bench `idle`: thousands of visitors who have a page open and do little, and one operator whose live list
// is open, all in this one process (so that a change and its arrival in the list are read off one clock). Speaks the
// relay's real messages; for the control it opens sockets and says nothing.

import { linkPath } from '../protocol/version.ts';
import { answer, many, sleep, until } from './processes.ts';
import { createRandom } from '../test/support/random.ts';
import { connectRaw, type RawPeer } from './raw-peer.ts';
import { quantile } from './report.ts';

export type CrowdQuestion =
  | { do: 'connect'; count: number; url: string; origin: string; site: string }
  | { do: 'connect-bare'; count: number; url: string }
  | { do: 'beats' }
  | { do: 'open-list'; url: string; origin: string; cookie: string }
  | { do: 'change-pages'; changes: number; perSec: number }
  | { do: 'leave' };

export type CrowdAnswer = {
  /** Sockets that are open now. */
  open: number;
  /** Fewest beats that one of the visitors has heard since it connected. */
  beats: number;
  /** open-list: until the last row was here; change-pages: from the page's message to its row, at most. */
  ms: number;
  p50Ms: number;
  p99Ms: number;
  /** Round trip of the operator's own probes meanwhile: what this machine and this line do to any message. */
  probeP99Ms: number;
  rows: number;
};

type Visitor = { peer: RawPeer; number: number; beats: number; welcomed: boolean };
type Rows = { t: string; more: boolean; reset: boolean; put: { url: string }[]; gone: string[] };

/** Connecting at once: more would overflow the listening socket's queue. */
const AT_ONCE = 128;
/** Half of what the relay lets an operator say. */
const PROBE_EVERY_MS = 50;

const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 YaBrowser/25.8.0.0 Safari/537.36',
  'Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
] as const;
const LANGUAGES = ['ru-RU', 'ru', 'en-US', 'en', 'kk-KZ', 'de-DE'] as const;

/** Fixed, so that two runs do the same. */
const random = createRandom(15_000);

let visitors: Visitor[] = [];
let bare: RawPeer[] = [];
let operator: RawPeer | undefined;
let failure: string | undefined;
let origin = '';
let version = 0;
let probes: number[] = [];

/** Called with every `rows` message of the operator. */
let onRows: (rows: Rows) => void = () => {};

/** Like a shop's: an address and a title of usual length, different for everybody. */
function pageOf(number: number, visit: number) {
  return {
    url: `${origin}/catalogue/section-${number % 40}/product-${number}-${visit}?utm_source=mail`,
    title: `Product ${number} of section ${number % 40}, in stock, buy it at The Shop`,
    visible: true,
    viewport: { width: 1440, height: 900 },
  };
}

const inTime = (what: string, holds: () => boolean) => until(what, holds, { failure: () => failure });

async function connectOne(url: string, number: number, site: string): Promise<void> {
  let welcome: () => void = () => {};
  const welcomed = new Promise<void>((resolve) => (welcome = resolve));
  const peer = await connectRaw({
    url: `${url}${linkPath('visitor')}`,
    headers: { origin, 'user-agent': AGENTS[number % AGENTS.length] ?? '' },
    events: {
      text(text) {
        if (text.startsWith('{"t":"beat"')) visitor.beats += 1;
        else if (text.startsWith('{"t":"welcome"')) welcome();
      },
      binary() {},
      read() {},
      closed: (code) => (failure ??= `visitor ${number} was closed with ${code}`),
    },
  });
  const visitor: Visitor = { peer, number, beats: 0, welcomed: false };
  visitors.push(visitor);
  peer.text(
    JSON.stringify({
      t: 'hello',
      site,
      tab: `tab-${random.below(2 ** 32).toString(36)}${random.below(2 ** 32).toString(36)}`,
      lang: LANGUAGES[number % LANGUAGES.length],
      page: pageOf(number, 0),
    }),
  );
  await welcomed;
}

async function openList(question: CrowdQuestion & { do: 'open-list' }): Promise<Partial<CrowdAnswer>> {
  let welcome: () => void = () => {};
  const welcomed = new Promise<void>((resolve) => (welcome = resolve));
  operator = await connectRaw({
    url: `${question.url}${linkPath('operator')}`,
    headers: { origin: question.origin, cookie: question.cookie },
    events: {
      text(text) {
        if (text.startsWith('{"t":"welcome"')) welcome();
        // The relay's own rows; the tests check their form.
        else if (text.startsWith('{"t":"echo"'))
          probes.push(performance.now() - (JSON.parse(text) as { at: number }).at);
        else if (text.startsWith('{"t":"rows"')) onRows(JSON.parse(text) as Rows);
      },
      binary() {},
      read() {},
      closed: (code) => (failure ??= `the operator was closed with ${code}`),
    },
  });
  await welcomed;
  let rows = 0;
  let isWhole = false;
  onRows = (message) => {
    rows += message.put.length;
    if (message.reset || !message.more) isWhole = !message.more;
  };
  const began = performance.now();
  operator.text('{"t":"list","on":true}');
  let ms = 0;
  await inTime('the whole list', () => {
    if (isWhole && ms === 0) ms = performance.now() - began;
    return isWhole;
  });
  if (rows !== visitors.length) throw new Error(`the list has ${rows} rows, there are ${visitors.length} visitors`);
  return { ms, rows };
}

/** Random visitors go to other pages; every one of them must show in the list with its new address. */
async function changePages(question: CrowdQuestion & { do: 'change-pages' }): Promise<Partial<CrowdAnswer>> {
  const { changes, perSec } = question;
  const sentAt = new Map<string, number>();
  const took: number[] = [];
  onRows = ({ put }) => {
    const now = performance.now();
    for (const { url } of put) {
      const at = sentAt.get(url);
      if (at === undefined) continue;
      took.push(now - at);
      sentAt.delete(url);
    }
  };
  const began = performance.now();
  // Each visitor at most once: a second change within the list's gathering time would hide the first.
  const order = visitors.map((_, index) => index);
  for (let index = 0; index < changes; index++) {
    const other = index + random.below(order.length - index);
    const chosen = order[other] ?? 0;
    order[other] = order[index] ?? 0;
    order[index] = chosen;
  }
  version += 1;
  probes = [];
  let probed = began;
  for (let sent = 0; sent < changes;) {
    const due = Math.min(changes, Math.ceil(((performance.now() - began) / 1000) * perSec));
    for (; sent < due; sent++) {
      const visitor = visitors[order[sent] ?? 0];
      if (!visitor) continue;
      const page = pageOf(visitor.number, version);
      sentAt.set(page.url, performance.now());
      visitor.peer.text(JSON.stringify({ t: 'page', page }));
    }
    const now = performance.now();
    if (now - probed > PROBE_EVERY_MS) {
      probed = now;
      operator?.text(JSON.stringify({ t: 'probe', at: now }));
    }
    await sleep(1);
  }
  await inTime(`${sentAt.size} rows`, () => sentAt.size === 0);
  return {
    ms: Math.max(...took),
    p50Ms: quantile(took, 0.5),
    p99Ms: quantile(took, 0.99),
    probeP99Ms: quantile(probes, 0.99),
    rows: took.length,
  };
}

answer<CrowdQuestion, CrowdAnswer>(async (question) => {
  let found: Partial<CrowdAnswer> = {};
  switch (question.do) {
    case 'connect': {
      origin = question.origin;
      const first = visitors.length;
      await many(question.count, AT_ONCE, (index) => connectOne(question.url, first + index, question.site));
      break;
    }
    case 'connect-bare':
      await many(question.count, AT_ONCE, async () => {
        const ignore = { text() {}, binary() {}, read() {}, closed: () => (failure ??= 'a bare socket was closed') };
        bare.push(await connectRaw({ url: question.url, events: ignore }));
      });
      break;
    case 'beats':
      if (failure !== undefined) throw new Error(failure);
      break;
    case 'open-list':
      found = await openList(question);
      break;
    case 'change-pages':
      found = await changePages(question);
      break;
    case 'leave':
      for (const { peer } of visitors) peer.close();
      for (const peer of bare) peer.close();
      operator?.close();
      visitors = [];
      bare = [];
      operator = undefined;
      await sleep(500);
      failure = undefined;
      break;
  }
  return {
    open: visitors.length + bare.length + (operator ? 1 : 0),
    beats: visitors.reduce((least, { beats }) => Math.min(least, beats), Infinity),
    ms: 0,
    p50Ms: 0,
    p99Ms: 0,
    probeP99Ms: 0,
    rows: 0,
    ...found,
  };
});
