// Where rewritten CSS comes from: a bounded memory of texts already tokenized, and the texts of linked and imported
// sheets, fetched from the relay. One per mirror, so that a fresh snapshot of the same page costs nothing here.

import { LIMITS } from '../../protocol/limits.ts';
import { parseCss, parseImported, type CssParts } from './css-text.ts';

/** Enough for the sheets of a large site twice over; a page that makes new sheets for ever stays bounded. */
const MAX_CACHED_CHARS = 24_000_000;
/** Shorter ones are tokenized sooner than found. */
const MIN_CACHED_CHARS = 256;
/** The relay may have to ask the visitor for what it has put away. */
const TRY_AGAIN_MS = [300, 900, 2000] as const;

export type CssSource = {
  parse(text: string): CssParts;
  parseImported(text: string): CssParts;
  /** The sheet's text, if it is here; else it is fetched and `arrived` called, with undefined when it can't be had. */
  text(hash: string, arrived: () => void): string | undefined;
  /** Texts that are on their way. */
  readonly pending: number;
  close(): void;
};

export function createCssSource(assetUrl: (hash: string) => string): CssSource {
  const parsed = createBounded<CssParts>((text) => text.length * 2);
  const imported = createBounded<CssParts>((text) => text.length * 2);
  const texts = createBounded<string>((_hash, text) => text.length);
  const fetching = new Map<string, (() => void)[]>();
  const abort = new AbortController();

  const fetchText = async (hash: string): Promise<string> => {
    const options = { signal: abort.signal, credentials: 'same-origin', redirect: 'error' } as const;
    let answer = await fetch(assetUrl(hash), options);
    for (const ms of TRY_AGAIN_MS) {
      if (answer.status !== 404) break;
      await new Promise((done) => setTimeout(done, ms));
      answer = await fetch(assetUrl(hash), options);
    }
    if (!answer.ok) return '';
    const text = await answer.text();
    return text.length > LIMITS.maxAssetBytes ? '' : text;
  };

  const memo = (cache: Bounded<CssParts>, parse: (text: string) => CssParts) => (text: string) => {
    if (text.length < MIN_CACHED_CHARS) return parse(text);
    const known = cache.get(text);
    if (known) return known;
    const parts = parse(text);
    cache.set(text, parts);
    return parts;
  };

  return {
    parse: memo(parsed, parseCss),
    parseImported: memo(imported, parseImported),
    get pending() {
      return fetching.size;
    },
    text(hash, arrived) {
      const known = texts.get(hash);
      if (known !== undefined) return known;
      const waiting = fetching.get(hash);
      if (waiting) {
        waiting.push(arrived);
        return undefined;
      }
      fetching.set(hash, [arrived]);
      void fetchText(hash)
        // A sheet that can't be had is an empty one: the page shows without it.
        .catch(() => '')
        .then((text) => {
          const calls = fetching.get(hash) ?? [];
          fetching.delete(hash);
          texts.set(hash, text);
          if (!abort.signal.aborted) for (const call of calls) call();
        });
      return undefined;
    },
    close() {
      abort.abort();
      fetching.clear();
    },
  };
}

type Bounded<Value> = { get(key: string): Value | undefined; set(key: string, value: Value): void };

/** Least recently used go first, by the size that they take. */
function createBounded<Value>(sizeOf: (key: string, value: Value) => number): Bounded<Value> {
  const entries = new Map<string, Value>();
  let size = 0;
  return {
    get(key) {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set(key, value) {
      const own = sizeOf(key, value);
      if (own > MAX_CACHED_CHARS / 2 || entries.has(key)) return;
      entries.set(key, value);
      size += own;
      for (const [oldKey, oldValue] of entries) {
        if (size <= MAX_CACHED_CHARS) break;
        entries.delete(oldKey);
        size -= sizeOf(oldKey, oldValue);
      }
    },
  };
}
