// Random mutations of a page for tests of capture. Each operation has a seed of its own and picks its targets from the
// page as it then is, so that a failing sequence can be shortened by leaving operations out. Runs in the page.
//
// Easy to get wrong: what an operation throws is its own doing (a node moved into itself, a rule that is not there) and
// is part of the sequence; only the names of operations tell tests what to leave out.

import { createRandom, type Random } from './random.ts';
import {
  attributeName,
  attributeValue,
  className,
  cssRule,
  CUSTOM,
  growPage,
  createGrower,
  propertyName,
  propertyValue,
  word,
  XLINK,
  type Grower,
} from './random-page.ts';

type Root = Document | ShadowRoot;

type Scene = {
  random: Random;
  grow: Grower;
  /** Taken out of the page, to come back or not. */
  pool: Element[];
  /** Puts it into the pool. */
  leave(element: Element): void;
  /** Any element but html, head and body; of a frame's document, too. */
  element(): Element;
  /** One that may go elsewhere. */
  movable(): Element;
  /** One that may have children, or a root that is no document; where `child` may go. */
  parent(child?: Node): Element | ShadowRoot;
  isWithout(name: string): boolean;
  isMovable(element: Element): boolean;
  text(): CharacterData | undefined;
  one<E extends Element>(selector: string): E | undefined;
  roots(): Root[];
};

type Operation = (scene: Scene) => void;

const fire = (field: Element, ...types: string[]) => {
  for (const type of types) field.dispatchEvent(new Event(type, { bubbles: true, composed: true }));
};
const childOf = (random: Random, parent: ParentNode & Node): ChildNode | null => {
  const count = parent.childNodes.length;
  return parent.childNodes[random.below(count + 1)] ?? null;
};
const isSvgPart = (element: Element) => /svg$/.test(element.namespaceURI ?? '') && element.localName !== 'svg';
const isRoom = (element: Element) =>
  // The format has no MathML, and markup put into it would be something else in the replay.
  !element.namespaceURI?.endsWith('MathML') &&
  !/^(iframe|style|script|template|textarea|select|optgroup|option|br|hr|img|wbr|input|stop|use|path|circle|title)$/.test(
    element.localName,
  );
/** In its shadow, too. */
const holds = (element: Element, isIt: (inner: Element) => boolean): boolean =>
  [element, ...element.querySelectorAll('*')].some(
    (inner) => isIt(inner) || [...(inner.shadowRoot?.children ?? [])].some((child) => holds(child, isIt)),
  );
const isFrame = (element: Element) => element.localName === 'iframe';
const isHost = (element: Element) => element.shadowRoot !== null;
const conditions = (rules: CSSRuleList) =>
  [...rules].filter((rule): rule is CSSMediaRule => 'insertRule' in rule && !('selectorText' in rule));
const plain = (rules: CSSRuleList) => [...rules].filter((rule): rule is CSSStyleRule => 'selectorText' in rule);

const small = (scene: Scene) => scene.grow.node(scene.random, scene.random.below(3));
const smallElement = (scene: Scene) => scene.grow.element(scene.random, scene.random.below(3));

/** Puts rules into a sheet, takes them out and changes them. */
function changeSheet({ random, isWithout }: Scene, sheet: CSSStyleSheet): void {
  const list = sheet.cssRules;
  switch (random.below(6)) {
    case 0:
    case 1:
      return void sheet.insertRule(cssRule(random), random.below(list.length + 1));
    case 2:
      if (list.length > 0) sheet.deleteRule(random.below(list.length));
      return;
    case 3: {
      const group = conditions(list)[0];
      if (!group) return;
      if (random.below(3) === 0 && group.cssRules.length > 0) group.deleteRule(random.below(group.cssRules.length));
      else
        group.insertRule(
          `.${className(random)} { text-indent: ${random.below(9)}px; }`,
          random.below(group.cssRules.length + 1),
        );
      return;
    }
    default: {
      const group = random.below(2) === 0 ? conditions(list)[0] : undefined;
      const rule = plain(group?.cssRules ?? list)[0];
      const property = propertyName(random);
      if (random.below(4) === 0) rule?.style.removeProperty(rule.style[0] ?? 'color');
      else rule?.style.setProperty(property, propertyValue(random, property), random.below(4) === 0 ? 'important' : '');
      if (!isWithout('rule-parts')) changeParts(random, rule, group);
    }
  }
}

