// What of the page may leave it: which elements are blocked, masked or open, and what their attributes become. The
// decision is always made on the live element, at the moment of sending, so a mark that is set later counts at once.
//
//   blocked   replaced by a box of the same size                   data-tandem="block", .rr-block, masking.block
//   masked    text, fields, telling attributes and pictures hidden  data-tandem="mask", .rr-mask, masking.mask
//   private   as masked, because the site hides by default; lifted within data-tandem="unmask" or masking.unmask
//   open      everything else; still hidden there: passwords, card and code fields, card-like numbers
//
// Easy to get wrong: an explicit mask cannot be lifted from inside. A field that was ever a password stays one, since
// "show password" only changes its type. Nothing here may read `value` of a password field.

import type { Masking } from '../capture.ts';
import { attributeOf, hasAttributeOf, isWithin, matches, tagOf } from './dom.ts';
import { isSecretName, maskCards, maskText, maskUrl, PASSWORD_MASK } from './mask-text.ts';
import { dropCssUrls } from './css-urls.ts';

export type Zone = 'open' | 'private' | 'masked';
/** Why a field is hidden wherever it stands. */
export type Secret = 'password' | 'secret';

export type Masker = {
  /** For rrweb, and for our own checks. */
  readonly blockSelector: string;
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
  /** Marks that decide about this element, as one word: when it changes, what was sent before is no longer right. Empty
   * for most elements: then it is not blocked, and its zone is that around it. */
  marksOf(element: Element): string;
  text(text: string, zone: Zone): string;
  /** An attribute as it may leave; undefined: not at all. */
  attribute(element: Element, tag: string, name: string, value: string, zone: Zone): string | undefined;
  url(url: string): string;
};

/** These make rrweb leave a field's input events to us: it would read the value. */
export const PASSWORD_SELECTOR = 'input[type="password" i],[data-rr-is-password]';

const TEXT_ATTRIBUTE =
  /^(value|placeholder|title|alt|label|content|summary|abbr|download|datetime|cite|standby|data-.+|aria-(label|description|valuetext|placeholder|roledescription|braille.+))$/;
const URL_ATTRIBUTE =
  /^(href|src|srcset|imagesrcset|poster|action|formaction|ping|data|background|longdesc|xlink:href|rr_src|manifest|codebase|profile)$/;
/** Values of data-* that only steer styles, and say nothing of a person. */
const STYLE_WORD =
  /^(|true|false|open|opened|closed|on|off|active|inactive|checked|unchecked|selected|disabled|enabled|visible|hidden|expanded|collapsed|loading|loaded|ready|idle|error|top|bottom|left|right|start|end|center|middle|horizontal|vertical|light|dark|auto|none|mask|unmask|block)$/;
/** Numbers in these are shapes and names, not content. */
const SHAPE_ATTRIBUTE =
  /^(id|class|style|d|points|viewbox|\w*transform|for|name|src|srcset|sizes|media|values|key\w+|_csstext|[xyr]|[xy][12]|[cdfr][xyr]|width|height|offset|opacity|from|to|by|pathlength|(stroke|fill|font|stop)-.+)$/i;
const SHOWN_META = /^(viewport|color-scheme|theme-color)$/;
const PICTURE_TAGS = /^(IMG|SOURCE|VIDEO|AUDIO|INPUT|IMAGE|OBJECT|EMBED|TRACK|USE|FEIMAGE|TABLE|TD|TH|BODY)$/;
const SECRET_AUTOCOMPLETE = /(^|\s)(cc-\S+|one-time-code|new-password|current-password)(\s|$)/;
/** Input types that hold no typed text. */
const TEXTLESS_TYPE = /^(checkbox|radio|submit|button|reset|image|file|range|color)$/;

