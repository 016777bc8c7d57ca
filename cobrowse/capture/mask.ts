// What of the page may leave it: which elements are blocked, masked or open, and what their attributes become. The
// decision is always made on the live element, at the moment of sending, so a mark that is set later counts at once.
//
//   blocked   replaced by a box of the same size                   data-tandem="block", .rr-block, masking.block
//   masked    text, fields, telling attributes and pictures hidden  data-tandem="mask", .rr-mask, masking.mask
//   private   as masked, because the site hides by default; lifted within data-tandem="unmask" or masking.unmask
//   open      everything else; still hidden there: passwords, card and code fields, card-like numbers
//
// Easy to get wrong: an explicit mask cannot be lifted from inside. A field that was ever a password stays one, since
// "show password" changes its type, or puts another field in its place. Nothing here may read `value` of a password
// field. In hidden places only what is listed here leaves of the attributes: frameworks write what they know anywhere.

import { maskCards, maskDigits, maskTyped } from '../../protocol/cards.ts';
import type { Masking } from '../capture.ts';
import {
  attributeOf,
  closest,
  documentOf,
  hasAttributeOf,
  isElement,
  isWithin,
  matches,
  parentOf,
  rootOf,
  tagOf,
  typeOf as nodeTypeOf,
  valueOf,
} from './dom.ts';
import {
  isNumberName,
  isPasswordLabel,
  isSecretName,
  isTokenPart,
  maskText,
  maskUrl,
  PASSWORD_MASK,
} from './mask-text.ts';

/** A link to a style sheet, whose address is that of an asset, too. */
export function isSheetLink(element: Element): boolean {
  return tagOf(element) === 'LINK' && /(^|\s)stylesheet(\s|$)/i.test(attributeOf(element, 'rel') ?? '');
}

export type Zone = 'open' | 'private' | 'masked';
/** Why a field is hidden wherever it stands. */
export type Secret = 'password' | 'secret';

export type Masker = {
  isUi(element: Element): boolean;
  /** This element itself, not those around it. */
  isBlocked(element: Element): boolean;
  isWithinBlocked(node: Node): boolean;
  /** Zone of the whole document. */
  readonly outermost: Zone;
  /** Zone of an element inside a zone. */
  step(element: Element, outer: Zone): Zone;
  zoneOf(node: Node): Zone;
  secretOf(element: Element): Secret | undefined;
  /** Why its attributes are hidden: frameworks repeat a field's value in others, and components that of the field in their
   * shadow. `secret`: the element's own. */
  secretIn(element: Element, tag: string, secret: Secret | undefined): Secret | undefined;
  /** Somebody may be about to type a secret there, for all that can be seen of it: not worth the asking for every change
   * of a page. */
  isForSecrets(field: Element): boolean;
  /** Something was typed here, by a person or by script. A number that is hidden while it is whole stays so while it is taken
   * away digit by digit, however rarely it is read. */
  typing(target: Element): void;
  /** It is one, or was found to be one: asked of what is typed into. */
  isPassword(element: Element): boolean;
  /** Marks that decide about this element, as one word: when it changes, what was sent before is no longer right. Empty
   * for most elements: then it is not blocked, and its zone is that around it. `names`, `values`: all of its attributes,
   * where they are known. */
  marksOf(element: Element, names?: readonly string[], values?: readonly string[]): string;
  /** May its marks be others, now that these attributes are? */
  decides(name: string): boolean;
  /** `parent`: the element whose content it is. */
  text(text: string, zone: Zone, parent?: Element): string;
  /** A field's value. */
  value(field: Element, value: string, zone: Zone, secret: Secret | undefined): string;
  /** An attribute as it may leave; undefined: not at all. */
  attribute(
    element: Element,
    tag: string,
    name: string,
    value: string,
    zone: Zone,
    secret: Secret | undefined,
  ): string | undefined;
  /** Does this part of an inline style say more than how something looks? */
  isTelling(property: string, value: string): boolean;
  url(url: string): string;
};

export const FIELD = /^(INPUT|TEXTAREA|SELECT)$/;

