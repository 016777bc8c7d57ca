// What a node of the page becomes when it leaves: read from the live node, masked, and told to whoever has to see to it
// (assets, pictures, frames). One reading: nothing that is hidden is ever in an event.
//
// What must never leave: content of what is blocked, also below a shadow root's host; text of <script> and <noscript>;
// comments; hidden fields; the value of a password field, which is not even read [CB5]. Masked elements carry
// `data-tandem-masked` ('' or 'block'), for the console to show and the hand to refuse.
//
// Easy to get wrong: what stands around a node is asked once per batch and remembered (`inside`), since no code of the
// page runs meanwhile; a memory that outlives its batch would mask by what was.

import type { Assets } from './assets.ts';
import { isLossy } from './css-lost.ts';
import { chosenCandidate, dropCssUrls, maskCssText, maskGenerated, resolveAddress, rewriteCss } from './css-urls.ts';
import { maskCards } from '../../protocol/cards.ts';
import {
  attributeOf,
  attributesOf,
  childrenOf,
  documentOf,
  elementAround,
  firstOf,
  hasAttributeOf,
  isDocument,
  isElement,
  isLaidOut,
  matches,
  nextOf,
  parentOf,
  shadowOf,
  tagOf,
  typeOf,
  valueOf,
} from './dom.ts';
import { NODE, type Attributes, type Serial } from './events.ts';
import { ticksOf } from './fields.ts';
import type { Ids } from './ids.ts';
import { FIELD, isSheetLink, PICTURE_ATTRIBUTE, PICTURE_TAG, type Masker, type Secret, type Zone } from './mask.ts';
import { PASSWORD_MASK } from './mask-text.ts';
import type { NamedSheets } from './named-sheets.ts';
import type { Sheets } from './sheets.ts';

export const MASKED_MARK = 'data-tandem-masked';

/** What holds for the content of a node. */
export type Inside = {
  readonly zone: Zone;
  /** Its content is not part of the picture: blocked, ours, or said by an attribute. */
  readonly isClosed: boolean;
  /** The id of its document, as rrweb wants it: not of the page's own. */
  readonly rootId: number | undefined;
};

export type Serializer = {
  /** Code of the page has run: what stands around a node may be something else now. */
  fresh(): void;
  inside(parent: Node): Inside;
  /** The node without its content, which has an id from now on. Undefined: such nodes are nobody's content.
   * `isNew`: it has just come, so that it is not scrolled. */
  node(node: Node, outer: Inside, isNew: boolean): Serial | undefined;
  /** Attributes of an element that is not stale, as they may leave; an empty record: nothing does. */
  changed(element: Element, names: Iterable<string>): Attributes;
  /** What a text is to be. Undefined: it is not sent. */
  text(node: Node): string | undefined;
  /** A style element that was sent as the rules that script had made of it. Scripts that change one that was sent as text
   * are told of rule by rule. */
  isOfRules(style: Element): boolean;
  /** CSS text from this place. */
  css(text: string, base: string, zone: Zone): string;
  isOpen(element: Element): boolean;
  /** Secret, or in a place that is not open. */
  isHiddenField(element: Element): boolean;
  /** What a field shows; of a password, whether there is something in it. */
  shownValue(field: Element): string;
  /** A picture or style sheet of the page has arrived: what has changed by that. */
  loaded(element: Element): { id: number; attributes: Attributes }[];
  /** A password field was typed into, or emptied. */
  typedInto(field: HTMLInputElement): void;
  /** The private place has text of its own now: it is marked. */
  marksText(parent: Element): boolean;
  isBlocked(element: Element): boolean;
  /** Whether what was decided when it was sent is another now that these attributes have changed. */
  isStale(element: Element, names: Iterable<string>): boolean;
  /** Whether it was sent as blocked. */
  wasBlocked(element: Element): boolean;
};

