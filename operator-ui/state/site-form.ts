// What an admin types about a site, checked before it is sent and turned into what the relay keeps. Pure. The relay
// checks origins again; selectors it can't check (it has no CSS), and one that does not parse stops the viewing of the
// whole site, so they are checked here by the browser itself. Easy to get wrong: a list of selectors is shown one per
// line, and a line break inside a selector means "within": lines are joined by commas, never by themselves.

import { LIMITS } from '../../protocol/limits.ts';
import { BY_HAND, type SiteRouting } from '../../protocol/routing.ts';
import type { SiteEntry, SiteForm } from '../relay-http.ts';
import { wholeOf } from './team-form.ts';
import { EMPTY_HAND, handDraftOf, isSameHand, policyOf, type HandDraft } from './hand-form.ts';

/** Everything as text, as it stands in the fields: one origin, one selector per line. */
export type SiteDraft = {
  readonly name: string;
  readonly origins: string;
  readonly isPrivate: boolean;
  readonly mask: string;
  readonly block: string;
  readonly unmask: string;
  readonly hand: HandDraft;
  readonly routing: RoutingDraft;
};

/** `team` '': everybody's. */
export type RoutingDraft = { readonly team: string; readonly mode: SiteRouting['mode']; readonly answerSec: string };

export const routingDraftOf = ({ team, mode, answerSec }: SiteRouting): RoutingDraft => ({
  team: team ?? '',
  mode,
  answerSec: String(answerSec),
});

export const SELECTOR_FIELDS = ['mask', 'block', 'unmask'] as const;
export type SelectorField = (typeof SELECTOR_FIELDS)[number];

/** As the relay has it (relay/store/cabinet.ts, protocol/messages.ts). */
export const MAX_NAME_CHARS = 120;
const MAX_ORIGINS = 50;
const MAX_ORIGIN_CHARS = 300;
const MAX_SELECTORS_CHARS = 4000;

export const EMPTY_SITE: SiteDraft = {
  name: '',
  origins: '',
  isPrivate: false,
  mask: '',
  block: '',
  unmask: '',
  hand: EMPTY_HAND,
  routing: routingDraftOf(BY_HAND),
};

export function draftOf({ name, origins, masking, hand, routing }: SiteEntry): SiteDraft {
  return {
    name,
    origins: origins.join('\n'),
    isPrivate: masking.privateByDefault,
    mask: splitSelectors(masking.mask ?? '').join('\n'),
    block: splitSelectors(masking.block ?? '').join('\n'),
    unmask: splitSelectors(masking.unmask ?? '').join('\n'),
    hand: handDraftOf(hand),
    routing: routingDraftOf(routing),
  };
}

export function isSameDraft(a: SiteDraft, b: SiteDraft): boolean {
  return (
    a.name === b.name &&
    a.origins === b.origins &&
    a.isPrivate === b.isPrivate &&
    isSameHand(a.hand, b.hand) &&
    a.routing.team === b.routing.team &&
    a.routing.mode === b.routing.mode &&
    a.routing.answerSec === b.routing.answerSec &&
    SELECTOR_FIELDS.every((field) => a[field] === b[field])
  );
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** A list of selectors taken apart at its own commas, not at those in brackets, quotes or after a backslash. */
export function splitSelectors(list: string): string[] {
  const parts: string[] = [];
  let part = '';
  let depth = 0;
  let quote = '';
  for (let at = 0; at < list.length; at++) {
    const char = list.charAt(at);
    if (char === '\\') {
      part += char + list.charAt(++at);
      continue;
    }
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '(' || char === '[') depth++;
    else if (char === ')' || char === ']') depth--;
    if (char === ',' && depth === 0 && quote === '') {
      parts.push(part);
      part = '';
    } else part += char;
  }
  return [...parts, part].map((each) => each.trim()).filter((each) => each !== '');
}

/** The same in every language. */
export const EXAMPLE_ORIGINS = 'https://shop.example\nhttps://*.shop.example';

export type OriginTrouble = {
  kind: 'none' | 'too-many' | 'scheme' | 'path' | 'wildcard' | 'wide' | 'address';
  line: string;
  /** What was probably meant. */
  instead: string | undefined;
};