const URL_ATTRIBUTE =
  /^(href|src|srcset|imagesrcset|poster|action|formaction|ping|data|background|longdesc|xlink:href|rr_src|manifest|codebase|profile|cite|usemap)$/;
/** Values that only steer styles, and say nothing of a person nor what was chosen. */
const STYLE_WORD =
  /^(|true|false|open|opened|closed|active|inactive|disabled|enabled|visible|hidden|expanded|collapsed|loading|loaded|ready|idle|error|top|bottom|left|right|start|end|center|middle|horizontal|vertical|light|dark|auto|none|mask|unmask|block|xs|sm|md|lg|xl|small|medium|large|primary|secondary|tertiary|default|outline|solid|clear|ghost|round|full|ios)$/;
/** But in these they are the content. */
const CONTENT_ATTRIBUTE = /^(title|alt|label|placeholder|content|summary)$|check|select|press|valu/;
/** What leaves of any element in a hidden place; of a custom element nothing else, whose attributes are its input. */
const HIDDEN_ANY = /^(class|slot|part|dir|role|tabindex|data-tandem.*)$/;
const HIDDEN_HTML =
  /^(type|lang|rel|media|sizes|width|height|(col|row)?span|rows|cols|size|v?align|border|cell(padd|spac)ing|bgcolor|color|face|wrap)$/;
const HIDDEN_SVG =
  /^(d|points|viewbox|preserveaspectratio|\w*(transform|units)|spreadmethod|[xyr]|[xy][12]|[cdfr][xyr]|width|height|offset|opacity|pathlength|overflow|attributename|dur|begin|repeatcount|calcmode|values|key\w+|from|to|by|in2?|result|mode|stddeviation|xmlns.*|(clip|marker|mask|filter|stroke|fill|font|stop|flood|text|color|dominant|alignment|letter|word|shape|vector)(-.+)?)$/;
