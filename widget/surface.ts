// The one element through which the widget shows anything: a popover in the page's top layer with an open shadow root.
// Keeps it there: over modal dialogs (inside the topmost one, since a modal makes everything outside it inert), over
// full screen, and back again when the page removes it. Says when it has lost that fight. Knows nothing of what it shows.
//
// Easy to get wrong: inside a shadow root an `!important` rule on :host beats the page's own `!important` rules, so what
// must survive `* { display: none !important }` stands there (styles.ts). Moving the element loses the focus. The page may
// hear events before us and swallow them, and events do not leave its shadow roots: whoever must be sure looks.

import type { Clean, Host } from './host.ts';
import { STYLES } from './styles.ts';

/** How often to look whether something came to lie on top without any event that we hear of. */
const LOOK_EVERY_MS = 1000;
/** Where a target is asked for: its middle, and near its edges, within its round corners. */
const SPOTS = [0.1, 0.5, 0.9];
/** A page that removes or covers us so often means it. Each look forgives two: menus that open all day are no attack. */
const MOST_RESCUES = 40;

export type Surface = {
  readonly root: ShadowRoot;
  /** Shows what is in the root, on top of everything, or takes all of it out of the page. */
  show(shown: boolean): void;
  /** True when clicks on `target` would hit it, nothing makes it invisible, and `isBare` (nothing else is known to cover
   * it); else raises the surface. */
  keepInSight(target: HTMLElement, isBare: boolean): boolean;
  close(): void;
};

export type SurfaceOptions = {
  host: Host;
  clean: Clean;
  nonce: string;
  lang: string;
  /** What must stay visible: looked at from time to time. */
  anchor(): HTMLElement | undefined;
  /** The question stands: it is modal, and hears every key. */
  isAsking(): boolean;
  /** A key in the surface, or any key while asking; that the focus has come from the page. The page does not hear it. Always trusted. */
  heard(event: KeyboardEvent | FocusEvent): void;
  /** The page keeps taking the surface away, or has made it deaf. */
  lost(): void;
};

