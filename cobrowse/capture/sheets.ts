// Style sheets beside their text: what script has made of them (CSSOM), and sheets that documents and shadow roots adopt.
//
// A style element leaves with the text that stands in it, and a sheet that can be read behind a link with what the CSSOM
// makes of it, read once. Where script has put rules in or taken rules out, that is what the sheet is; what it does later
// is told rule by rule.
//
// What a rule is can be changed through what it hands out (`rule.style`, `rule.media`), now or much later, and nothing tells
// of it: a rule that has handed out such a thing is compared with what it was then, and if it differs, told anew.
//
// Easy to get wrong: rules are told by their place in the sheet, in order, and after the nodes of the same batch; a sheet
// that was replaced meanwhile (its element has another text) has no such places any more, and one that was sent meanwhile
// has left with what it was told of. Rules put in before anybody watched show by their number alone.

import { withLonghands } from './css-lost.ts';
import { rewriteCss } from './css-urls.ts';
import { documentOf, isDocument, isElement, tagOf } from './dom.ts';
import { SOURCE } from './events.ts';
import type { Ids } from './ids.ts';
import type { Masker, Zone } from './mask.ts';
import { fingerprint } from './named-sheets.ts';
import type { Patches } from './patches.ts';
import type { Serializer } from './serial.ts';
import type { Root } from './tree.ts';

export type Sheets = {
  /** Text for a style element or link that stands for its sheet; undefined: what is in the page says it all. */
  textOf(owner: Element): string | undefined;
  /** Reads the sheets behind the page's links, as far as the slice goes: a large one takes longer than that. True: all are
   * read, and `textOf` takes no time. */
  read(isOver: () => boolean): boolean;
  /** Whether a sheet may show the text of this element as dots, which some pages do instead of a password field. */
  mayBeDotted(element: Element): boolean;
  /** Whether script has left the sheet of this element as it came, as far as is known, and all of it is here. */
  isAsItCame(owner: Element): boolean;
  /** It leaves as it is now. */
  sent(owner: Element): void;
  /** Listens in a window. */
  patch(view: Window & typeof globalThis, patches: Patches): void;
  /** A root is part of the picture, in which it has adopted nothing yet. */
  entered(root: Root): void;
  /** Looks for what nothing tells of: sheets pushed to those that the page has adopted. */
  look(): void;
  /** Tells what has changed. `adoptedOnly`: with a snapshot, which has read all else. */
  flush(adoptedOnly?: boolean): void;
  /** A new picture begins. */
  begin(): void;
};

type Told = { [name: string]: unknown };
/** Rules that may change unseen, and how many of them are looked at at a time although nobody has asked for them. */
const MOST_HANDING = 1000;
const MOST_COMPARED = 100;
/** What the hand makes of it (control/hover.ts) is none of the page's. */
const OURS = /:is\(:hover, ?\[data-tandem-hover\]\)/g;
/** What an import brings is not known here. */
const DOTTING = /text-security|@import/i;
/** `owner`: its element when it was changed; a sheet that was replaced has none any more. */
type Change = { sheet: CSSStyleSheet; owner: Node | null; data: Told };

