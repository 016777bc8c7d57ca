// A conversation as it is drawn: messages of the relay and of the outbox in one row of lines, with days between them, and
// what belongs together told apart from what does not. Pure.
//
// Easy to get wrong: a message keeps its key from the moment of sending on, or its element would be made anew when it is
// acknowledged, and screen readers would read it twice.

import type { Actor, Attached, Message, MessageKind } from '../../protocol/dialog.ts';
import type { Waiting, WishFile } from './outbox.svelte.ts';

export type Delivery = 'sending' | 'held' | 'failed' | 'sent' | 'delivered' | 'read';

export type Said = {
  readonly kind: Exclude<MessageKind, 'system'>;
  readonly key: string;
  /** Undefined: the relay has not numbered it yet. */
  readonly seq: number | undefined;
  readonly by: Actor;
  readonly isOwn: boolean;
  readonly text: string;
  readonly files: readonly (Attached | WishFile)[];
  readonly at: number;
  readonly isEdited: boolean;
  readonly isDeleted: boolean;
  readonly replyTo: number | undefined;
  /** Of own ones. */
  readonly delivery: Delivery | undefined;
  /** What the outbox holds of it. */
  readonly item: Waiting | undefined;
  /** Nobody else spoke just before: no name is needed. */
  readonly isContinued: boolean;
};

export type Line =
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  | { readonly kind: 'happened'; readonly key: string; readonly message: Message }
  | Said;

/** A pause that makes it worth saying again who speaks. */
const PAUSE_MS = 5 * 60_000;

export function linesOf(
  messages: readonly Message[],
  items: readonly Waiting[],
  who: {
    me: string;
    /** How far the contact has come. */
    contact: { delivered: number; read: number };
    dayOf(at: number): string;
  },
): readonly Line[] {
  const lines: Line[] = [];
  const here = new Set(messages.map(({ id }) => id));
  let day = '';
  let last: { by: string; kind: MessageKind; at: number } | undefined;

  const add = (at: number, line: Exclude<Line, Said> | Omit<Said, 'isContinued'>) => {
    const today = who.dayOf(at);
    if (today !== day) {
      lines.push({ kind: 'day', key: `day ${today}`, at });
      last = undefined;
    }
    day = today;
    if (line.kind === 'day' || line.kind === 'happened') {
      last = undefined;
      lines.push(line);
      return;
    }
    const by = `${line.by.kind} ${line.by.id}`;
    lines.push({
      ...line,
      isContinued: last?.by === by && last.kind === line.kind && at - last.at < PAUSE_MS,
    });
    last = { by, kind: line.kind, at };
  };

  for (const message of messages) {
    const { id, at, kind, by, body, seq } = message;
    if (kind === 'system') {
      add(at, { kind: 'happened', key: id, message });
      continue;
    }
    const isOwn = by.kind === 'operator' && by.id === who.me;
    // The last wish counts.
    const item = items.filter(({ wish }) => (wish.do === 'edit' || wish.do === 'delete') && wish.of === id).at(-1);
    add(at, {
      kind,
      key: id,
      seq,
      by,
      isOwn,
      text: item?.wish.do === 'edit' ? item.wish.text : (body.text ?? ''),
      files: body.files ?? [],
      at,
      isEdited: message.editedAt !== undefined || item?.wish.do === 'edit',
      isDeleted: message.deletedAt !== undefined || item?.wish.do === 'delete',
      replyTo: message.replyTo,
      delivery: item ? deliveryOf(item) : isOwn && kind === 'text' ? reached(seq, who.contact) : undefined,
      item,
    });
  }
  for (const item of items) {
    const { wish, key, at } = item;
    if (wish.do !== 'send' || here.has(key) || item.state.kind === 'draft') continue;
    add(at, {
      kind: wish.isNote ? 'note' : 'text',
      key,
      seq: undefined,
      by: { kind: 'operator', id: who.me },
      isOwn: true,
      text: wish.text,
      files: wish.files ?? [],
      at,
      isEdited: false,
      isDeleted: false,
      replyTo: wish.replyTo,
      delivery: deliveryOf(item),
      item,
    });
  }
  return lines;
}

function deliveryOf({ state }: Waiting): Delivery {
  if (state.kind === 'held' || state.kind === 'failed') return state.kind;
  return state.kind === 'done' ? 'sent' : 'sending';
}

function reached(seq: number, contact: { delivered: number; read: number }): Delivery {
  if (contact.read >= seq) return 'read';
  return contact.delivered >= seq ? 'delivered' : 'sent';
}

export type Piece = { readonly text: string; readonly href?: string };

/** No quotes and angles; nor what turns the direction of text, or an address would not read as what it is. */
const ADDRESS = /https?:\/\/[^\s<>"'`\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+/giu;
/** A sentence's own. */
const END = /[.,:;!?…»”’*_~]+$/;

/** Text and addresses in it. */
export function piecesOf(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = trimmed(found);
    if (!isAddress(address)) continue;
    if (index > done) pieces.push({ text: text.slice(done, index) });
    pieces.push({ text: address, href: address });
    done = index + address.length;
  }
  if (done < text.length) pieces.push({ text: text.slice(done) });
  return pieces;
}

function trimmed(address: string): string {
  let text = address.replace(END, '');
  // A bracket that was opened before the address is closed after it.
  while (text.endsWith(')') && text.split('(').length < text.split(')').length)
    text = text.slice(0, -1).replace(END, '');
  return text;
}

function isAddress(text: string): boolean {
  try {
    // A name before the host (https://bank.example@evil.example) reads as another site than it leads to.
    const { hostname, username, password } = new URL(text);
    return hostname !== '' && username === '' && password === '';
  } catch {
    // Text that only begins like one.
    return false;
  }
}