export function createSurface({ host, clean, nonce, lang, anchor, isAsking, heard, lost }: SurfaceOptions): Surface {
  const element = document.createElement('div');
  element.dataset['tandemUi'] = '';
  element.lang = lang;
  const root = clean.Element.prototype.attachShadow.call(element, { mode: 'open' });
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
    root.adoptedStyleSheets = [sheet];
  } catch {
    // Safari before 16.4: a style element, with the snippet's nonce where the page's policy asks for one.
    const style = document.createElement('style');
    style.nonce = nonce;
    style.textContent = STYLES;
    root.append(style);
  }
  const canPop = 'popover' in element;
  if (canPop) element.setAttribute('popover', 'manual');

  let isShown = false;
  let rescues = 0;
  /** Modal dialogs in the order in which they were seen to open. */
  let modals: Element[] = [];
  /** Of the page's, in the top layer when we were last raised. */
  let below: Element[] = [];

  const home = (): Element => {
    modals = modals.filter((modal) => modal.isConnected && isModal(modal));
    return modals[modals.length - 1] ?? document.documentElement;
  };

  const isOpen = () => canPop && element.matches(':popover-open');

  const raise = () => {
    if (!isShown) return;
    const focused = root.activeElement;
    const parent = home();
    // Without a top layer the last of equals is on top.
    if (element.parentNode !== parent || (!canPop && parent.lastChild !== element)) {
      parent.append(element);
      // Only the parent's own children: watching the whole tree would cost a busy page for each of its changes.
      removal.disconnect();
      removal.observe(parent, { childList: true });
    }
    if (canPop) {
      if (isOpen()) element.hidePopover();
      element.showPopover();
    }
    below = topLayer();
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  };

  const rescue = () => {
    if (!isShown) return;
    if (++rescues < MOST_RESCUES) raise();
    else if (rescues === MOST_RESCUES) lost();
  };

  const canBeSeen = (target: HTMLElement): boolean => {
    const { left, top, width, height } = target.getBoundingClientRect();
    // The element stands in the document or in a shadow root of the page: both can be asked.
    const outside = element.getRootNode() as Document | ShadowRoot;
    let hits = 0;
    for (const right of SPOTS)
      for (const down of SPOTS) {
        const x = left + width * right;
        const y = top + height * down;
        const hit = outside.elementFromPoint?.(x, y);
        // Beyond the window's edge: a badge that is being dragged.
        if (!hit) continue;
        if (hit !== element || !target.contains(root.elementFromPoint(x, y))) {
          // A modal dialog in a shadow root of the page's, whose opening nobody hears.
          for (let at: Node | null | undefined = deepest(x, y); at; at = around(at)) see(at);
          return false;
        }
        hits++;
      }
    // Nothing above matters to an element in the top layer.
    for (let at: Element | null = element; at; at = isOpen() ? null : at.parentElement) {
      const style = getComputedStyle(at);
      const plain = [style.filter, style.clipPath, style.transform, style.maskImage || 'none'];
      if (style.visibility !== 'visible' || +style.opacity < 1 || plain.some((value) => value !== 'none')) return false;
    }
    return hits > 0 && topLayer().every((one) => one === element || below.includes(one));
  };

  const see = (modal: EventTarget | null) => {
    if (!(modal instanceof Element && modal.localName === 'dialog' && isModal(modal))) return;
    if (modals[modals.length - 1] === modal) return;
    modals = modals.filter((known) => known !== modal);
    modals.push(modal);
  };

  const removal = new MutationObserver(
    host.guard(() => {
      if (!element.isConnected) rescue();
    }),
  );
  const opening = new MutationObserver(
    host.guard((records: MutationRecord[]) => {
      for (const { target } of records) see(target);
      if (element.parentNode !== home()) rescue();
    }),
  );
  topLayer().forEach(see);
  opening.observe(document, { subtree: true, attributes: true, attributeFilter: ['open'] });
  // Capturing, for it does not bubble: the page's popovers and, in newer browsers, dialogs.
  host.listen(window, 'toggle', (event) => {
    see(event.target);
    if (event.target !== element && (event as ToggleEvent).newState === 'open') rescue();
  });
  host.listen(document, 'fullscreenchange', rescue);

  // None of the page's shortcuts, nor its focus traps, while the keys are ours.
  for (const type of ['keydown', 'keypress', 'keyup', 'focus', 'focusin', 'focusout'])
    host.listen(window, type, (event: KeyboardEvent | FocusEvent) => {
      const isOurs = event.composedPath().includes(element);
      if (!event.isTrusted || (!isOurs && !(isAsking() && ('key' in event || event.relatedTarget === element)))) return;
      event.stopImmediatePropagation();
      heard(event);
    });

  let isHeard = false;
  host.listen(root, 'tandem', () => {
    isHeard = true;
  });
  let cancelLook: (() => void) | undefined;
  const look = () => {
    rescues = Math.max(0, rescues - 2);
    isHeard = false;
    // No plain Event: old libraries have a class of their own under that name.
    root.dispatchEvent(new UIEvent('tandem'));
    // document.open() takes every listener off: our buttons are dead, and the page is another one.
    if (!isHeard) lost();
    const seen = anchor();
    if (isShown && seen && !document.hidden && !canBeSeen(seen)) {
      topLayer().forEach(see);
      rescue();
    }
    cancelLook = host.after(LOOK_EVERY_MS, look);
  };
  look();

  return {
    root,
    keepInSight(target, isBare) {
      if (isBare && canBeSeen(target) && !document.querySelector(':is(:active-view-transition)')) return true;
      raise();
      return false;
    },
    show(shown) {
      if (shown === isShown) return;
      isShown = shown;
      if (shown) raise();
      else element.remove();
    },
    close() {
      isShown = false;
      cancelLook?.();
      removal.disconnect();
      opening.disconnect();
      element.remove();
    },
  };
}

/** `:is` forgives the selectors that a browser does not know. */
function isModal(element: Element): boolean {
  return element.matches(':is(:modal)');
}

/** What the page has opened over the rest, as far as it stands in the document itself. */
function topLayer(): Element[] {
  return [...document.querySelectorAll(':is(:modal,:popover-open)')];
}

/** The innermost element at a point, through the page's open shadow roots. */
export function deepest(x: number, y: number): Element | null {
  let at = document.elementFromPoint(x, y);
  for (;;) {
    const next = at?.shadowRoot?.elementFromPoint(x, y);
    if (!next || next === at) return at;
    at = next;
  }
}

/** What a node is shown in. */
function around(node: Node): Node | null | undefined {
  return (node as Element).assignedSlot ?? node.parentNode ?? (node as Partial<ShadowRoot>).host;
}

/** The element with the focus, however deep in open shadow roots. */
export function focused(): HTMLElement | undefined {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at instanceof HTMLElement ? at : undefined;
}
