// Addresses of the visitor's page → addresses on the relay. The book is the room's: what the relay has said it holds.
// The places are one snapshot's: where an address still waits in the mirror, with a placeholder that asks for nothing.
//
// Easy to get wrong: a place goes when its node goes (forget), and a sheet's rules are changed one by one, since setting
// its text again would throw away what scripts have put in.

import { LIMITS } from '../../protocol/limits.ts';
import type { AssetEntry } from '../../protocol/messages.ts';
import { cssUrl, isFontTail, MAX_FONT_TAIL } from './css-text.ts';

export type AssetBook = {
  /** Returns the addresses that can be loaded now and could not before. */
  learn(entries: readonly AssetEntry[]): string[];
  /** Address on the relay of an asset that it holds. */
  addressOf(url: string): string | undefined;
  /** Hash and sniffed media type of an asset that the relay holds. */
  find(url: string): { hash: string; type: string } | undefined;
};

export function createAssetBook(assetUrl: (hash: string) => string): AssetBook {
  const known = new Map<string, { hash: string; type: string }>();
  return {
    learn(entries) {
      const fresh: string[] = [];
      for (const { url, hash, type } of entries) {
        if (hash === null || known.get(url)?.hash === hash) continue;
        known.delete(url);
        known.set(url, { hash, type });
        fresh.push(url);
      }
      for (const oldest of known.keys()) {
        // The relay offers no more than this; the oldest are those of pages long left.
        if (known.size <= LIMITS.maxRoomAssets) break;
        known.delete(oldest);
      }
      return fresh;
    },
    addressOf(url) {
      const entry = known.get(url);
      return entry && assetUrl(entry.hash);
    },
    find: (url) => known.get(url),
  };
}

/** What a piece of the mirror with an address in it can do when the asset arrives. */
export type Place =
  | { kind: 'attribute'; element: Element; name: string }
  /** A style element (its rules), or a sheet that a document or shadow root adopted. */
  | { kind: 'sheet'; owner: Element | CSSStyleSheet }
  /** Something is to be worked out anew: a srcset, a linked or imported sheet. At most one for each owner. */
  | { kind: 'call'; owner: Element; run: () => void };

export type Replacement = { placeholder: string; address: string };

type Waiting = {
  key: string;
  fragment: string;
  isPicture: boolean;
  placeholder: string;
  places: Map<object, Place[]>;
};

/** The reference to a copy of what a fragment names in an asset. Undefined: there is none such; 'later': not yet. */
export type FindPiece = (
  asset: { hash: string; type: string },
  fragment: string,
  owner: Element | CSSStyleSheet,
  later: () => void,
) => string | 'later' | undefined;

export type PlacesOptions = {
  book: AssetBook;
  /** Address of the visitor's page. */
  base: string;
  piece: FindPiece;
  /** An asset that came long ago can be shown now: as if it had come. */
  late(url: string): void;
};

export type Places = {
  /** The address to write for `raw`; what can't be had yet gets a placeholder, and the place is remembered. Only a
   * picture's, `isPicture`, keeps its fragment: anywhere else a browser might take an SVG for a document of resources,
   * and load all that it asks for. There it becomes a reference to a copy of the piece (pieces.ts). */
  address(raw: string, base: string, place: Place, isPicture?: boolean): string;
  /** The asset if it can be loaded now; else the place is remembered. */
  find(url: string, place: Place): { hash: string; type: string } | undefined;
  /** These can be loaded now: puts them into attributes; sheets and calls are left to the caller. */
  arrived(urls: readonly string[]): { sheets: Map<Element | CSSStyleSheet, Replacement[]>; calls: Set<() => void> };
  forget(owner: object): void;
  readonly waiting: number;
};

/** One transparent pixel; the fragment tells one unknown address from another. */
const PLACEHOLDER = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==#asset-';

export function isPlaceholder(text: string): boolean {
  return text.includes(PLACEHOLDER);
}