/** What a rule is, by other ways than functions. */
function changeParts(random: Random, rule: CSSStyleRule | undefined, group: CSSMediaRule | undefined): void {
  switch (random.below(6)) {
    case 0:
      if (rule) rule.selectorText = `.${className(random)}`;
      return;
    case 1:
      if (group?.media) group.media.mediaText = `(min-width: ${random.below(900)}px)`;
      return;
    case 2:
      if (rule) rule.style.cssText = `text-indent: ${random.below(9)}px`;
      return;
    case 3:
      if (rule) rule.style.textIndent = `${random.below(9)}px`;
      return;
    case 4:
      if (rule) Object.assign(rule, { style: `letter-spacing: ${random.below(9)}px` });
      return;
    default:
  }
}

const adoptedSheets = (scene: Scene) =>
  scene.roots().flatMap((root) => root.adoptedStyleSheets.map((sheet) => ({ root, sheet })));

function typeInto(scene: Scene, isEvent: boolean): void {
  const { random } = scene;
  const field = scene.one<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>('input, textarea, select');
  if (!field) return;
  if (field.localName === 'select') {
    // Its name says that it is one.
    const select = field as HTMLSelectElement;
    const option = select.options[random.below(select.options.length)];
    if (select.multiple && option) option.selected = !option.selected;
    else select.selectedIndex = random.below(select.options.length);
  } else if (field.type === 'checkbox' || field.type === 'radio') {
    const box = field as HTMLInputElement;
    box.checked = field.type === 'radio' || !box.checked;
  } else
    field.value =
      field.type === 'range' || field.type === 'number'
        ? String(random.below(99))
        : `t${random.below(99)} ${word(random)}`;
  if (isEvent) fire(field, 'input', 'change');
}

