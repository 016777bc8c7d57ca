// What the ledger may tell of a deed: numbers that look like cards' are dots, as in what people type (protocol/cards.ts); what
// was meant for a place that operators may not see, or may have been, is left out; and nothing in it turns the direction of
// the text around it. Pure.
//
// Easy to get wrong: the relay does not know which fields are hidden. A page that did it says so by a value in dots, and one
// that refused it for another reason may not have looked: so what was not done is kept without what was typed, unless the
// visitor had it before them. A number may come key by key, and a key by itself is no number.

import { MASK_CHAR, maskCards, maskTyped } from '../../protocol/cards.ts';
import type { Act, Outcome, Suggestion } from '../../protocol/hand.ts';
import { withoutTyped, type Deed, type LedgerEntry } from '../live/deed.ts';
import { shownLines, shownText } from '../live/shown.ts';

/** The visitor has seen it, as a suggestion is put before them. */
const WAS_BEFORE_VISITOR = /^(declined|withdrawn|no-answer)$/;

export function tellable(entry: LedgerEntry): LedgerEntry {
  const { operator, url, deed } = entry;
  const name = shownText(operator.name, operator.name.length);
  return { ...entry, operator: { id: operator.id, name }, url: shownText(url, url.length), deed: tellableDeed(deed) };
}

function tellableDeed(deed: Deed): Deed {
  if (deed.kind !== 'act') return deed;
  const { act, outcome } = deed;
  return { ...deed, act: masked(isTypedTold(outcome) ? act : withoutTyped(act)) };
}

function isTypedTold({ done, why, was = '', now = '' }: Outcome): boolean {
  return (done || WAS_BEFORE_VISITOR.test(why ?? '')) && !`${was}${now}`.includes(MASK_CHAR);
}

function masked(act: Act): Act {
  if (act.t === 'text') return { ...act, text: typed(act.text) };
  if (act.t === 'set') return { ...act, value: typed(act.value) };
  if (act.t === 'suggest') return { ...act, does: maskedSuggestion(act.does) };
  if (act.t === 'frame') return { ...act, note: typed(act.note) };
  if (act.t === 'visit') return { ...act, url: maskCards(shownText(act.url, act.url.length)) };
  if (act.t === 'giveFile') {
    const { name, type } = act.file;
    return { ...act, file: { ...act.file, name: typed(name), type: shownText(type, type.length) } };
  }
  // That something was drawn where is told; the line itself is of no use, and large.
  return act.t === 'draw' ? { ...act, points: [] } : act;
}

function maskedSuggestion(does: Suggestion): Suggestion {
  if (does.t === 'text') return { ...does, text: typed(does.text) };
  return does.t === 'set' ? { ...does, value: typed(does.value) } : does;
}

function typed(text: string): string {
  return maskTyped(shownLines(text));
}
