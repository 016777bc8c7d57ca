// Sets a recorded attribute on an element of the mirror, or what may stand for it. Whatever could load, navigate,
// submit or start something is kept under an inert name (inert-names.ts) and reaches the real name only as an asset's
// address, a fragment, or not at all.
//
// An asset that is an SVG never gets a fragment where a browser could take it for a document of resources (a mask, a
// filter, what `use` shows): Firefox would load what that document asks for.
//
// Easy to get wrong: an SVG animation can set an address long after it was built (attributeName, values), and any SVG
// attribute may hold url(); names are compared in lower case but set as recorded (viewBox).

import { resolve, type Places } from './assets.ts';
import { cssUrl, parseDeclarations } from './css-text.ts';
import { inertName, isInertName, MARK } from './inert-names.ts';
import type { MediaText } from './media.ts';
import { HTML_NAMESPACE, SVG_NAMESPACE } from './node-kinds.ts';
import { parseSrcset } from './srcset.ts';

/** What stands between the page's own words and what is written here. */
export type Addresses = {
  places: Pick<Places, 'address' | 'find'>;
  base: string;
  media: MediaText;
  /** What this `use` element refers to has changed. */
  use(use: Element): void;
};

export type Treatment =
  | 'plain'
  /** Only the inert copy. */
  | 'inert'
  /** The inert copy, and a real `href` that leads nowhere, so that the element is a link for styles. */
  | 'link'
  /** The inert copy, and the asset's address. */
  | 'asset'
  /** The inert copy, and a fragment when what all of them draw has been weighed (uses.ts). */
  | 'use'
  | 'srcset'
  /** A media query, as the visitor's browser answers it. */
  | 'media'
  /** The inert copy, and the value if it points into the same document. */
  | 'fragment'
  /** Declarations or a value of CSS: addresses in it are rewritten. */
  | 'css'
  | 'drop';

const MARKS: ReadonlySet<string> = new Set(Object.values(MARK));
const NOWHERE = '#-';
const XLINK_NAMESPACE = 'http://www.w3.org/1999/xlink';
const META_CONTENT: ReadonlySet<string> = new Set(['viewport', 'color-scheme', 'theme-color', 'description']);
const ANIMATES: ReadonlySet<string> = new Set(['animate', 'set', 'animatetransform', 'animatemotion', 'animatecolor']);

/** `tag` and `name` in lower case; `sibling` reads another recorded attribute of the same element. */
export function treatmentOf(
  tag: string,
  namespace: string | null,
  name: string,
  value: string,
  sibling: (name: string) => string | undefined,
): Treatment {
  // Our own marks and copies; a page may not set them.
  if (name.startsWith(':')) return 'drop';
  if (name === 'style') return 'css';
  const isSvg = namespace === SVG_NAMESPACE;
  if (isInertName(name)) {
    if (name === 'href' || name === 'xlink:href') {
      if (tag === 'a' || tag === 'area') return 'link';
      if (!isSvg) return 'inert';
      if (tag === 'use') return 'use';
      return tag === 'image' || tag === 'feimage' ? 'asset' : 'fragment';
    }
    if (namespace !== HTML_NAMESPACE) return 'inert';
    if (name === 'src' && (tag === 'img' || tag === 'input')) return 'asset';
    if (name === 'srcset' && (tag === 'img' || tag === 'source')) return 'srcset';
    if (name === 'poster' && tag === 'video') return 'asset';
    if (name === 'background') return 'asset';
    return 'inert';
  }
  // A linked sheet is a style element here.
  if ((tag === 'link' || tag === 'style') && (name === 'rel' || name === 'as')) return 'inert';
  if (name === 'media') {
    if (tag === 'link' || tag === 'style') return 'media';
    // The visitor's page sends only the source that it has chosen.
    if (tag === 'source') return 'inert';
  }
  if (tag === 'meta' && name === 'content')
    return META_CONTENT.has((sibling('name') ?? '').toLowerCase()) ? 'plain' : 'inert';
  // A table cell's `name` is harmless, a frame's would make it a target.
  if ((tag === 'iframe' || tag === 'frame') && name === 'name') return 'inert';
  if (isSvg) {
    if (ANIMATES.has(tag) && name === 'attributename') {
      const target = value.trim().toLowerCase().replace(/^.*:/, '');
      return isInertName(target) || target === 'style' ? 'inert' : 'plain';
    }
    if (value.includes('(') || value.includes('\\')) return 'css';
  }
  return 'plain';
}

/** Value of a style attribute, or of one property, without foreign addresses. */
export function safeCssValue(text: string, owner: Element, name: string, { places, base }: Addresses): string {
  const parts = parseDeclarations(text);
  if (!parts) return text;
  let safe = parts.texts[0] ?? '';
  parts.references.forEach((reference, index) => {
    if (reference.kind === 'url')
      safe += cssUrl(
        places.address(reference.raw, base, { kind: 'attribute', element: owner, name }, reference.isPicture),
      );
    safe += parts.texts[index + 1] ?? '';
  });
  return safe;
}