export function placeholdersIn(text: string): string[] {
  return text.match(/data:image\/gif;base64,[\w+/=]+#asset-\d+-/g) ?? [];
}

/** What stands for a font that is not here: a browser would load a placeholder, and complain that it is none. A name that
 * no font has asks for nothing; `tail` says what the font is, and comes back when its address does. */
export function fontPlaceholder(placeholder: string, tail: string): string {
  return `local("${placeholder}${tail}")`;
}

/** The text of a rule, or of a sheet, with the address in it. */
export function putAddress(text: string, { placeholder, address }: Replacement): string {
  const head = `local("${placeholder}`;
  let put = '';
  let from = 0;
  for (let at = text.indexOf(head); at >= 0; at = text.indexOf(head, at + 1)) {
    const tailFrom = at + head.length;
    const tail = text.slice(tailFrom, tailFrom + MAX_FONT_TAIL).split('"', 1)[0] ?? '';
    const end = tailFrom + tail.length + '")'.length;
    // A page may write such a name itself; what is in it must still be no more than a tail.
    if (text.slice(end - 2, end) !== '")' || !isFontTail(tail)) continue;
    put += text.slice(from, at) + cssUrl(address) + tail;
    from = end;
  }
  return (put + text.slice(from)).replaceAll(placeholder, address);
}

/** `href` without its fragment is the key by which the visitor's page offered it. */
export function resolve(raw: string, base: string): { key: string; fragment: string } | undefined {
  try {
    const url = new URL(raw, base);
    const fragment = url.hash;
    url.hash = '';
    return { key: url.href, fragment };
  } catch {
    // Not an address: there is nothing to load.
    return undefined;
  }
}

export function createPlaces({ book, base: pageUrl, piece, late }: PlacesOptions): Places {
  const byUrl = new Map<string, Waiting>();
  const byKey = new Map<string, Set<Waiting>>();
  const byOwner = new Map<object, Set<Waiting>>();
  let made = 0;

  const ownerOf = (place: Place): object => (place.kind === 'attribute' ? place.element : place.owner);

  const nameOf = ({ key, fragment, isPicture }: Omit<Waiting, 'placeholder' | 'places'>) =>
    `${isPicture ? 'picture' : 'other'} ${key}${fragment}`;

  const wait = (what: Omit<Waiting, 'placeholder' | 'places'>, place: Place): Waiting => {
    const name = nameOf(what);
    const { key } = what;
    let waiting = byUrl.get(name);
    if (!waiting) {
      waiting = { ...what, placeholder: `${PLACEHOLDER}${++made}-`, places: new Map() };
      byUrl.set(name, waiting);
      const same = byKey.get(key);
      if (same) same.add(waiting);
      else byKey.set(key, new Set([waiting]));
    }
    const owner = ownerOf(place);
    const places = waiting.places.get(owner);
    if (!places) waiting.places.set(owner, [place]);
    else if (!places.some((known) => samePlace(known, place))) places.push(place);
    const owned = byOwner.get(owner);
    if (owned) owned.add(waiting);
    else byOwner.set(owner, new Set([waiting]));
    return waiting;
  };

  const done = (waiting: Waiting) => {
    byUrl.delete(nameOf(waiting));
    const same = byKey.get(waiting.key);
    same?.delete(waiting);
    if (same?.size === 0) byKey.delete(waiting.key);
    for (const owner of waiting.places.keys()) {
      const owned = byOwner.get(owner);
      owned?.delete(waiting);
      if (owned?.size === 0) byOwner.delete(owner);
    }
  };

  /** Undefined: it can't be had yet. */
  const addressOf = ({ key, fragment, isPicture }: Omit<Waiting, 'placeholder' | 'places'>, place: Place) => {
    const asset = book.find(key);
    const address = book.addressOf(key);
    if (!asset || address === undefined) return undefined;
    if (isPicture || fragment === '') return address + harmless(fragment);
    const owner = place.kind === 'attribute' ? place.element : place.owner;
    const found = piece(asset, fragment, owner, () => late(key));
    return found === 'later' ? undefined : (found ?? address);
  };

  return {
    address(raw, base, place, isPicture = false) {
      // Data needs no request. The trim: a browser ignores white space around an address.
      if (/^\s*data:/i.test(raw)) return isPicture ? raw : withoutFragment(raw);
      const found = resolve(raw, base);
      if (!found) return `${PLACEHOLDER}0-`;
      const { key, fragment } = found;
      if (fragment !== '' && !isPicture && isSamePage(key, pageUrl)) return fragment;
      const what = { key, fragment, isPicture };
      return addressOf(what, place) ?? wait(what, place).placeholder;
    },
    find(url, place) {
      const entry = book.find(url);
      if (!entry) wait({ key: url, fragment: '', isPicture: false }, place);
      return entry;
    },
    arrived(urls) {
      const sheets = new Map<Element | CSSStyleSheet, Replacement[]>();
      const calls = new Set<() => void>();
      for (const url of urls) {
        for (const waiting of [...(byKey.get(url) ?? [])]) {
          // For each: a copy of a piece must be in every tree that refers to it.
          const found = [...waiting.places.values()].flat().map((place) => addressOf(waiting, place));
          const [address] = found;
          if (address === undefined) continue;
          const replacement = { placeholder: waiting.placeholder, address };
          done(waiting);
          for (const places of waiting.places.values()) {
            for (const place of places) {
              if (place.kind === 'attribute') replaceInAttribute(place, replacement);
              else if (place.kind === 'call') calls.add(place.run);
              else {
                const list = sheets.get(place.owner);
                if (list) list.push(replacement);
                else sheets.set(place.owner, [replacement]);
              }
            }
          }
        }
      }
      return { sheets, calls };
    },
    forget(owner) {
      const owned = byOwner.get(owner);
      if (!owned) return;
      byOwner.delete(owner);
      for (const waiting of owned) {
        waiting.places.delete(owner);
        if (waiting.places.size === 0) done(waiting);
      }
    },
    get waiting() {
      return byUrl.size;
    },
  };
}

/** A placeholder in a string of a sheet is replaced as it is: what takes its place must not end the string. */
function harmless(fragment: string): string {
  // An address is ASCII, and without control characters.
  return fragment.replace(/[^\w#.:,;=&%~+-]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
}

function withoutFragment(url: string): string {
  const at = url.indexOf('#');
  return at < 0 ? url : url.slice(0, at);
}

function samePlace(a: Place, b: Place): boolean {
  if (a.kind === 'attribute') return b.kind === 'attribute' && a.name === b.name;
  return a.kind === b.kind;
}

/** A recorder that makes `url(#gradient)` absolute resolves it against the page's address or its folder. Nobody loads
 * a picture from there. */
function isSamePage(key: string, pageUrl: string): boolean {
  const page = resolve(pageUrl, pageUrl);
  if (!page) return false;
  return key === page.key || key === resolve('.', page.key)?.key;
}

function replaceInAttribute(place: { element: Element; name: string }, { placeholder, address }: Replacement): void {
  const { element, name } = place;
  const namespace = name.startsWith('xlink:') ? 'http://www.w3.org/1999/xlink' : null;
  const value = element.getAttribute(name);
  if (value?.includes(placeholder)) element.setAttributeNS(namespace, name, value.replaceAll(placeholder, address));
}
