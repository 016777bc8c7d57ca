// Texts of style sheets that leave the picture: in it stands a name, and the text goes as an asset, which the relay asks
// for only if no visitor of the site has brought it yet. So the second visitor sends next to nothing of a site's styles,
// and neither does the second page.
//
// By name go the sheets behind links and the large style elements that were there when the picture was taken, while no
// script has changed them. What script has changed goes as the text that it is now: it is this visitor's own, and nobody
// would find it again. So does what is short, what is longer than an asset may be, and what holds a name of this page
// load alone (addresses with a key in them, assets.ts).
//
// Easy to get wrong: a text is written, and its fingerprint taken, once for each sheet and version, however many
// pictures are taken; but each picture says all its assets again, since the page around a frame takes none before
// it has the frame's picture.

import { referToSheet, sheetName } from '../../protocol/sheet-reference.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { MAX_BYTES_WITHOUT_SUBTLE } from '../visit/sha256.ts';
import { ALIAS } from './assets.ts';
import type { Zone } from './mask.ts';

/** Deflated with the rest, shorter ones are about as long as what it takes to offer them. */
export const LEAST_NAMED_CHARS = 2048;
/** Of one page load. A page that makes new ones for ever sends the others in its picture. */
const MOST_SHEETS = 500;
const MOST_BYTES = 32 * 1024 * 1024;

export type NamedSheets = {
  /** What is to leave for `text`, the sheet of this element. `write` makes of it what an operator may see. `source`: what
   * is in the asset if it can be had, because the text does not say everything. */
  leave(
    owner: Element,
    text: string,
    zone: Zone,
    write: () => string,
    source?: () => Promise<string | undefined>,
  ): string;
  /** A new picture begins. */
  begin(): void;
  /** Hands over the assets of what has left. */
  flush(): void;
  /** From now on every text leaves as it is. False: so it did. */
  stop(): boolean;
};

type Left = { text: string; zone: Zone; base: string; written: string };
/** `source`: asked once, and then it takes the text's place. */
type Named = { blob: Blob; source?: (() => Promise<Blob>) | undefined };

export function createNamedSheets(options: {
  origin: string;
  leastChars: number;
  emit: (name: string, text: Blob) => void;
}): NamedSheets {
  const { origin, leastChars, emit } = options;
  const left = new WeakMap<Element, Left>();
  const known = new Map<string, Named>();
  let bytes = 0;
  /** Without an origin there is nothing that a name could belong to. */
  let isOn = /^https?:/.test(origin);
  let fresh = new Map<string, Named>();
  let told = new Set<string>();

  // The comment: no text may begin as a picture or a font does, by which the relay tells them apart.
  const blobOf = (text: string) => new Blob(['/**/', text], { type: 'text/css' });

  const named = (text: string, source?: () => Promise<string | undefined>): string => {
    const isFit = isOn && (source || text.length >= leastChars) && !text.includes(ALIAS) && !text.includes('\0');
    if (!isFit) return text;
    const name = sheetName(origin, fingerprint(text));
    let found = known.get(name);
    if (!found) {
      const blob = blobOf(text);
      const most = canHashAll() ? LIMITS.maxAssetBytes : MAX_BYTES_WITHOUT_SUBTLE;
      if (blob.size > most || known.size >= MOST_SHEETS || bytes + blob.size > MOST_BYTES) return text;
      bytes += blob.size;
      let asked: Promise<Blob> | undefined;
      const better = (own: string | undefined) => {
        const whole = own === undefined ? blob : blobOf(own);
        return whole.size > most ? blob : whole;
      };
      found = { blob, source: source && (() => (asked ??= source().then(better, () => blob))) };
      known.set(name, found);
    }
    if (!told.has(name)) fresh.set(name, found);
    return referToSheet(name);
  };

  return {
    leave(owner, text, zone, write, source) {
      const base = owner.baseURI;
      let last = left.get(owner);
      if (!last || last.text !== text || last.zone !== zone || last.base !== base)
        left.set(owner, (last = { text, zone, base, written: write() }));
      return named(last.written, source);
    },
    begin() {
      fresh = new Map();
      told = new Set();
    },
    flush() {
      if (fresh.size === 0) return;
      const assets = fresh;
      fresh = new Map();
      for (const [name, { blob, source }] of assets) {
        told.add(name);
        if (source) void source().then((whole) => emit(name, whole));
        else emit(name, blob);
      }
    },
    stop() {
      const was = isOn;
      isOn = false;
      known.clear();
      return was;
    },
  };
}

function canHashAll(): boolean {
  // Typed as always there; it is not on plain http.
  return (globalThis.crypto.subtle as SubtleCrypto | undefined) !== undefined;
}

/** 64 bits and the length, at about a millisecond for a megabyte. Not against those who look for a second text with the
 * same one: names are a room's own, and who can write style sheets there needs no such trick. */
export function fingerprint(text: string): string {
  let a = 0x9e3779b1;
  let b = 0xc2b2ae35;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 0x9e3779b1);
    b = Math.imul(b ^ (a >>> 15) ^ code, 0xc2b2ae3d);
  }
  return [a ^ (a >>> 16), b ^ (b >>> 13), text.length].map((part) => (part >>> 0).toString(36)).join('-');
}