export function createSheets(options: {
  page: Document;
  ids: Ids;
  masker: Masker;
  serializer: () => Serializer;
  tell: (data: Told) => void;
  due: () => void;
  isDue: (node: Node) => boolean;
}): Sheets {
  const { page, ids, masker, serializer, tell, due, isDue } = options;
  /** Sheets of elements that script has changed. */
  const scripted = new WeakSet<CSSStyleSheet>();
  /** Sheets of elements that it has not, as far as their number of rules says. */
  const plain = new WeakSet<CSSStyleSheet>();
  const texts = new WeakMap<CSSStyleSheet, string>();
  let styleIds = new WeakMap<CSSStyleSheet, number>();
  /** Adopted in hidden places. */
  let hidden = new WeakSet<CSSStyleSheet>();
  let adopted = new WeakMap<Root, readonly CSSStyleSheet[]>();
  let nextStyleId = 1;
  let waiting = new Set<Root>();
  let changes: Change[] = [];
  /** Rules that have handed out what they can be changed by, and a fingerprint of what they were when last looked at. */
  const handing = new Map<CSSRule, string>();
  /** They have done so since. */
  const handed = new Set<CSSRule>();

  /** A sheet whose rules are being read in slices. */
  let begun: { sheet: CSSStyleSheet; rules: readonly CSSRule[]; read: string[] } | undefined;
  /** Read, or found to be of no use, for this picture. */
  let passed = new WeakSet<CSSStyleSheet>();

  const textOfSheet = (sheet: CSSStyleSheet, base: string): string => {
    const known = texts.get(sheet);
    if (known !== undefined) return known;
    const isRead = begun?.sheet === sheet && begun.read.length === begun.rules.length;
    const { rules, read } = isRead && begun ? begun : { rules: Array.from(sheet.cssRules), read: undefined };
    const text = rewriteCss((read ?? rules.map(ruleText)).join(''), sheet.href ?? base, (key) => key);
    // An import that has not come yet says nothing of what is in it. Only imports have a sheet of their own.
    const isWhole = rules.every((rule) => (rule as Partial<CSSImportRule>).styleSheet !== null);
    if (isWhole) texts.set(sheet, text);
    return text;
  };

  const read: Sheets['read'] = (isOver) => {
    for (const sheet of page.styleSheets) {
      // Only links' have an address: a style element leaves with the text that stands in it.
      if (!sheet.href || texts.has(sheet) || passed.has(sheet)) continue;
      try {
        if (begun?.sheet !== sheet) begun = { sheet, rules: Array.from(sheet.cssRules), read: [] };
        const { rules, read } = begun;
        for (let rule = rules[read.length]; rule; rule = rules[read.length]) {
          read.push(ruleText(rule));
          if (isOver()) return false;
        }
        textOfSheet(sheet, sheet.href);
      } catch {
        // Of another origin.
      }
      begun = undefined;
      passed.add(sheet);
    }
    return true;
  };

  const ruleText = (rule: CSSRule): string => {
    // Only import rules have a sheet of their own.
    const imported = (rule as CSSImportRule).styleSheet as CSSStyleSheet | null | undefined;
    if (imported) {
      try {
        return textOfSheet(imported, page.baseURI);
      } catch {
        // Of another origin.
        return rule.cssText;
      }
    }
    const cssText = rule.cssText.replace(OURS, ':hover');
    // Safari forgets to escape a colon in an attribute's name.
    return cssText.includes('[') ? cssText.replace(/(\[[\w-]+[^\\])(:[\w-]+\])/g, '$1\\$2') : cssText;
  };

  /** Of a sheet as it is; one that is changed is asked anew. */
  const dotting = new WeakMap<CSSStyleSheet, boolean>();
  const isDotting = (sheet: CSSStyleSheet): boolean => {
    let found = dotting.get(sheet);
    if (found !== undefined) return found;
    const owner = sheet.ownerNode;
    try {
      // To read it from the CSSOM takes longer; what has been put there beside its text is known by now, or will be.
      const isText = isElement(owner) && tagOf(owner) === 'STYLE' && !isScripted(owner, sheet);
      found = DOTTING.test(isText ? (owner.textContent ?? '') : textOfSheet(sheet, owner?.baseURI ?? page.baseURI));
    } catch {
      // It can't be read.
      found = true;
    }
    dotting.set(sheet, found);
    return found;
  };

  const isScripted = (style: Element, sheet: CSSStyleSheet): boolean => {
    if (scripted.has(sheet)) return true;
    if (plain.has(sheet)) return false;
    const text = style.textContent ?? '';
    const { length } = sheet.cssRules;
    let isPlain = text.trim() === '' ? length === 0 : length > 0 && text.includes('@import');
    if (!isPlain && text.trim() !== '') {
      const view = documentOf(style).defaultView as (Window & typeof globalThis) | null;
      try {
        const copy = view && new view.CSSStyleSheet();
        copy?.replaceSync(text);
        isPlain = !copy || copy.cssRules.length === length;
      } catch {
        // A browser without constructed sheets.
        isPlain = true;
      }
    }
    (isPlain ? plain : scripted).add(sheet);
    return !isPlain;
  };

  const isKnown = (sheet: CSSStyleSheet): boolean =>
    sheet.ownerNode ? ids.of(sheet.ownerNode) > 0 : styleIds.has(sheet);

  const changed = (sheet: CSSStyleSheet | null | undefined, data: Told) => {
    if (!sheet) return;
    for (let each: CSSStyleSheet | null = sheet; each; each = each.parentStyleSheet) {
      texts.delete(each);
      dotting.delete(each);
      if (begun?.sheet !== each) continue;
      // A page may change one in every frame: it is read when it is wanted, in one go.
      begun = undefined;
      passed.add(each);
    }
    if (sheet.ownerNode) scripted.add(sheet);
    // One that has not been sent is read when it is.
    if (!isKnown(sheet)) return;
    changes.push({ sheet, owner: sheet.ownerNode, data });
    due();
  };

  const at = (value: unknown) => Number(value ?? 0) || 0;

  /** Something is about to become of it, or of what it hands out. Compared is the whole of what stands in the sheet. */
  const hand = (given: object) => {
    let rule = given as CSSRule;
    try {
      while (rule.parentRule) rule = rule.parentRule;
      if (!handing.has(rule)) handing.set(rule, fingerprint(ruleText(rule)));
    } catch {
      // No rule: the page's own call fails, too.
      return;
    }
    handed.add(rule);
    const [oldest] = handing.keys();
    if (oldest && handing.size > MOST_HANDING) forget(oldest);
    due();
  };

  const forget = (rule: CSSRule) => {
    handing.delete(rule);
    handed.delete(rule);
  };

  const compare = (rule: CSSRule) => {
    const before = handing.get(rule);
    const sheet = rule.parentStyleSheet;
    // The others first, the next time.
    forget(rule);
    if (!sheet) return;
    const text = ruleText(rule);
    const now = fingerprint(text);
    handing.set(rule, now);
    if (now === before) return;
    const index = Array.prototype.indexOf.call(sheet.cssRules, rule);
    // Put in before the old one goes, as replay does both.
    changed(sheet, {
      source: SOURCE.StyleSheetRule,
      adds: [{ rule: text, index }],
      removes: [{ index: index + 1 }],
    });
  };

  const zoneOf = (sheet: CSSStyleSheet, owner: Node | null): Zone => {
    if (isElement(owner)) return masker.zoneOf(owner);
    return hidden.has(sheet) ? 'masked' : masker.outermost;
  };

  const tellChange = ({ sheet, owner, data }: Change) => {
    // Its element has another sheet by now, which was sent with it.
    if (owner && (!ids.of(owner) || (owner as HTMLStyleElement).sheet !== sheet)) return;
    if (owner ? masker.isWithinBlocked(owner) : !styleIds.has(sheet)) return;
    const { css } = serializer();
    const zone = zoneOf(sheet, owner);
    const base = sheet.href ?? owner?.baseURI ?? page.baseURI;
    const name = owner ? { id: ids.of(owner) } : { styleId: styleIds.get(sheet) };
    const told: Told = { ...data, ...name };
    if (data['adds'])
      told['adds'] = (data['adds'] as Told[]).map((add) => ({ ...add, rule: css(String(add['rule']), base, zone) }));
    for (const key of ['replace', 'replaceSync'])
      if (data[key] !== undefined) told[key] = css(String(data[key]), base, zone);
    tell(told);
  };

  /** Its element's texts may come with a later slice, and would undo what has been told of its rules. */
  const isToCome = ({ sheet, owner }: Change): boolean => {
    // In a blocked place they never come.
    if (!owner || (owner as HTMLStyleElement).sheet !== sheet || masker.isWithinBlocked(owner)) return false;
    for (let child = owner.firstChild; child; child = child.nextSibling) if (isAwaited(child)) return true;
    return false;
  };
  const isAwaited = (node: Node) => !ids.of(node) || isDue(node);

  const hostOf = (root: Root): Node => (isDocument(root) ? root : root.host);

  const tellAdopted = (root: Root) => {
    const host = hostOf(root);
    const id = ids.of(host);
    const list = [...(root.adoptedStyleSheets ?? [])];
    const before = adopted.get(root);
    const isSame = list.length === (before?.length ?? 0) && list.every((sheet, index) => sheet === before?.[index]);
    if (!id || isSame || masker.isWithinBlocked(host)) return;
    adopted.set(root, list);
    const zone = isDocument(root) && root === page ? masker.outermost : masker.zoneOf(host);
    const { css } = serializer();
    const styles: Told[] = [];
    for (const sheet of list) {
      if (zone === 'masked') hidden.add(sheet);
      if (styleIds.has(sheet)) continue;
      const styleId = nextStyleId++;
      styleIds.set(sheet, styleId);
      const rules = Array.from(sheet.cssRules, (rule, index) => ({
        rule: css(withLonghands(ruleText(rule), root), documentOf(host).baseURI, zone),
        index,
      }));
      styles.push({ styleId, rules });
    }
    tell({
      source: SOURCE.AdoptedStyleSheet,
      id,
      styleIds: list.map((sheet) => styleIds.get(sheet)),
      ...(styles.length > 0 ? { styles } : {}),
    });
  };

  const adoption = (root: Root) => {
    if (!ids.of(hostOf(root))) return;
    waiting.add(root);
    due();
  };

  return {
    read,
    textOf(owner) {
      // Only <style> and <link> are asked for, and both have one.
      const { sheet } = owner as HTMLStyleElement;
      if (!sheet) return undefined;
      try {
        if (tagOf(owner) === 'STYLE' && !isScripted(owner, sheet)) return undefined;
        const text = textOfSheet(sheet, owner.baseURI);
        if (tagOf(owner) === 'LINK') return text || undefined;
        // A style element is in the page, so its root is one of these.
        return withLonghands(text, owner.getRootNode() as Root);
      } catch {
        // Of another origin: it goes as an asset.
        return undefined;
      }
    },
    mayBeDotted(element) {
      // What a host is said to be holds for what is in it.
      for (let inner: Element | null = element; inner;) {
        // Of an element in no page nothing is seen.
        const root = inner.getRootNode() as Partial<Root>;
        for (const sheet of root.styleSheets ?? []) if (isDotting(sheet)) return true;
        for (const sheet of root.adoptedStyleSheets ?? []) if (isDotting(sheet)) return true;
        inner = (root as Partial<ShadowRoot>).host ?? null;
      }
      return false;
    },
    sent: (owner) => void (changes = changes.filter((change) => change.owner !== owner)),
    isAsItCame(owner) {
      const { sheet } = owner as HTMLStyleElement;
      // A link that was read whole is remembered.
      return !!sheet && !scripted.has(sheet) && (tagOf(owner) === 'STYLE' || texts.has(sheet));
    },
    patch(view, patches) {
      const rules = SOURCE.StyleSheetRule;
      const sheet = view.CSSStyleSheet?.prototype;
      const self = (of: object) => of as CSSStyleSheet;
      patches.method(sheet, 'insertRule', (of, [rule, index]) =>
        changed(self(of), { source: rules, adds: [{ rule, index: at(index) }] }),
      );
      patches.method(sheet, 'addRule', (of, [selector, block, index]) =>
        changed(self(of), {
          source: rules,
          adds: [
            {
              rule: `${String(selector)} { ${String(block ?? '')} }`,
              index: index === undefined ? self(of).cssRules.length - 1 : at(index),
            },
          ],
        }),
      );
      for (const name of ['deleteRule', 'removeRule'])
        patches.method(sheet, name, (of, [index]) =>
          changed(self(of), { source: rules, removes: [{ index: at(index) }] }),
        );
      for (const name of ['replace', 'replaceSync'])
        patches.method(sheet, name, (of, [text]) => changed(self(of), { source: rules, [name]: text }));
      // Not every browser has all of them, nor in the same place.
      const kinds = view as unknown as Record<string, { prototype: object } | undefined>;
      for (const kind of ['Grouping', 'Media', 'Supports', 'Style', 'Keyframes', 'Keyframe', 'FontFace', 'Page']) {
        const rule = kinds[`CSS${kind}Rule`]?.prototype;
        for (const name of ['insertRule', 'deleteRule', 'appendRule', 'selectorText', 'keyText'])
          patches.before(rule, name, hand);
        for (const name of ['style', 'styleMap', 'media']) patches.before(rule, name, hand, true);
      }
      for (const owner of [view.Document, view.ShadowRoot])
        patches.setter(owner?.prototype, 'adoptedStyleSheets', (root) => adoption(root as Root));
    },
    entered(root) {
      adopted.delete(root);
      if (root.adoptedStyleSheets?.length) waiting.add(root);
    },
    look() {
      let left = Math.min(handing.size, MOST_COMPARED);
      for (const rule of handing.keys())
        if (left-- > 0) compare(rule);
        else break;
      if ((page.adoptedStyleSheets?.length ?? 0) !== (adopted.get(page)?.length ?? 0)) adoption(page);
    },
    flush(adoptedOnly) {
      if (waiting.size > 0) {
        const roots = waiting;
        waiting = new Set();
        // A shadow root comes into being with the first thing in it, or with its host if there is none.
        for (const root of roots) {
          const first = isDocument(root) ? null : (root.firstChild ?? root.host);
          if (first && root.isConnected && (isAwaited(first) || isDue(root))) waiting.add(root);
          else tellAdopted(root);
        }
      }
      if (adoptedOnly) return;
      for (const rule of handed) compare(rule);
      if (changes.length === 0) return;
      const all = changes;
      changes = [];
      for (const change of all)
        if (isToCome(change)) changes.push(change);
        else tellChange(change);
    },
    begin() {
      styleIds = new WeakMap();
      hidden = new WeakSet();
      adopted = new WeakMap();
      waiting = new Set();
      changes = [];
      begun = undefined;
      passed = new WeakSet();
    },
  };
}
