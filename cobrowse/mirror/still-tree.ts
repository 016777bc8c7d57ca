// A document of the mirror as an SVG image that lays it out anew, in a window of the same size: its own sheets over its own
// tree, so that what a browser works out from both (counters, markers, pseudo-elements, native controls) comes out the same.
// What has no place in an image is written as what it looks like: scrolled and sticky boxes are moved, a field's value is
// an attribute, a frame and a video are pictures. XML can hold no shadow tree: in one, and in its host, each element carries
// what was computed for it.
//
// Data flow: what is seen in the cut is looked for (look), pictures and fonts are loaded, the tree is written (write).
//
// Easy to get wrong: what is out of the cut keeps its box where others are laid out by it, and only that; a box whose
// margins join its children's must keep those. The mirror may change between two slices: each answers for itself.

import { offsetOf, type Box } from './geometry.ts';
import { elementAround, isElement, isHtml, isText, SVG_NAMESPACE } from './node-kinds.ts';
import type { StillAssets } from './still-assets.ts';
import { addressesIn, cssOf, familiesIn, NAME_HEAD, renamed, replaceAddresses, ROOT_MARK } from './still-css.ts';
import { createRuns, type Stead } from './still-runs.ts';
import { BOX_STYLES, COMPUTED_STYLES, isControl, MOVING_STYLES } from './still-styles.ts';

export type TreeOptions = {
  document: Document;
  /** What is seen, in the document's window after `move`. */
  crop: Box;
  move: { x: number; y: number };
  /** Of the window. */
  size: { width: number; height: number };
  assets: StillAssets;
  pause(): Promise<void> | undefined;
  progress(share: number): void;
  /** A picture of a frame's document, as data. */
  frame(inner: Document, width: number, height: number): Promise<string | undefined>;
};

/** More of a page nobody waits for. */
const MAX_ELEMENTS = 60_000;
const MAX_DEPTH = 400;
const XHTML = 'http://www.w3.org/1999/xhtml';
const PSEUDOS = ['::before', '::after', '::marker'] as const;
const UNDRAWN = `${NAME_HEAD}undrawn`;
const UNDRAWN_RULE = `\n[${UNDRAWN}]{display:none!important}`;
const IMAGE_STYLES = ['background-image', 'mask-image', 'border-image-source', 'list-style-image', 'content'] as const;
/** Have nothing that can be seen. */
const UNSEEN = /^(script|style|template|noscript|meta|link|title|base|source|track|param)$/;

type Seen = {
  /** In the cut, or with something in it that is. */
  elements: Set<Element>;
  urls: Set<string>;
  families: Set<string>;
  frames: Map<Element, { inner: Document; width: number; height: number }>;
  sticky: Element[];
};

