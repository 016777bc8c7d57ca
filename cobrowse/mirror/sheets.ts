// Style sheets of one snapshot: text into style elements, links turned into style elements, changes by index (CSSOM),
// adopted sheets, and addresses that become known later.
//
// Easy to get wrong: the text nodes of a style element are one text to a browser, cut anywhere, so they are rewritten
// as one, which stands in the first of them (pieces rewritten one by one could be joined to an address); what each of
// them was is kept, since they change one by one. A constructed sheet belongs to one document, so the same sheet
// adopted in a frame is a copy; setting a style element's text drops rules that scripts inserted, so late addresses
// are put into the rules themselves.
//
// A text may be named only (protocol/sheet-reference.ts), and be an asset. Who applies events waits for those (page.ts),
// for so long; past that, an element shows what it showed until its text is here, and what scripts have done to the sheet
// meanwhile is done then.

import { sheetNamed } from '../../protocol/sheet-reference.ts';
import {
  fontPlaceholder,
  isPlaceholder,
  placeholdersIn,
  putAddress,
  resolve,
  type Places,
  type Replacement,
} from './assets.ts';
import type { Addresses } from './attributes.ts';
import type { CssSource } from './css-source.ts';
import { wrapImport } from './css-imports.ts';
import { cssUrl, type CssParts } from './css-text.ts';
import { finite, idIn, isFields, listOf, SOURCE, textOf, type Fields } from './events.ts';
import { isDocument, isElement, isStyle, isText } from './node-kinds.ts';
import type { NodeMap } from './node-map.ts';

/** Between the texts of a style element's several text nodes in `_cssText`. */
const SPLIT = '/* rr_split */';
const MAX_IMPORT_DEPTH = 8;
/** Of one sheet, with all that its imports import. */
const MAX_IMPORTS = 500;
const MAX_IMPORTED_CHARS = 16_000_000;
const MAX_ADOPTED = 4000;
/** Of one sheet that is not here yet. */
const MAX_EARLY = 10_000;
/** A shorthand with var() in it has no value in its longhands, where a walk over a rule's properties would find it. */
const SHORTHANDS = [
  'background',
  'mask',
  '-webkit-mask',
  'border-image',
  '-webkit-border-image',
  'list-style',
] as const;

type Owner = Element | CSSStyleSheet;
type Root = Document | ShadowRoot;

export type Sheets = {
  /** The whole text of a style element, over its text nodes. */
  fill(style: Element, text: string): void;
  /** What a text node of a style element is, or will be when it stands there; shown by `settle`. */
  piece(child: Text, text: string): void;
  /** The text nodes of this element are others now: they are written anew by `settle`. */
  stale(style: Element): void;
  settle(): void;
  /** A style element that stands for a linked sheet: shows it as soon as its text is here. */
  link(style: Element, href: string): void;
  rules(data: Fields): void;
  declaration(data: Fields): void;
  adopt(data: Fields): void;
  /** A shadow root was made for this element. */
  hostMade(id: number, root: ShadowRoot): void;
  arrived(changes: Map<Owner, Replacement[]>): void;
  /** A node is gone. */
  forget(node: Node): void;
  /** Linked sheets whose text is on its way. */
  readonly pending: number;
};

export type SheetsOptions = {
  nodes: NodeMap;
  addresses: Addresses & { places: Places };
  source: CssSource;
  /** In front of what a shadow root adopts. */
  ownSheet(document: Document): CSSStyleSheet | undefined;
  /** Something became visible that was not asked for by an event. */
  changed(): void;
};