export function setAttribute(element: Element, recorded: string, value: string, addresses: Addresses): void {
  const name = recorded.toLowerCase();
  const tag = element.localName.toLowerCase();
  const treatment = treatmentOf(
    tag,
    element.namespaceURI,
    name,
    value,
    (other) => element.getAttribute(other) ?? undefined,
  );
  switch (treatment) {
    case 'drop':
      return;
    case 'plain':
      write(element, recorded, value);
      // A meta's name may come after its content.
      if (tag === 'meta' && name === 'name') restoreMetaContent(element, addresses);
      return;
    case 'css':
      write(element, recorded, safeCssValue(value, element, recorded, addresses));
      return;
    case 'inert':
      element.setAttribute(inertName(name), value);
      if (tag === 'meta' && name === 'content') element.removeAttribute('content');
      return;
    case 'link':
      element.setAttribute(inertName(name), value);
      write(element, recorded, NOWHERE);
      return;
    case 'fragment': {
      element.setAttribute(inertName(name), value);
      const fragment = fragmentIn(value, addresses.base);
      if (fragment === undefined) remove(element, recorded);
      else write(element, recorded, fragment);
      return;
    }
    case 'asset':
      element.setAttribute(inertName(name), value);
      write(
        element,
        recorded,
        addresses.places.address(
          value,
          addresses.base,
          { kind: 'attribute', element, name: recorded },
          // A filter's content: a browser may look for it in a document of resources.
          tag !== 'feimage',
        ),
      );
      return;
    case 'media':
      element.setAttribute(inertName(name), value);
      write(element, recorded, addresses.media(value));
      return;
    case 'use':
      element.setAttribute(inertName(name), value);
      addresses.use(element);
      return;
    case 'srcset':
      element.setAttribute(inertName(name), value);
      refreshSrcset(element, addresses);
  }
}

export function removeAttribute(element: Element, recorded: string, addresses: Addresses): void {
  const name = recorded.toLowerCase();
  if (name.startsWith(':')) return;
  remove(element, recorded);
  if (!element.hasAttribute(inertName(name))) return;
  element.removeAttribute(inertName(name));
  if (element.localName === 'use') addresses.use(element);
}

/** The recorded value of an attribute, whatever became of it. */
function recordedAttribute(element: Element, name: string): string | null {
  return element.getAttribute(inertName(name)) ?? element.getAttribute(name);
}

/** Names of the recorded attributes that this element has now. */
export function recordedNames(element: Element): string[] {
  const names = new Set<string>();
  for (const name of element.getAttributeNames()) {
    if (!name.startsWith(':')) names.add(name);
    else if (!MARKS.has(name)) names.add(name.slice(1));
  }
  return [...names];
}

function write(element: Element, name: string, value: string): void {
  if (name.startsWith('xlink:')) {
    if (element.getAttribute(name) !== value) element.setAttributeNS(XLINK_NAMESPACE, name, value);
  } else element.setAttribute(name, value);
}

function remove(element: Element, name: string): void {
  if (name.startsWith('xlink:')) element.removeAttributeNS(XLINK_NAMESPACE, name.slice('xlink:'.length));
  else element.removeAttribute(name);
}

/** Only candidates that can be shown: the visitor's page offers the one that it displays, and a browser here would
 * otherwise choose another by its own screen and show nothing. */
function refreshSrcset(element: Element, addresses: Addresses): void {
  const run = () => refreshSrcset(element, addresses);
  const known: string[] = [];
  for (const { url, descriptor } of parseSrcset(element.getAttribute(':srcset') ?? '')) {
    const found = resolve(url, addresses.base);
    if (!found) continue;
    if (found.key.startsWith('data:')) known.push(`${url} ${descriptor}`);
    else if (addresses.places.find(found.key, { kind: 'call', owner: element, run }))
      known.push(
        `${addresses.places.address(url, addresses.base, { kind: 'call', owner: element, run }, true)} ${descriptor}`,
      );
  }
  const value = known.join(', ');
  if (value === '') element.removeAttribute('srcset');
  else if (element.getAttribute('srcset') !== value) element.setAttribute('srcset', value);
}

function restoreMetaContent(meta: Element, addresses: Addresses): void {
  const content = recordedAttribute(meta, 'content');
  if (content === null) return;
  meta.removeAttribute(inertName('content'));
  setAttribute(meta, 'content', content, addresses);
}

/** The fragment of an address within the page itself. */
export function fragmentIn(value: string, base: string): string | undefined {
  if (value.startsWith('#')) return value;
  const found = resolve(value, base);
  const page = resolve(base, base);
  return found && found.fragment !== '' && found.key === page?.key ? found.fragment : undefined;
}
