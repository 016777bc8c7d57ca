// The ledger's entries as a person reads them: a run of keys, or a press and its release, is one line; and all of them as a
// table of a file. Pure: entries in, lines out; the words are the screen's.
//
// Easy to get wrong: entries come newest first, so a line grows towards the past. An entry may have been changed by somebody
// in the database: nothing of a deed is taken for granted. A program that opens the file must not take a value for a formula.

import { partsOf } from '../../protocol/what.ts';
import type { LedgerEntry } from '../relay-http.ts';
import type { Texts } from '../texts/en.ts';

export type LedgerLine = {
  /** Of the newest entry, and of the oldest. */
  number: number;
  first: number;
  at: number;
  operator: { id: string; name: string };
  site: string;
  room: string;
  visitor: string;
  url: string;
  kind: 'act' | 'wish' | 'grant' | 'undo' | 'lost' | 'unreadable';
  /** The act's name, or `click`, or `type`; a grant and what became of it; how many were lost. */
  did: string;
  what: string;
  more: string;
  was: string | undefined;
  now: string | undefined;
  /** Why it was not done. */
  why: string | undefined;
  times: number;
  /** By an operator of another account. */
  isForeign: boolean;
};

const TOGETHER_MS = 30_000;
const MOST_MORE_CHARS = 300;

type Loose = Readonly<Record<string, unknown>>;
const isLoose = (value: unknown): value is Loose => typeof value === 'object' && value !== null;
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const maybeText = (value: unknown) => (typeof value === 'string' ? value : undefined);

export function lineOf({ number, at, operator, site, room, visitor, url, deed }: LedgerEntry): LedgerLine {
  const line: LedgerLine = {
    number,
    first: number,
    at,
    operator,
    site,
    room,
    visitor,
    url,
    kind: 'unreadable',
    did: '',
    what: '',
    more: '',
    was: undefined,
    now: undefined,
    why: undefined,
    times: 1,
    isForeign: isLoose(deed) && deed['isForeign'] === true,
  };
  if (!isLoose(deed)) return line;
  const { kind } = deed;
  if (kind === 'lost') return { ...line, kind, times: Number(deed['count']) || 0 };
  if (kind === 'grant')
    return { ...line, kind, did: textOf(deed['grant']), more: textOf(deed['by']), times: deed['on'] === true ? 1 : 0 };
  if (kind === 'wish') return { ...line, kind, did: textOf(deed['grant']), why: 'not-granted' };
  if (kind === 'undo')
    return { ...line, kind, what: textOf(deed['what']), was: maybeText(deed['was']), now: maybeText(deed['now']) };
  const { act, outcome } = deed;
  if (kind !== 'act' || !isLoose(act) || !isLoose(outcome)) return line;
  return {
    ...line,
    kind,
    did: textOf(act['t']),
    what: textOf(outcome['what']),
    more: moreOf(act),
    was: maybeText(outcome['was']),
    now: maybeText(outcome['now']),
    times: Number(deed['times']) || 1,
    why: outcome['done'] === true ? undefined : textOf(outcome['why']) || 'failed',
  };
}

function moreOf(act: Loose): string {
  const key = textOf(act['key']);
  if (key) return [...key].length > 1 ? `[${key}]` : key;
  const { does, file } = act;
  if (isLoose(does)) return textOf(does['text']) || textOf(does['value']);
  if (isLoose(file)) return textOf(file['name']);
  return textOf(act['text']) || textOf(act['value']) || textOf(act['url']) || textOf(act['note']) || textOf(act['to']);
}

/** Entries newest first, to lines newest first. */
export function linesOf(entries: readonly LedgerEntry[]): LedgerLine[] {
  const lines: LedgerLine[] = [];
  for (const entry of entries) {
    const line = lineOf(entry);
    const last = lines[lines.length - 1];
    if (!last || !joined(last, line))
      lines.push(line.did === 'down' || line.did === 'up' ? { ...line, did: 'click' } : line);
  }
  return lines;
}

const RUNS = /^(key|text|type|wheel|move|reveal|draw)$/;