/** Throws on a selector that does not parse: masking that silently hides nothing is worse than no picture. */
export function createMasker(masking: Masking, uiAttribute: string): Masker {
  const uiSelector = `[${uiAttribute}]`;
  const list = (...selectors: (string | undefined)[]) => selectors.filter(Boolean).join(',');
  const blockSelector = list('.rr-block', '[data-tandem="block"]', uiSelector, masking.block);
  // Text that the page itself shows as dots, wherever a cheap look can tell.
  const maskSelector = list('.rr-mask', '[data-tandem="mask"]', '[style*="text-security"]', masking.mask);
  const unmaskSelector = list('[data-tandem="unmask"]', masking.unmask);
  for (const selector of [blockSelector, maskSelector, unmaskSelector])
    document.createDocumentFragment().querySelector(selector);

  const anySelector = list(blockSelector, maskSelector, unmaskSelector);
  const outermost: Zone = masking.privateByDefault ? 'private' : 'open';
  const passwords = new WeakSet<Element>();

  const hasTextSecurity = (element: Element): boolean => {
    // Not in TypeScript's list of properties.
    const style = getComputedStyle(element) as CSSStyleDeclaration & { webkitTextSecurity?: string };
    return !!style.webkitTextSecurity && style.webkitTextSecurity !== 'none';
  };

  const secretOf: Masker['secretOf'] = (element) => {
    const tag = tagOf(element);
    if (tag !== 'INPUT' && tag !== 'TEXTAREA' && tag !== 'SELECT') {
      return hasAttributeOf(element, 'contenteditable') && hasTextSecurity(element) ? 'secret' : undefined;
    }
    const type = tag === 'INPUT' ? (attributeOf(element, 'type') ?? '').toLowerCase() : '';
    if (type === 'password' || passwords.has(element) || hasAttributeOf(element, 'data-rr-is-password')) {
      passwords.add(element);
      return 'password';
    }
    if (TEXTLESS_TYPE.test(type)) return undefined;
    if (SECRET_AUTOCOMPLETE.test((attributeOf(element, 'autocomplete') ?? '').toLowerCase())) return 'secret';
    if (tag === 'SELECT') return undefined;
    if (isSecretName(attributeOf(element, 'name') ?? '') || isSecretName(attributeOf(element, 'id') ?? ''))
      return 'secret';
    return hasTextSecurity(element) ? 'secret' : undefined;
  };

  const step: Masker['step'] = (element, outer) => {
    if (outer === 'masked' || matches(element, maskSelector)) return 'masked';
    return outer === 'private' && matches(element, unmaskSelector) ? 'open' : outer;
  };

  const text: Masker['text'] = (value, zone) => (zone === 'open' ? maskCards(value) : maskText(value));
  const url = (value: string) => maskUrl(value, { all: masking.privateByDefault });

  return {
    blockSelector,
    outermost,
    step,
    secretOf,
    text,
    url,
    isUi: (element) => matches(element, uiSelector),
    isBlocked: (element) => matches(element, blockSelector),
    isWithinBlocked: (node) => isWithin(node, blockSelector),
    zoneOf(node) {
      if (isWithin(node, maskSelector)) return 'masked';
      return outermost === 'private' && !isWithin(node, unmaskSelector) ? 'private' : 'open';
    },
    marksOf: (element) =>
      // One question for most elements, of which a page has tens of thousands.
      matches(element, anySelector)
        ? [blockSelector, maskSelector, unmaskSelector].map((selector) => Number(matches(element, selector))).join('')
        : '',
    attribute(element, tag, name, value, zone) {
      // Never needed for the picture, and full of what the page would not show.
      if (name.startsWith('on') || name === 'srcdoc' || name === 'nonce' || name === 'integrity') return undefined;
      if (tag === 'SCRIPT') return undefined;
      if (tag === 'META') {
        if (name !== 'content') return maskCards(value);
        return SHOWN_META.test((attributeOf(element, 'name') ?? '').toLowerCase()) ? value : undefined;
      }
      if (name === 'value') {
        if (tag === 'INPUT' && (attributeOf(element, 'type') ?? '').toLowerCase() === 'hidden') return undefined;
        const secret = secretOf(element);
        if (secret === 'password') return PASSWORD_MASK;
        if (secret) return maskText(value);
      }
      if (zone !== 'open') {
        if (TEXT_ATTRIBUTE.test(name))
          return name === 'data-tandem' || (name.startsWith('data-') && STYLE_WORD.test(value))
            ? value
            : maskText(value);
        if (URL_ATTRIBUTE.test(name)) {
          if (tag === 'LINK') return value;
          if (tag === 'A' || tag === 'AREA') return '#';
          // References within the page: gradients, symbols.
          return /^(USE|IMAGE|FEIMAGE)$/.test(tag) && value.startsWith('#') ? value : undefined;
        }
        if (name === 'style') return dropCssUrls(value);
        if (name === 'checked' || name === 'selected') return undefined;
      }
      if (URL_ATTRIBUTE.test(name) && !PICTURE_TAGS.test(tag) && tag !== 'LINK') return url(value);
      return SHAPE_ATTRIBUTE.test(name) ? value : maskCards(value);
    },
  };
}
