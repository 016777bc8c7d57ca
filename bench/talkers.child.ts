// Load for the bench `dialog`: visitors and operators in one process, who write to each other at a given rate, so that what
// was sent and what arrived are read off one clock. Speaks the relay's real messages; for the control, the same texts go
// through bare sockets.

import { randomBytes } from 'node:crypto';
import { linkPath } from '../protocol/version.ts';
import { answer, many, sleep, until } from './processes.ts';
import { connectRaw, type RawPeer } from './raw-peer.ts';
import { quantile } from './report.ts';

export type TalkersQuestion =
  | {
      do: 'connect';
      url: string;
      origin: string;
      site: string;
      ownOrigin: string;
      cookie: string;
      visitors: number;
      operators: number;
    }
  | { do: 'connect-bare'; url: string; pairs: number }
  | { do: 'talk'; perSec: number; seconds: number };

export type TalkersAnswer = {
  sent: number;
  /** Acknowledged to their senders, and here at the other side. */
  committed: number;
  received: number;
  /** From the first that was sent to the last that was acknowledged. */
  tookMs: number;
  /** From the sender's call to the message at the other side. */
  p50Ms: number;
  p99Ms: number;
};

type Thread = { send(id: string, text: string): void };

const AT_ONCE = 64;
/** Of what the relay lets a visitor say. */
const VISITOR_PER_SEC = 0.4;
const WORDS =
  'where is my order it was to come on tuesday and the page says that it is still being packed thank you'.split(' ');

let visitors: Thread[] = [];
let operators: Thread[] = [];
let failure: string | undefined;
/** Sent and not here yet, by id. */
const sentAt = new Map<string, { at: number; byVisitor: boolean }>();
let isAcknowledged = new Set<string>();
let took: number[] = [];
let lastAt = 0;