/** Not in a name that only tells things apart. */
const TELLING_ID = /\d{4}|@|[\da-f]{8}/;
/** Lengths, colours and the like: geometry is never masked. */
const STYLE_SHAPE =
  /^\s*(-?[\d.]+(px|r?em|ch|%|d?v[hw]|deg|m?s|fr)|\d{1,2}|#[\da-f]{3,8}|(rgb|hsl)a?\([^a-z]*\)|)\s*$/i;
/** A quote mark with words after it: not url("#id"), which says nothing. */
const STYLE_STRING = /"(?![#)])/;
/** Numbers in these are shapes and names, not content. */
const SHAPE_ATTRIBUTE =
  /^(id|class|style|d|points|viewbox|\w*transform|for|name|src|srcset|sizes|media|values|key\w+|[xyr]|[xy][12]|[cdfr][xyr]|width|height|offset|opacity|pathlength|from|to|by|(stroke|fill|font|stop)-.+)$/;
/** Not what a page shows, but what its scripts keep there: whole records, and keys. */
const RECORD = /^\s*(\{|\[\s*([\]{"']|\[[^a-z]))/;
const SCRIPT_ATTRIBUTE = /^(?!aria-).*[-:]/;
const SHOWN_META = /^(viewport|color-scheme|theme-color)$/;
/** Their addresses are those of assets: outgoing.ts gives them names. */
export const PICTURE_TAG = /^(IMG|SOURCE|VIDEO|INPUT|IMAGE|USE|FEIMAGE|TABLE|TD|TH|BODY)$/;
export const PICTURE_ATTRIBUTE = /^(src|srcset|poster|background|(xlink:)?href)$/;
/** A button that shows and hides a password, or a box made for one, right around a field. */
const PASSWORD_BOX = ['class', 'aria-label', 'title']
  .flatMap((name) => ['passw', 'парол'].map((word) => `[${name}*="${word}" i]:not(a)`))
  .join();
const MOST_IN_BOX = 4;
const MOST_LABELLED = 200;
/** Nobody types there, or amounts are set there. */
const NUMBER_FIELD = '[readonly],[disabled],[max],[step]';
const MANY_DIGITS = /(\p{Nd}\P{Nd}*){5}/u;
/** Input types that hold no typed text. */
export const TEXTLESS_TYPE = /^(checkbox|radio|submit|button|reset|image|file|range|color)$/;

/** With rules of their own for every attribute. */
const ODD_TAG = /^(SCRIPT|META|INPUT|OPTION)$/;
/** No field, and none of a library's. */
const PLAIN_TAG = /^(DIV|SPAN|LI|UL|A|P|TD|TR|LABEL|BUTTON|PATH|LINE|TEXT|G|SVG|SECTION|IMG|H\d)$/;
const MOST_NAMES = 2000;
/** In any case: documents without a doctype read classes so. */
const MARKING_CLASS = /rr-/i;

/** What a name says of an attribute, whatever its value. */
type NameKind = {
  readonly isDropped: boolean;
  readonly isUrl: boolean;
  readonly isPicture: boolean;
  readonly isShape: boolean;
  readonly isScript: boolean;
  readonly isToken: boolean;
};

/** Throws on a selector that does not parse: masking that silently hides nothing is worse than no picture. */
export function createMasker(
  masking: Masking,
  uiAttribute: string,
  /** Whether a style sheet may show the text of this element as dots. */
  mayBeDotted: (element: Element) => boolean,
): Masker {
  const uiSelector = `[${uiAttribute}]`;
  const list = (...selectors: (string | undefined)[]) => selectors.filter(Boolean).join(',');
  const blockSelector = list('.rr-block', '[data-tandem="block"]', uiSelector, masking.block);
  // Text that the page itself shows as dots, wherever a cheap look can tell.
  const maskSelector = list('.rr-mask', '[data-tandem="mask"]', '[style*="text-security"]', masking.mask);
  const unmaskSelector = list('[data-tandem="unmask"]', masking.unmask);
  const selectors = [blockSelector, maskSelector, unmaskSelector];
  for (const selector of selectors) document.createDocumentFragment().querySelector(selector);

  const anySelector = list(...selectors);
  /** With selectors of the site's own any attribute may decide. */
  const isUsual = !masking.block && !masking.mask && !masking.unmask;
  const decides: Masker['decides'] = (name) =>
    !isUsual || name === 'class' || name === 'style' || name === 'data-tandem' || name === uiAttribute;
  /** A cheap look at what the usual selectors ask for. */
  const mayMark = (name: string, value: string): boolean =>
    name === 'class' ? MARKING_CLASS.test(value) : name === 'style' ? value.includes('text-security') : decides(name);
  const outermost: Zone = masking.privateByDefault ? 'private' : 'open';
  const passwords = new WeakSet<Element>();
  /** By their names, and by the element around them. */
  const passwordNames = new Set<string | null>();
  const passwordPlaces = new WeakMap<Node, Set<Element>>();
  /** Where something card-like was typed: there no digits are shown until few are left, or an edit in the middle of a
   * number would show the rest of it. */
  const held = new WeakSet<Element>();
  const probe = document.createElement('i').style;

  const typeOf = (field: Element) => (attributeOf(field, 'type') ?? '').toLowerCase();
  const nameOf = (field: Element) => attributeOf(field, 'name') || attributeOf(field, 'id');
  const secretNames = new Map<string, boolean>();
  /** A page has few names and many fields. */
  const isSecret = (name: string): boolean => {
    if (name === '') return false;
    let known = secretNames.get(name);
    if (known === undefined) {
      known = isSecretName(name);
      if (secretNames.size < MOST_NAMES) secretNames.set(name, known);
    }
    return known;
  };
  /** What says what a field is for. */
  const namesOf = (field: Element) => ['name', 'id', 'autocomplete'].map((name) => attributeOf(field, name) ?? '');
  /** A button or box that a form sends a key with. */
  const isKey = (field: Element) => /token|secret|[cx]srf/i.test(nameOf(field) ?? '');

  const isShown = (field: Element) => field.getClientRects().length > 0;

  const remember = (field: Element): 'password' => {
    passwords.add(field);
    const name = nameOf(field);
    if (name) passwordNames.add(name);
    const place = parentOf(field);
    // One that was never shown is a decoy for browsers, or of a later step: nothing was typed there.
    if (place && isShown(field)) passwordPlaces.set(place, (passwordPlaces.get(place) ?? new Set()).add(field));
    return 'password';
  };

  /** Many libraries show a password by making another field, or have two, of which they show one. */
  const isSuccessor = (field: Element): boolean => {
    const name = nameOf(field);
    const place = parentOf(field);
    const before = [...((place && passwordPlaces.get(place)) ?? [])];
    return (
      passwordNames.has(name) ||
      before.some((other) => (parentOf(other) === place ? isShown(other) !== isShown(field) : !name && !nameOf(other)))
    );
  };

  /** Words right before a field, which are not another field's. */
  const isLabel = (element: Element): boolean =>
    element.childElementCount <= MOST_IN_BOX && tagOf(element) !== 'INPUT' && !element.querySelector('input');

  /** A password may have been made readable before anybody watched. */
  const looksLikePassword = (field: Element): boolean => {
    const box = parentOf(field);
    const before = [field, box].map((element) => (isElement(element) ? element.previousElementSibling : null));
    // The browser looks through the whole page for the labels of each.
    const isAmongFew = documentOf(field).getElementsByTagName('input').length <= MOST_LABELLED;
    // Its tag says that it is one.
    const own = isAmongFew ? (field as HTMLInputElement).labels : [closest(field, 'label')];
    const labels = [...(own ?? []), ...before.filter((label) => label && isLabel(label))];
    const words: (string | null | undefined)[] = labels.map((label) => label?.textContent);
    words.push(attributeOf(field, 'placeholder'), attributeOf(field, 'aria-label'));
    return (
      words.some((word) => word && isPasswordLabel(word)) ||
      (isElement(box) &&
        // Not a form or a page, which may have all kinds of fields and words.
        box.childElementCount <= MOST_IN_BOX &&
        box.querySelectorAll('input').length === 1 &&
        (matches(box, PASSWORD_BOX) || box.querySelector(PASSWORD_BOX) !== null))
    );
  };

  const hasTextSecurity = (element: Element): boolean => {
    // To ask the browser brings the styles of the whole page up to date.
    if (!mayBeDotted(element)) return false;
    // Not in TypeScript's list of properties.
    const style = getComputedStyle(element) as CSSStyleDeclaration & { webkitTextSecurity?: string };
    return !!style.webkitTextSecurity && style.webkitTextSecurity !== 'none';
  };

  const secretOf: Masker['secretOf'] = (element) => {
    const tag = tagOf(element);
    if (!FIELD.test(tag)) {
      return hasAttributeOf(element, 'contenteditable') && hasTextSecurity(element) ? 'secret' : undefined;
    }
    const type = tag === 'INPUT' ? typeOf(element) : '';
    if (type === 'password' || passwords.has(element)) return remember(element);
    if (TEXTLESS_TYPE.test(type)) return undefined;
    const isPlain = type === '' || type === 'text';
    if (isPlain && isSuccessor(element)) return remember(element);
    if (namesOf(element).some(isSecret)) return 'secret';
    // An empty field has nothing to hide yet, and what comes now brings styles up to date or reads labels. Its tag says that
    // it has a value.
    if (tag === 'SELECT' || !(element as HTMLInputElement).value) return undefined;
    return isForSecrets(element) ? 'secret' : undefined;
  };

  const isPassword: Masker['isPassword'] = (element) =>
    tagOf(element) === 'INPUT' && (typeOf(element) === 'password' || passwords.has(element));

  const isForSecrets: Masker['isForSecrets'] = (field) => {
    const type = tagOf(field) === 'INPUT' ? typeOf(field) : '';
    const isText = /^(INPUT|TEXTAREA)$/.test(tagOf(field)) && !TEXTLESS_TYPE.test(type);
    return isText && (hasTextSecurity(field) || ((type === '' || type === 'text') && looksLikePassword(field)));
  };

  const secretIn: Masker['secretIn'] = (element, tag, secret) => {
    if (secret || PLAIN_TAG.test(tag)) return secret;
    const repeats = typeOf(element) === 'password' || (tag.includes('-') && namesOf(element).some(isSecret));
    return repeats ? 'secret' : undefined;
  };

  const step: Masker['step'] = (element, outer) => {
    if (outer === 'masked' || matches(element, maskSelector)) return 'masked';
    return outer === 'private' && matches(element, unmaskSelector) ? 'open' : outer;
  };

  /** `place`: the field, or what is editable. */
  const typed = (place: Element, value: string): string => {
    const isField = tagOf(place) === 'INPUT' || tagOf(place) === 'TEXTAREA';
    if (!MANY_DIGITS.test(value)) {
      // An editor has other pieces of text.
      if (isField) held.delete(place);
      return value;
    }
    if (held.has(place)) return maskDigits(value);
    const isNumber = matches(place, NUMBER_FIELD) || namesOf(place).some(isNumberName);
    const masked = (isNumber ? maskCards : maskTyped)(value);
    if (masked !== value) held.add(place);
    return masked;
  };

  const typing: Masker['typing'] = (target) => {
    if (/^(INPUT|TEXTAREA)$/.test(tagOf(target))) {
      // Its tag says that it has a value.
      if (!isPassword(target) && !isSuccessor(target)) typed(target, (target as HTMLInputElement).value);
      return;
    }
    const editor = closest(target, '[contenteditable]');
    // What is typed stands where the caret is; a shadow root has one of its own in some browsers.
    const root = rootOf(target) as Partial<Pick<Document, 'getSelection'>>;
    const node = (root.getSelection ? root : documentOf(target)).getSelection?.()?.anchorNode;
    if (editor && node && nodeTypeOf(node) === 3) typed(editor, valueOf(node) ?? '');
  };

  const text: Masker['text'] = (value, zone, parent) => {
    if (zone !== 'open') return maskText(value);
    // Not `isContentEditable`: it makes the browser bring styles up to date.
    const editor = parent && MANY_DIGITS.test(value) ? closest(parent, '[contenteditable],textarea') : null;
    return editor && attributeOf(editor, 'contenteditable') !== 'false' ? typed(editor, value) : maskCards(value);
  };

  const kinds = new Map<string, NameKind>();
  /** A page has few names and many attributes. */
  const kindOf = (name: string): NameKind => {
    let kind = kinds.get(name);
    if (!kind) {
      kind = {
        isDropped: /^(on.*|srcdoc|nonce|integrity)$/.test(name),
        isUrl: URL_ATTRIBUTE.test(name),
        isPicture: PICTURE_ATTRIBUTE.test(name),
        isShape: SHAPE_ATTRIBUTE.test(name),
        isScript: SCRIPT_ATTRIBUTE.test(name),
        isToken: isTokenPart(name),
      };
      // A page that makes up names for ever is no reason to remember them all.
      if (kinds.size < MOST_NAMES) kinds.set(name, kind);
    }
    return kind;
  };

  const isTelling: Masker['isTelling'] = (property, value) =>
    property.startsWith('--')
      ? !STYLE_SHAPE.test(value)
      : /^(content|counter|quotes)/.test(property) || (!/^(font|grid)/.test(property) && STYLE_STRING.test(value));

  /** Read back from the browser, so that nothing but declarations is left. */
  const maskStyle = (style: string): string => {
    probe.cssText = style;
    for (const property of Array.from(probe))
      if (isTelling(property, probe.getPropertyValue(property))) probe.removeProperty(property);
    return probe.cssText;
  };

  let addresses = new Map<string, string>();
  /** The same links come again and again. */
  const url = (value: string) => {
    let masked = addresses.get(value);
    if (masked === undefined) {
      masked = maskUrl(value, { all: masking.privateByDefault });
      if (addresses.size > MOST_NAMES) addresses = new Map();
      addresses.set(value, masked);
    }
    return masked;
  };

  const masker: Masker = {
    outermost,
    step,
    secretOf,
    isPassword,
    typing,
    secretIn,
    isForSecrets,
    text,
    url,
    isTelling,
    value(field, value, zone, secret) {
      const tag = tagOf(field);
      const isTextless = tag === 'INPUT' && TEXTLESS_TYPE.test(typeOf(field));
      if (!secret && zone === 'open' && !(isTextless && isKey(field)))
        return tag === 'SELECT' || isTextless ? maskCards(value) : typed(field, value);
      // The words of a button take their place on the page.
      return isTextless ? maskText(value) : value && PASSWORD_MASK;
    },
    isUi: (element) => matches(element, uiSelector),
    isBlocked: (element) => matches(element, blockSelector),
    isWithinBlocked: (node) => isWithin(node, blockSelector),
    zoneOf(node) {
      if (isWithin(node, maskSelector)) return 'masked';
      return outermost === 'private' && !isWithin(node, unmaskSelector) ? 'private' : 'open';
    },
    marksOf(element, names, values) {
      if (isUsual && names && !names.some((name, at) => mayMark(name, values?.[at] ?? ''))) return '';
      // One question for most elements, of which a page has tens of thousands.
      return matches(element, anySelector)
        ? selectors.map((selector) => Number(matches(element, selector))).join('')
        : '';
    },
    decides,
    attribute(element, tag, name, value, zone, secret) {
      const kind = kindOf(name);
      // Most attributes of most pages: shapes and names, in the open.
      if (kind.isShape && !kind.isUrl && zone === 'open' && !secret && !ODD_TAG.test(tag))
        return RECORD.test(value) ? '' : value;
      // Never needed for the picture, and full of what the page would not show.
      if (tag === 'SCRIPT' || kind.isDropped) return undefined;
      if (name === 'href' && isSheetLink(element)) return value;
      if (tag === 'META') {
        if (name !== 'content') return maskCards(value);
        return SHOWN_META.test((attributeOf(element, 'name') ?? '').toLowerCase()) ? value : undefined;
      }
      if (tag === 'INPUT' && typeOf(element) === 'hidden') return /^(type|class|style)$/.test(name) ? value : undefined;
      // Never seen, and sent with forms.
      if (name === 'value' && (tag === 'DATA' || tag === 'PARAM' || (tag === 'BUTTON' && isKey(element)))) return '';
      if (name === 'value' && FIELD.test(tag)) {
        if (secret === 'password') return PASSWORD_MASK;
        // Which one is chosen, say the options.
        return tag === 'SELECT' && (secret || zone !== 'open') ? undefined : masker.value(element, value, zone, secret);
      }
      // What is chosen of a list is known by it.
      if (RECORD.test(value) && tag !== 'OPTION') return '';
      if (zone !== 'open' || (secret && name !== 'placeholder')) {
        if (name === 'style') return maskStyle(value);
        const isSvg = element.namespaceURI?.endsWith('svg');
        // Drawing programs number their gradients, which are found by it.
        if (name === 'id') return !isSvg && TELLING_ID.test(value) ? undefined : value;
        if (kind.isUrl) {
          if (tag === 'A' || tag === 'AREA') return '#';
          // References within the page: gradients, symbols.
          return /^(USE|IMAGE|FEIMAGE|\w+GRADIENT)$/.test(tag) && value.startsWith('#') ? value : undefined;
        }
        if (name === 'checked' || name === 'selected') return undefined;
        if (HIDDEN_ANY.test(name) || (!tag.includes('-') && (isSvg ? HIDDEN_SVG : HIDDEN_HTML).test(name)))
          return value;
        if ((STYLE_WORD.test(value) || value === name) && !CONTENT_ATTRIBUTE.test(name)) return value;
        // Dots would tell how long it is.
        return secret ? undefined : maskText(value);
      }
      if (kind.isUrl && !(kind.isPicture && PICTURE_TAG.test(tag))) {
        // Code, and whole files.
        return /^\s*(javascript|data):/i.test(value) ? '#' : url(value);
      }
      if (kind.isShape || STYLE_WORD.test(value)) return value;
      // Code and addresses that hold one.
      if (kind.isToken || (kind.isScript && /=./.test(value) && isTokenPart(value))) return maskText(value);
      return kind.isScript ? url(value) : maskCards(value);
    },
  };
  return masker;
}
