// Somebody who writes in conversations over a link that breaks: keeps what has not been acknowledged and sends it again, and
// keeps a copy of each conversation (protocol/thread-copy.ts) with all that is older, as widget and console do for who
// scrolls up. Its tab can be closed and opened again: then only the outbox and a visitor's token are left. Notes
// everything that was acknowledged, to be compared with what others have.

import { createThreadCopy, type OlderMessages, type ThreadCopy, type ThreadState } from '../../protocol/thread-copy.ts';
import { connectPeer, type Message, type WirePeer } from './wire-peer.ts';

type Say = Record<string, unknown> & { t: string };

export type Talker = {
  /** Not acknowledged yet. */
  readonly waiting: number;
  /** Message ids with the numbers that the relay has given them, by conversation ('' : a visitor's own). */
  readonly acknowledged: Map<string, { conversation: string; seq: number }>;
  copyOf(conversation: string): ThreadCopy;
  write(conversation: string, id: string, text: string): void;
  /** Closes its tab, in the middle of whatever it does, and opens it again. */
  reopen(): void;
  stop(): void;
};

/** `hello`: of a visitor, with the token that was given. */
export function startTalker(
  url: string,
  who:
    | { role: 'visitor'; origin: string; hello: (token: string | undefined) => object }
    | { role: 'operator'; cookie: string },
): Talker {
  const isVisitor = who.role === 'visitor';
  const outbox = new Map<string, { conversation: string; text: string }>();
  const acknowledged: Talker['acknowledged'] = new Map();
  const copies = new Map<string, ThreadCopy>();
  let token: string | undefined;
  let peer: WirePeer | undefined;
  let isStopped = false;

  const copyOf = (conversation: string) => {
    const known = copies.get(conversation) ?? createThreadCopy();
    if (!copies.has(conversation)) {
      copies.set(conversation, known);
      ask(conversation, known);
    }
    return known;
  };
  const tell = (say: Say) => {
    if (peer?.socket.readyState === 1) peer.send({ t: isVisitor ? 'chat' : 'dialog', say });
  };
  const ask = (conversation: string, copy: ThreadCopy) => {
    copy.asked();
    const { version } = copy;
    tell(isVisitor ? { t: 'sync', version } : { t: 'open', conversation, version });
  };
  /** By conversation: on its way, or waiting to be tried again. One at a time, or they would not stay in their order. */
  const busy = new Map<string, string>();
  const flush = () => {
    if (peer?.socket.readyState !== 1) return;
    for (const [id, { conversation, text }] of outbox) {
      if (busy.has(conversation)) continue;
      busy.set(conversation, id);
      const message = { id, body: { text } };
      tell(isVisitor ? { t: 'send', message } : { t: 'send', conversation, message, kind: 'text' });
    }
  };

  /** The rest of what there is. */
  const askOlder = (conversation: string, copy: ThreadCopy) => {
    const before = copy.messages[0]?.seq ?? 0;
    if (copy.hasOlder) tell(isVisitor ? { t: 'older', before } : { t: 'older', conversation, before });
  };

  const hear = (message: Message) => {
    if (message.t === 'welcome') {
      if (typeof message['token'] === 'string') token = message['token'];
      for (const [conversation, copy] of copies) {
        ask(conversation, copy);
        askOlder(conversation, copy);
      }
      busy.clear();
      flush();
    }
    if (message.t !== 'chat' && message.t !== 'dialog') return;
    const say = message['say'] as Say;
    const conversation = isVisitor ? '' : String(say['conversation']);
    if (say.t === 'state') {
      const copy = copyOf(conversation);
      // The relay's own form, which test/wire/dialog.test.ts holds against its schema.
      if (copy.apply(say as unknown as ThreadState)) ask(conversation, copy);
      if (say['from'] === 0) askOlder(conversation, copy);
    } else if (say.t === 'older') {
      const copy = copyOf(conversation);
      copy.addOlder(say as unknown as OlderMessages);
      askOlder(conversation, copy);
    } else if (say.t === 'answer') {
      const id = String(say['id']);
      const one = outbox.get(id);
      if (typeof say['seq'] === 'number') {
        const before = acknowledged.get(id);
        if (before && before.seq !== say['seq']) throw new Error(`${id} has two numbers`);
        acknowledged.set(id, { conversation, seq: say['seq'] });
        outbox.delete(id);
        if (busy.get(conversation) === id) busy.delete(conversation);
        flush();
      } else if (one && (say['why'] === 'too-many' || say['why'] === 'unavailable')) {
        setTimeout(() => {
          if (busy.get(conversation) === id) busy.delete(conversation);
          flush();
        }, 500);
      } else if (one) throw new Error(`${id}: ${String(say['why'])}`);
    }
  };

  const connect = async (): Promise<void> => {
    while (!isStopped) {
      try {
        const options = isVisitor ? { origin: who.origin } : { origin: url, cookie: who.cookie };
        const made = await connectPeer(url, who.role, options);
        if (isStopped) return made.close();
        peer = made;
        made.socket.on('message', (data: Buffer) => hear(JSON.parse(data.toString()) as Message));
        // An operator's welcome comes at once, and may have been here before we listened.
        made.messages.forEach(hear);
        if (isVisitor) made.send(who.hello(token));
        await new Promise((resolve) => made.socket.once('close', resolve));
      } catch {
        // Refused: the relay is on its way back.
      }
      await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 80));
    }
  };
  void connect();

  return {
    get waiting() {
      return outbox.size;
    },
    acknowledged,
    copyOf,
    write(conversation, id, text) {
      const one = { conversation, text };
      outbox.set(id, one);
      flush();
    },
    reopen() {
      for (const conversation of copies.keys()) copies.set(conversation, createThreadCopy());
      peer?.close();
    },
    stop() {
      isStopped = true;
      peer?.close();
    },
  };
}