export async function writeDocument(options: TreeOptions): Promise<string | undefined> {
  const { document, assets, pause, progress, size, move } = options;
  const view = document.defaultView;
  const root = document.documentElement;
  if (!view || !root) return undefined;
  const seen = await look(options, view);
  if (!seen) return undefined;
  progress(0.3);
  const css = cssOf(document, seen.families);
  for (const rule of css.match(/@font-face\s*\{[^}]*\}/g) ?? [])
    for (const raw of addressesIn(rule)) seen.urls.add(absolute(raw, document));
  const data = new Map<string, string | undefined>();
  await Promise.all([...seen.urls].map(async (url) => data.set(url, await assets.load(url))));
  const frames = new Map<Element, string | undefined>();
  for (const [frame, { inner, width, height }] of seen.frames)
    frames.set(frame, await options.frame(inner, width, height));
  progress(0.6);
  const find = (raw: string) => data.get(absolute(raw, document));
  const writer = createWriter({
    document,
    view,
    seen,
    find,
    frames,
    pause,
    css,
    shifts: stickyShifts(seen.sticky, view),
    below: options.crop.y + options.crop.height - move.y,
  });
  const body = await writer.write(root);
  const { scrollX, scrollY } = view;
  const rootStyle = view.getComputedStyle(root);
  const bodyStyle = document.body ? view.getComputedStyle(document.body) : rootStyle;
  const isClear =
    /^(transparent|rgba\(0, 0, 0, 0\))$/.test(rootStyle.backgroundColor) && rootStyle.backgroundImage === 'none';
  const back = isClear ? bodyStyle.backgroundColor : rootStyle.backgroundColor;
  const { width, height } = size;
  const inner = { width: root.clientWidth || width, height: view.innerHeight || height };
  // Sizes are styles: `all` takes them away where they are attributes, and Firefox draws nothing then.
  const box = (style: string) => `style="all:initial;display:block;${style}"`;
  return (
    `<svg xmlns="${SVG_NAMESPACE}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ${box(`width:${width}px;height:${height}px;font-size:${attribute(rootStyle.fontSize)}`)}>` +
    `<foreignObject ${box(`x:0;y:0;width:${inner.width}px;height:${inner.height}px;overflow:visible`)}>` +
    `<div xmlns="${XHTML}" ${box(`position:absolute;left:0;top:0;width:${width}px;height:${height}px;background:${attribute(back)}`)}></div>` +
    `<div xmlns="${XHTML}" ${box(`position:absolute;left:${move.x - scrollX}px;top:${move.y - scrollY}px;width:${inner.width}px;height:${inner.height}px`)}>` +
    `<style>${escaped(replaceAddresses(css, find) + UNDRAWN_RULE + writer.rules())}</style>${body}</div></foreignObject></svg>`
  );
}

/** All that is in the cut, and what it takes to draw it. */
async function look(options: TreeOptions, view: Window): Promise<Seen | undefined> {
  const { document, crop, move, pause } = options;
  const seen: Seen = { elements: new Set(), urls: new Set(), families: new Set(), frames: new Map(), sticky: [] };
  const left = crop.x - move.x;
  const top = crop.y - move.y;
  let count = 0;
  const within = (box: DOMRect) =>
    box.right > left && box.bottom > top && box.left < left + crop.width && box.top < top + crop.height;
  const note = (element: Element) => {
    for (let at: Element | undefined = element; at && !seen.elements.has(at); at = around(at)) seen.elements.add(at);
    const style = view.getComputedStyle(element);
    for (const family of familiesIn(style.fontFamily)) seen.families.add(family);
    if (style.position === 'sticky') seen.sticky.push(element);
    for (const raw of pictureAddresses(element)) seen.urls.add(absolute(raw, document));
    for (const pseudo of [undefined, ...PSEUDOS]) {
      const own = pseudo ? view.getComputedStyle(element, pseudo) : style;
      if (pseudo && pseudo !== '::marker' && /^(none|normal|)$/.test(own.content)) continue;
      if (pseudo) for (const family of familiesIn(own.fontFamily)) seen.families.add(family);
      for (const name of IMAGE_STYLES)
        for (const raw of addressesIn(own.getPropertyValue(name))) seen.urls.add(absolute(raw, document));
    }
    if (!isHtml(element, 'iframe')) return;
    const inner = element.contentDocument;
    const inside = inner && offsetOf(inner, document);
    if (!inner?.documentElement || !inside) return;
    const { clientWidth: width, clientHeight: height } = inner.documentElement;
    if (width > 0 && height > 0) seen.frames.set(element, { inner, width, height: Math.max(height, 1) });
  };
  const visit = async (root: Document | ShadowRoot): Promise<boolean> => {
    const walker = document.createTreeWalker(root, 1);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (++count > MAX_ELEMENTS) return false;
      if (count % 20 === 0) await pause();
      // What a walker shows of elements is elements.
      const element = node as Element;
      if (element.shadowRoot && !(await visit(element.shadowRoot))) return false;
      const box = element.getBoundingClientRect();
      if ((box.width > 0 || box.height > 0) && within(box)) note(element);
    }
    return true;
  };
  return (await visit(document)) ? seen : undefined;
}

