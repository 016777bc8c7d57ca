// The conversation as the visitor reads it: days, authors, times, what became of their own messages. Owns the rows and where
// they are scrolled to; is told what there is and decides nothing.
//
// Easy to get wrong: a row is kept while its message changes, or a selection or the focus in it is lost. What is put before
// the first row must not move what is being read. Text is only ever text: of a message nothing is parsed but addresses.

import type { Attached, Message } from '../protocol/dialog.ts';
import type { ChatDoor } from './chat-door.ts';
import { draw, type ChatIcon } from './chat-icons.ts';
import type { Waiting, WaitingFile } from './chat-outbox.ts';
import type { Picture } from './chat-pictures.ts';
import type { ChatWords } from './chat.ts';

export type LogState = {
  messages: readonly Message[];
  waiting: readonly Waiting[];
  /** Of an operator; undefined: of somebody who has no name here. */
  nameOf(id: string | undefined): string | undefined;
  /** How far the operators have come. */
  theirs: { delivered: number; read: number };
  hasOlder: boolean;
};

export type LogActs = {
  retry(id: string): void;
  drop(id: string): void;
  older(): void;
  /** The last message is in sight, or not any more. */
  scrolled(): void;
  /** Always the same element for the same one. */
  pictureOf(picture: Picture): HTMLElement;
  /** Of a file on its way, from 0 to 1. */
  shareOf(file: string): number | undefined;
  save(file: Attached): void;
  /** A sound, in its element. */
  play(file: Attached, element: HTMLElement): void;
};

export type Log = {
  readonly element: HTMLElement;
  /** The last message is in sight, as far as the panel is. */
  readonly isAtEnd: boolean;
  update(state: LogState): void;
  toEnd(): void;
  /** What was asked for by `older` has come, or never will. */
  olderCame(): void;
};

