// A conversation as one end has it: puts what the relay says of it in order, sees what is missing, and says when to ask.
// Pure; the same for widget and console. It holds the last messages, and older ones only where they have been asked for.
//
// Easy to get wrong: while an answer is on its way, changes come that it may or may not contain. So what was heard of counts,
// not what was asked: as long as a newer version was heard of than is here, there is something to ask. And older messages
// may have been read before a change of them that is heard of first, or be of a place where nothing begins any more.

import type { Message } from './dialog.ts';

/** What both `state` messages of chat.ts have. */
export type ThreadState = { from: number; version: number; seq: number; messages: readonly Message[]; more: boolean };

/** As `older` of chat.ts: what comes before the message with the number `before`. */
export type OlderMessages = { before: number; messages: readonly Message[]; more: boolean };

export type ThreadCopy = {
  /** What is here; 0: nothing. Ask for what is newer. */
  readonly version: number;
  /** Of the last message that there is, here or not. */
  readonly seq: number;
  /** By seq. */
  readonly messages: readonly Message[];
  /** There are older ones than the first here. */
  readonly hasOlder: boolean;
  /** True: something is missing, and nobody has asked for it yet; the caller does. */
  apply(state: ThreadState): boolean;
  /** What came before the first here; what came before another one is left alone. */
  addOlder(older: OlderMessages): void;
  /** The link is new, and what was asked on the old one will not be answered. The caller asks. */
  asked(): void;
};

export function createThreadCopy(): ThreadCopy {
  let version = 0;
  let seq = 0;
  let hasOlder = false;
  let messages: readonly Message[] = [];
  let heardOf = 0;
  let isAsking = false;
  /** Changes of messages that are older than the first here. */
  const ahead = new Map<number, Message>();

  const merge = (some: readonly Message[]) => {
    const first = messages[0]?.seq ?? 0;
    const bySeq = new Map(messages.map((message) => [message.seq, message]));
    for (const message of some) {
      const isAhead = hasOlder && message.seq < first;
      const place = isAhead ? ahead : bySeq;
      const known = place.get(message.seq) ?? ahead.get(message.seq);
      place.set(message.seq, known && known.version > message.version ? known : message);
      if (!isAhead) ahead.delete(message.seq);
    }
    messages = [...bySeq.values()].sort((one, other) => one.seq - other.seq);
  };

  return {
    get version() {
      return version;
    },
    get seq() {
      return seq;
    },
    get messages() {
      return messages;
    },
    get hasOlder() {
      return hasOlder;
    },
    apply(state) {
      heardOf = Math.max(heardOf, state.version);
      const isNewer = state.version > version;
      if (state.from === 0 && isNewer) {
        messages = [];
        hasOlder = state.more;
        merge(state.messages);
      } else if (state.from <= version) merge(state.messages);
      if (state.from <= version && state.version >= version) {
        ({ version, seq } = state);
        isAsking = false;
      }
      if (heardOf <= version || isAsking) return false;
      isAsking = true;
      return true;
    },
    addOlder(older) {
      if (older.before !== messages[0]?.seq) return;
      hasOlder = false;
      merge(older.messages);
      hasOlder = older.more;
    },
    asked() {
      isAsking = true;
    },
  };
}