export function createSheets(options: SheetsOptions): Sheets {
  const { nodes, addresses, source } = options;
  /** What a style element was made from, where it may have to be made again. */
  const origins = new WeakMap<Element, { link?: string }>();
  /** Texts of style elements' text nodes as the page has them. */
  const raw = new WeakMap<Text, string>();
  const stale = new Set<Element>();
  const adopted = new Map<number, Map<Document, CSSStyleSheet>>();
  const adoptedBy = new WeakMap<Root, number[]>();
  /** For shadow roots that are not there yet. */
  const early = new Map<number, number[]>();
  const indexes = new WeakMap<CSSStyleSheet, Map<string, Held[]>>();
  let pending = 0;
  /** Elements that lack a text that is named, and what was done to their sheets since. */
  const lacking = new Map<Element, Fields[]>();

  /** Whole sheets: imports in it are counted, since imports of imports could be without end. */
  const write = (
    parts: CssParts,
    owner: Owner,
    base: string,
    imports: readonly string[] = [],
    left = { imports: MAX_IMPORTS, chars: MAX_IMPORTED_CHARS },
  ): string => {
    let text = parts.texts[0] ?? '';
    parts.references.forEach((reference, index) => {
      if (reference.kind === 'import')
        text += importText(reference.raw, addresses.media(reference.tail), owner, base, imports, left);
      else if (reference.kind === 'media') text += addresses.media(reference.raw);
      else {
        const isPicture = reference.kind === 'url' && reference.isPicture;
        const address = addresses.places.address(reference.raw, base, { kind: 'sheet', owner }, isPicture);
        if (reference.kind === 'url') text += cssUrl(address);
        else if (isPlaceholder(address)) text += fontPlaceholder(address, reference.tail);
        else text += cssUrl(address) + reference.tail;
      }
      text += parts.texts[index + 1] ?? '';
    });
    return text;
  };

  /** Constructed sheets take no imports, so theirs are left out, as a browser does. */
  const importText = (
    address: string,
    tail: string,
    owner: Owner,
    base: string,
    imports: readonly string[],
    left: { imports: number; chars: number },
  ): string => {
    if (!isElementOwner(owner) || imports.length >= MAX_IMPORT_DEPTH) return '';
    const url = resolve(address, base)?.key;
    if (url === undefined || imports.includes(url) || --left.imports < 0) return wrapImport('', tail);
    const text = linkedText(owner, url) ?? '';
    left.chars -= text.length;
    if (left.chars < 0) return wrapImport('', tail);
    return wrapImport(write(source.parseImported(text), owner, url, [...imports, url], left), tail);
  };

  const linkedText = (owner: Element, url: string, refreshed = refresh): string | undefined => {
    const again = () => {
      refreshed(owner);
      options.changed();
    };
    const asset = addresses.places.find(url, { kind: 'call', owner, run: again });
    if (!asset?.type.startsWith('text/')) return undefined;
    const text = source.text(asset.hash, () => {
      pending--;
      again();
    });
    if (text === undefined) pending++;
    return text;
  };

  const refresh = (style: Element) => {
    const origin = origins.get(style);
    if (!origin) return;
    if (origin.link !== undefined) link(style, origin.link);
    else rewrite(style);
  };

  /** Of the element's text nodes together. Undefined: one that is named is not here. */
  const wholeText = (style: Element): string | undefined => {
    let whole: string | undefined = '';
    for (const child of textsOf(style)) {
      const own = raw.get(child) ?? '';
      const name = sheetNamed(own);
      const text = name === undefined ? own : linkedText(style, name, fillIn);
      whole = text === undefined || whole === undefined ? undefined : whole + text;
      // The same one may be named a thousand times.
      if (whole !== undefined && whole.length > MAX_IMPORTED_CHARS) return '';
    }
    return whole;
  };

  /** A text that was named has come. */
  const fillIn = (style: Element) => {
    // Written otherwise meanwhile, or gone.
    if (!lacking.has(style)) return;
    const href = origins.get(style)?.link;
    rewrite(style);
    // Until the sheet itself is here.
    if (href !== undefined) link(style, href);
  };

  /** Its text is here: what was done to the sheet before is done now. */
  const catchUp = (style: Element) => {
    const early = lacking.get(style) ?? [];
    lacking.delete(style);
    for (const data of early)
      if (data.source === SOURCE.StyleSheetRule) rules(data);
      else declaration(data);
  };

  /** What is done to a sheet that is not here yet, is done when it is. */
  const isEarly = (data: Fields): boolean => {
    const id = idIn(data.id);
    const node = id === undefined ? undefined : nodes.get(id);
    const early = isStyle(node) ? lacking.get(node) : undefined;
    if (early && early.length < MAX_EARLY) early.push(data);
    return early !== undefined;
  };

  const rewrite = (style: Element) => {
    stale.delete(style);
    const text = wholeText(style);
    if (text === undefined) {
      if (!lacking.has(style)) lacking.set(style, []);
      return;
    }
    const parts = source.parse(text);
    if (parts.references.some((reference) => reference.kind === 'import')) origins.set(style, {});
    else origins.delete(style);
    addresses.places.forget(style);
    setText(style, write(parts, style, addresses.base));
    catchUp(style);
  };

  const fill = (style: Element, text: string) => {
    if (!textsOf(style)[0]) style.append(style.ownerDocument.createTextNode(''));
    if (lacking.has(style)) lacking.set(style, []);
    const children = textsOf(style);
    const pieces = children.length === 1 ? [text] : text.split(SPLIT);
    if (pieces.length > children.length) pieces.push(pieces.splice(children.length - 1).join(''));
    children.forEach((child, index) => raw.set(child, pieces[index] ?? ''));
    rewrite(style);
  };

  const setText = (style: Element, text: string) => {
    const children = textsOf(style);
    if (children.length === 0) style.append(style.ownerDocument.createTextNode(text));
    // Emptied first: for no moment is there more than what is written here.
    for (const child of children.slice(1)) if (child.data !== '') child.data = '';
    const [first] = children;
    if (first && first.data !== text) first.data = text;
  };

  const link = (style: Element, href: string) => {
    const url = resolve(href, addresses.base)?.key;
    if (url === undefined) return;
    // Filled already, it is shown as it is, addresses and all, until the sheet comes.
    if ((origins.has(style) || !style.firstChild) && !lacking.has(style)) addresses.places.forget(style);
    origins.set(style, { link: href });
    const text = linkedText(style, url);
    if (text === undefined) return;
    setText(style, write(source.parse(text), style, url, [url]));
    catchUp(style);
  };

  /** The sheets that an event is about: one element's, or all copies of an adopted one. */
  const sheetsOf = (data: Fields): { sheet: CSSStyleSheet; owner: Owner }[] => {
    const styleId = idIn(data.styleId);
    if (styleId !== undefined)
      return [...(adopted.get(styleId)?.values() ?? [])].map((sheet) => ({ sheet, owner: sheet }));
    const id = idIn(data.id);
    const node = id === undefined ? undefined : nodes.get(id);
    return isStyle(node) && node.sheet ? [{ sheet: node.sheet, owner: node }] : [];
  };

  const insert = (sheet: CSSStyleSheet, owner: Owner, rule: string, index: unknown) => {
    const text = write(source.parse(rule), owner, addresses.base);
    const place = Array.isArray(index) ? nested(sheet, index) : undefined;
    const target = Array.isArray(index) ? place?.list : sheet;
    if (!target) return;
    const at = Math.min(place?.index ?? finite(index) ?? 0, target.cssRules.length);
    try {
      target.insertRule(text, at);
    } catch {
      // Unknown to this browser, or wrong in the visitor's too; later indexes count it all the same.
      target.insertRule(':not(*){}', at);
    }
  };

  const copyFor = (styleId: number, document: Document): CSSStyleSheet | undefined => {
    const copies = adopted.get(styleId);
    if (!copies) return undefined;
    const own = copies.get(document);
    if (own) return own;
    const [model] = copies.values();
    const sheet = newSheet(document);
    if (!sheet || !model) return undefined;
    sheet.replaceSync([...model.cssRules].map((rule) => rule.cssText).join('\n'));
    copies.set(document, sheet);
    return sheet;
  };

  const applyAdopted = (root: Root, styleIds: readonly number[]) => {
    const document = isDocument(root) ? root : root.ownerDocument;
    const list: CSSStyleSheet[] = [];
    const own = isDocument(root) ? undefined : options.ownSheet(document);
    if (own) list.push(own);
    for (const styleId of styleIds) {
      const sheet = copyFor(styleId, document);
      if (sheet) list.push(sheet);
    }
    root.adoptedStyleSheets = list;
    adoptedBy.set(root, [...styleIds]);
  };

  const rules = (data: Fields) => {
    for (const { sheet, owner } of sheetsOf(data)) {
      indexes.delete(sheet);
      for (const add of listOf(data.adds)) if (isFields(add)) insert(sheet, owner, textOf(add.rule), add.index);
      for (const remove of listOf(data.removes)) {
        if (!isFields(remove)) continue;
        const place = Array.isArray(remove.index) ? nested(sheet, remove.index) : undefined;
        const list = Array.isArray(remove.index) ? place?.list : sheet;
        const index = place?.index ?? finite(remove.index) ?? 0;
        if (list && index < list.cssRules.length) list.deleteRule(index);
      }
      const replaced = data.replace ?? data.replaceSync;
      if (typeof replaced === 'string' && !isElementOwner(owner)) {
        addresses.places.forget(owner);
        sheet.replaceSync(write(source.parse(replaced), owner, addresses.base));
      }
    }
  };

  const declaration = (data: Fields) => {
    for (const { sheet, owner } of sheetsOf(data)) {
      indexes.delete(sheet);
      const rule = nestedRule(sheet, listOf(data.index));
      if (!rule || !('style' in rule)) continue;
      // Every rule that has a `style` has this one.
      const { style } = rule as CSSStyleRule;
      if (isFields(data.set)) {
        const { property, value, priority } = data.set;
        const safe = write(source.parse(textOf(value)), owner, addresses.base);
        style.setProperty(textOf(property), safe, textOf(priority));
      }
      if (isFields(data.remove)) style.removeProperty(textOf(data.remove.property));
    }
  };

  return {
    get pending() {
      return pending + lacking.size;
    },
    fill,
    piece(child, text) {
      raw.set(child, text);
      const parent = child.parentNode;
      if (!isStyle(parent)) return;
      stale.add(parent);
      if (lacking.has(parent)) lacking.set(parent, []);
    },
    stale: (style) => stale.add(style),
    settle() {
      for (const style of stale) if (style.isConnected) rewrite(style);
      stale.clear();
    },
    link,
    rules(data) {
      if (!isEarly(data)) rules(data);
    },
    declaration(data) {
      if (!isEarly(data)) declaration(data);
    },
    adopt(data) {
      const hostId = idIn(data.id);
      if (hostId === undefined) return;
      const host = nodes.get(hostId);
      const root = isDocument(host) ? host : isElement(host) ? (host.shadowRoot ?? undefined) : undefined;
      const document = isDocument(root) ? root : root?.ownerDocument;
      for (const style of listOf(data.styles)) {
        const styleId = isFields(style) ? idIn(style.styleId) : undefined;
        if (!isFields(style) || styleId === undefined || !document || adopted.size >= MAX_ADOPTED) continue;
        const sheet = newSheet(document);
        if (!sheet) continue;
        const rules = listOf(style.rules).map((rule) => (isFields(rule) ? textOf(rule.rule) : ''));
        sheet.replaceSync(write(source.parse(rules.join('\n')), sheet, addresses.base));
        if (sheet.cssRules.length !== rules.length) {
          // A rule that this browser does not know: one at a time, so that later indexes still count it.
          sheet.replaceSync('');
          rules.forEach((rule, index) => insert(sheet, sheet, rule, index));
        }
        adopted.set(styleId, new Map([[document, sheet]]));
      }
      const styleIds = listOf(data.styleIds).flatMap((styleId) => idIn(styleId) ?? []);
      if (root) applyAdopted(root, styleIds);
      else if (early.size < MAX_ADOPTED) early.set(hostId, styleIds);
    },
    forget(node) {
      if (isElement(node)) lacking.delete(node);
    },
    hostMade(id, root) {
      const waiting = early.get(id);
      early.delete(id);
      applyAdopted(root, waiting ?? []);
    },
    arrived(changes) {
      for (const [owner, replacements] of changes) {
        const sheet = isElementOwner(owner) ? (isStyle(owner) ? owner.sheet : null) : owner;
        if (sheet) replaceInSheet(sheet, replacements);
        else if (isElementOwner(owner)) replaceInText(owner, replacements);
      }
    },
  };

  /** A sheet's rules by the placeholders in them; looked through once, since assets come in many small lists. */
  function indexOf(sheet: CSSStyleSheet): Map<string, Held[]> {
    const known = indexes.get(sheet);
    if (known) return known;
    const index = new Map<string, Held[]>();
    collect(sheet, index);
    indexes.set(sheet, index);
    return index;
  }

  function replaceInSheet(sheet: CSSStyleSheet, replacements: readonly Replacement[]): void {
    const index = indexOf(sheet);
    for (const replacement of replacements) {
      for (const held of index.get(replacement.placeholder) ?? []) replaceInRule(held, replacement);
      index.delete(replacement.placeholder);
    }
  }
}