/** Takes the older line into the newer one. False: they are two. */
function joined(newer: LedgerLine, older: LedgerLine): boolean {
  const isNear =
    newer.kind === 'act' &&
    older.kind === 'act' &&
    newer.operator.id === older.operator.id &&
    newer.room === older.room &&
    newer.url === older.url &&
    newer.why === older.why &&
    newer.isForeign === older.isForeign &&
    newer.at - older.at < TOGETHER_MS;
  if (!isNear) return false;
  // A release takes in its press; the press before that is another's.
  if (
    newer.did === 'click' &&
    newer.first === newer.number &&
    older.did === 'down' &&
    newer.number - older.number < 3
  ) {
    if (newer.what !== older.what && older.what !== '') return false;
  } else {
    const isTyping = /^(key|text|type)$/.test(newer.did) && /^(key|text)$/.test(older.did);
    if (!RUNS.test(older.did) || !(isTyping || newer.did === older.did) || newer.what !== older.what) return false;
    if (isTyping) newer.did = 'type';
    newer.more = (older.more + newer.more).slice(0, MOST_MORE_CHARS);
    newer.times += older.times;
  }
  newer.first = older.number;
  newer.was = older.was ?? newer.was;
  newer.now ??= older.now;
  return true;
}

/** What was done, in a sentence without its target. */
export function deedWords({ kind, did, more, times, why }: LedgerLine, t: Texts['ledger']): string {
  const known = (words: Readonly<Record<string, string>>, word: string) => words[word] ?? word;
  switch (kind) {
    case 'act': {
      // Of keys it is seen what they were.
      const isRun = times > 1 && (why !== undefined || /^(wheel|move|reveal|draw)$/.test(did));
      return known(t.acts, did) + (isRun ? ` · ${t.times(times)}` : '');
    }
    case 'wish':
      return t.wish(known(t.grants, did));
    case 'grant':
      return t.grant(known(t.grants, did), times > 0, known(t.by, more));
    case 'undo':
      return t.undo;
    case 'lost':
      return t.lost(times);
    case 'unreadable':
      return t.unreadable;
  }
}

/** Who did it, and that they are none of ours. */
export function operatorWords({ operator, isForeign }: LedgerLine, t: Texts['ledger']): string {
  return isForeign ? t.foreign(operator.name) : operator.name;
}

/** `button “Buy”`, in the reader's language. */
export function targetWords(what: string, t: Texts['ledger']): string {
  const { role, name } = partsOf(what);
  const roles: Readonly<Record<string, string>> = t.roles;
  return name ? t.target(roles[role] ?? role, name) : (roles[role] ?? role);
}

/** The name alone, or else the kind of thing, with a capital at the start: `Card number`. */
export function targetName(what: string, t: Texts['ledger']): string {
  const words = partsOf(what).name || targetWords(what, t);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function resultWords({ kind, why }: LedgerLine, t: Texts['ledger']): string {
  const reasons: Readonly<Record<string, string>> = t.reasons;
  if (why !== undefined) return reasons[why] ?? why;
  return kind === 'act' ? t.done : '';
}

/** What a program for tables takes for a formula gets a mark that makes it text. */
export function cell(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return `"${safe.replaceAll('"', '""')}"`;
}

/** One line of the file for each entry: nothing is joined there. */
export function csvLine(entry: LedgerEntry, t: Texts['ledger'], siteName: string): string {
  const line = lineOf(entry);
  const { number, at, url, room, visitor, what, more, was = '', now = '' } = line;
  const moment = Number.isNaN(new Date(at).getTime()) ? '' : new Date(at).toISOString();
  const parts = [
    moment,
    operatorWords(line, t),
    deedWords(line, t),
    targetWords(what, t),
    line.kind === 'act' ? more : '',
  ];
  const rest = [was, now, resultWords(line, t), siteName, url, room, visitor, entry.hash];
  return `${number},${[...parts, ...rest].map(cell).join()}\r\n`;
}

/** With the sign by which programs know the letters. */
export const csvHead = (t: Texts['ledger']): string => `\ufeff${t.columns.map(cell).join()}\r\n`;
