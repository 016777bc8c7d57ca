// The last gate: every rrweb event passes here before anything is encoded. It masks, blocks and mends, on the live
// nodes; and on the way it notes which assets and pictures the event mentions and which frames have come.
//
// What rrweb lets through and this must stop: attributes verbatim; content of a shadow root whose host is blocked;
// events of nodes that it does not know (id -1); text of <script> and <noscript> set later; comments; hidden fields.
// Masked elements carry `data-tandem-masked` ('' or 'block'), for the console to show and the hand to refuse.

import type {
  attributes,
  eventWithTime,
  incrementalData,
  mutationData,
  serializedElementNodeWithId,
  serializedNodeWithId,
} from '@rrweb/types';
import { maskCards } from '../../protocol/cards.ts';
import type { Assets } from './assets.ts';
import { isLossy, withLonghands } from './css-lost.ts';
import { chosenCandidate, dropCssUrls, maskCssText, maskGenerated, resolveAddress, rewriteCss } from './css-urls.ts';
import {
  attributeOf,
  childrenOf,
  documentOf,
  hasAttributeOf,
  isDocument,
  isElement,
  isLaidOut,
  matches,
  parentOf,
  shadowOf,
  tagOf,
} from './dom.ts';
import { FIELD, isSheetLink, PICTURE_ATTRIBUTE, PICTURE_TAG, type Masker, type Secret, type Zone } from './mask.ts';
import { PASSWORD_MASK } from './mask-text.ts';
import { describeScreen } from './page.ts';
import { EVENT, NODE, SOURCE, type NodeIds } from './rrweb.ts';

export type Outgoing = {
  /** The event as it may leave; undefined: not at all. Changes it in place. */
  pass(event: eventWithTime): eventWithTime | undefined;
  /** A picture or stylesheet of the page has arrived. */
  loaded(element: Element): void;
  /** A field was changed. rrweb leaves passwords to us, and of several chosen options tells the first only. */
  typed(element: Element): void;
};

export const MASKED_MARK = 'data-tandem-masked';

type Attributes = { [name: string]: unknown };

