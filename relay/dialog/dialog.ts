// Conversations' entry: takes what visitors and operators say of them, has it done (commits.ts), and tells whoever has the
// conversation before them (threads.ts), or the list of them (inbox.ts). Everything outside is handed in.
//
// Nothing of a visitor is kept before they say something. Of a browser that has been here before it is asked, for all who
// arrive in the same moment together, whether it has a conversation; what comes from a tab meanwhile waits for that answer.
//
// Easy to get wrong: what a peer says is done in its order, though each may take a while; so everything of a visitor, and of
// a console, goes through its own line (`inTurn`), and one that fails holds up none of the others.

import type { FromOperatorDialog, FromVisitorChat, NotDone, ToChat } from '../../protocol/chat.ts';
import type { Actor, Message, WrittenBody } from '../../protocol/dialog.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { maskTyped } from '../../protocol/cards.ts';
import type { OperatorPeer } from '../live/operators.ts';
import { addressKey, createThrottle } from '../auth/throttle.ts';
import { createBucket, take, type Bucket } from '../live/peer.ts';
import { shownText } from '../live/shown.ts';
import type { Tab, Visitor } from '../live/visitors.ts';
import type { Change, Known } from '../store/conversations.ts';
import type { Result } from './commits.ts';
import type { Command, Conversation, Mark } from './conversation.ts';
import { Desk, type DeskDoor } from './desk.ts';
import { Inbox, type InboxDoor } from './inbox.ts';
import { isSearch, Search, type SearchDoor, type SearchSay } from './search.ts';
import { fitting, hint, isForVisitor, Threads, toConsoleText, toTabText, type Thread } from './threads.ts';

export type DialogDoor = InboxDoor &
  DeskDoor &
  SearchDoor & {
    /** Connections of visitors. */
    readonly maxPerAddress: number;
    /** Makes what is not there. */
    open(from: { account: string; site: string; device: string }): Promise<{ conversation: string; contact: string }>;
    find(devices: readonly string[]): Promise<Map<string, Known>>;
    read(
      account: string,
      id: string,
      from: { version: number; limit: number },
    ): Promise<{ conversation: Conversation; marks: Mark[]; messages: Message[] } | undefined>;
    /** A visitor's leave for files. */
    signPass(of: { device: string; site: string; origin: string }): string;
    older(account: string, id: string, from: { before: number; limit: number }): Promise<Message[]>;
    /** Where a conversation's contact can be reached. */
    hasReach(account: string, conversation: string): Promise<boolean>;
    keepReach(account: string, conversation: string, reach: { name: string; email: string }): Promise<void>;
  };

/** Browsers that arrive within this are asked for together. */
const FIND_EVERY_MS = 20;
/** Of one visitor: more than a person writes. */
const SAYS = { burst: 20, perSec: 0.5 };
/** Of the connections that an address may hold, so many may write for the first time at once: an office in the same hour,
 * and not each of the browsers that somebody makes up. As many again in this time. */
const BEGINNERS = 0.1;
const BEGINNERS_AGAIN_MS = 600_000;
/** Waiting in a peer's line. Whoever says more than is done in that time is refused. */
const MOST_IN_LINE = 200;

/** `conversation`: undefined while there is none. */
type Chat = { conversation: string | undefined; line: Line; says: Bucket };
type Line = { last: Promise<void>; length: number };

export type Dialog = ReturnType<typeof createDialog>;