function id(): string {
  const hex = randomBytes(16).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

function arrived(ids: readonly string[], atVisitor: boolean): void {
  const now = performance.now();
  for (const one of ids) {
    const sent = sentAt.get(one);
    if (!sent || sent.byVisitor === atVisitor) continue;
    took.push(now - sent.at);
    sentAt.delete(one);
  }
}

function acknowledged({ id: one, why }: { id: string; why?: string }): void {
  if (why !== undefined) failure ??= `a message was refused: ${why}`;
  isAcknowledged.add(one);
  lastAt = performance.now();
}

const inTime = (what: string, holds: () => boolean) => until(what, holds, { failure: () => failure });

/** The relay's own messages; the tests check their form. */
type Say = {
  t: string;
  id: string;
  why?: string;
  conversation?: string;
  messages?: { id: string }[];
  put?: { id: string }[];
  more?: boolean;
};

async function connectVisitor(question: TalkersQuestion & { do: 'connect' }, index: number): Promise<void> {
  let welcome = () => {};
  const welcomed = new Promise<void>((resolve) => (welcome = resolve));
  const peer = await connectRaw({
    url: `${question.url}${linkPath('visitor')}`,
    headers: {
      origin: question.origin,
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0 Safari/537.36',
    },
    events: {
      text(text) {
        if (text.startsWith('{"t":"welcome"')) return welcome();
        if (!text.startsWith('{"t":"chat"')) return;
        const { say } = JSON.parse(text) as { say: Say };
        if (say.t === 'answer') acknowledged(say);
        else if (say.messages)
          arrived(
            say.messages.map((message) => message.id),
            true,
          );
      },
      binary() {},
      read() {},
      closed: (code) => (failure ??= `visitor ${index} was closed with ${code}`),
    },
  });
  const page = { url: `${question.origin}/`, title: 'Shop', visible: true, viewport: { width: 1280, height: 720 } };
  peer.text(JSON.stringify({ t: 'hello', site: question.site, tab: `tab-${index}-${id()}`, lang: 'en', page }));
  await welcomed;
  const thread: Thread = {
    send: (one, text) =>
      peer.text(JSON.stringify({ t: 'chat', say: { t: 'send', message: { id: one, body: { text } } } })),
  };
  visitors.push(thread);
  const first = id();
  thread.send(first, `visitor ${index}`);
  await inTime('the first answer', () => isAcknowledged.has(first));
}

async function connectOperator(
  question: TalkersQuestion & { do: 'connect' },
): Promise<{ peer: RawPeer; open(conversation: string): Promise<void>; list(): Promise<string[]> }> {
  const opened = new Set<string>();
  const listed: string[] = [];
  let isListed = false;
  const peer = await connectRaw({
    url: `${question.url}${linkPath('operator')}`,
    headers: { origin: question.ownOrigin, cookie: question.cookie },
    events: {
      text(text) {
        if (!text.startsWith('{"t":"dialog"')) return;
        // What a list goes on to say is the relay's work, and not to be this process's.
        if (isListed && text.startsWith('{"t":"dialog","say":{"t":"threads"')) return;
        const { say } = JSON.parse(text) as { say: Say };
        if (say.t === 'answer') acknowledged(say);
        else if (say.t === 'threads') {
          listed.push(...(say.put ?? []).map((row) => row.id));
          isListed ||= say.more === false;
        } else if (say.messages) {
          opened.add(say.conversation ?? '');
          arrived(
            say.messages.map((message) => message.id),
            false,
          );
        }
      },
      binary() {},
      read() {},
      closed: (code) => (failure ??= `an operator was closed with ${code}`),
    },
  });
  return {
    peer,
    async open(conversation) {
      peer.text(JSON.stringify({ t: 'dialog', say: { t: 'open', conversation, version: 0 } }));
      await inTime('a conversation', () => opened.has(conversation));
      operators.push({
        send: (one, text) =>
          peer.text(
            JSON.stringify({
              t: 'dialog',
              say: { t: 'send', conversation, message: { id: one, body: { text } }, kind: 'text' },
            }),
          ),
      });
    },
    async list() {
      peer.text('{"t":"dialog","say":{"t":"inbox","on":true}}');
      await inTime('the list', () => isListed);
      return listed;
    },
  };
}

async function connect(question: TalkersQuestion & { do: 'connect' }): Promise<void> {
  await many(question.visitors, AT_ONCE, (index) => connectVisitor(question, index));
  const first = await connectOperator(question);
  const conversations = await first.list();
  if (conversations.length !== question.visitors)
    throw new Error(`${conversations.length} conversations of ${question.visitors} visitors`);
  const peers = [first];
  while (peers.length < question.operators) {
    const peer = await connectOperator(question);
    await peer.list();
    peers.push(peer);
  }
  await many(conversations.length, AT_ONCE, async (index) =>
    peers[index % peers.length]?.open(conversations[index] ?? ''),
  );
}

/** One of each pair says what the other hears. */
async function connectBare(question: TalkersQuestion & { do: 'connect-bare' }): Promise<void> {
  await many(question.pairs, AT_ONCE, async (index) => {
    const events = { binary() {}, read() {}, closed: () => {} };
    const heard = (text: string) => {
      const { id: one } = JSON.parse(text) as { id: string };
      acknowledged({ id: one });
      arrived([one], true);
    };
    await connectRaw({ url: `${question.url}/room/${index}/viewer`, events: { ...events, text: heard } });
    const peer = await connectRaw({ url: `${question.url}/room/${index}/streamer`, events: { ...events, text() {} } });
    operators.push({ send: (one, text) => peer.text(JSON.stringify({ id: one, text })) });
  });
}

async function talk({ perSec, seconds }: TalkersQuestion & { do: 'talk' }): Promise<TalkersAnswer> {
  took = [];
  isAcknowledged = new Set();
  sentAt.clear();
  const ofVisitors = Math.min(0.3, (visitors.length * VISITOR_PER_SEC) / perSec);
  const began = performance.now();
  let sent = 0;
  let byVisitors = 0;
  const total = perSec * seconds;
  while (sent < total) {
    const due = Math.min(total, Math.ceil(((performance.now() - began) / 1000) * perSec));
    for (; sent < due; sent++) {
      const byVisitor = byVisitors < sent * ofVisitors;
      // In turn, so that nobody says more than a person does.
      const from = byVisitor
        ? visitors[byVisitors % visitors.length]
        : operators[(sent - byVisitors) % operators.length];
      if (byVisitor) byVisitors++;
      const one = id();
      sentAt.set(one, { at: performance.now(), byVisitor });
      from?.send(one, WORDS.slice(0, 4 + (sent % 16)).join(' '));
    }
    await sleep(2);
  }
  await inTime('every message', () => isAcknowledged.size === sent && sentAt.size === 0);
  return {
    sent,
    committed: isAcknowledged.size,
    received: took.length,
    tookMs: lastAt - began,
    p50Ms: quantile(took, 0.5),
    p99Ms: quantile(took, 0.99),
  };
}

const NOTHING: TalkersAnswer = { sent: 0, committed: 0, received: 0, tookMs: 0, p50Ms: 0, p99Ms: 0 };

answer<TalkersQuestion, TalkersAnswer>(async (question) => {
  switch (question.do) {
    case 'connect':
      visitors = [];
      operators = [];
      await connect(question);
      return NOTHING;
    case 'connect-bare':
      await connectBare(question);
      return NOTHING;
    case 'talk':
      return talk(question);
  }
});