type Value = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** Two questions that most strings answer with no. */
const MAY_HAVE_ADDRESS = /url\(|image-set|@import/i;
const HAS_WORDS = /["']/;
/** A page that makes up names for ever is no reason to remember them all. */
const MOST_NAMES = 1000;
const TEXTLESS = /^(radio|checkbox|submit|button)$/;

export function createSerializer(options: {
  page: Document;
  ids: Ids;
  masker: Masker;
  assets: Assets;
  uiAttribute: string;
  /** Text of the sheet of a style element or link, where it is not what stands there; and which of them go by name. */
  sheets: Pick<Sheets, 'textOf' | 'isAsItCame' | 'sent'>;
  named: Pick<NamedSheets, 'leave'>;
  /** A field leaves with this in it. */
  valued: (field: Element, value: string, ticks: number, isHidden: boolean) => void;
  /** A canvas or video is part of the picture. */
  moving: (element: Element) => void;
  /** It is scrolled. */
  scrolled: (element: Element) => void;
  /** An element is named like a custom one, and is none yet. */
  unknown: (name: string, registry: CustomElementRegistry) => void;
}): Serializer {
  const { page, ids, masker, assets, uiAttribute, sheets, named, valued, moving, scrolled, unknown } = options;
  const { textOf: sheetText } = sheets;
  /** Marks that were set when an element was sent; most elements have none and are not here. */
  const marks = new WeakMap<Element, string>();
  const sentSrcset = new WeakMap<Element, string>();
  let places = new Map<Node, Inside>();
  /** Of fields with something in them: to find out asks the browser a lot. */
  let secrets = new Map<Element, Secret | undefined>();

  const secretOf = (element: Element, tag: string): Secret | undefined => {
    if (!FIELD.test(tag)) return masker.secretOf(element);
    if (!secrets.has(element)) secrets.set(element, masker.secretOf(element));
    return secrets.get(element);
  };

  const rootIdOf = (node: Node): number | undefined => {
    const owner = documentOf(node);
    return owner === page ? undefined : ids.of(owner);
  };

  const insideOf = (element: Element, tag: string, outer: Inside, marked: string, secret: Secret | undefined) => {
    const isClosed =
      outer.isClosed || (marked !== '' && masker.isBlocked(element)) || tag === 'TEXTAREA' || tag === 'IFRAME';
    const zone: Zone = secret ? 'masked' : marked ? masker.step(element, outer.zone) : outer.zone;
    return zone === outer.zone && isClosed === outer.isClosed ? outer : { zone, isClosed, rootId: outer.rootId };
  };

  const inside: Serializer['inside'] = (parent) => {
    const known = places.get(parent);
    if (known) return known;
    let found: Inside;
    if (isElement(parent)) {
      const around = parentOf(parent);
      const outer = around ? inside(around) : { zone: masker.outermost, isClosed: false, rootId: rootIdOf(parent) };
      const tag = tagOf(parent);
      found = insideOf(parent, tag, outer, masker.marksOf(parent), secretOf(parent, tag));
    } else {
      const host = elementAround(parent);
      if (isDocument(parent)) {
        // What holds for a frame's element holds for the page in it.
        const frame = host && insideFrame(host);
        found = { ...(frame ?? { zone: masker.outermost, isClosed: false }), rootId: rootIdOf(parent) };
      } else found = host ? inside(host) : { zone: 'masked', isClosed: true, rootId: undefined };
    }
    places.set(parent, found);
    return found;
  };

  const insideFrame = (frame: Element) => {
    const outer = inside(parentOf(frame) ?? frame);
    const { zone } = inside(frame);
    return { zone, isClosed: outer.isClosed || masker.isBlocked(frame) };
  };

  const css: Serializer['css'] = (text, base, zone) => {
    let shown = text;
    if (zone === 'masked') shown = dropCssUrls(shown);
    if (HAS_WORDS.test(shown)) shown = maskCssText(shown, zone === 'open' ? maskCards : maskGenerated);
    return MAY_HAVE_ADDRESS.test(shown) ? rewriteCss(shown, base, assets.mentioned) : shown;
  };

  /** The text of an element's sheet, or what stands for it. */
  const sheetCss = (owner: Element, text: string, zone: Zone): string => {
    const write = () => css(text, owner.baseURI, zone);
    if (!sheets.isAsItCame(owner)) return write();
    // Only links' have an address.
    const { sheet } = owner as HTMLLinkElement;
    const { href } = sheet ?? {};
    const isLosing = href && isLossy(text, sheet);
    const source = async () => {
      const own = await assets.text(href ?? '');
      return own === undefined ? own : css(own, href ?? '', zone);
    };
    return named.leave(owner, text, zone, write, isLosing ? source : undefined);
  };

  /** The same, instead of what stands in it. */
  const rulesCss = (owner: Element, text: string, zone: Zone): string => {
    sheets.sent(owner);
    return sheetCss(owner, text, zone);
  };

  const imageOf = (element: Element): HTMLImageElement | undefined => {
    if (tagOf(element) === 'IMG') return element as HTMLImageElement;
    const parent = parentOf(element);
    const image = isElement(parent) && tagOf(parent) === 'PICTURE' ? parent.querySelector('img') : null;
    return image ?? undefined;
  };

  const isShownNow = (element: Element): boolean => {
    if (!isLaidOut(element)) return false;
    const box = element.getBoundingClientRect();
    return box.bottom > 0 && box.top < (page.defaultView?.innerHeight ?? 0) && box.width > 0;
  };

  const useImage = (image: HTMLImageElement) => {
    if (!image.complete || !image.currentSrc) return;
    const { key } = resolveAddress(image.currentSrc, image.baseURI);
    // To ask where it is may lay the page out.
    if (key && !assets.knows(key)) assets.used(key, isShownNow(image) ? 'now' : 'soon');
  };

  /** Makes addresses in attributes absolute, or names, and notes them. Called for what is not masked. */
  const note = (element: Element, tag: string, all: Attributes) => {
    const base = element.baseURI;
    for (const [name, value] of Object.entries(all)) {
      if (typeof value !== 'string' || !PICTURE_ATTRIBUTE.test(name)) continue;
      if (name === 'srcset') {
        const chosen = chosenCandidate(value, imageOf(element)?.currentSrc ?? '', base, assets.nameOf);
        sentSrcset.set(element, (all[name] = chosen));
        continue;
      }
      const { written, key } = resolveAddress(value, base, assets.nameOf);
      all[name] = written;
      // Which source of an image is in use the image says; those of videos are no pictures.
      if (key && (name !== 'src' || matches(element, 'input[type="image" i]'))) assets.used(key, 'soon');
    }
    // Its tag says that it is one.
    if (tag === 'IMG') useImage(element as HTMLImageElement);
  };

  /** `all`: its attributes on their way out. */
  const noteSheet = (link: Element, all?: Attributes) => {
    if (!isSheetLink(link)) return;
    // Its tag says that it is one; a sheet that has not arrived yet comes with its load event.
    const { sheet, href } = link as HTMLLinkElement;
    const { written, key } = resolveAddress(href, link.baseURI, assets.nameOf);
    if (all?.['href']) all['href'] = written;
    if (sheet && key) assets.used(key, 'now');
  };

  /** rrweb makes these absolute; what the mirror reads of them, it reads without the page's own base. */
  const absolute = (element: Element, tag: string, name: string, value: string): string => {
    // Asked of every attribute.
    if (name !== 'src' && name !== 'href' && name !== 'xlink:href' && name !== 'data') return value;
    const isOther = name === 'href' ? tag === 'A' : name === 'data' && tag !== 'OBJECT';
    if (isOther || value === '' || value.startsWith('#')) return value;
    try {
      return new URL(value, element.baseURI).href;
    } catch {
      return value;
    }
  };

  const attribute = (
    element: Element,
    tag: string,
    name: string,
    written: string,
    zone: Zone,
    secret: Secret | undefined,
  ): string | undefined => {
    // As the page may know it: a person's address in a link is masked as a whole address.
    const isMail = tag === 'A' && name === 'href' && written.includes('@');
    const value = isMail ? (element as HTMLAnchorElement).href : absolute(element, tag, name, written);
    const kept = masker.attribute(element, tag, name.toLowerCase(), value, zone, secret);
    if (kept === undefined || zone !== 'open') return kept;
    // SVG has its own: `mask="url(…)"`.
    return name === 'style' || (kept.includes('url(') && /url\((?!#)/.test(kept))
      ? css(kept, element.baseURI, zone)
      : kept;
  };

  const boxOf = (element: Element): Attributes => {
    const box = isLaidOut(element) ? element.getBoundingClientRect() : { width: 0, height: 0 };
    return { rr_width: `${box.width}px`, rr_height: `${box.height}px` };
  };

  /** Whether something stands in a password field, without reading it. */
  const isFilled = (field: HTMLInputElement): boolean => {
    if (typed.has(field) || hasAttributeOf(field, 'value')) return true;
    try {
      return (field.selectionEnd ?? 0) > 0 || field.matches(':autofill');
    } catch {
      // A browser without :autofill.
      return false;
    }
  };
  const typed = new WeakSet<Element>();

  const shownValue: Serializer['shownValue'] = (field) => {
    const secret = secretOf(field, tagOf(field));
    if (secret === 'password') return isFilled(field as HTMLInputElement) ? PASSWORD_MASK : '';
    // Outside of HTML an element may have the name of a field and no value.
    return masker.value(field, (field as Partial<Value>).value ?? '', zoneOf(field), secret);
  };

  const zoneOf = (element: Element): Zone => {
    const parent = parentOf(element);
    const outer = parent ? inside(parent).zone : masker.outermost;
    return masker.marksOf(element) ? masker.step(element, outer) : outer;
  };

  const isHiddenField: Serializer['isHiddenField'] = (element) =>
    FIELD.test(tagOf(element)) && (zoneOf(element) !== 'open' || secretOf(element, tagOf(element)) !== undefined);

  /** The state of a field, over what its attributes say. */
  const fieldState = (element: Value, tag: string, all: Attributes, zone: Zone, secret: Secret | undefined) => {
    const type = tag === 'INPUT' ? (attributeOf(element, 'type') ?? '').toLowerCase() : '';
    const isBox = type === 'radio' || type === 'checkbox';
    if (isBox) {
      // Its tag says that it is one.
      const ticks = zone === 'open' ? ticksOf(element as HTMLInputElement) : 0;
      if (ticks % 2 > 0) all['checked'] = true;
      else delete all['checked'];
      if (ticks > 1) all['rr_indeterminate'] = true;
      valued(element, String(all['value'] ?? ''), ticks, zone !== 'open');
      return;
    }
    if (TEXTLESS.test(type)) return;
    const value = type === 'hidden' ? '' : shownValue(element);
    // Which one is chosen, say the options.
    if (tag === 'SELECT' && (secret || zone !== 'open')) delete all['value'];
    else if (value !== '' || all['value'] !== undefined) all['value'] = value;
    if (type === 'hidden') delete all['value'];
    valued(element, value, 0, secret !== undefined || zone !== 'open');
  };

  const blockedElement = (element: Element): Attributes => {
    if (masker.isUi(element)) return { [uiAttribute]: '', style: 'display:none' };
    const name = attributeOf(element, 'class');
    const isInline = getComputedStyle(element).display === 'inline';
    return {
      ...boxOf(element),
      [MASKED_MARK]: 'block',
      ...(name ? { class: name } : {}),
      ...(isInline ? { style: 'display:inline-block' } : {}),
    };
  };

  const tagNames = new Map<string, string>();
  const tagName = (tag: string): string => {
    let name = tagNames.get(tag);
    if (name === undefined) {
      // Names that no parser would take: the mirror makes elements by name.
      name = /[^a-z0-9-_:]/i.test(tag) ? 'div' : tag.toLowerCase();
      if (tagNames.size < MOST_NAMES) tagNames.set(tag, name);
    }
    return name;
  };

  const element = (element: Element, outer: Inside, isNew: boolean): Serial => {
    const tag = tagOf(element);
    const isSvg = element.namespaceURI === 'http://www.w3.org/2000/svg';
    const serial: Serial = {
      type: NODE.Element,
      id: ids.give(element),
      tagName: tagName(tag),
      attributes: {},
      childNodes: [],
    };
    if (isSvg) serial.isSVG = true;
    if (outer.rootId !== undefined) serial.rootId = outer.rootId;
    const names = attributesOf(element);
    const values = names.map((name) => attributeOf(element, name) ?? '');
    const marked = masker.marksOf(element, names, values);
    if (marked) marks.set(element, marked);
    else marks.delete(element);
    const isEditor = names.includes('contenteditable');
    const secret = isEditor || FIELD.test(tag) ? secretOf(element, tag) : undefined;
    places.set(element, insideOf(element, tag, outer, marked, secret));
    if (marked && masker.isBlocked(element)) {
      serial.attributes = blockedElement(element);
      return serial;
    }
    const zone = marked ? masker.step(element, outer.zone) : outer.zone;
    const all: Attributes = {};
    serial.attributes = all;
    const secretHere = names.length > 0 ? masker.secretIn(element, tag, secret) : undefined;
    for (let at = 0; at < names.length; at++) {
      const name = names[at] ?? '';
      const kept = attribute(element, tag, name, values[at] ?? '', zone, secretHere);
      if (kept !== undefined && !isIgnored(name)) all[name] = kept;
    }
    if (zone === 'open' && PICTURE_TAG.test(tag)) note(element, tag, all);
    special(element, tag, all, zone, secret);
    if (secret || (zone === 'masked' && outer.zone !== 'masked')) all[MASKED_MARK] = '';
    if (zone === 'private' && tag !== 'SCRIPT' && tag !== 'STYLE' && hasOwnText(element)) all[MASKED_MARK] = '';
    if (!isNew && isLaidOut(element)) {
      // How far a hidden field is scrolled says how much is in it.
      const isHidden = FIELD.test(tag) && (secret !== undefined || zone !== 'open');
      const { scrollLeft, scrollTop } = element;
      if ((scrollLeft || scrollTop) && !isHidden) {
        scrolled(element);
        // A field of a form may have such a name.
        all['rr_scrollLeft'] = Number(scrollLeft);
        all['rr_scrollTop'] = Number(scrollTop);
      }
    }
    if (shadowOf(element)) serial.isShadowHost = true;
    const registry = tag.includes('-') && documentOf(element).defaultView?.customElements;
    if (registry) {
      const name = tag.toLowerCase();
      if (registry.get(name)) serial.isCustom = true;
      else unknown(name, registry);
    }
    return serial;
  };

  const special = (element: Element, tag: string, all: Attributes, zone: Zone, secret: Secret | undefined) => {
    switch (tag) {
      case 'INPUT':
      case 'TEXTAREA':
      case 'SELECT':
        fieldState(element as Value, tag, all, zone, secret);
        if (secret || zone !== 'open') all[MASKED_MARK] = '';
        return;
      case 'OPTION': {
        const select = element.closest('select');
        const isHidden = zone !== 'open' || (select && secretOf(select, 'SELECT'));
        if ((element as HTMLOptionElement).selected && !isHidden) all['selected'] = true;
        else delete all['selected'];
        return;
      }
      case 'DIALOG':
        if (hasAttributeOf(element, 'open')) all['rr_open_mode'] = openMode(element);
        return;
      case 'IMG':
        if (zone !== 'open') Object.assign(all, boxOf(element));
        return;
      case 'CANVAS':
      case 'VIDEO':
        if (zone === 'open') moving(element);
        return;
      case 'IFRAME':
        // Its tag says that it is one; null: of another origin.
        if (!(element as HTMLIFrameElement).contentDocument && all['src'] !== undefined) all['rr_src'] = all['src'];
        delete all['src'];
        return;
      case 'STYLE':
      case 'LINK': {
        const text = sheetText(element);
        if (text === undefined) ofRules.delete(element);
        else ofRules.add(element);
        if (text !== undefined) {
          if (tag === 'LINK') {
            delete all['rel'];
            delete all['href'];
          }
          all['_cssText'] = rulesCss(element, text, zone);
        } else if (tag === 'LINK') noteSheet(element, all);
      }
    }
  };

  const hasOwnText = (element: Element): boolean => {
    for (let child = firstOf(element); child; child = nextOf(child))
      if (typeOf(child) === 3 && valueOf(child)?.trim()) return true;
    return false;
  };

  /** Style elements that were sent as what their sheet is, not as the text in them. */
  const ofRules = new WeakSet<Element>();
  /** `isNew`: it has come, or changed, since the picture was taken: script has written it. */
  const textIn = (node: Node, parent: Node | null, zone: Zone, isNew: boolean): string => {
    const text = valueOf(node) ?? '';
    const tag = parent ? tagOf(parent) : '';
    switch (tag) {
      case 'STYLE':
        if (ofRules.has(parent as Element)) return '';
        // Of several texts each would be a sheet of its own.
        return isNew || nextOf(node) || firstOf(parent as Element) !== node
          ? css(text, (parent as Element).baseURI, zone)
          : sheetCss(parent as Element, text, zone);
      case 'SCRIPT':
        return 'SCRIPT_PLACEHOLDER';
      case 'NOSCRIPT':
        return '';
      default:
        return masker.text(text, zone, isElement(parent) ? parent : undefined);
    }
  };

  return {
    fresh() {
      if (places.size > 0) places = new Map();
      if (secrets.size > 0) secrets = new Map();
    },
    inside,
    node(node, outer, isNew) {
      const { rootId } = outer;
      switch (typeOf(node)) {
        case 1:
          // Its type says that it is one.
          return element(node as Element, outer, isNew);
        case 3:
          return {
            type: NODE.Text,
            id: ids.give(node),
            textContent: textIn(node, parentOf(node), outer.zone, isNew),
            rootId,
          };
        case 8:
          return { type: NODE.Comment, id: ids.give(node), textContent: '', rootId };
        case 4:
          return { type: NODE.Cdata, id: ids.give(node), textContent: '', rootId };
        case 10: {
          // Its type says that it is one.
          const { name, publicId, systemId } = node as DocumentType;
          return { type: NODE.DocumentType, id: ids.give(node), name, publicId, systemId, rootId };
        }
        case 9: {
          const { compatMode } = node as Document;
          const serial: Serial = { type: NODE.Document, id: ids.give(node), childNodes: [] };
          if (compatMode !== 'CSS1Compat') serial.compatMode = compatMode;
          return serial;
        }
        default:
          return undefined;
      }
    },
    changed(element, names) {
      const tag = tagOf(element);
      const parent = parentOf(element);
      const outer = parent ? inside(parent).zone : masker.outermost;
      const zone = marks.has(element) ? masker.step(element, outer) : outer;
      const secret = secretOf(element, tag);
      const secretHere = masker.secretIn(element, tag, secret);
      const all: Attributes = {};
      const set = (name: string) => {
        if (isIgnored(name)) return;
        const written = attributeOf(element, name);
        const kept = written === null ? null : attribute(element, tag, name, written, zone, secretHere);
        // Not even that it has changed.
        if (kept !== undefined) all[name] = kept;
      };
      for (const name of names) set(name);
      if (zone === 'open' && PICTURE_TAG.test(tag)) note(element, tag, all);
      if (tag === 'IFRAME' && 'src' in all) {
        if (!(element as HTMLIFrameElement).contentDocument) all['rr_src'] = all['src'];
        delete all['src'];
      }
      if (FIELD.test(tag)) {
        if (zone !== 'open' || secret) all[MASKED_MARK] = '';
        // What the field shows comes by itself (fields.ts), and what was told of a hidden one says nothing more.
        const type = tag === 'INPUT' ? (attributeOf(element, 'type') ?? '').toLowerCase() : '';
        const isBox = type === 'radio' || type === 'checkbox';
        if (secret || zone !== 'open' || !(isBox || TEXTLESS.test(type))) delete all['value'];
        delete all['checked'];
      }
      if (tag === 'OPTION') delete all['selected'];
      if (tag === 'LINK') {
        const text = sheetText(element);
        if (text !== undefined && ('href' in all || 'rel' in all)) {
          delete all['rel'];
          delete all['href'];
          all['_cssText'] = rulesCss(element, text, zone);
        } else noteSheet(element, all);
      }
      // First, and of one that is closed, too: rrweb's replay never ends that one is modal, but makes it another kind.
      return tag === 'DIALOG' && 'open' in all ? { rr_open_mode: openMode(element), ...all } : all;
    },
    isOfRules: (style) => ofRules.has(style),
    text(node) {
      const parent = parentOf(node);
      if (!parent || typeOf(node) === 8) return '';
      if (isElement(parent) && ofRules.has(parent)) return undefined;
      return textIn(node, parent, inside(parent).zone, true);
    },
    css,
    isOpen: (element) => zoneOf(element) === 'open',
    isHiddenField,
    shownValue,
    loaded(element) {
      const tag = tagOf(element);
      if (!ids.of(element)) return [];
      if (tag === 'LINK') {
        const text = sheetText(element);
        if (text === undefined) {
          noteSheet(element);
          return [];
        }
        return [{ id: ids.of(element), attributes: { _cssText: rulesCss(element, text, zoneOf(element)) } }];
      }
      const image = tag === 'IMG' ? (element as HTMLImageElement) : undefined;
      if (!image || zoneOf(image) !== 'open' || inside(parentOf(image) ?? image).isClosed) return [];
      useImage(image);
      const parent = parentOf(image);
      const siblings =
        isElement(parent) && tagOf(parent) === 'PICTURE' ? [...childrenOf(parent)].filter(isElement) : [image];
      return siblings.flatMap((source) => {
        const srcset = attributeOf(source, 'srcset');
        const id = ids.of(source);
        if (srcset === null || id <= 0) return [];
        const chosen = chosenCandidate(srcset, image.currentSrc, source.baseURI, assets.nameOf);
        if (sentSrcset.get(source) === chosen) return [];
        sentSrcset.set(source, chosen);
        return [{ id, attributes: { srcset: chosen } }];
      });
    },
    typedInto(field) {
      // The caret stands behind what was typed; at 0 after an edit, nothing is left before it.
      if ((field.selectionEnd ?? 1) > 0) typed.add(field);
      else typed.delete(field);
    },
    marksText: (parent) => inside(parent).zone === 'private' && hasOwnText(parent),
    isBlocked: (element) => masker.marksOf(element) !== '' && masker.isBlocked(element),
    wasBlocked: (element) => marks.has(element) && masker.isBlocked(element),
    isStale(element, names) {
      const deciding = [...names].filter(masker.decides);
      if (deciding.length === 0) return false;
      const before = marks.get(element);
      if (before) return before !== masker.marksOf(element);
      const values = deciding.map((name) => attributeOf(element, name) ?? '');
      return masker.marksOf(element, deciding, values) !== '';
    },
  };
}

/** The mirror plays nothing; what the hand marks as hovered (control/hover.ts) is nobody's content. */
function isIgnored(name: string): boolean {
  return name === 'autoplay' || name === 'data-tandem-hover';
}

function openMode(dialog: Element): string {
  return matches(dialog, ':modal') ? 'modal' : 'non-modal';
}