const OPERATIONS: Record<string, Operation> = {
  append: (scene) => scene.parent().append(small(scene)),
  prepend: (scene) => scene.parent().prepend(small(scene), small(scene)),
  insertBefore: (scene) => {
    const parent = scene.parent();
    parent.insertBefore(small(scene), childOf(scene.random, parent));
  },
  fragment: (scene) => {
    const all = scene.grow.window.document.createDocumentFragment();
    for (let count = scene.random.below(4); count >= 0; count--) all.append(small(scene));
    const parent = scene.parent();
    parent.insertBefore(all, childOf(scene.random, parent));
  },
  innerHTML: (scene) => {
    scene.parent().innerHTML = scene.grow.markup(scene.random);
  },
  insertAdjacent: (scene) => {
    const place = scene.random.pick(['beforebegin', 'afterbegin', 'beforeend', 'afterend'] as const);
    const element = scene.element();
    if (!isRoom(element)) return;
    element.insertAdjacentHTML(place, scene.grow.markup(scene.random));
  },
  textContent: (scene) => {
    scene.parent().textContent = word(scene.random);
  },
  remove: (scene) => scene.element().remove(),
  move: (scene) => {
    const element = scene.movable();
    const parent = element.parentNode;
    if (parent && isRoom(element)) parent.insertBefore(element, childOf(scene.random, parent));
  },
  moveAcross: (scene) => {
    const element = scene.movable();
    const parent = scene.parent(element);
    if (element.ownerDocument === parent.ownerDocument) parent.insertBefore(element, childOf(scene.random, parent));
  },
  moveBetweenDocuments: (scene) => {
    const element = scene.movable();
    const parent = scene.parent();
    if (element.ownerDocument !== parent.ownerDocument) parent.append(element);
  },
  moveIntoShadow: (scene) => {
    const element = scene.movable();
    const root = scene.random.pick(scene.roots());
    if ('host' in root && element.ownerDocument === root.ownerDocument)
      root.insertBefore(element, childOf(scene.random, root));
  },
  moveOutOfShadow: (scene) => {
    const root = scene.random.pick(scene.roots());
    const child = 'host' in root ? root.firstElementChild : null;
    if (child && 'host' in root) root.host.after(child);
  },
  detach: (scene) => {
    const element = scene.movable();
    if (isRoom(element)) scene.leave(element);
    element.remove();
  },
  changeDetached: (scene) => {
    const element = scene.pool.at(-1);
    element?.append(small(scene));
    element?.setAttribute('data-a', 'while away');
    element?.firstChild?.remove();
  },
  attach: (scene) => {
    const element = scene.pool.splice(scene.random.below(scene.pool.length), 1)[0];
    const parent = scene.parent(element);
    if (element) parent.insertBefore(element, childOf(scene.random, parent));
  },
  awayAndBack: (scene) => {
    const element = scene.movable();
    const { parentNode, nextSibling } = element;
    const box = scene.grow.window.document.createElement('div');
    box.append(element);
    element.setAttribute('data-b', 'been away');
    if (scene.random.below(2) === 0) element.append(small(scene));
    parentNode?.insertBefore(element, nextSibling);
  },
  replaceWith: (scene) => {
    const element = scene.movable();
    if (isRoom(element)) element.replaceWith(small(scene), small(scene));
  },
  addAndRemove: (scene) => {
    const added = smallElement(scene);
    scene.parent().append(added);
    added.append('never seen');
    added.remove();
  },
  addMoveRemove: (scene) => {
    const added = smallElement(scene);
    scene.parent().append(added);
    const inner = smallElement(scene);
    if (isRoom(added)) added.append(inner);
    scene.parent(added).prepend(added);
    if (scene.random.below(2) === 0) scene.parent(added).append(inner);
    added.remove();
  },
  addedThenParentRemoved: (scene) => {
    const parent = scene.movable();
    if (!isRoom(parent)) return;
    const child = smallElement(scene);
    parent.append(child);
    const grandparent = parent.parentNode;
    parent.remove();
    const back = [child, parent, undefined][scene.random.below(3)];
    if (back) grandparent?.append(back);
  },
  wrap: (scene) => {
    const element = scene.movable();
    if (!isRoom(element)) return;
    const wrapper = scene.grow.window.document.createElement('div');
    element.replaceWith(wrapper);
    wrapper.append(element);
  },
  unwrap: (scene) => {
    const element = scene.movable();
    if (isRoom(element) && !element.shadowRoot && element.localName !== 'svg')
      element.replaceWith(...element.childNodes);
  },
  reverse: (scene) => {
    const parent = scene.parent();
    const isStill = [...parent.children].some((child) => !scene.isMovable(child));
    for (const child of isStill ? [] : [...parent.children].reverse()) parent.append(child);
  },
  swap: (scene) => {
    const one = scene.movable();
    const other = scene.movable();
    if (one.contains(other) || other.contains(one) || one.ownerDocument !== other.ownerDocument) return;
    if (scene.isWithout('between-trees') && one.getRootNode() !== other.getRootNode()) return;
    const mark = scene.grow.window.document.createTextNode('');
    one.replaceWith(mark);
    other.replaceWith(one);
    mark.replaceWith(other);
  },
  clone: (scene) => {
    const element = scene.movable();
    if (isRoom(element)) scene.parent().append(element.cloneNode(true));
  },
  textData: (scene) => {
    const text = scene.text();
    if (!text) return;
    const which = scene.random.below(3);
    if (which === 0) text.appendData(word(scene.random));
    else if (which === 1) text.deleteData(0, 1);
    else text.data = word(scene.random);
  },
  textSameAgain: (scene) => {
    const text = scene.text();
    const before = text?.data ?? '';
    if (!text) return;
    text.data = 'for a moment';
    text.data = before;
  },
  splitText: (scene) => {
    const text = scene.text();
    if (text?.nodeType === 3 && text.length > 1) (text as Text).splitText(1);
  },
  normalize: (scene) => scene.parent().normalize(),
  attribute: (scene) => {
    const name = attributeName(scene.random);
    scene.element().setAttribute(name, attributeValue(scene.random, name));
  },
  attributeBack: (scene) => {
    const element = scene.element();
    const name = attributeName(scene.random);
    const before = element.getAttribute(name);
    element.setAttribute(name, 'for a moment');
    if (before === null) element.removeAttribute(name);
    else element.setAttribute(name, before);
  },
  attributeRemoved: (scene) => {
    const element = scene.element();
    const names = element
      .getAttributeNames()
      .filter((name) => !/^(data-n|type|data-scroller|srcdoc|xlink:href)$/.test(name));
    if (names.length > 0 && !element.hasAttribute('data-scroller')) element.removeAttribute(scene.random.pick(names));
  },
  attributeNamespaced: (scene) => {
    const use = scene.one('use');
    if (!use) return;
    if (scene.random.below(3) === 0) use.removeAttributeNS(XLINK, 'href');
    else use.setAttributeNS(XLINK, 'xlink:href', `#u${scene.random.below(9)}`);
  },
  style: (scene) => {
    // Those of MathML and SVG have one, too.
    const { style } = scene.element() as HTMLElement;
    const property = propertyName(scene.random);
    switch (scene.random.below(4)) {
      case 0:
        return void style.removeProperty(property);
      case 1:
        return style.setProperty(property, propertyValue(scene.random, property), 'important');
      default:
        return style.setProperty(property, propertyValue(scene.random, property));
    }
  },
  styleWhole: (scene) => {
    const element = scene.element();
    if (!element.hasAttribute('data-scroller'))
      element.setAttribute('style', `color: ${scene.random.pick(['red', 'blue'])}; --own: y`);
  },
  class: (scene) => void scene.element().classList.toggle(className(scene.random)),
  slot: (scene) => {
    const element = scene.element();
    if (element.slot) element.removeAttribute('slot');
    else element.slot = 's';
  },
  valueByScript: (scene) => typeInto(scene, false),
  valueByEvent: (scene) => typeInto(scene, true),
  valueAttribute: (scene) => scene.one('input[type="text"]')?.setAttribute('value', word(scene.random).trim()),
  option: (scene) => {
    const select = scene.one<HTMLSelectElement>('select');
    if (!select) return;
    const option = scene.grow.window.document.createElement('option');
    option.value = option.text = `late ${scene.random.below(9)}`;
    select.append(option);
  },
  optionSelected: (scene) => {
    const select = scene.one<HTMLSelectElement>('select');
    const option = scene.grow.window.document.createElement('option');
    option.value = option.text = `chosen ${scene.random.below(9)}`;
    select?.append(option);
    option.selected = true;
  },
  optionRemoved: (scene) => scene.one<HTMLSelectElement>('select')?.options[0]?.remove(),
  scroll: (scene) => {
    const box = scene.one('[data-scroller]');
    if (!box) return;
    box.scrollTop = scene.random.below(300);
    if (scene.random.below(2) === 0) box.scrollLeft = scene.random.below(200);
  },
  attachShadow: (scene) => {
    const host = scene.element();
    if (/^(div|section|article|span|p|header|nav|main)$/.test(host.localName) && !host.shadowRoot)
      scene.grow.shadow(scene.random, host, 2);
  },
  adopt: (scene) => {
    const root = scene.random.pick(scene.roots());
    if ((root.ownerDocument ?? root) !== scene.grow.window.document) return;
    const sheets = [...root.adoptedStyleSheets];
    if (scene.random.below(3) === 0 && sheets.length > 1) sheets.pop();
    else sheets.push(scene.grow.sheet(scene.random));
    root.adoptedStyleSheets = scene.random.below(3) === 0 ? sheets.reverse() : sheets;
  },
  adoptNone: (scene) => {
    const { root } = adoptedSheets(scene)[0] ?? {};
    if (root) root.adoptedStyleSheets = [];
  },
  adoptShared: (scene) => {
    const { sheet, root: from } = adoptedSheets(scene)[0] ?? {};
    const root = scene.random.pick(scene.roots());
    if (
      sheet &&
      from &&
      (root.ownerDocument ?? root) === (from.ownerDocument ?? from) &&
      !root.adoptedStyleSheets.includes(sheet)
    )
      root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  },
  adoptPushed: (scene) => {
    const root = scene.random.pick(scene.roots());
    if ((root.ownerDocument ?? root) === scene.grow.window.document)
      root.adoptedStyleSheets.push(scene.grow.sheet(scene.random));
  },
  adoptedRules: (scene) => {
    const { sheet } = adoptedSheets(scene).at(-1) ?? {};
    if (sheet) changeSheet(scene, sheet);
  },
  replaceSync: (scene) => {
    const { sheet } = adoptedSheets(scene)[0] ?? {};
    sheet?.replaceSync(`${cssRule(scene.random)} ${cssRule(scene.random)}`);
  },
  styleRules: (scene) => {
    const sheet = scene.one<HTMLStyleElement>('style')?.sheet;
    if (sheet) changeSheet(scene, sheet);
  },
  styleText: (scene) => {
    const style = scene.one<HTMLStyleElement>('style');
    if (!style) return;
    const text = style.firstChild;
    switch (scene.random.below(4)) {
      case 0:
        return scene.isWithout('style-texts') ? undefined : style.append(cssRule(scene.random));
      case 1:
        style.textContent = cssRule(scene.random);
        return;
      case 2:
        return text?.remove();
      default:
        if (text) text.nodeValue = cssRule(scene.random);
    }
  },
  styleAdded: (scene) => {
    const style = scene.grow.style(scene.random);
    (scene.random.below(2) === 0 ? scene.grow.window.document.head : scene.parent()).append(style);
  },
  styleAddedAndChanged: (scene) => {
    const style = scene.grow.style(scene.random);
    scene.parent().append(style);
    if (style.sheet) changeSheet(scene, style.sheet);
  },
  head: (scene) => {
    const { head } = scene.grow.window.document;
    const meta = scene.grow.window.document.createElement('meta');
    meta.name = 'theme-color';
    if (scene.random.below(2) === 0) head.append(meta);
    else head.querySelector('meta')?.remove();
  },
  title: (scene) => {
    scene.grow.window.document.title = word(scene.random);
  },
  body: (scene) => {
    const { document } = scene.grow.window;
    if (scene.random.below(3) > 0 || !scene.isMovable(document.body))
      return document.body.setAttribute('data-a', word(scene.random));
    const body = document.createElement('body');
    body.append(...document.body.childNodes);
    body.append(small(scene));
    document.body.replaceWith(body);
  },
  root: (scene) => scene.grow.window.document.documentElement.setAttribute('data-b', word(scene.random)),
  frameAdded: (scene) => scene.parent().append(scene.grow.frame(scene.random)),
  frameMoved: (scene) => {
    const frame = scene.one('iframe');
    if (frame) scene.parent().append(frame);
  },
  frameRemoved: (scene) => scene.one('iframe')?.remove(),
  details: (scene) => {
    const details = scene.one<HTMLDetailsElement>('details');
    if (details) details.open = !details.open;
  },
  dialog: (scene) => {
    const dialog = scene.one<HTMLDialogElement>('dialog');
    if (!dialog) return;
    if (dialog.open) dialog.close();
    else if (scene.random.below(2) === 0) dialog.show();
    else dialog.showModal();
  },
  upgrade: (scene) => {
    const { window } = scene.grow;
    if (window.customElements.get(CUSTOM.late)) return;
    window.customElements.define(
      CUSTOM.late,
      class extends window.HTMLElement {
        connectedCallback() {
          this.toggleAttribute('data-upgraded', true);
          if (!this.shadowRoot) this.attachShadow({ mode: 'open' }).innerHTML = '<i>late</i><slot></slot>';
        }
      },
    );
  },
};

