// What an admin sets up of the hand on a site: each grant one of three ways, and the pages where control pauses, one per
// line. Pure. The relay checks patterns again and writes them as browsers do (relay/auth/patterns.ts).

import { GRANTS, type Grant, type HandPolicy } from '../../protocol/hand.ts';
import { LIMITS } from '../../protocol/limits.ts';

export const WAYS = ['off', 'asked', 'given'] as const;
export type Way = (typeof WAYS)[number];
export type HandDraft = { readonly ways: Readonly<Record<Grant, Way>>; readonly pausedAt: string };

/** The same in every language. */
export const EXAMPLE_PATTERNS = '/checkout/*\nhttps://pay.shop.example/*';

export const EMPTY_HAND: HandDraft = { ways: { point: 'asked', suggest: 'asked', control: 'asked' }, pausedAt: '' };

export function handDraftOf({ allowed, given, pausedAt }: HandPolicy): HandDraft {
  const wayOf = (grant: Grant): Way => (!allowed.includes(grant) ? 'off' : given.includes(grant) ? 'given' : 'asked');
  return {
    ways: { point: wayOf('point'), suggest: wayOf('suggest'), control: wayOf('control') },
    pausedAt: pausedAt.map(shown).join('\n'),
  };
}

export function policyOf({ ways, pausedAt }: HandDraft): HandPolicy {
  return {
    allowed: GRANTS.filter((grant) => ways[grant] !== 'off'),
    given: GRANTS.filter((grant) => ways[grant] === 'given'),
    pausedAt: linesOf(pausedAt),
  };
}

export function isSameHand(a: HandDraft, b: HandDraft): boolean {
  return a.pausedAt === b.pausedAt && GRANTS.every((grant) => a.ways[grant] === b.ways[grant]);
}

export type PatternTrouble = {
  kind: 'too-many' | 'beginning' | 'spaces' | 'address' | 'too-long';
  line: string;
};

/** The first line that can match no page; undefined: all can. */
export function troubleInPatterns(text: string): PatternTrouble | undefined {
  const lines = linesOf(text);
  if (lines.length > LIMITS.maxPatterns) return { kind: 'too-many', line: String(LIMITS.maxPatterns) };
  for (const line of lines) {
    const kind = patternTrouble(line);
    if (kind) return { kind, line };
  }
  return undefined;
}

function patternTrouble(line: string): PatternTrouble['kind'] | undefined {
  if (/[\s\\]/.test(line)) return 'spaces';
  const found = /^(https?|\*):\/\/([^/?#]*)/i.exec(line);
  if (!found && !/^[/*]/.test(line)) return 'beginning';
  // As it is kept: each letter beyond ASCII takes six or nine characters.
  if (encodeURI(line).length > LIMITS.maxPatternChars) return 'too-long';
  const host = found?.[2];
  if (host === undefined || host === '*') return undefined;
  return host === '' || host.includes('@') || !URL.canParse(`https://${host.replaceAll('*', 'any')}`)
    ? 'address'
    : undefined;
}

/** A path in its own letters, as people write it; a space stays escaped, for none may be typed. */
function shown(pattern: string): string {
  return pattern.replace(/(%[89a-f][\da-f])+/gi, (letters) => {
    try {
      return decodeURIComponent(letters);
    } catch {
      return letters;
    }
  });
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