/** How far each sticky box is from where it would be: all at once, and nothing is painted between. */
function stickyShifts(sticky: readonly Element[], view: Window): Map<Element, { x: number; y: number }> {
  const shifts = new Map<Element, { x: number; y: number }>();
  const held = sticky.filter((element): element is HTMLElement => 'style' in element && element.isConnected);
  const before = held.map((element) => ({
    box: element.getBoundingClientRect(),
    style: element.getAttribute('style'),
  }));
  for (const { style } of held) {
    for (const name of ['top', 'right', 'bottom', 'left']) style.setProperty(name, 'auto', 'important');
    style.setProperty('position', 'relative', 'important');
  }
  held.forEach((element, index) => {
    const now = element.getBoundingClientRect();
    const was = before[index]?.box ?? now;
    shifts.set(element, { x: was.x - now.x, y: was.y - now.y });
  });
  held.forEach((element, index) => {
    const style = before[index]?.style;
    if (style === null || style === undefined) element.removeAttribute('style');
    else element.setAttribute('style', style);
  });
  // Before anything else is measured.
  if (held.length > 0) void view.document.documentElement.offsetTop;
  return shifts;
}

type WriterOptions = {
  document: Document;
  view: Window;
  seen: Seen;
  find(raw: string): string | undefined;
  frames: ReadonlyMap<Element, string | undefined>;
  pause(): Promise<void> | undefined;
  css: string;
  shifts: ReadonlyMap<Element, { x: number; y: number }>;
  /** The lower edge of the cut, in the document's window. */
  below: number;
};

type Shift = { x: number; y: number };