export function createOutgoing(options: {
  page: Document;
  mirror: NodeIds;
  masker: Masker;
  assets: Assets;
  uiAttribute: string;
  push: (data: incrementalData) => void;
  /** A canvas or video is part of the picture. */
  moving: (element: Element) => void;
  /** A same-origin frame's document is part of the picture. */
  framed: (page: Document) => void;
  /** A frame's element is part of the picture; what it shows may be of another origin. */
  foreign: (frame: HTMLIFrameElement) => void;
  /** Marks have changed on something already sent: only a new snapshot puts it right. */
  stale: () => void;
}): Outgoing {
  const { page, mirror, masker, assets, uiAttribute, push, moving, framed, foreign, stale } = options;
  /** Marks that were set when an element was sent; most elements have none and are not here. */
  const marks = new WeakMap<Element, string>();
  const hiddenFields = new WeakSet<Element>();
  const typedPasswords = new WeakSet<Element>();
  const sentSrcset = new WeakMap<Element, string>();
  /** What a hidden field shows in the mirror. Told when it changes only: even equal events would count the keys. */
  const told = new WeakMap<Element, string>();
  /** Ranges in the last selection that was told. */
  let selected = 0;
  /** Style sheets without an owner, adopted in hidden places. */
  const hiddenSheets = new Set<number>();

  const elementOf = (id: number): Element | undefined => {
    const node = mirror.getNode(id);
    return isElement(node) ? node : undefined;
  };

  /** Whether something stands in a password field, without reading it. */
  const isFilled = (field: Element): boolean => {
    // Tag and type are known: a password field has a selection.
    const input = field as HTMLInputElement;
    if (typedPasswords.has(field) || hasAttributeOf(field, 'value')) return true;
    try {
      return (input.selectionEnd ?? 0) > 0 || input.matches(':autofill');
    } catch {
      // A browser without :autofill.
      return false;
    }
  };

  const dotsOf = (field: Element) => (isFilled(field) ? PASSWORD_MASK : '');

  const isNews = (field: Element, text: string): boolean => {
    if (told.get(field) === text) return false;
    told.set(field, text);
    return true;
  };

  const css = (text: string, base: string, zone: Zone) => {
    const shown = zone === 'masked' ? dropCssUrls(text) : text;
    return rewriteCss(maskCssText(shown, zone === 'open' ? maskCards : maskGenerated), base, assets.mentioned);
  };

  /** As a declaration, since what may stay depends on the property. */
  const cssValue = (property: string, value: string, base: string, zone: Zone) =>
    css(`${property}:${value}`, base, zone).slice(property.length + 1);

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
    // To ask where it is lays the page out, in the middle of the page's own work.
    if (key && !assets.knows(key)) assets.used(key, isShownNow(image) ? 'now' : 'soon');
  };

  /** Makes addresses in attributes absolute, or names, and notes them. Called for what is not masked. */
  const note = (element: Element, tag: string, all: Attributes) => {
    if (!PICTURE_TAG.test(tag)) return;
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

  /** The text of a style element is at hand; a linked sheet is loaded as an asset besides, and replaces what is sent. */
  const faithful = (element: Element, tag: string, value: string, all: Attributes): string => {
    // Only these two have sheets; one text of several must stay apart from the others, to be changed alone.
    if (element.childNodes.length < 2 && !isLossy(value, (element as HTMLLinkElement).sheet)) return value;
    if (tag === 'LINK') {
      Object.assign(all, { rel: 'stylesheet', href: (element as HTMLLinkElement).href });
      noteSheet(element, all);
      return value;
    }
    // As rrweb marks the borders between several text nodes.
    const own = Array.from(element.childNodes, (node) => node.nodeValue).join('/* rr_split */');
    // A style element is in the page, so its root is one of these.
    return element.textContent?.trim() ? own : withLonghands(value, element.getRootNode() as Document | ShadowRoot);
  };

  const maskAttributes = (element: Element, tag: string, all: Attributes, zone: Zone, secret: Secret | undefined) => {
    for (const name of Object.keys(all)) {
      // As written: rrweb makes links absolute, and `a[href^="http"]` is how sheets find those that lead away.
      const written = tag === 'A' && name === 'href' && attributeOf(element, name);
      const value = written && !written.includes('@') ? written : all[name];
      if (typeof value !== 'string') {
        if (zone !== 'open' && (name === 'checked' || name === 'selected')) delete all[name];
        if (name === 'style' && value && typeof value === 'object') maskStyle(element, value as Attributes, zone);
        continue;
      }
      if (name === '_cssText') {
        all[name] = css(faithful(element, tag, value, all), element.baseURI, zone);
        continue;
      }
      if (name.startsWith('rr_') && name !== 'rr_src') continue;
      const kept = masker.attribute(element, tag, name.toLowerCase(), value, zone, secret);
      if (kept === undefined) delete all[name];
      // SVG has its own: `mask="url(…)"`.
      else if (zone === 'open' && (name === 'style' || /url\((?!#)/.test(kept)))
        all[name] = css(kept, element.baseURI, zone);
      else if (kept !== all[name]) all[name] = kept;
    }
    if (zone === 'open') note(element, tag, all);
    if (tag === 'LINK' && all['_cssText'] === undefined) noteSheet(element, all);
    if (tag === 'OPTION') {
      const select = element.closest('select');
      if (zone !== 'open' || (select && masker.secretOf(select))) delete all['selected'];
    }
  };

  /** rrweb's difference of an inline style: property → value, [value, priority], or false. */
  const maskStyle = (element: Element, style: Attributes, zone: Zone) => {
    for (const [property, value] of Object.entries(style)) {
      const change = (part: unknown) =>
        typeof part === 'string' ? cssValue(property, part, element.baseURI, zone) : part;
      // What is not telling has no address either.
      if (zone !== 'open') {
        if (masker.isTelling(property, String(value))) style[property] = false;
      } else style[property] = Array.isArray(value) ? value.map(change) : change(value);
    }
  };

  const boxOf = (element: Element): attributes => {
    const box = isLaidOut(element) ? element.getBoundingClientRect() : { width: 0, height: 0 };
    return { rr_width: `${box.width}px`, rr_height: `${box.height}px` };
  };

  const passText = (text: string, node: Node | null, zone: Zone): string => {
    const parent = node && parentOf(node);
    switch (parent ? tagOf(parent) : '') {
      case 'STYLE':
        return css(text, parent?.baseURI ?? page.baseURI, zone);
      case 'SCRIPT':
        return 'SCRIPT_PLACEHOLDER';
      case 'NOSCRIPT':
        return '';
      default:
        return masker.text(text, zone, isElement(parent) ? parent : undefined);
    }
  };

  const passNode = (node: serializedNodeWithId, outer: Zone): void => {
    // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- rrweb's enums as plain numbers (rrweb.ts)
    switch (node.type) {
      case NODE.Document: {
        const live = mirror.getNode(node.id);
        if (live && isDocument(live) && live !== page) framed(live);
        for (const child of node.childNodes) passNode(child, outer);
        return;
      }
      case NODE.Text:
        node.textContent = passText(node.textContent, mirror.getNode(node.id), outer);
        return;
      case NODE.Comment:
        node.textContent = '';
        return;
      case NODE.Element:
        return passElement(node, outer);
    }
  };

  const passElement = (node: serializedElementNodeWithId, outer: Zone): void => {
    const element = elementOf(node.id);
    const marked = element ? masker.marksOf(element) : '';
    if (element && marked) marks.set(element, marked);
    if (!element || (marked && masker.isBlocked(element))) {
      // Something we can't look at is as good as blocked.
      const isUi = element && masker.isUi(element);
      node.childNodes = [];
      delete node.isShadowHost;
      if (!element || isUi) {
        node.attributes = { [uiAttribute]: '', style: 'display:none' };
        return;
      }
      const name = attributeOf(element, 'class');
      const isInline = getComputedStyle(element).display === 'inline';
      node.attributes = { ...boxOf(element), [MASKED_MARK]: 'block', ...(name ? { class: name } : {}) };
      if (isInline) node.attributes['style'] = 'display:inline-block';
      return;
    }
    const tag = tagOf(element);
    const zone = marked ? masker.step(element, outer) : outer;
    const secret = masker.secretOf(element);
    const all = node.attributes;
    const isField = FIELD.test(tag);
    const isHidden = isField && (secret !== undefined || zone !== 'open');
    maskAttributes(element, tag, all, zone, secret);
    if (secret === 'password') {
      if (isFilled(element)) all['value'] = PASSWORD_MASK;
      else delete all['value'];
    }
    if (isHidden) {
      told.set(element, String(all['value'] ?? ''));
      // How far it is scrolled says how much is in it.
      delete all['rr_scrollLeft'];
      delete all['rr_scrollTop'];
    }
    if (tag === 'IMG' && zone !== 'open') Object.assign(all, boxOf(element));
    if ((tag === 'CANVAS' || tag === 'VIDEO') && zone === 'open') moving(element);
    // Its tag says that it is one.
    if (tag === 'IFRAME' && zone !== 'masked') foreign(element as HTMLIFrameElement);
    if (secret && isField) hiddenFields.add(element);
    if (secret || isHidden || (zone === 'masked' && outer !== 'masked')) all[MASKED_MARK] = '';
    const inner: Zone = secret ? 'masked' : zone;
    for (const child of node.childNodes) passNode(child, inner);
    if (zone === 'private' && tag !== 'SCRIPT' && tag !== 'STYLE' && hasOwnText(node)) all[MASKED_MARK] = '';
  };

  const hasOwnText = (node: serializedElementNodeWithId): boolean =>
    node.childNodes.some((child) => child.type === NODE.Text && child.textContent.trim() !== '');

  const passMutation = (data: mutationData): mutationData | undefined => {
    const isOut = new Map<number, boolean>();
    const isOutOfSight = (id: number): boolean => {
      let out = isOut.get(id);
      if (out === undefined) {
        const node = mirror.getNode(id);
        out = node !== null && masker.isWithinBlocked(node);
        isOut.set(id, out);
      }
      return out;
    };
    data.adds = data.adds.filter((add) => !isOutOfSight(add.parentId));
    data.removes = data.removes.filter((remove) => !isOutOfSight(remove.parentId));
    data.attributes = data.attributes.filter((change) => {
      const element = elementOf(change.id);
      if (!element) return false;
      if ((marks.get(element) ?? '') !== masker.marksOf(element)) stale();
      return !isOutOfSight(change.id);
    });
    data.texts = data.texts.filter((change) => !isOutOfSight(change.id));

    for (const add of data.adds) {
      const parent = mirror.getNode(add.parentId);
      const zone = parent ? zoneInside(parent) : 'masked';
      passNode(add.node, zone);
      if (zone === 'private' && add.node.type === NODE.Text) markLater(add.parentId, data);
    }
    for (const change of data.attributes) {
      const element = elementOf(change.id);
      if (element) passAttributes(element, change.attributes);
    }
    for (const change of data.texts) {
      const node = mirror.getNode(change.id);
      if (change.value === null) continue;
      if (!node || node.nodeType === 8) change.value = '';
      else change.value = passText(change.value, node, zoneInside(node));
    }
    data.attributes = data.attributes.filter((change) => Object.keys(change.attributes).length > 0);
    const isEmpty = !data.adds.length && !data.removes.length && !data.attributes.length && !data.texts.length;
    return isEmpty ? undefined : data;
  };

  const markLater = (id: number, data: mutationData) => {
    if (!data.adds.some((add) => add.node.id === id)) data.attributes.push({ id, attributes: { [MASKED_MARK]: '' } });
  };

  /** Zone of a node's content: a secret field's children are hidden wherever it stands. */
  const zoneInside = (node: Node): Zone => {
    const element = isElement(node) ? node : parentOf(node);
    return isElement(element) && masker.secretOf(element) ? 'masked' : masker.zoneOf(node);
  };

  const passAttributes = (element: Element, all: Attributes) => {
    const tag = tagOf(element);
    const zone = masker.zoneOf(element);
    const secret = masker.secretOf(element);
    maskAttributes(element, tag, all, zone, secret);
    if (secret === 'password' && 'value' in all) all['value'] = dotsOf(element);
    if ('value' in all && isHiddenField(element, zone) && !isNews(element, String(all['value']))) delete all['value'];
    if (!secret || !FIELD.test(tag) || hiddenFields.has(element)) return;
    // It was an ordinary field until now: take back what the mirror shows of it.
    hiddenFields.add(element);
    all[MASKED_MARK] = '';
    tellHidden(element);
  };

  const isHiddenField = (element: Element, zone = masker.zoneOf(element)): boolean =>
    FIELD.test(tagOf(element)) && (zone !== 'open' || masker.secretOf(element) !== undefined);

  const tellHidden = (element: Element) => {
    const id = mirror.getId(element);
    if (id <= 0) return;
    const secret = masker.secretOf(element);
    // Not a password, so it may be read.
    const text =
      secret === 'password'
        ? dotsOf(element)
        : masker.value(element, (element as HTMLInputElement).value, 'open', secret);
    told.set(element, text);
    push({ source: SOURCE.Input, id, text, isChecked: false });
  };

  /** Where a selection begins or ends in hidden text tells how long it is. */
  const isInSight = (id: number): boolean => {
    const node = mirror.getNode(id);
    return node !== null && !masker.isWithinBlocked(node) && zoneInside(node) === 'open';
  };

  const passIncremental = (data: incrementalData): boolean => {
    // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- rrweb's enums as plain numbers (rrweb.ts)
    switch (data.source) {
      case SOURCE.Mutation:
        return passMutation(data) !== undefined;
      case SOURCE.Input: {
        const element = elementOf(data.id);
        if (!element || masker.isWithinBlocked(element) || matches(element, '[type="hidden" i]')) return false;
        const zone = masker.zoneOf(element);
        const secret = masker.secretOf(element);
        data.text = masker.value(element, data.text, zone, secret);
        if (zone !== 'open') data.isChecked = false;
        if (!secret && zone === 'open') return true;
        // Which option is chosen is hidden.
        return tagOf(element) !== 'SELECT' && isNews(element, data.text);
      }
      case SOURCE.StyleSheetRule:
      case SOURCE.StyleDeclaration: {
        const owner = data.id === undefined ? undefined : elementOf(data.id);
        if (owner && masker.isWithinBlocked(owner)) return false;
        const isHidden = data.styleId !== undefined && hiddenSheets.has(data.styleId);
        const zone = owner ? masker.zoneOf(owner) : isHidden ? 'masked' : masker.outermost;
        // Only <link> and <style> own sheets.
        const base = (owner as HTMLLinkElement | undefined)?.sheet?.href ?? owner?.baseURI ?? page.baseURI;
        if (data.source === SOURCE.StyleDeclaration) {
          const { set } = data;
          if (set?.value) set.value = cssValue(set.property, set.value, base, zone);
          return true;
        }
        for (const add of data.adds ?? []) add.rule = css(add.rule, base, zone);
        if (data.replace !== undefined) data.replace = css(data.replace, base, zone);
        if (data.replaceSync !== undefined) data.replaceSync = css(data.replaceSync, base, zone);
        return true;
      }
      case SOURCE.AdoptedStyleSheet: {
        const owner = mirror.getNode(data.id);
        if (!owner || masker.isWithinBlocked(owner)) return false;
        const base = documentOf(owner).baseURI;
        const zone = masker.zoneOf(owner);
        if (zone === 'masked') for (const id of data.styleIds) hiddenSheets.add(id);
        // rrweb names the host of a shadow root, or a document.
        const root = (isElement(owner) ? shadowOf(owner) : owner) as Document | ShadowRoot;
        for (const style of data.styles ?? [])
          for (const rule of style.rules) rule.rule = css(withLonghands(rule.rule, root), base, zone);
        return true;
      }
      case SOURCE.Scroll: {
        const element = elementOf(data.id);
        return data.id > 0 && !(element && isHiddenField(element));
      }
      case SOURCE.Selection:
        data.ranges = data.ranges.filter((range) => isInSight(range.start) && isInSight(range.end));
        // Out of sight it may move as it likes: even empty events would count the keys.
        return selected + (selected = data.ranges.length) > 0;
      case SOURCE.ViewportResize:
        return true;
      default:
        return false;
    }
  };

  return {
    pass(event) {
      // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- rrweb's enums as plain numbers (rrweb.ts)
      switch (event.type) {
        case EVENT.Meta:
          event.data.href = masker.url(event.data.href);
          Object.assign(event.data, describeScreen(page));
          return event;
        case EVENT.FullSnapshot:
          passNode(event.data.node, masker.outermost);
          return event;
        case EVENT.Incremental:
          return passIncremental(event.data) ? event : undefined;
        default:
          // Page life-cycle events and plugins: nothing that the mirror shows.
          return undefined;
      }
    },
    loaded(element) {
      const tag = tagOf(element);
      if (mirror.getId(element) <= 0) return;
      if (tag === 'LINK') {
        try {
          // Readable: rrweb sends its text.
          if ((element as HTMLLinkElement).sheet?.cssRules) return;
        } catch {
          // Of another origin: it goes as an asset.
        }
        return noteSheet(element);
      }
      const image = tag === 'IMG' ? (element as HTMLImageElement) : undefined;
      if (!image || masker.zoneOf(image) !== 'open' || masker.isWithinBlocked(image)) return;
      useImage(image);
      const parent = parentOf(image);
      const siblings =
        isElement(parent) && tagOf(parent) === 'PICTURE' ? [...childrenOf(parent)].filter(isElement) : [image];
      const changes = siblings.flatMap((source) => {
        const srcset = attributeOf(source, 'srcset');
        const id = mirror.getId(source);
        if (srcset === null || id <= 0) return [];
        const chosen = chosenCandidate(srcset, image.currentSrc, source.baseURI, assets.nameOf);
        if (sentSrcset.get(source) === chosen) return [];
        sentSrcset.set(source, chosen);
        return [{ id, attributes: { srcset: chosen } }];
      });
      if (changes.length > 0) push({ source: SOURCE.Mutation, adds: [], removes: [], texts: [], attributes: changes });
    },
    typed(element) {
      // Only a list for several choices says that of itself.
      const select = element as HTMLSelectElement;
      if (select.type === 'select-multiple' && !isHiddenField(select)) {
        for (const option of select.options) {
          const data: incrementalData = {
            source: SOURCE.Input,
            id: mirror.getId(option),
            text: '',
            isChecked: option.selected,
          };
          if (passIncremental(data)) push(data);
        }
      }
      if (tagOf(element) !== 'INPUT' || masker.secretOf(element) !== 'password') return;
      if (masker.isWithinBlocked(element)) return;
      // The caret stands behind what was typed; at 0 after an edit, nothing is left before it.
      if (((element as HTMLInputElement).selectionEnd ?? 1) > 0) typedPasswords.add(element);
      else typedPasswords.delete(element);
      if (isNews(element, dotsOf(element))) tellHidden(element);
    },
  };
}