/** A message that comes so long after the one before it by the same person has their name again. */
const GROUP_MS = 300_000;
const NEAR_PX = 48;
const URLS = /https?:\/\/[^\s<>"'`]*[^\s<>"'`.,;:!?)\]}»…]/gi;

/** In words. */
export function sizeOf(bytes: number, language: string): string {
  const [unit, by] = bytes < 1e6 ? ['kilobyte', 1e3] : ['megabyte', 1e6];
  const style = { style: 'unit', unit, maximumFractionDigits: bytes < 1e6 ? 0 : 1 } as const;
  return new Intl.NumberFormat(language, style).format(Math.max(1e3, bytes) / Number(by));
}

/** A day's name, a line of what happened, or a message. */
type Item = {
  key: string;
  kind: 'day' | 'event' | 'ours' | 'theirs';
  text: string;
  name?: string;
  at?: number;
  icon?: ChatIcon;
  state?: string;
  isDeleted?: boolean;
  isEdited?: boolean;
  isFailed?: boolean;
  /** The next one says the same of itself. */
  isBrief?: boolean;
  files?: readonly (Attached | WaitingFile)[];
  /** Why it was not sent, where more is to be said of that. */
  reason?: string;
};

export function createLog(door: ChatDoor, words: ChatWords, acts: LogActs): Log {
  const { make, mark, handover } = door;
  const { host } = handover;
  const lang = door.words.code;
  const clock = new Intl.DateTimeFormat(lang, { timeStyle: 'short' });
  const date = new Intl.DateTimeFormat(lang, { dateStyle: 'long' });

  const list = make('ol', '');
  const loading = make('p', 'line', words.older);
  loading.hidden = true;
  const scroll = mark(make('div', 'log', loading, list), {
    role: 'log',
    tabindex: '0',
    'aria-label': words.log,
    'aria-live': 'polite',
  });
  const newest = make('button', 'newest', words.newest);
  newest.hidden = true;
  const element = make('div', 'talk', scroll, newest);

  const dayOf = (at: number) => {
    const day = date.format(at);
    const now = Date.now();
    return day === date.format(now) ? words.today : day === date.format(now - 86_400_000) ? words.yesterday : day;
  };

  const stateOf = (seq: number, { theirs }: LogState) =>
    seq <= theirs.read ? 'read' : seq <= theirs.delivered ? 'delivered' : 'sent';
  const iconOf = (state: 'sending' | 'sent' | 'delivered' | 'read' | 'failed'): Pick<Item, 'icon' | 'state'> => ({
    icon: state === 'read' ? 'delivered' : state,
    state,
  });

  const items = (state: LogState): Item[] => {
    const made: Item[] = [];
    let day = '';
    let author = '';
    let before = 0;
    const begin = (at: number, by: string) => {
      const now = dayOf(at);
      if (now !== day) made.push({ key: `day ${now}`, kind: 'day', text: now });
      const isNew = now !== day || by !== author || at - before > GROUP_MS;
      [day, author, before] = [now, by, at];
      return isNew;
    };
    for (const { id, seq, by, kind, body, at, deletedAt, editedAt } of state.messages) {
      if (kind === 'system') {
        const { happened, who } = body;
        begin(at, '');
        if (happened)
          made.push({ key: id, kind: 'event', text: words.happened[happened](state.nameOf(who) ?? words.team) });
        continue;
      }
      const isOurs = by.kind === 'contact';
      const isFirst = begin(at, by.id ?? by.kind);
      made.push({
        key: id,
        kind: isOurs ? 'ours' : 'theirs',
        text: deletedAt === undefined ? (body.text ?? '') : words.deleted,
        at,
        isDeleted: deletedAt !== undefined,
        isEdited: editedAt !== undefined && deletedAt === undefined,
        ...(body.files && { files: body.files }),
        ...(isFirst && { name: isOurs ? words.you : (state.nameOf(by.id) ?? words.team) }),
        ...(isOurs && iconOf(stateOf(seq, state))),
      });
    }
    const mine = state.messages.find(({ by }) => by.kind === 'contact')?.by.id ?? 'contact';
    for (const { id, at, text, why, seq, files } of state.waiting) {
      const isFirst = begin(at, mine);
      const its = iconOf(why ? 'failed' : seq === undefined ? 'sending' : 'sent');
      const more = { ...(files && { files }), ...(why && why in words.whys && { reason: words.whys[why as 'empty'] }) };
      made.push({
        key: id,
        kind: 'ours',
        text,
        at,
        isFailed: !!why,
        ...its,
        ...more,
        ...(isFirst && { name: words.you }),
      });
    }
    for (const [index, item] of made.entries()) {
      const next = made[index + 1];
      item.isBrief =
        !item.isEdited &&
        !item.isFailed &&
        next?.kind === item.kind &&
        next.name === undefined &&
        next.state === item.state &&
        clock.format(next.at) === clock.format(item.at);
    }
    return made;
  };

  const linked = (text: string): (Node | string)[] => {
    const parts: (Node | string)[] = [];
    let from = 0;
    for (const found of text.matchAll(URLS)) {
      try {
        // Only what the browser takes for an address, too. A name before the host reads as another site.
        const { href, username, password } = new URL(found[0]);
        if (username || password) continue;
        const link = mark(make('a', '', found[0]), { href, target: '_blank', rel: 'noopener noreferrer' });
        parts.push(text.slice(from, found.index), link, make('span', 'said', ` (${words.newTab})`));
        from = found.index + found[0].length;
      } catch {
        // It stays text.
      }
    }
    return [...parts, text.slice(from)];
  };

  /** A picture in its place, or a name to press; of one on its way how far it is. */
  const fileOf = (file: Attached | WaitingFile, key: string): HTMLElement => {
    const { id, name, bytes, type, width, height } = file;
    const blob = 'blob' in file ? file.blob : undefined;
    const isPicture = width !== undefined && height !== undefined;
    const isSound = type.startsWith('audio/');
    const label = make('span', '', make('bdi', '', name), make('small', '', sizeOf(bytes, lang)));
    const shown = isPicture
      ? acts.pictureOf({ id, name, width, height, blob })
      : mark(
          make(blob ? 'span' : 'button', 'file', draw(door, isSound ? 'play' : 'file'), label),
          blob || isSound ? {} : { title: words.download },
        );
    if (!isPicture && !blob)
      host.listen(shown, 'click', () => (isSound ? acts.play(file as Attached, shown) : acts.save(file as Attached)));
    if (!blob || ('isReady' in file && file.isReady)) return shown;
    const bar = mark(make('progress', ''), { max: '1', 'aria-label': name });
    bar.dataset['file'] = id;
    const stopping = mark(make('button', 'bare x'), { 'aria-label': `${words.cancel}: ${name}`, title: words.cancel });
    stopping.append(draw(door, 'close'));
    host.listen(stopping, 'click', () => acts.drop(key));
    return make('div', 'going', shown, make('div', 'way', bar, stopping));
  };

  const createRow = ({ kind, key }: Item) => {
    const element = make('li', kind);
    let shown = '';
    return {
      element,
      update(item: Item) {
        const now = handover.clean().JSON.stringify(item);
        if (now === shown) return;
        shown = now;
        if (item.at === undefined) return element.replaceChildren(item.text);
        element.className = kind + (item.isDeleted ? ' deleted' : '') + (item.isFailed ? ' failed' : '');
        const name = make('bdi', item.kind === 'ours' ? 'said' : 'name', item.name ?? '');
        name.hidden = item.name === undefined;
        element.classList.toggle('first', item.name !== undefined);
        const bubble = mark(make('p', 'bubble', ...(item.isDeleted ? [item.text] : linked(item.text))), {
          dir: 'auto',
        });
        bubble.hidden = !item.text;
        const files = make('div', 'files', ...(item.files ?? []).map((file) => fileOf(file, key)));
        files.hidden = !item.files;
        const time = mark(make('time', '', clock.format(item.at)), { datetime: new Date(item.at).toISOString() });
        const about = make(
          'div',
          item.isBrief ? 'about said' : 'about',
          ...(item.isEdited ? [words.edited + ' ·'] : []),
          time,
        );
        if (item.icon && item.state) {
          const said = words[item.state as 'sent'];
          about.append(draw(door, item.icon), make('span', item.isFailed ? '' : 'said', said));
          about.dataset['state'] = item.state;
        }
        if (item.isFailed) {
          const retrying = make('button', 'bare', words.retry);
          const dropping = make('button', 'bare', words.drop);
          host.listen(retrying, 'click', () => acts.retry(key));
          host.listen(dropping, 'click', () => acts.drop(key));
          about.append(...(item.reason ? [make('span', '', item.reason)] : []), retrying, dropping);
        }
        element.replaceChildren(name, files, bubble, about);
      },
    };
  };

  const rows = new Map<string, ReturnType<typeof createRow>>();
  let state: LogState | undefined;
  let isAtEnd = true;
  let isAsking = false;
  let lastKey = '';

  /** What is seen of it, when that was looked at last. */
  let height = 0;
  const toEnd = () => {
    scroll.scrollTop = scroll.scrollHeight;
    height = scroll.clientHeight;
    isAtEnd = true;
    newest.hidden = true;
  };

  const look = () => {
    if (scroll.clientHeight === 0) return;
    // It has become smaller, and nobody has scrolled away.
    if (isAtEnd && scroll.clientHeight !== height) toEnd();
    isAtEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_PX;
    height = scroll.clientHeight;
    if (isAtEnd) newest.hidden = true;
    if (state?.hasOlder && !isAsking && scroll.scrollTop < NEAR_PX) {
      isAsking = true;
      acts.older();
    }
    acts.scrolled();
  };
  host.listen(scroll, 'scroll', look);
  // The composer grows, a line comes, the window turns: who was at the end stays there.
  new ResizeObserver(
    host.guard(() => {
      if (isAtEnd) toEnd();
    }),
  ).observe(scroll);
  host.listen(newest, 'click', () => {
    toEnd();
    scroll.focus();
    acts.scrolled();
  });

  return {
    element,
    get isAtEnd() {
      return isAtEnd;
    },
    toEnd,
    olderCame() {
      isAsking = false;
    },
    update(next) {
      const isOlder = state && next.messages[0]?.seq !== state.messages[0]?.seq;
      const fromEnd = scroll.scrollHeight - scroll.scrollTop;
      state = next;
      // Read out is what comes, not what was long ago.
      scroll.setAttribute('aria-live', isOlder ? 'off' : 'polite');
      loading.hidden = !next.hasOlder;
      const all = items(next);
      const keys = new Set(all.map(({ key }) => key));
      for (const [key, row] of rows)
        if (!keys.has(key)) {
          row.element.remove();
          rows.delete(key);
        }
      let at = list.firstElementChild;
      for (const item of all) {
        let row = rows.get(item.key);
        // From waiting to stored it stays one row.
        if (!row) rows.set(item.key, (row = createRow(item)));
        row.update(item);
        if (row.element === at) at = at.nextElementSibling;
        else list.insertBefore(row.element, at);
      }
      for (const bar of list.querySelectorAll('progress')) bar.value = acts.shareOf(bar.dataset['file'] ?? '') ?? 0;
      const last = all[all.length - 1];
      const isNew = last && last.key !== lastKey;
      lastKey = last?.key ?? '';
      if (isAtEnd || (isNew && last.icon === 'sending')) toEnd();
      else {
        if (isOlder) scroll.scrollTop = scroll.scrollHeight - fromEnd;
        if (isNew && !isOlder) newest.hidden = false;
      }
    },
  };
}