function textsOf(style: Element): Text[] {
  return [...style.childNodes].filter(isText);
}

function isElementOwner(owner: Owner): owner is Element {
  return 'nodeType' in owner;
}

function newSheet(document: Document): CSSStyleSheet | undefined {
  const view = document.defaultView;
  if (!view) return undefined;
  return new view.CSSStyleSheet();
}

type RuleList = {
  readonly cssRules: CSSRuleList;
  insertRule(rule: string, index?: number): number;
  deleteRule(index: number): void;
};

function hasRules(rule: CSSRule | CSSStyleSheet | undefined): rule is (CSSRule | CSSStyleSheet) & RuleList {
  return rule !== undefined && 'cssRules' in rule && 'insertRule' in rule;
}

function nestedRule(sheet: CSSStyleSheet, path: readonly unknown[]): CSSRule | undefined {
  let rule: CSSRule | undefined;
  let list: CSSRuleList = sheet.cssRules;
  for (const step of path) {
    const next: CSSRule | undefined = list[finite(step) ?? -1];
    if (!next) return undefined;
    rule = next;
    if (hasRules(next)) list = next.cssRules;
  }
  return rule;
}

function nested(sheet: CSSStyleSheet, path: readonly unknown[]): { list: RuleList; index: number } | undefined {
  const index = finite(path[path.length - 1]) ?? 0;
  if (path.length === 1) return { list: sheet, index };
  const rule = nestedRule(sheet, path.slice(0, -1));
  return hasRules(rule) ? { list: rule, index } : undefined;
}

