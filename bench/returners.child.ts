// Load for the bench `reconnect`: visitors and operators who lose the relay and come back, each through the product's own
// link (protocol/link.ts) and its own copy of a conversation (protocol/thread-copy.ts), in one process. Some visitors talk,
// each with one operator; the others only have a page open, and come back with the token that they were given.
//
// Easy to get wrong: that everybody is connected again is not that everything is there. In step is whoever has, of every
// conversation before them, what the relay has acknowledged to anybody; so this waits until all that was written is
// acknowledged, and then for every copy and every operator's list.

import { createLink, type Link, type LinkDoor } from '../protocol/link.ts';
import { createThreadCopy, type ThreadCopy, type ThreadState } from '../protocol/thread-copy.ts';
import { linkPath } from '../protocol/version.ts';
import { createRandom } from '../test/support/random.ts';
import { newId } from '../relay/store/id.ts';
import { answer, many, until } from './processes.ts';
import { connectRaw, type RawPeer } from './raw-peer.ts';
import { quantile } from './report.ts';

export type ReturnersQuestion =
  | {
      do: 'connect';
      url: string;
      origin: string;
      site: string;
      ownOrigin: string;
      cookie: string;
      visitors: number;
      /** The first so many of them. */
      talking: number;
      operators: number;
    }
  /** Everybody who talks writes one message at some moment of the next `overMs`. Answered at once. */
  | { do: 'write'; overMs: number }
  /** Waits until all are back and in step. `since`: epoch milliseconds. */
  | { do: 'settle'; since: number }
  /** What the relay reads from its database, told to a console that has nothing. */
  | { do: 'read' };

export type ReturnersAnswer = {
  /** Messages, by id, with the numbers that were acknowledged. */
  acknowledged: [id: string, seq: number][];
  /** Likewise, of all conversations; empty but for `read`. */
  stored: [id: string, seq: number][];
  /** Since then, until a visitor was welcomed again: half of them, and the last. */
  backP50Ms: number;
  backLastMs: number;
  inStepMs: number;
  /** Connections that were tried meanwhile. */
  tries: number;
};

/** What the relay says, as far as it is read here; the tests check its form. */
type Say = {
  t: string;
  id: string;
  seq?: number;
  why?: string;
  conversation?: string;
  number?: number;
  reset?: boolean;
  more?: boolean;
  put?: { id: string; seq: number }[];
};

/** One end: a visitor's tab or a console. */
type End = { link: Link; welcomedAt: number; outbox: Map<string, { conversation: string; text: string }> };
type VisitorEnd = End & { token: string | undefined; copy: ThreadCopy | undefined; conversation: string };
type OperatorEnd = End & {
  copies: Map<string, ThreadCopy>;
  listed: Map<string, number>;
  isListed: boolean;
  head: { number: number; id: string } | undefined;
};

const AT_ONCE = 128;
const PATIENCE_MS = 120_000;
const OPENED_BY_ONE = 20;

/** Fixed, so that two runs do the same. */
const random = createRandom(15_001);

const visitors: VisitorEnd[] = [];
const operators: OperatorEnd[] = [];
let failure: string | undefined;
let tries = 0;
let asked: (ReturnersQuestion & { do: 'connect' }) | undefined;
const acknowledged = new Map<string, number>();
/** By conversation: the last number that anybody was told of. */
const lastOf = new Map<string, number>();

const inTime = (what: string, holds: () => boolean) =>
  until(what, holds, { failure: () => failure, patienceMs: PATIENCE_MS });

function doorTo(url: string, headers: Record<string, string>): LinkDoor {
  return {
    connect(events) {
      let peer: RawPeer | undefined;
      /** An operator's welcome may come with the upgrade's own answer, before the promise of it is kept. */
      const early: string[] = [];
      tries += 1;
      connectRaw({
        url,
        headers,
        events: {
          text: (text) => (peer ? events.text(text) : void early.push(text)),
          binary() {},
          read() {},
          // Killed: no code, as a browser says it.
          closed: (code) => events.closed(code ?? 1006),
        },
      }).then(
        (made) => {
          peer = made;
          events.open();
          early.forEach(events.text);
        },
        () => events.closed(1006),
      );
      return {
        // A link sends text here, and only while it is open.
        send: (data) => peer?.text(data as string),
        close: () => peer?.close(),
        bufferedAmount: () => 0,
      };
    },
    after(delayMs, task) {
      const timer = setTimeout(task, Math.max(0, delayMs));
      return () => clearTimeout(timer);
    },
    now: () => performance.now(),
    random: () => random.below(2 ** 32) / 2 ** 32,
    hidden: () => false,
  };
}

const say = (end: End, t: 'chat' | 'dialog', what: object) => void end.link.send(JSON.stringify({ t, say: what }));

