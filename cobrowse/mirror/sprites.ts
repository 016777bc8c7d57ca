// `<use href="sprite.svg#icon">`: what it shows is read from the sprite's text and put into the `use` element itself,
// as elements that can't load anything. The address is never given to a browser: one that loads an SVG as a document
// of resources (Firefox) loads what that asks for too, under no policy of ours.
//
// Easy to get wrong: of the sprite's text only names in the lists below become elements, whatever a parser thinks of
// the rest; ids are given anew, since the page has ids of its own. Sheets within a sprite are left out: here they
// would be the whole page's.

import { resolve } from './assets.ts';
import { setAttribute, type Addresses } from './attributes.ts';
import type { CssSource } from './css-source.ts';
import { inertName, isInertName, MARK } from './inert-names.ts';
import { isElement, isText, SVG_NAMESPACE } from './node-kinds.ts';

export type Sprites = {
  /** Shows what a `use` element asks for, as soon as it can be had. */
  refresh(use: Element): void;
};

export type SpritesOptions = {
  addresses(): Addresses;
  source: CssSource;
  /** Something became visible that was not asked for by an event. */
  changed(): void;
};

const MAX_SPRITE_CHARS = 2_000_000;
const MAX_SPRITES = 50;
const MAX_DEPTH = 64;
/** Of one icon. */
const MAX_NODES = 3000;
/** Within one icon: each may show the others again, so that every two of them double what is drawn. */
const MAX_USES = 8;
/** Of all icons of a page together. */
const MAX_COPIED = 200_000;

const SHOWN: ReadonlySet<string> = new Set(
  (
    'svg g defs symbol switch path rect circle ellipse line polyline polygon text tspan textPath use title desc ' +
    'linearGradient radialGradient stop clipPath mask pattern marker filter feBlend feColorMatrix ' +
    'feComponentTransfer feComposite feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode ' +
    'feOffset feDropShadow'
  ).split(' '),
);

type Sprite = ReadonlyMap<string, Element>;

export function createSprites({ addresses, source, changed }: SpritesOptions): Sprites {
  const sprites = new Map<string, Sprite>();
  let made = 0;
  let copied = 0;

  const spriteOf = (hash: string, text: string): Sprite => {
    const known = sprites.get(hash);
    if (known) return known;
    const sprite = parse(text);
    for (const oldest of sprites.keys()) {
      if (sprites.size < MAX_SPRITES) break;
      sprites.delete(oldest);
    }
    sprites.set(hash, sprite);
    return sprite;
  };

  /** The element with this id and all that it refers to. Returns its new id. */
  const copy = (use: Element, sprite: Sprite, id: string): string | undefined => {
    const names = new Map<string, string>();
    const wanted: string[] = [];
    let nodes = 0;
    let uses = 0;
    const nameOf = (old: string): string => {
      let name = names.get(old);
      if (name === undefined) names.set(old, (name = `mirror-sprite-${++made}`));
      return name;
    };
    const want = (old: string): string => {
      if (!names.has(old)) wanted.push(old);
      return nameOf(old);
    };
    const inside: Addresses = {
      ...addresses(),
      places: {
        address: (raw) => (raw.startsWith('#') ? `#${want(decode(raw))}` : '#-'),
        find: () => undefined,
      },
    };
    const take = (from: Element, depth: number): Element | undefined => {
      if (from.namespaceURI !== SVG_NAMESPACE || !SHOWN.has(from.localName) || depth > MAX_DEPTH) return undefined;
      if (++nodes > MAX_NODES || ++copied > MAX_COPIED) return undefined;
      if (from.localName === 'use' && ++uses > MAX_USES) return undefined;
      const element = use.ownerDocument.createElementNS(SVG_NAMESPACE, from.localName);
      for (const { name, value } of from.attributes) {
        // The page's styles would know a class, and no sheet of the sprite's is here that would.
        if (name === 'class') continue;
        if (name === 'id') element.setAttribute('id', nameOf(value));
        else if (name === 'href' || name === 'xlink:href') {
          if (value.startsWith('#')) setAttribute(element, name, `#${want(decode(value))}`, inside);
        } else if (!isInertName(name)) attribute(element, name, value, inside);
      }
      for (let child = from.firstChild; child; child = child.nextSibling) {
        if (isText(child)) element.append(use.ownerDocument.createTextNode(child.data));
        const below = isElement(child) ? take(child, depth + 1) : undefined;
        if (below) element.append(below);
      }
      return element;
    };
    const found = want(id);
    for (let at = 0; at < wanted.length; at++) {
      const from = sprite.get(wanted[at] ?? '');
      const element = from && take(from, 0);
      if (!element) {
        if (at === 0) return undefined;
        continue;
      }
      element.setAttribute(MARK.own, '');
      use.append(element);
    }
    return found;
  };

  const draw = (use: Element, name: string, value: string): string | undefined => {
    const { places, base } = addresses();
    const address = resolve(value, base);
    if (!address || address.fragment === '' || address.key.startsWith('data:')) return undefined;
    const again = () => {
      // Another may be wanted by now.
      if (use.getAttribute(inertName(name)) !== value) return;
      refresh(use);
      changed();
    };
    const asset = places.find(address.key, { kind: 'call', owner: use, run: again });
    if (asset?.type !== 'image/svg+xml') return undefined;
    const text = source.text(asset.hash, again);
    return text === undefined ? undefined : copy(use, spriteOf(asset.hash, text), decode(address.fragment));
  };

  const refresh = (use: Element) => {
    for (const child of [...use.children]) if (child.hasAttribute(MARK.own)) child.remove();
    for (const name of ['href', 'xlink:href']) {
      const value = use.getAttribute(inertName(name));
      // With both, browsers look at the first only.
      const isSecond = name !== 'href' && use.hasAttribute('href');
      const id = value === null || isSecond ? undefined : draw(use, name, value);
      if (value === null) continue;
      if (id === undefined) use.removeAttribute(name);
      else if (name === 'href') use.setAttribute(name, `#${id}`);
      else use.setAttributeNS('http://www.w3.org/1999/xlink', name, `#${id}`);
    }
  };

  return { refresh };
}

/** Nothing in such a document runs or is loaded: it is shown nowhere. */
function parse(text: string): Sprite {
  const sprite = new Map<string, Element>();
  // Entities could make a few words into gigabytes; no sprite needs them.
  if (text.length > MAX_SPRITE_CHARS || text.includes('<!ENTITY')) return sprite;
  const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
  for (const element of parsed.querySelectorAll('[id]')) if (!sprite.has(element.id)) sprite.set(element.id, element);
  return sprite;
}

function attribute(element: Element, name: string, value: string, addresses: Addresses): void {
  try {
    setAttribute(element, name, value, addresses);
  } catch {
    // A name that this parser takes and no other way does.
  }
}

/** The id that a fragment names. */
function decode(fragment: string): string {
  try {
    return decodeURIComponent(fragment.slice(1));
  } catch {
    return fragment.slice(1);
  }
}