/** A rule with a placeholder in it, and where it stands. */
type Held = { list: RuleList; rule: CSSRule };

function collect(list: RuleList, index: Map<string, Held[]>): void {
  for (const rule of list.cssRules) {
    if (hasRules(rule)) collect(rule, index);
    else if ('cssRules' in rule) {
      // @keyframes has rules, but inserts them by another method; none of them is ever put in anew here.
      const frames = rule.cssRules as CSSRuleList;
      collect({ cssRules: frames, insertRule: () => 0, deleteRule: () => undefined }, index);
    }
    if (!('style' in rule)) continue;
    // Every rule that has a `style` has this one.
    const text = (rule as CSSStyleRule).style.cssText;
    if (!isPlaceholder(text)) continue;
    const held: Held = { list, rule };
    for (const placeholder of new Set(placeholdersIn(text))) {
      const others = index.get(placeholder);
      if (others) others.push(held);
      else index.set(placeholder, [held]);
    }
  }
}

function replaceInRule(held: Held, replacement: Replacement): void {
  const { list, rule } = held;
  const { placeholder, address } = replacement;
  if (rule.constructor.name === 'CSSFontFaceRule') {
    // Browsers do not load a font anew when its rule is changed in place.
    const at = [...list.cssRules].indexOf(rule);
    if (at < 0) return;
    const text = putAddress(rule.cssText, replacement);
    list.deleteRule(at);
    list.insertRule(text, at);
    // The same rule may hold another placeholder that is still waited for.
    held.rule = list.cssRules[at] ?? rule;
    return;
  }
  const { style } = rule as CSSStyleRule;
  for (const property of [...style, ...SHORTHANDS]) {
    const value = style.getPropertyValue(property);
    if (value.includes(placeholder))
      style.setProperty(property, value.replaceAll(placeholder, address), style.getPropertyPriority(property));
  }
}

function replaceInText(style: Element, replacements: readonly Replacement[]): void {
  for (let child = style.firstChild; child; child = child.nextSibling) {
    if (!isText(child)) continue;
    let text = child.data;
    for (const replacement of replacements) text = putAddress(text, replacement);
    if (text !== child.data) child.data = text;
  }
}
