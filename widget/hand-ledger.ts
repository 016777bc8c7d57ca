// What operators did by hand in this visit, or were refused, line by line: kept in the visitor's own browser, for all tabs
// of the site, until the visitor closes it or a day later. What is typed letter by letter is one line, and so are a press
// and its release.
//
//   act and outcome → a line here → storage, some moments later → other tabs, the next page
//
// Easy to get wrong: several tabs write the same list, so each writes only its own lines into what is stored then. What can
// be undone is known only to the page that did it. What stands in storage may be anybody's: it is read as such.

import { isPassing, type Act, type Outcome, type Reason } from '../protocol/hand.ts';
import type { Person } from '../protocol/messages.ts';

export type Line = {
  /** Begins with that of the page. */
  id: string;
  /** Epoch milliseconds, by the visitor's clock. */
  at: number;
  by: Person;
  /** `click`: a press and its release; `type`: keys and text that changed a field; else the act's own name. */
  did: Act['t'] | 'click' | 'type';
  /** The element in a few words. */
  what?: string;
  was?: string;
  now?: string;
  /** Why it was not done. */
  why?: Reason;
  /** More than once. */
  times?: number;
  /** Names of keys, an address, a note, the name of a file. */
  more?: string;
  /** The page that did it can undo it. */
  isEdit?: true;
  /** The visitor has undone it: what the field held then. */
  undone?: string;
};

/** `cut`: so many lines are gone, the oldest. `isOver`: the visit is. */
export type Kept = { room: string; cut: number; isOver: boolean; lines: Line[] };

export type LedgerOptions<Edit> = {
  read(): unknown;
  /** Nothing: nothing is left to be kept. The number of characters; undefined: it could not be kept. */
  write(kept: Kept | undefined): number | undefined;
  now(): number;
  /** Of this page. */
  page: string;
  /** Makes one of two that follow each other, if they do. */
  join(first: Edit, second: Edit): boolean;
  /** Something is to be written, but not at once. */
  changed(): void;
};

export type Ledger<Edit> = {
  /** Of the visit that is on; undefined: there is none. */
  enter(room: string | undefined): void;
  /** An act that was answered. */
  add(by: Person, act: Act, outcome: Outcome, edit: Edit | undefined): void;
  /** As far as it is known here. */
  readonly kept: Kept | undefined;
  editOf(line: Line): Edit | undefined;
  undone(line: Line, now: string): void;
  /** Writes what is new, and takes over what other tabs have written. */
  sync(): void;
  /** The visitor wants no more of it. */
  forget(): void;
};

const MOST_LINES = 500;
const MOST_CHARS = 200_000;
const KEPT_MS = 86_400_000;
/** What was done again sooner is the same. */
const TOGETHER_MS = 60_000;
const MOST_MORE_CHARS = 200;

/** Array's own at() is one that pages replace. */
const newestOf = <L>(lines: readonly L[]): L | undefined => lines[lines.length - 1];