/** Whatever has not been acknowledged; an end here writes one message at a time. */
function flush(end: End, t: 'chat' | 'dialog'): void {
  for (const [id, { conversation, text }] of end.outbox) {
    const message = { id, body: { text } };
    say(end, t, t === 'chat' ? { t: 'send', message } : { t: 'send', conversation, message, kind: 'text' });
  }
}

function answered(end: End, t: 'chat' | 'dialog', { id, seq, why }: Say): void {
  const one = end.outbox.get(id);
  if (seq === undefined) {
    // Not now: as the widget and the console do, a little later.
    if (why === 'unavailable' || why === 'too-many') setTimeout(() => flush(end, t), 500);
    else failure ??= `a message was refused: ${why}`;
    return;
  }
  const before = acknowledged.get(id);
  if (before !== undefined && before !== seq) failure ??= `a message has two numbers, ${before} and ${seq}`;
  acknowledged.set(id, seq);
  // Of a visitor's first message it is not known yet which conversation it began.
  if (one && one.conversation !== '') lastOf.set(one.conversation, Math.max(lastOf.get(one.conversation) ?? 0, seq));
  end.outbox.delete(id);
}

async function connectVisitor(question: ReturnersQuestion & { do: 'connect' }, index: number): Promise<void> {
  const { url, origin, site } = question;
  const page = { url: `${origin}/`, title: 'Shop', visible: true, viewport: { width: 1280, height: 720 } };
  const hello = { t: 'hello', site, tab: `tab-${newId()}`, lang: 'en', page };
  const door = doorTo(`${url}${linkPath('visitor')}`, {
    origin,
    'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0 Safari/537.36',
  });
  const sync = () => {
    if (!end.copy) return;
    end.copy.asked();
    say(end, 'chat', { t: 'sync', version: end.copy.version });
  };
  const end: VisitorEnd = {
    welcomedAt: 0,
    outbox: new Map(),
    token: undefined,
    copy: index < question.talking ? createThreadCopy() : undefined,
    conversation: '',
    link: createLink(door, {
      open: () =>
        void end.link.send(JSON.stringify({ ...hello, ...(end.token === undefined ? {} : { token: end.token }) })),
      text(text) {
        if (text.startsWith('{"t":"welcome"')) {
          const { token } = JSON.parse(text) as { token?: string };
          end.token = token ?? end.token;
          end.welcomedAt = Date.now();
          sync();
          flush(end, 'chat');
        } else if (text.startsWith('{"t":"chat"')) {
          const { say: heard } = JSON.parse(text) as { say: Say };
          if (heard.t === 'answer') answered(end, 'chat', heard);
          // The relay's own form.
          else if (heard.t === 'state' && end.copy?.apply(heard as unknown as ThreadState)) sync();
        }
      },
      bytes() {},
      changed(state) {
        if (state.kind === 'closed') failure ??= `a visitor was closed for good with ${state.code}`;
      },
    }),
  };
  visitors[index] = end;
  await inTime('a welcome', () => end.welcomedAt > 0);
  if (end.copy) write(end, 'chat', '', `visitor ${index} begins`);
  await inTime('the first answer', () => end.outbox.size === 0);
}

async function connectOperator(question: ReturnersQuestion & { do: 'connect' }): Promise<OperatorEnd> {
  const door = doorTo(`${question.url}${linkPath('operator')}`, {
    origin: question.ownOrigin,
    cookie: question.cookie,
  });
  const open = (conversation: string, copy: ThreadCopy) => {
    copy.asked();
    say(end, 'dialog', { t: 'open', conversation, version: copy.version });
  };
  const end: OperatorEnd = {
    welcomedAt: 0,
    outbox: new Map(),
    copies: new Map(),
    listed: new Map(),
    isListed: false,
    head: undefined,
    link: createLink(door, {
      open() {},
      text(text) {
        if (text.startsWith('{"t":"welcome"')) {
          end.welcomedAt = Date.now();
          say(end, 'dialog', { t: 'inbox', on: true, ...end.head });
          for (const [conversation, copy] of end.copies) open(conversation, copy);
          flush(end, 'dialog');
        } else if (text.startsWith('{"t":"dialog"')) {
          const { say: heard } = JSON.parse(text) as { say: Say };
          if (heard.t === 'answer') answered(end, 'dialog', heard);
          else if (heard.t === 'threads') {
            if (heard.reset) end.listed.clear();
            for (const row of heard.put ?? []) end.listed.set(row.id, row.seq);
            end.isListed ||= heard.more === false;
            if (heard.more === false && heard.number !== undefined && typeof heard.id === 'string')
              end.head = { number: heard.number, id: heard.id };
          } else if (heard.t === 'state' && heard.conversation !== undefined) {
            const copy = end.copies.get(heard.conversation);
            if (copy?.apply(heard as unknown as ThreadState)) open(heard.conversation, copy);
          }
        }
      },
      bytes() {},
      changed(state) {
        if (state.kind === 'closed' && state.code !== undefined)
          failure ??= `an operator was closed for good with ${state.code}`;
      },
    }),
  };
  await inTime('the list', () => end.isListed);
  return end;
}