function originTrouble(line: string): OriginTrouble['kind'] | undefined {
  if (line.length > MAX_ORIGIN_CHARS || /[\s@\\]/.test(line)) return 'address';
  if (!/^https?:\/\//i.test(line)) return 'scheme';
  if (/^https?:\/\/[^/?#]+[/?#]/i.test(line.replace(/\/$/, ''))) return 'path';
  const star = line.indexOf('*');
  if (star >= 0 && (!/^https?:\/\/\*\./i.test(line) || line.indexOf('*', star + 1) >= 0)) return 'wildcard';
  const plain = line.replace('*.', 'any.');
  if (!URL.canParse(plain)) return 'address';
  if (star < 0) return undefined;
  const suffix = new URL(plain).hostname.slice('any.'.length);
  return !suffix.includes('.') || /^[\d.]+$/.test(suffix) ? 'wide' : undefined;
}

function meantBy(line: string): string | undefined {
  if (/^(?!https?:)[a-z]+:\/\//i.test(line)) return undefined;
  const address = /^https?:\/\//i.test(line) ? line : `https://${line.replace(/^\/\//, '')}`;
  const origin = /^[a-z]+:\/\/[^/?#]+/i.exec(address)?.[0];
  return origin !== undefined && originTrouble(origin) === undefined ? origin : undefined;
}

/** The first line that is no origin; undefined: all are. */
export function troubleInOrigins(text: string): OriginTrouble | undefined {
  const lines = linesOf(text);
  if (lines.length === 0) return { kind: 'none', line: '', instead: undefined };
  if (lines.length > MAX_ORIGINS) return { kind: 'too-many', line: String(MAX_ORIGINS), instead: undefined };
  for (const line of lines) {
    const kind = originTrouble(line);
    if (kind) return { kind, line, instead: meantBy(line) };
  }
  return undefined;
}

/** The text with every line that can be understood put right. */
export function mendOrigins(text: string): string {
  return linesOf(text)
    .map((line) => (originTrouble(line) ? (meantBy(line) ?? line) : line))
    .join('\n');
}

export type SelectorTrouble = { kind: 'not-css' | 'too-long'; line: string };

/** The browser closes by itself what is left open at the end; in a list it would swallow the selectors that follow. */
function isWhole(line: string): boolean {
  return !line.includes('/*') && splitSelectors(`${line},x`).at(-1) === 'x';
}

/** `parses`: whether the browser takes it as a selector. */
export function troubleInSelectors(text: string, parses: (selector: string) => boolean): SelectorTrouble | undefined {
  for (const line of linesOf(text)) if (!isWhole(line) || !parses(line)) return { kind: 'not-css', line };
  return joinSelectors(text).length > MAX_SELECTORS_CHARS ? { kind: 'too-long', line: '' } : undefined;
}

function joinSelectors(text: string): string {
  return linesOf(text).join(', ');
}

export function formOf(draft: SiteDraft, id: string | undefined): SiteForm {
  const masking: SiteForm['masking'] = { privateByDefault: draft.isPrivate };
  for (const field of SELECTOR_FIELDS) {
    const selectors = joinSelectors(draft[field]);
    if (selectors !== '') masking[field] = selectors;
  }
  return {
    ...(id === undefined ? {} : { id }),
    name: draft.name.trim(),
    origins: linesOf(draft.origins),
    masking,
    hand: policyOf(draft.hand),
    routing: {
      team: draft.routing.team === '' ? null : draft.routing.team,
      mode: draft.routing.mode,
      answerSec: wholeOf(draft.routing.answerSec, LIMITS.maxAnswerSec) ?? BY_HAND.answerSec,
    },
  };
}

/** What saving takes away: origins whose pages are no longer let in, and whether operators will see more than before. */
export function lossOf(before: SiteDraft, after: SiteDraft): { origins: readonly string[]; isShowingMore: boolean } {
  const kept = new Set(linesOf(after.origins).map((line) => line.toLowerCase().replace(/\/$/, '')));
  const lacks = (some: string, all: string) => linesOf(some).some((line) => !linesOf(all).includes(line));
  return {
    origins: linesOf(before.origins).filter((line) => !kept.has(line)),
    isShowingMore:
      (before.isPrivate && !after.isPrivate) ||
      lacks(before.mask, after.mask) ||
      lacks(before.block, after.block) ||
      lacks(after.unmask, before.unmask),
  };
}