/** Those that add nothing to the page: they can go on for ever. */
const QUIET = ['remove', 'move', 'moveAcross', 'attribute', 'style', 'class', 'textData', 'reverse', 'valueByEvent'];

export type RandomPage = {
  /** What follows is one batch of changes. */
  step(): void;
  /** Carries out the operation of that seed; what it was. */
  operate(seed: number, options?: { isQuiet: boolean }): string;
  /** Whether every frame has loaded. */
  isLoaded(): boolean;
};

export function createRandomPage(
  window: Window & typeof globalThis,
  seed: number,
  blocks: number,
  without: readonly string[],
): RandomPage {
  const { document } = window;
  const grow = createGrower(window, without);
  growPage(grow, createRandom(seed), blocks);
  const pool: Element[] = [];
  const homes = new WeakMap<Element, Node>();
  const isWithout = (name: string) => without.includes(name);
  let places = new Map<Node, Node | null>();
  /** Where it was when the step began; in a page that is without `fresh-moved` nothing moves twice in one. */
  const isSettled = (node: Node) => !isWithout('fresh-moved') || places.get(node) === node.parentNode;
  const isMovable = (element: Element) =>
    isSettled(element) &&
    !(isWithout('svg-outside') && isSvgPart(element)) &&
    !(isWithout('frames-moved') && holds(element, isFrame)) &&
    !(isWithout('hosts-moved') && holds(element, isHost));

  const roots = (): Root[] => {
    const found: Root[] = [];
    const visit = (root: Root) => {
      found.push(root);
      for (const element of root.querySelectorAll('*')) {
        if (element.shadowRoot) visit(element.shadowRoot);
        // Its name says that it is one.
        const frame = element.localName === 'iframe' ? (element as HTMLIFrameElement) : undefined;
        if (frame?.contentDocument && grow.isLoaded(frame)) visit(frame.contentDocument);
      }
    };
    visit(document);
    return found;
  };

  const look = (random: Random): Scene => {
    const all = () =>
      roots().flatMap((root) =>
        [...root.querySelectorAll('*')].filter((element) => !element.matches('html, head, head *, body')),
      );
    return {
      random,
      grow,
      pool,
      roots,
      element: () => random.pick(all()),
      movable: () => random.pick(all().filter(isMovable)),
      isMovable,
      parent: (child) => {
        const home = child && (homes.get(child as Element) ?? child.getRootNode());
        const isHome = (node: Node) =>
          (!home || !isWithout('between-trees') || node.getRootNode() === home) && (!child || isSettled(node));
        const shadows = roots().filter((root): root is ShadowRoot => 'host' in root && isHome(root));
        if (random.below(6) === 0 && shadows.length > 0) return random.pick(shadows);
        if (random.below(8) === 0 && isHome(document.body)) return document.body;
        return random.pick([...all().filter((element) => isRoom(element) && isHome(element)), document.body]);
      },
      isWithout,
      leave(element) {
        pool.push(element);
        homes.set(element, element.getRootNode());
      },
      text: () => {
        const texts = all()
          .filter((element) => !/^(style|script|textarea)$/.test(element.localName))
          .flatMap((element) => [...element.childNodes])
          .filter((node): node is CharacterData => node.nodeType === 3 || node.nodeType === 8);
        return texts.length > 0 ? random.pick(texts) : undefined;
      },
      one: <E extends Element>(selector: string) => {
        const found = roots().flatMap((root) => [...root.querySelectorAll<E>(selector)]);
        return found.length > 0 ? random.pick(found) : undefined;
      },
    };
  };

  return {
    step() {
      if (!isWithout('fresh-moved')) return;
      places = new Map();
      for (const root of roots()) {
        places.set(root, null);
        for (const node of root.querySelectorAll('*')) places.set(node, node.parentNode);
      }
    },
    operate(seed, options) {
      const random = createRandom(seed);
      const names = options?.isQuiet ? QUIET : Object.keys(OPERATIONS);
      let name = random.pick(names);
      // Not filtered before: what is left out is not to change all the others.
      while (isWithout(name)) name = random.pick(names);
      try {
        OPERATIONS[name]?.(look(random));
        return name;
      } catch (error) {
        // Of the page's window, where another Error lives.
        return `${name} (${(error as Error).name})`;
      }
    },
    isLoaded: () =>
      [...roots()].every((root) => [...root.querySelectorAll('iframe')].every((frame) => grow.isLoaded(frame))),
  };
}