export function createLedger<Edit>(options: LedgerOptions<Edit>): Ledger<Edit> {
  const { read, write, now, page, join, changed } = options;
  const edits = new Map<string, Edit>();
  /** Lines of this page that are not written yet. */
  const fresh = new Map<string, Line>();
  let kept: Kept | undefined;
  let count = 0;
  /** Storage takes nothing: this tab goes on by itself. */
  let isAlone = false;

  const look = (): Kept | undefined => {
    if (isAlone) return kept;
    const found = readKept(read());
    return found && now() - (newestOf(found.lines)?.at ?? 0) < KEPT_MS ? found : undefined;
  };

  const sync = () => {
    const stored = look();
    // Of another visit, or closed in another tab.
    if (stored?.room !== kept?.room || !stored) {
      if (!kept || kept.isOver) {
        fresh.clear();
        kept = stored;
        return;
      }
      if (fresh.size === 0) return;
    }
    if (!kept) return;
    const lines = new Map((stored?.room === kept.room ? stored.lines : kept.lines).map((line) => [line.id, line]));
    for (const [id, line] of fresh) lines.set(id, line);
    const isNews = fresh.size > 0;
    kept = { ...kept, lines: [...lines.values()], cut: Math.max(kept.cut, stored?.cut ?? 0) };
    fresh.clear();
    if (!isNews) return;
    cut(Math.max(0, kept.lines.length - MOST_LINES));
    for (;;) {
      const chars = write(kept);
      isAlone ||= chars === undefined;
      if (chars === undefined || chars <= MOST_CHARS) return;
      cut(Math.ceil(kept.lines.length / 10));
    }
  };

  const cut = (many: number) => {
    if (!kept || many === 0) return;
    for (const { id } of kept.lines.splice(0, many)) edits.delete(id);
    kept.cut += many;
  };

  const touch = (line: Line) => {
    fresh.set(line.id, line);
    changed();
  };

  return {
    get kept() {
      return kept;
    },
    enter(room) {
      if (room === undefined) {
        // First what is new, while a list that is not stored yet is no list that was closed.
        sync();
        if (!kept || kept.isOver) return;
        kept.isOver = true;
        if (kept.lines.length > 0) isAlone ||= write(kept) === undefined;
        return;
      }
      if (kept?.room === room && !kept.isOver) return;
      const stored = look();
      edits.clear();
      fresh.clear();
      kept = stored?.room === room ? { ...stored, isOver: false } : { room, cut: 0, isOver: false, lines: [] };
      // Of a visit before.
      if (stored && stored.room !== room) write(undefined);
    },
    add(by, act, outcome, edit) {
      if (!kept || (outcome.done && isPassing(act))) return;
      const { lines } = kept;
      const last = newestOf(lines);
      const { done, why, what, was, now: holds } = outcome;
      const { t } = act;
      const isPress = t === 'down' || t === 'up';
      const did = isPress ? 'click' : (t === 'key' || t === 'text') && edit ? 'type' : t;
      const more = moreOf(act, done);
      const isMine = last?.by.id === by.id && now() - last.at < TOGETHER_MS;
      if (did === 'type' && edit) {
        const before = [...lines].reverse().find(({ id }) => edits.has(id));
        const first = before && edits.get(before.id);
        if (before?.did === did && first && before.by.id === by.id && join(first, edit)) {
          if (holds !== undefined) before.now = holds;
          return touch(before);
        }
      }
      const line: Line =
        isMine && last.did === did && (t === 'up' || isSame(last, what, why, edit))
          ? last
          : { id: `${page}.${++count}`, at: now(), by: { id: by.id, name: by.name }, did };
      if (line !== last) lines.push(line);
      else if (t !== 'up') line.times = (line.times ?? 1) + 1;
      if (what !== undefined) line.what = what;
      if (why !== undefined) line.why = why;
      if (more && line.more !== more)
        line.more = [line.more, more].filter(Boolean).join(', ').slice(0, MOST_MORE_CHARS);
      if (was !== undefined && holds !== undefined) Object.assign(line, { was, now: holds });
      if (edit) {
        edits.set(line.id, edit);
        line.isEdit = true;
      }
      touch(line);
    },
    editOf: ({ id }) => edits.get(id),
    undone({ id }, now) {
      edits.delete(id);
      const line = kept?.lines.find((each) => each.id === id);
      if (!line) return;
      line.undone = now;
      touch(line);
    },
    sync,
    forget() {
      kept = undefined;
      edits.clear();
      fresh.clear();
      write(undefined);
    },
  };
}

/** The same thing once more. */
const isSame = (last: Line, what: string | undefined, why: Reason | undefined, edit: unknown) =>
  !edit && !last.isEdit && last.what === what && last.why === why;

/** What is to be said of an act beside its target. Letters are not: they may be anything. */
function moreOf(act: Act, done: boolean): string | undefined {
  if (act.t === 'key') return done && act.key.length > 1 ? act.key : undefined;
  if (act.t === 'go') return act.to;
  if (act.t === 'visit') return act.url;
  if (act.t === 'frame') return act.note;
  if (act.t === 'giveFile') return act.file.name;
  return act.t === 'suggest' && act.does.t === 'text' && done ? act.does.text : undefined;
}

function readKept(value: unknown): Kept | undefined {
  const kept = value as Partial<Kept> | null | undefined;
  if (typeof kept?.room !== 'string' || !Array.isArray(kept.lines) || typeof kept.cut !== 'number') return undefined;
  const lines = (kept.lines as Partial<Line>[]).filter(isLine);
  return lines.length > 0 ? { room: kept.room, cut: kept.cut, isOver: !!kept.isOver, lines } : undefined;
}

function isLine(line: Partial<Line> | null): line is Line {
  const isText = (value: unknown) => value === undefined || typeof value === 'string';
  return (
    typeof line?.id === 'string' &&
    typeof line.at === 'number' &&
    typeof line.did === 'string' &&
    typeof line.by?.id === 'string' &&
    typeof line.by.name === 'string' &&
    [line.what, line.was, line.now, line.why, line.more, line.undone].every(isText)
  );
}