function createWriter({ document, view, seen, find, frames, pause, css, shifts, below }: WriterOptions) {
  const rules: string[] = [];
  const runs = createRuns({ view, css, isSeen: (element) => seen.elements.has(element), below, pause });
  const moving = movingIn(document);
  let marked = 0;

  const pictured = (raw: string | null | undefined) =>
    raw ? (/^data:image\//i.test(raw) ? raw : find(raw)) : undefined;

  /** `isBare`: in a shadow tree or slotted into one, where no rule of the page's sheets may be relied on. */
  const write = async (
    element: Element,
    isBare = false,
    shift: Shift | undefined = undefined,
    depth = 0,
  ): Promise<string> => {
    await pause();
    const name = element.localName;
    const isSvg = element.namespaceURI === SVG_NAMESPACE;
    if (UNSEEN.test(name) && !isSvg) return name === 'style' || name === 'script' ? `<${name}></${name}>` : '';
    if (!/^[a-z_][\w.-]*$/i.test(name) || depth > MAX_DEPTH) return '';
    const isHost = element.shadowRoot !== null;
    const isComputed = isBare || isHost;
    const style = view.getComputedStyle(element);
    let attributes: string;
    let extra = moving.has(element) ? computed(style, MOVING_STYLES, true) : '';
    let tag = name;
    let content: string | undefined;

    if (isHtml(element, 'iframe') || isHtml(element, 'video')) {
      const picture = isHtml(element, 'iframe') ? frames.get(element) : pictured(element.getAttribute('poster'));
      tag = 'img';
      attributes = ` src="${attribute(picture ?? 'data:,')}" alt=""`;
      content = '';
      extra += computed(style, BOX_STYLES, true);
      if (style.display === 'inline') extra += 'display:inline-block!important;';
    } else {
      attributes = attributesOf(element, pictured);
      if (isHtml(element, 'textarea')) content = escaped(element.value);
      if (isHtml(element, 'img') || isHtml(element, 'input')) content = '';
    }
    if (isComputed) {
      const isNative = isControl(element) && style.appearance !== 'none';
      extra = `${isNative || isSvg ? '' : 'all:initial;'}${computed(style, isNative ? BOX_STYLES : COMPUTED_STYLES, false, isSvg)}${heightOf(element, style)}${extra}`;
      for (const pseudo of PSEUDOS) pseudoRule(element, pseudo);
      if (marked > 0 && lastMarked === element) attributes += ` ${NAME_HEAD}still="${marked}"`;
    }
    const isTop = isInTopLayer(element);
    if (isTop) extra += `${computed(style, BOX_STYLES, true)}position:fixed!important;z-index:2147483647!important;`;
    if (element === document.documentElement || element === document.body) extra += 'overflow:visible!important;';
    extra += moved(element, style, shift);
    // Bars that take no room here would be drawn over what is in the box.
    const hasBars =
      style.overflow !== 'visible' && 'offsetWidth' in element && barsOf(element as HTMLElement, style) < 1;
    if (hasBars) extra += 'scrollbar-width:none!important;';

    const isShell = !isSvg && content === undefined && !seen.elements.has(element) && canBeEmpty(element, style);
    if (isShell) {
      const box = element.getBoundingClientRect();
      if (box.width > 0 || box.height > 0)
        extra += `box-sizing:border-box!important;flex:none!important;width:${box.width}px!important;height:${box.height}px!important;`;
      content = '';
    }
    extra += runs.widthOf(element);
    const own = isComputed ? '' : element.getAttribute('style');
    const styled = replaceAddresses(renamed(`${own ?? ''};${extra}`), find).replace(/^;+/, '');
    if (styled !== '') attributes += ` style="${attribute(styled)}"`;
    if (element === document.documentElement) attributes += ` ${ROOT_MARK}=""`;
    if (isSvg && around(element)?.namespaceURI !== SVG_NAMESPACE) attributes += ` xmlns="${SVG_NAMESPACE}"`;
    if (!isSvg && around(element)?.namespaceURI === SVG_NAMESPACE) attributes += ` xmlns="${XHTML}"`;
    content ??= await children(element, isComputed, style, shift, depth);
    return `${isTop ? backdropOf(element) : ''}<${tag}${attributes}>${content}</${tag}>`;
  };

  const children = async (
    element: Element,
    isBare: boolean,
    style: CSSStyleDeclaration,
    shift: Shift | undefined,
    depth: number,
  ): Promise<string> => {
    const isViewport = element === document.documentElement || element === document.body;
    const { scrollLeft: x, scrollTop: y } = element;
    const isScrolled = !isViewport && (x !== 0 || y !== 0);
    // Of a box that is none, its children are moved.
    const inner = isScrolled ? { x: -x, y: -y } : style.display === 'contents' ? shift : undefined;
    let content = '';
    const steads = isBare ? undefined : await runs.in(element, style);
    for (const child of childrenOf(element)) {
      const stead = steads?.get(child);
      // Of a place in a run it is known that it is an element.
      if (stead) content += steadFor(child as Element, stead);
      else if (isText(child)) {
        const text = escaped(child.data);
        const isMoved = inner && text.trim() !== '';
        content += isMoved ? `<span style="position:relative;left:${inner.x}px;top:${inner.y}px">${text}</span>` : text;
      } else if (isElement(child)) content += await write(child, isBare, inner, depth + 1);
    }
    return content;
  };

  const steadFor = (element: Element, stead: Stead): string => {
    const name = element.localName;
    if (stead.kind === 'none' || !/^[a-z_][\w.-]*$/i.test(name)) return '';
    if (stead.kind === 'undrawn') return `<${name} ${UNDRAWN}=""></${name}>`;
    const styled = `visibility:hidden!important;box-sizing:border-box!important;min-height:0!important;max-height:none!important;height:${stead.height}px!important;margin-bottom:${stead.marginBottom}!important`;
    return `<${name}${attributesOf(element, pictured)} style="${attribute(styled)}">${name === 'tr' ? '<td style="padding:0;border:0"></td>' : ''}</${name}>`;
  };

  let lastMarked: Element | undefined;
  const pseudoRule = (element: Element, pseudo: (typeof PSEUDOS)[number]) => {
    const style = view.getComputedStyle(element, pseudo);
    if (pseudo !== '::marker' && /^(none|normal|)$/.test(style.content)) return;
    if (pseudo === '::marker' && view.getComputedStyle(element).display !== 'list-item') return;
    if (lastMarked !== element) {
      lastMarked = element;
      marked++;
    }
    const text =
      pseudo === '::marker'
        ? computed(style, ['color', 'font-family', 'font-size', 'font-weight'], false)
        : `all:initial;content:${style.content};${computed(style, COMPUTED_STYLES, false)}`;
    rules.push(`[${NAME_HEAD}still="${marked}"]${pseudo}{${replaceAddresses(text, find)}}`);
  };

  /** Where scrolling, or sticking, has put it. */
  const moved = (element: Element, style: CSSStyleDeclaration, shift: Shift | undefined): string => {
    const stuck = shifts.get(element);
    if ((!shift && !stuck) || style.position === 'fixed') return '';
    const x = (shift?.x ?? 0) + (stuck?.x ?? 0);
    const y = (shift?.y ?? 0) + (stuck?.y ?? 0);
    const isOwn = !stuck && /^(relative|absolute)$/.test(style.position);
    const from = (value: string) => (isOwn ? Number.parseFloat(value) || 0 : 0);
    const position = style.position === 'absolute' ? '' : 'position:relative!important;';
    return `${position}left:${from(style.left) + x}px!important;top:${from(style.top) + y}px!important;right:auto!important;bottom:auto!important;`;
  };

  const backdropOf = (element: Element): string => {
    const { backgroundColor } = view.getComputedStyle(element, '::backdrop');
    return `<div style="all:initial;display:block;position:fixed;left:0;top:0;width:100%;height:100%;z-index:2147483646;background:${attribute(backgroundColor)}"></div>`;
  };

  /** Nothing is laid out by what is in it: its margins are its own, and so is its size. */
  const canBeEmpty = (element: Element, style: CSSStyleDeclaration): boolean => {
    if (/^(none|contents|inline)/.test(style.display) || style.display.startsWith('table'))
      return style.display === 'none';
    if (style.position === 'absolute' || style.position === 'fixed' || style.float !== 'none') return true;
    if (style.overflow !== 'visible' && style.overflow !== 'clip') return true;
    const parent = around(element);
    if (!parent) return false;
    const { display, columnCount } = view.getComputedStyle(parent);
    if (/flex|grid/.test(display)) return true;
    // Wrong margins under the cut move nothing that is in it.
    return display === 'block' && columnCount === 'auto' && element.getBoundingClientRect().top >= below;
  };

  return { write, rules: () => rules.join('') };
}

function attributesOf(element: Element, pictured: (raw: string | null | undefined) => string | undefined): string {
  let text = '';
  const set = (name: string, value: string) => (text += ` ${name}="${attribute(value)}"`);
  const isSvg = element.namespaceURI === SVG_NAMESPACE;
  for (const { name, value } of element.attributes) {
    const bare = name.startsWith(':') ? name.slice(1) : name;
    if (!/^[a-z_][\w.-]*$/i.test(bare) && name !== 'xlink:href') continue;
    if (bare !== name) set(`${NAME_HEAD}${bare}`, value);
    else if (isSvg && /^(xlink:)?href$/.test(name))
      set('href', value.startsWith('#') ? value : (pictured(value) ?? 'data:,'));
    else if (!/^(style|xmlns|src|srcset|sizes|poster|popover|autofocus|value|checked|selected|open)$/.test(name))
      set(name, value);
  }
  if (element.hasAttribute('open')) set('open', '');
  if (isHtml(element, 'img')) set('src', pictured(element.currentSrc || element.getAttribute('src')) ?? 'data:,');
  else if (isHtml(element, 'input')) {
    if (element.type === 'image') set('src', pictured(element.getAttribute('src')) ?? 'data:,');
    else if (element.type !== 'file') set('value', element.value);
    if (element.checked) set('checked', '');
  } else if (isHtml(element, 'option') && element.selected) set('selected', '');
  else if (element.hasAttribute('value')) set('value', element.getAttribute('value') ?? '');
  return text;
}

/** Where a height comes from what is in it, it still does: margins of the last child would be lost with a set one. */
function heightOf(element: Element, style: CSSStyleDeclaration): string {
  const isFlow = /^(block|list-item)$/.test(style.display) && /^(static|relative)$/.test(style.position);
  if (style.display === 'inline' || style.display === 'contents') return '';
  if (
    isFlow &&
    childrenOf(element).length > 0 &&
    element.scrollHeight <= element.clientHeight + 1 &&
    style.overflow === 'visible'
  )
    return '';
  return `height:${style.height};`;
}

/** The room that scroll bars take. */
function barsOf(element: HTMLElement, style: CSSStyleDeclaration): number {
  const edge = (name: string) => Number.parseFloat(style.getPropertyValue(`border-${name}-width`)) || 0;
  const across = element.offsetWidth - element.clientWidth - edge('left') - edge('right');
  const along = element.offsetHeight - element.clientHeight - edge('top') - edge('bottom');
  return Math.max(across, along);
}

function computed(style: CSSStyleDeclaration, names: readonly string[], isFirm: boolean, isSvg = false): string {
  let text = '';
  for (const name of names) {
    const value = style.getPropertyValue(name);
    if (value === '' || (isSvg && /^(width|display)$/.test(name))) continue;
    text += `${name}:${value}${isFirm ? '!important' : ''};`;
  }
  return text;
}

/** What an animation or a transition changes just now. */
function movingIn(document: Document): ReadonlySet<Element> {
  const moving = new Set<Element>();
  for (const { effect } of document.getAnimations?.() ?? []) {
    const target = effect && 'target' in effect ? (effect as KeyframeEffect).target : null;
    if (target) moving.add(target);
  }
  return moving;
}

function isInTopLayer(element: Element): boolean {
  try {
    return (
      (element.localName === 'dialog' || element.hasAttribute('popover')) && element.matches(':modal, :popover-open')
    );
  } catch {
    // A browser that knows no popovers.
    return false;
  }
}

/** As it is shown: a shadow tree in place of what is slotted into it. */
function childrenOf(element: Element): Node[] {
  if (element.shadowRoot) return [...element.shadowRoot.childNodes];
  if (isHtml(element, 'slot')) {
    const assigned = element.assignedNodes();
    if (assigned.length > 0) return assigned;
  }
  return [...element.childNodes];
}

function around(element: Element): Element | undefined {
  const found = element.assignedSlot ?? elementAround(element);
  return found?.ownerDocument === element.ownerDocument ? found : undefined;
}

function pictureAddresses(element: Element): string[] {
  if (isHtml(element, 'img')) return [element.currentSrc || (element.getAttribute('src') ?? '')].filter(Boolean);
  const name = isHtml(element, 'video')
    ? 'poster'
    : isHtml(element, 'input')
      ? 'src'
      : element.localName === 'image'
        ? 'href'
        : '';
  const value =
    name === '' ? null : (element.getAttribute(name) ?? element.getAttributeNS('http://www.w3.org/1999/xlink', name));
  return value && !value.startsWith('#') ? [value] : [];
}

function absolute(raw: string, document: Document): string {
  try {
    return new URL(raw, document.baseURI).href;
  } catch {
    return raw;
  }
}

/** Characters that XML has no way to say are left out. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

function attribute(text: string): string {
  return escaped(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;');
}