async function openCopy(end: OperatorEnd, conversation: string): Promise<ThreadCopy> {
  const copy = createThreadCopy();
  end.copies.set(conversation, copy);
  copy.asked();
  say(end, 'dialog', { t: 'open', conversation, version: 0 });
  await inTime('a conversation', () => copy.version > 0);
  return copy;
}

function write(end: End, t: 'chat' | 'dialog', conversation: string, text: string): void {
  end.outbox.set(newId(), { conversation, text });
  flush(end, t);
}

async function connect(question: ReturnersQuestion & { do: 'connect' }): Promise<void> {
  await many(question.visitors, AT_ONCE, (index) => connectVisitor(question, index));
  asked = question;
  while (operators.length < question.operators) operators.push(await connectOperator(question));
  const conversations = [...(operators[0]?.listed.keys() ?? [])];
  if (conversations.length !== question.talking)
    throw new Error(`${conversations.length} conversations of ${question.talking} visitors`);
  await many(conversations.length, AT_ONCE, async (index) => {
    const conversation = conversations[index] ?? '';
    const end = operators[index % operators.length];
    if (!end) return;
    const copy = await openCopy(end, conversation);
    // A visitor's own end does not name its conversation; its first message does.
    const began = new Set(copy.messages.map(({ id }) => id));
    const visitor = visitors.find((one) => one.copy?.messages.some(({ id }) => began.has(id)));
    if (!visitor) throw new Error('a conversation of nobody');
    visitor.conversation = conversation;
  });
}

async function writeAll(overMs: number): Promise<void> {
  const talking = visitors.filter(({ copy }) => copy);
  for (const end of talking)
    setTimeout(() => write(end, 'chat', end.conversation, 'is anybody there?'), random.below(overMs));
  for (const end of operators)
    for (const conversation of end.copies.keys())
      setTimeout(() => write(end, 'dialog', conversation, 'I am looking'), random.below(overMs));
}

async function settle(since: number): Promise<ReturnersAnswer> {
  const all: End[] = [...visitors, ...operators];
  await inTime('everybody’s return', () => all.every(({ welcomedAt }) => welcomedAt > since));
  await inTime('every acknowledgement', () => all.every(({ outbox }) => outbox.size === 0));
  const has = (copy: ThreadCopy | undefined, conversation: string) => {
    const last = lastOf.get(conversation) ?? 0;
    return copy === undefined || (copy.seq >= last && copy.messages.at(-1)?.seq === copy.seq);
  };
  await inTime('every copy', () => visitors.every(({ copy, conversation }) => has(copy, conversation)));
  await inTime('every console’s copies', () =>
    operators.every(({ copies }) => [...copies].every(([conversation, copy]) => has(copy, conversation))),
  );
  await inTime('every list', () =>
    operators.every(
      ({ listed, isListed }) =>
        isListed && [...lastOf].every(([conversation, seq]) => (listed.get(conversation) ?? 0) >= seq),
    ),
  );
  const inStepMs = Date.now() - since;
  const back = visitors.map(({ welcomedAt }) => welcomedAt - since);
  return {
    acknowledged: [...acknowledged],
    stored: [],
    backP50Ms: quantile(back, 0.5),
    backLastMs: Math.max(...back),
    inStepMs,
    tries,
  };
}

async function read(): Promise<ReturnersAnswer> {
  if (!asked) throw new Error('nobody is connected');
  const stored: ReturnersAnswer['stored'] = [];
  const conversations = [...(operators[0]?.listed.keys() ?? [])];
  // One console may not ask for so many at once.
  for (let from = 0; from < conversations.length; from += OPENED_BY_ONE) {
    const end = await connectOperator(asked);
    for (const conversation of conversations.slice(from, from + OPENED_BY_ONE)) {
      const copy = await openCopy(end, conversation);
      if (copy.hasOlder) throw new Error('a conversation is longer than what comes at once');
      for (const { id, seq } of copy.messages) stored.push([id, seq]);
    }
    end.link.close();
  }
  return { ...NOTHING, stored };
}

const NOTHING: ReturnersAnswer = { acknowledged: [], stored: [], backP50Ms: 0, backLastMs: 0, inStepMs: 0, tries: 0 };

answer<ReturnersQuestion, ReturnersAnswer>(async (question) => {
  switch (question.do) {
    case 'connect':
      await connect(question);
      return NOTHING;
    case 'write':
      tries = 0;
      await writeAll(question.overMs);
      return NOTHING;
    case 'settle':
      return settle(question.since);
    case 'read':
      return read();
  }
});
