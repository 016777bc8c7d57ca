// What the ledger keeps (store/ledger.ts): one thing that was done, or refused, or allowed, by hand. What never reached a
// page is kept as what kind of act it was, at what and why it was refused: no text, or whoever may do nothing could fill
// the ledger with words of their own.

import type { Act, Grant, Outcome, Suggestion } from '../../protocol/hand.ts';
import type { Person } from '../../protocol/messages.ts';

/** Enough to tell which page was meant. */
const MAX_BARE_URL_CHARS = 200;

export type Deed =
  /** `by`: who gave it or took it back; the relay, when the operator was gone. */
  | { kind: 'grant'; grant: Grant; on: boolean; by: 'visitor' | 'operator' | 'relay' }
  /** `times`: so many alike, refused one after the other. `isForeign`: by an operator of another account. */
  | { kind: 'act'; act: Act; outcome: Outcome; times?: number; isForeign?: true }
  /** By an operator who does not watch, and refused. */
  | { kind: 'wish'; grant: Grant; isForeign?: true }
  /** The visitor has undone what this operator did to a field: what it held before that, and holds now. */
  | { kind: 'undo'; what: string; was: string; now: string }
  /** So many entries of this account could not be kept here. */
  | { kind: 'lost'; count: number };

export type LedgerEntry = {
  account: string;
  /** Epoch milliseconds, by the relay's clock. */
  at: number;
  site: string;
  room: string;
  visitor: string;
  operator: Person;
  /** 0: of the whole room. */
  tab: number;
  /** Where the tab was, as the consoles are told. */
  url: string;
  deed: Deed;
};

/** Without words, ink, values, and the query of an address. */
export function bareAct(act: Act): Act {
  if (act.t === 'frame') return { ...act, note: '' };
  if (act.t === 'draw') return { ...act, points: [] };
  if (act.t === 'visit') return { ...act, url: act.url.replace(/[?#].*$/s, '').slice(0, MAX_BARE_URL_CHARS) };
  if (act.t === 'giveFile') return { ...act, file: { ...act.file, name: '', type: '' } };
  return withoutTyped(act);
}

/** Without what was to be put into a field. */
export function withoutTyped(act: Act): Act {
  if (act.t === 'text') return { ...act, text: '' };
  if (act.t === 'key') return { ...act, key: '', code: '' };
  if (act.t === 'set') return { ...act, value: '' };
  if (act.t === 'choose') return { ...act, options: [] };
  return act.t === 'suggest' ? { ...act, does: emptied(act.does) } : act;
}

function emptied(does: Suggestion): Suggestion {
  if (does.t === 'text') return { t: 'text', text: '' };
  if (does.t === 'choose') return { t: 'choose', options: [] };
  return does.t === 'set' ? { t: 'set', value: '' } : does;
}
