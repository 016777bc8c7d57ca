// Believable conversations for a stand-in relay; the same n gives the same conversation.

import type { Thread, ToOperatorDialog } from '../../protocol/chat.ts';
import type { Message } from '../../protocol/dialog.ts';

export const uuidOf = (kind: number, n: number) =>
  `00000000-0000-7000-800${kind}-${(n * 7919 + 4096).toString(16).padStart(12, '0')}`;
/** The colleague that some have. */
export const COLLEAGUE = { id: uuidOf(9, 1), name: 'Boris Ivanov' };

const NAMES = ['', 'Maria Lindqvist', '', 'Алексей Смирнов', 'Jean-Baptiste Grenouille', ''];
const TEXTS = [
  'Hello! Is the Comandante C40 in stock again?',
  'Здравствуйте, не могу оплатить заказ картой, страница зависает на последнем шаге.',
  'Where is my parcel? It should have come on Monday.',
  'Thank you, that helped!',
  'I would like to change the address of order 2024-118832, it has a wrong house number in it.',
  'Can you grind the beans for an AeroPress?',
];

export function someThread(n: number, now: number, change: Partial<Thread> = {}): Thread {
  const id = uuidOf(1, n);
  const contact = { id: uuidOf(2, n), name: NAMES[n % NAMES.length] ?? '' };
  const lastAt = now - n * 61_000;
  return {
    id,
    version: 3,
    seq: 3,
    site: null,
    contact,
    assignee: n % 3 === 1 ? COLLEAGUE.id : null,
    status: 'open',
    waitingSince: n % 2 === 0 ? lastAt - 30_000 : null,
    lastAt,
    last: {
      by: n % 2 === 0 ? { kind: 'contact', id: contact.id } : { kind: 'operator', id: COLLEAGUE.id },
      kind: n % 7 === 3 ? 'note' : 'text',
      text: TEXTS[n % TEXTS.length] ?? '',
    },
    marks: [],
    ...change,
  };
}

/** In pages of 200, as the relay tells them. */
export function pagesOf(threads: readonly Thread[]): ToOperatorDialog[] {
  const pages: ToOperatorDialog[] = [];
  for (let from = 0; from === 0 || from < threads.length; from += 200)
    pages.push({
      t: 'threads',
      reset: from === 0,
      more: from + 200 < threads.length,
      number: 5,
      id: uuidOf(8, 5),
      put: threads.slice(from, from + 200),
      people: [],
    });
  return pages;
}

export function someMessage(seq: number, at: number, change: Partial<Message> = {}): Message {
  return {
    id: uuidOf(3, seq),
    seq,
    version: seq,
    by: { kind: 'contact', id: uuidOf(2, 0) },
    kind: 'text',
    body: { text: TEXTS[seq % TEXTS.length] },
    at,
    ...change,
  };
}

export function stateOf(
  thread: Thread,
  messages: readonly Message[],
  change: Partial<Extract<ToOperatorDialog, { t: 'state' }>> = {},
): ToOperatorDialog {
  return {
    t: 'state',
    conversation: thread.id,
    from: 0,
    version: Math.max(thread.version, ...messages.map(({ version }) => version)),
    seq: messages.at(-1)?.seq ?? 0,
    status: thread.status,
    assignee: thread.assignee,
    messages: [...messages],
    more: false,
    people: [COLLEAGUE],
    marks: thread.marks,
    ...change,
  };
}