export function createDialog(door: DialogDoor) {
  const inbox = new Inbox(door);
  const desk = new Desk(door);
  const threads = new Threads((actor) => personOf(actor));
  const search = new Search(door);
  const chats = new WeakMap<Visitor, Chat>();
  const consoles = new WeakMap<OperatorPeer, { line: Line; open: Set<string>; hearsViewers: boolean }>();
  const burst = Math.max(1, Math.floor(door.maxPerAddress * BEGINNERS));
  const beginnings = createThrottle({ burst, everyMs: BEGINNERS_AGAIN_MS / burst, now: door.now });
  let arrived: { visitor: Visitor; found: (known: Known | undefined) => void }[] = [];

  const personOf = ({ kind, id }: Actor) => {
    const operator = kind === 'operator' && id !== undefined ? door.operatorOf(id) : undefined;
    return operator && id !== undefined ? { id, name: operator.name } : undefined;
  };

  const inTurn = (line: Line, task: () => Promise<void>): boolean => {
    if (line.length >= MOST_IN_LINE) return false;
    line.length += 1;
    line.last = line.last
      .then(task)
      .catch((error: unknown) => door.failed(error, 'a conversation'))
      .finally(() => {
        line.length -= 1;
      });
    return true;
  };
  const newLine = (): Line => ({ last: Promise.resolve(), length: 0 });

  /** Of all that arrived lately, in one question. */
  const findArrived = async () => {
    const batch = arrived;
    arrived = [];
    let known = new Map<string, Known>();
    try {
      known = await door.find(batch.map(({ visitor }) => visitor.id));
    } catch (error) {
      door.failed(error, 'finding conversations');
    }
    for (const { visitor, found } of batch) found(known.get(visitor.id));
  };
  const find = (visitor: Visitor): Promise<Known | undefined> =>
    new Promise((found) => {
      if (arrived.push({ visitor, found }) === 1) door.after(FIND_EVERY_MS, () => void findArrived());
    });

  const chatOf = (visitor: Visitor): Chat => {
    const known = chats.get(visitor);
    if (known) return known;
    const chat: Chat = { conversation: undefined, line: newLine(), says: createBucket(SAYS.burst, door.now()) };
    chats.set(visitor, chat);
    return chat;
  };

  const tell = (tab: Tab, say: ToChat['say']) => void tab.socket.text(toTabText(say));

  const keepFor = (
    tab: Tab,
    { conversation, marks }: { conversation: Conversation; marks: readonly Mark[] },
  ): Thread => {
    const thread = threads.keep(conversation, marks);
    // All that are there now: they show the same.
    for (const each of tab.visitor.tabs) thread.tabs.add(each);
    return thread;
  };

  /** What is newer than `version` there, or as much as goes at once. */
  const stateFrom = async (account: string, id: string, version: number) => {
    const limit = LIMITS.maxMessagesAtOnce + 1;
    const newer = await door.read(account, id, { version, limit });
    if (!newer) return undefined;
    const messages = fitting(newer.messages);
    const isAll = messages.length === newer.messages.length;
    // Not all of what is newer: then the last of all, since what is between is to be asked for.
    if (isAll || version === 0) return { ...newer, ...hint(newer.conversation), messages, from: version, more: !isAll };
    const whole = await door.read(account, id, { version: 0, limit });
    if (!whole) return undefined;
    const last = fitting(whole.messages);
    return {
      ...whole,
      ...hint(whole.conversation),
      messages: last,
      from: 0,
      more: last.length < whole.messages.length,
    };
  };

  const syncTab = async (tab: Tab, version: number) => {
    const { visitor } = tab;
    const { conversation: id } = chatOf(visitor);
    if (id === undefined) return tell(tab, NOTHING_YET);
    const known = threads.get(id);
    if (known && version === known.conversation.version) {
      keepFor(tab, known);
      return tell(tab, threads.forVisitor(known, hint(known.conversation)));
    }
    const state = await stateFrom(visitor.site.account, id, version);
    if (!state) return tell(tab, NOTHING_YET);
    const thread = keepFor(tab, state);
    tell(tab, threads.forVisitor(thread, state));
    if (thread.conversation.version > state.version) tell(tab, threads.forVisitor(thread, hint(thread.conversation)));
  };

  /** Undefined: too many are begun there. */
  const conversationFor = async ({ visitor, address }: Tab, chat: Chat): Promise<string | undefined> => {
    if (chat.conversation !== undefined) return chat.conversation;
    if (beginnings.take(addressKey(address)) > 0) return undefined;
    const { account, id: site } = visitor.site;
    const { conversation } = await door.open({ account, site, device: visitor.id });
    chat.conversation = conversation;
    for (const tab of visitor.tabs) desk.learn(tab, { conversation });
    return conversation;
  };

  /** The contact's own id, as their messages have it. */
  const contactOf = async (visitor: Visitor, conversation: string): Promise<Actor | undefined> => {
    const known =
      threads.get(conversation) ?? (await door.read(visitor.site.account, conversation, { version: 0, limit: 0 }));
    const id = known?.conversation.contact;
    return typeof id === 'string' ? { kind: 'contact', id } : undefined;
  };

  const doForVisitor = async (tab: Tab, id: string | undefined, make: (by: Actor) => Command, isNew = false) => {
    const { visitor } = tab;
    const chat = chatOf(visitor);
    const answer = (result: Result | { done: false; why: NotDone }) => {
      if (id !== undefined)
        tell(tab, { t: 'answer', id, ...(result.done ? { seq: result.seq } : { why: result.why }) });
    };
    if (chat.conversation === undefined && !isNew) return answer({ done: false, why: 'no-such-message' });
    try {
      const conversation = await conversationFor(tab, chat);
      if (conversation === undefined) return answer({ done: false, why: 'too-many' });
      const by = await contactOf(visitor, conversation);
      if (!by) return answer({ done: false, why: 'unavailable' });
      // Before it is done, or what is done would not be told here.
      if (!threads.get(conversation)?.tabs.has(tab)) await attach(tab, conversation);
      // Not waited for: what is said next goes with it.
      void door.run(visitor.site.account, conversation, make(by)).then(answer);
    } catch (error) {
      door.failed(error, 'a visitor’s message');
      answer({ done: false, why: 'unavailable' });
    }
  };

  const attach = async (tab: Tab, id: string) => {
    const known = threads.get(id);
    if (known) return void keepFor(tab, known);
    const now = await door.read(tab.visitor.site.account, id, { version: 0, limit: 0 });
    if (now) keepFor(tab, now);
  };

  const fromVisitor = async (tab: Tab, say: FromVisitorChat): Promise<void> => {
    const { visitor } = tab;
    const chat = chatOf(visitor);
    switch (say.t) {
      case 'sync':
        return syncTab(tab, say.version);
      case 'older': {
        if (chat.conversation === undefined) return;
        const limit = LIMITS.maxMessagesAtOnce + 1;
        const found = await door.older(visitor.site.account, chat.conversation, { before: say.before, limit });
        const messages = fitting(found);
        const seen = messages.filter(isForVisitor);
        const more = messages.length < found.length;
        return tell(tab, { t: 'older', before: say.before, messages: seen, more, people: threads.people(seen) });
      }
      case 'send': {
        const { id, body, replyTo } = say.message;
        if (!take(chat.says, SAYS, door.now())) return tell(tab, { t: 'answer', id, why: 'too-many' });
        return doForVisitor(
          tab,
          id,
          (by) => ({
            do: 'send',
            by,
            id,
            kind: 'text',
            body: textOnly(body),
            files: filesOf(body, visitor.id),
            replyTo,
          }),
          true,
        );
      }
      case 'edit':
        return doForVisitor(tab, say.id, (by) => ({ do: 'edit', by, id: say.id, body: textOnly(say.body) }));
      case 'delete':
        return doForVisitor(tab, say.id, (by) => ({ do: 'delete', by, id: say.id }));
      case 'delivered':
      case 'read':
        return doForVisitor(tab, undefined, (by) => ({ do: say.t, by, seq: say.seq }));
      case 'typing': {
        const thread = chat.conversation === undefined ? undefined : threads.get(chat.conversation);
        const contact = thread?.conversation.contact;
        if (!thread || typeof contact !== 'string') return;
        const text = maskTyped(say.text);
        const by = { id: contact, name: '' };
        const typing = toConsoleText({
          t: 'typing',
          conversation: thread.conversation.id,
          by,
          text,
          on: say.text !== '',
        });
        for (const peer of thread.consoles) peer.sendText(typing);
        return;
      }
      case 'pass': {
        const pass = door.signPass({ device: visitor.id, site: visitor.site.id, origin: visitor.origin });
        return tell(tab, { t: 'pass', pass, lifeMs: LIMITS.filePassMs });
      }
      case 'ahead': {
        if (!say.on) return desk.visitorGone(tab);
        const { conversation } = chat;
        const reachable = conversation !== undefined && (await door.hasReach(visitor.site.account, conversation));
        if (visitor.tabs.includes(tab)) desk.visitorLooks(tab, { conversation, reachable });
        return;
      }
      case 'reach':
        return keepReach(tab, chat, say);
    }
  };

  const keepReach = async (
    tab: Tab,
    chat: Chat,
    { id, name = '', email }: Extract<FromVisitorChat, { t: 'reach' }>,
  ) => {
    const { visitor } = tab;
    const { account } = visitor.site;
    const { conversation } = chat;
    if (conversation === undefined) return tell(tab, { t: 'answer', id, why: 'no-such-conversation' });
    if (!take(chat.says, SAYS, door.now())) return tell(tab, { t: 'answer', id, why: 'too-many' });
    try {
      await door.keepReach(account, conversation, { name: shownText(name, LIMITS.maxNameChars).trim(), email });
    } catch (error) {
      door.failed(error, 'a visitor’s address');
      return tell(tab, { t: 'answer', id, why: 'unavailable' });
    }
    tell(tab, { t: 'answer', id });
    for (const each of visitor.tabs) desk.learn(each, { reachable: true });
    // Lists of conversations show it.
    await door.run(account, conversation, { do: 'refresh' });
  };

  const fromOperator = async (peer: OperatorPeer, say: Exclude<FromOperatorDialog, SearchSay>): Promise<void> => {
    const { account, id: me, name } = peer.operator;
    const by: Actor = { kind: 'operator', id: me };
    const { open } = consoleOf(peer);
    /** Not waited for: what is said next goes with it. */
    const run = (conversation: string, id: string | undefined, command: Command) =>
      void door.run(account, conversation, command).then((result) => {
        if (id !== undefined)
          peer.sendText(
            toConsoleText({
              t: 'answer',
              conversation,
              id,
              ...(result.done ? { seq: result.seq } : { why: result.why }),
            }),
          );
      });
    const refuse = (conversation: string, id: string, why: NotDone) =>
      peer.sendText(toConsoleText({ t: 'answer', conversation, id, why }));
    switch (say.t) {
      case 'inbox':
        if (!say.on) return inbox.close(peer);
        return inbox.open(peer, say.number === undefined ? undefined : { number: say.number, id: say.id });
      case 'open': {
        const state = await stateFrom(account, say.conversation, say.version);
        if (!state) return peer.sendText(toConsoleText({ t: 'gone', conversation: say.conversation }));
        const thread = threads.keep(state.conversation, state.marks);
        const isNew = isHere(peer) && !thread.consoles.has(peer);
        if (isNew) {
          thread.consoles.add(peer);
          open.add(say.conversation);
        }
        peer.sendText(toConsoleText(threads.forOperator(thread, state)));
        if (thread.conversation.version > state.version)
          peer.sendText(toConsoleText(threads.forOperator(thread, hint(thread.conversation))));
        if (isNew) tellViewers(thread);
        return;
      }
      case 'leave':
        open.delete(say.conversation);
        return leave(say.conversation, peer);
      case 'older': {
        const limit = LIMITS.maxMessagesAtOnce + 1;
        const found = await door.older(account, say.conversation, { before: say.before, limit });
        const messages = fitting(found);
        const more = messages.length < found.length;
        const { conversation, before } = say;
        const people = threads.people(messages);
        return peer.sendText(toConsoleText({ t: 'older', conversation, before, messages, more, people }));
      }
      case 'send': {
        const { message, kind, expectedSeq, conversation } = say;
        const { id, body, replyTo } = message;
        const files = filesOf(body, me);
        return run(conversation, id, { do: 'send', by, id, kind, body: textOnly(body), files, replyTo, expectedSeq });
      }
      case 'edit':
        return run(say.conversation, say.id, { do: 'edit', by, id: say.id, body: textOnly(say.body) });
      case 'delete':
        return run(say.conversation, say.id, { do: 'delete', by, id: say.id });
      case 'delivered':
      case 'read':
        return run(say.conversation, undefined, { do: say.t, by, seq: say.seq });
      case 'assign':
        if (say.to !== null && door.operatorOf(say.to)?.account !== account)
          return refuse(say.conversation, say.id, 'no-such-operator');
        if (say.team !== undefined && (say.to !== null || door.plan().teams.get(say.team)?.account !== account))
          return refuse(say.conversation, say.id, 'no-such-operator');
        return run(say.conversation, say.id, {
          do: 'assign',
          by,
          id: say.id,
          to: say.to,
          team: say.team,
          from: say.from,
        });
      case 'close':
      case 'reopen':
        return run(say.conversation, say.id, { do: say.t, by, id: say.id });
      case 'typing': {
        const thread = threads.get(say.conversation);
        if (!thread?.consoles.has(peer)) return;
        const typing = { by: { id: me, name }, on: say.on };
        const toTabs = toTabText({ t: 'typing', ...typing });
        for (const tab of thread.tabs) tab.socket.text(toTabs);
        const toOthers = toConsoleText({ t: 'typing', conversation: say.conversation, ...typing });
        for (const other of thread.consoles) if (other !== peer) other.sendText(toOthers);
        return;
      }
      case 'colleagues':
        if (!isHere(peer)) return;
        consoleOf(peer).hearsViewers = say.on;
        return desk.operatorSays(peer, say);
      case 'declare':
      case 'touched':
        return desk.operatorSays(peer, say);
    }
  };

  /** Whoever has a conversation open knows who else has. */
  const tellViewers = ({ conversation, consoles: all }: Thread) => {
    const people = new Map([...all].map(({ operator: { id, name } }) => [id, { id, name }]));
    const text = toConsoleText({
      t: 'viewers',
      conversation: conversation.id,
      people: [...people.values()].slice(0, LIMITS.maxMessagesAtOnce),
    });
    // A console of an earlier version does not know what this is.
    for (const peer of all) if (consoleOf(peer).hearsViewers) peer.sendText(text);
  };
  const leave = (id: string, peer: OperatorPeer) => {
    const thread = threads.get(id);
    if (!thread?.consoles.has(peer)) return;
    threads.leave(thread, peer);
    tellViewers(thread);
  };

  const gone = new WeakSet<OperatorPeer>();
  const isHere = (peer: OperatorPeer) => !gone.has(peer);
  const consoleOf = (peer: OperatorPeer) => {
    const known = consoles.get(peer);
    if (known) return known;
    const made = { line: newLine(), open: new Set<string>(), hearsViewers: false };
    consoles.set(peer, made);
    return made;
  };

  return {
    /** A tab has said hello. `isKnown`: its browser was here before. */
    visitorHere(tab: Tab, isKnown: boolean): void {
      const { visitor } = tab;
      if (!isKnown && chats.get(visitor)?.conversation === undefined) return;
      inTurn(chatOf(visitor).line, async () => {
        const known = await find(visitor);
        if (!known) return;
        chatOf(visitor).conversation = known.conversation.id;
        desk.learn(tab, { conversation: known.conversation.id });
        const thread = keepFor(tab, known);
        const { answeredSeq } = thread.conversation;
        const read = thread.marks.find(({ kind }) => kind === 'contact')?.read ?? 0;
        // Wakes the widget, which asks for what it does not have.
        if (answeredSeq > read) tell(tab, threads.forVisitor(thread, hint(thread.conversation)));
      });
    },
    visitorSays(tab: Tab, say: FromVisitorChat): void {
      if (!inTurn(chatOf(tab.visitor).line, () => fromVisitor(tab, say))) tab.socket.close('TooMany');
    },
    visitorGone(tab: Tab): void {
      desk.visitorGone(tab);
      const id = chats.get(tab.visitor)?.conversation;
      const thread = id === undefined ? undefined : threads.get(id);
      if (thread) threads.leave(thread, tab);
    },
    operatorHere(peer: OperatorPeer): void {
      desk.operatorHere(peer);
    },
    operatorSays(peer: OperatorPeer, say: FromOperatorDialog): void {
      if (isSearch(say)) return search.says(peer, say);
      if (!inTurn(consoleOf(peer).line, () => fromOperator(peer, say))) peer.socket.close('TooMany');
    },
    operatorGone(peer: OperatorPeer): void {
      gone.add(peer);
      inbox.close(peer);
      search.gone(peer);
      for (const id of consoles.get(peer)?.open ?? []) leave(id, peer);
      desk.operatorGone(peer);
    },
    committed(account: string, changes: readonly Change[]): void {
      for (const change of changes) threads.changed(change);
      inbox.changed(account, changes);
      desk.committed(account, changes);
    },
    /** Who answers: presence, teams, routing. */
    desk,
  };
}

/** To whom has said nothing yet. */
const NOTHING_YET: ToChat['say'] = {
  t: 'state',
  from: 0,
  version: 0,
  seq: 0,
  status: 'open',
  messages: [],
  more: false,
  people: [],
  theirs: { delivered: 0, read: 0 },
  yours: { delivered: 0, read: 0 },
};

/** What people write is text; what happened only the relay tells. */
function textOnly({ text = '' }: WrittenBody): Message['body'] {
  return { text };
}

function filesOf({ files }: WrittenBody, owner: string) {
  return files && files.length > 0 ? { owner, ids: files } : undefined;
}
