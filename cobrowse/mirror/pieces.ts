// Pieces of SVG files: `<use href="sprite.svg#icon">`, `mask: url(shapes.svg#m)`, `fill="url(colors.svg#g)"`. A piece is
// read from the file's text and copied into the document, as elements that can't load anything; what asked for it
// refers to the copy. The address is never given to a browser: one that loads an SVG as a document of resources
// (Firefox) loads what that asks for too, under no policy of ours.
//
// Easy to get wrong: of the file's text only names in the lists below become elements, whatever a parser thinks of the
// rest; ids are given anew, since the page has ids of its own. Sheets within a file are left out: here they would be
// the whole page's. An id is looked for in its own tree only, so every shadow root has copies of its own.

import { setAttribute, type Addresses } from './attributes.ts';
import type { CssSource } from './css-source.ts';
import { isInertName, MARK } from './inert-names.ts';
import { isDocument, isElement, isText, SVG_NAMESPACE } from './node-kinds.ts';
import type { Uses } from './uses.ts';

export type Pieces = {
  /** The id of the copy of a piece, or why there is none: its text is on its way (`later` is called), or the file has
   * nothing like it. `isPaint`: what masks, clips, filters and colours may be. */
  idOf(hash: string, fragment: string, isPaint: boolean, later: () => void): string | 'later' | undefined;
  /** Puts the piece with this id, and what it refers to, into a tree. Null: it has none such. */
  put(root: Document | ShadowRoot, id: string): Element | null;
};

export type PiecesOptions = {
  addresses(): Addresses;
  uses(): Uses;
  source: Pick<CssSource, 'text'>;
};

const MAX_FILE_CHARS = 2_000_000;
/** Parsed files that are kept. */
const MAX_FILES = 50;
const MAX_PIECES = 20_000;
const MAX_DEPTH = 64;
/** Of one piece. */
const MAX_NODES = 3000;
/** Of all pieces of a page together. */
const MAX_COPIED = 200_000;

const SHOWN: ReadonlySet<string> = new Set(
  (
    'svg g defs symbol switch path rect circle ellipse line polyline polygon text tspan textPath use title desc ' +
    'linearGradient radialGradient stop clipPath mask pattern marker filter feBlend feColorMatrix ' +
    'feComponentTransfer feComposite feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode ' +
    'feOffset feDropShadow'
  ).split(' '),
);
const PAINTS: ReadonlySet<string> = new Set(
  'linearGradient radialGradient clipPath mask pattern marker filter'.split(' '),
);
const ID = 'mirror-piece-';
/** Not `display: none`: masks and filters in there would not work. Important and inline, so that no rule of the page's
 * for `svg` is stronger. */
const HOLDER_STYLE =
  'all:initial!important;position:absolute!important;width:0!important;height:0!important;overflow:hidden!important';

type File = ReadonlyMap<string, Element>;
type Piece = { hash: string; id: string };

export function createPieces({ addresses, uses, source }: PiecesOptions): Pieces {
  const files = new Map<string, File>();
  const pieces = new Map<string, Piece>();
  const ids = new Map<string, string>();
  const holders = new WeakMap<Node, Element>();
  let copied = 0;

  const fileOf = (hash: string, later: () => void): File | undefined => {
    const known = files.get(hash);
    if (known) return known;
    const text = source.text(hash, later);
    if (text === undefined) return undefined;
    const file = parse(text);
    for (const oldest of files.keys()) {
      if (files.size < MAX_FILES) break;
      files.delete(oldest);
    }
    files.set(hash, file);
    return file;
  };

  const nameOf = (hash: string, id: string): string => {
    const key = `${hash}#${id}`;
    let name = ids.get(key);
    if (name !== undefined) return name;
    // Past the limit there is nothing with this id.
    name = `${ID}${pieces.size + 1}`;
    if (pieces.size >= MAX_PIECES) return name;
    ids.set(key, name);
    pieces.set(name, { hash, id });
    return name;
  };

  /** A copy without its place. What it refers to is named, and added to `wanted`. */
  const copy = (from: Element, { hash }: Piece, document: Document, wanted: string[]): Element | undefined => {
    let nodes = 0;
    const want = (fragment: string): string => {
      const name = nameOf(hash, idIn(fragment));
      wanted.push(name);
      return name;
    };
    const inside: Addresses = {
      ...addresses(),
      places: { address: (raw) => (raw.startsWith('#') ? `#${want(raw)}` : '#-'), find: () => undefined },
    };
    const take = (element: Element, depth: number): Element | undefined => {
      if (element.namespaceURI !== SVG_NAMESPACE || !SHOWN.has(element.localName) || depth > MAX_DEPTH)
        return undefined;
      if (++nodes > MAX_NODES || ++copied > MAX_COPIED) return undefined;
      const made = document.createElementNS(SVG_NAMESPACE, element.localName);
      for (const { name, value } of element.attributes) {
        // The page's styles would know a class, and no sheet of the file's is here that would.
        if (name === 'class') continue;
        if (name === 'id') made.setAttribute('id', nameOf(hash, value));
        else if (name === 'href' || name === 'xlink:href') {
          if (!value.startsWith('#')) continue;
          if (element.localName === 'use') uses().refer(made, name, want(value));
          else setAttribute(made, name, `#${want(value)}`, inside);
        } else if (!isInertName(name)) attribute(made, name, value, inside);
      }
      for (let child = element.firstChild; child; child = child.nextSibling) {
        if (isText(child)) made.append(document.createTextNode(child.data));
        const below = isElement(child) ? take(child, depth + 1) : undefined;
        if (below) made.append(below);
      }
      return made;
    };
    return take(from, 0);
  };

  const holderIn = (root: Document | ShadowRoot): Element | undefined => {
    const known = holders.get(root);
    if (known?.isConnected) return known;
    const document = isDocument(root) ? root : root.ownerDocument;
    const holder = document.createElementNS(SVG_NAMESPACE, 'svg');
    holder.setAttribute(MARK.own, '');
    holder.setAttribute('aria-hidden', 'true');
    // The recorder's way of giving it would be an attribute, which the console's policy allows as well.
    holder.style.cssText = HOLDER_STYLE;
    const place = isDocument(root) ? root.documentElement : root;
    if (!place) return undefined;
    // After our own styles, where the page's first and last elements stay what they are.
    if (isDocument(root)) place.insertBefore(holder, place.firstElementChild?.nextSibling ?? null);
    else place.append(holder);
    holders.set(root, holder);
    return holder;
  };

  return {
    idOf(hash, fragment, isPaint, later) {
      const file = fileOf(hash, later);
      if (!file) return 'later';
      const id = idIn(fragment);
      const element = file.get(id);
      return element && (!isPaint || PAINTS.has(element.localName)) ? nameOf(hash, id) : undefined;
    },
    put(root, id) {
      const holder = pieces.has(id) ? holderIn(root) : undefined;
      if (!holder) return null;
      const wanted = [id];
      for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
        const piece = pieces.get(name);
        if (!piece || root.getElementById(name)) continue;
        const from = fileOf(piece.hash, () => undefined)?.get(piece.id);
        const made = from && copy(from, piece, holder.ownerDocument, wanted);
        if (made) holder.append(made);
      }
      return root.getElementById(id);
    },
  };
}

/** Nothing in such a document runs or is loaded: it is shown nowhere. */
function parse(text: string): File {
  const file = new Map<string, Element>();
  // Entities could make a few words into gigabytes; no file needs them.
  if (text.length > MAX_FILE_CHARS || text.includes('<!ENTITY')) return file;
  const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
  for (const element of parsed.querySelectorAll('[id]')) if (!file.has(element.id)) file.set(element.id, element);
  return file;
}

function attribute(element: Element, name: string, value: string, addresses: Addresses): void {
  try {
    setAttribute(element, name, value, addresses);
  } catch {
    // A name that this parser takes and no other way does.
  }
}

/** The id that a fragment names; no element has one that can't be written as an address. */
export function idIn(fragment: string): string {
  try {
    const id = decodeURIComponent(fragment.slice(1));
    encodeURI(id);
    return id;
  } catch {
    return '-';
  }
}
