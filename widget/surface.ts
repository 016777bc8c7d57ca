// The one element through which the widget shows anything: a popover in the page's top layer with an open shadow root.
// Keeps it there: over modal dialogs (inside the topmost one, since a modal makes everything outside it inert), over
// full screen, and back again when the page removes it. Says when it has lost that fight. Knows nothing of what it shows.
//
// Easy to get wrong: inside a shadow root an `!important` rule on :host beats the page's own `!important` rules, so what
// must survive `* { display: none !important }` stands there (styles.ts). Moving the element loses the focus.

import type { Clean, Host } from './host.ts';
import { STYLES } from './styles.ts';

/** How often to look whether something came to lie on top without any event that we hear of. */
const LOOK_EVERY_MS = 1000;
/** A page that removes or covers us so often means it. Each look forgives two: menus that open all day are no attack. */
const MOST_RESCUES = 40;

export type Surface = {
  readonly root: ShadowRoot;
  /** Shows what is in the root, on top of everything, or takes all of it out of the page. */
  show(shown: boolean): void;
  /** True when a click at the middle of `target` would hit it and nothing makes it invisible. */
  canBeSeen(target: HTMLElement): boolean;
  close(): void;
};

export type SurfaceOptions = {
  host: Host;
  clean: Clean;
  nonce: string;
  lang: string;
  /** What must stay visible: looked at from time to time. */
  anchor(): HTMLElement | undefined;
  /** The page keeps taking the surface away. */
  lost(): void;
};

export function createSurface({ host, clean, nonce, lang, anchor, lost }: SurfaceOptions): Surface {
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
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  };

  const rescue = () => {
    if (!isShown) return;
    if (++rescues < MOST_RESCUES) raise();
    else if (rescues === MOST_RESCUES) lost();
  };

  const canBeSeen = (target: HTMLElement): boolean => {
    const { left, top, width, height } = target.getBoundingClientRect();
    const x = left + width / 2;
    const y = top + height / 2;
    // The element stands in the document or in a shadow root of the page: both can be asked.
    const outside = element.getRootNode() as Document | ShadowRoot;
    if (outside.elementFromPoint?.(x, y) !== element || !target.contains(root.elementFromPoint(x, y))) return false;
    // Nothing above matters to an element in the top layer.
    for (let at: Element | null = element; at; at = isOpen() ? null : at.parentElement) {
      const style = getComputedStyle(at);
      const plain = [style.filter, style.clipPath, style.transform, style.maskImage || 'none'];
      if (style.visibility !== 'visible' || +style.opacity < 1 || plain.some((value) => value !== 'none')) return false;
    }
    return true;
  };

  const see = (modal: EventTarget | null) => {
    if (!(modal instanceof Element) || !isModal(modal) || modals[modals.length - 1] === modal) return;
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
  const seeOpen = () => document.querySelectorAll('dialog[open]').forEach(see);
  seeOpen();
  opening.observe(document, { subtree: true, attributes: true, attributeFilter: ['open'] });
  // Capturing, for it does not bubble: the page's popovers and, in newer browsers, dialogs.
  host.listen(document, 'toggle', (event) => {
    see(event.target);
    if (event.target !== element && (event as ToggleEvent).newState === 'open') rescue();
  });
  host.listen(document, 'fullscreenchange', rescue);

  let cancelLook: (() => void) | undefined;
  const look = () => {
    rescues = Math.max(0, rescues - 2);
    const seen = anchor();
    if (isShown && seen && !document.hidden && !(element.isConnected && canBeSeen(seen))) {
      seeOpen();
      rescue();
    }
    cancelLook = host.after(LOOK_EVERY_MS, look);
  };
  look();

  return {
    root,
    canBeSeen,
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

function isModal(element: Element): boolean {
  try {
    return element.matches(':modal');
  } catch {
    // A browser that does not know the selector does not let us know.
    return false;
  }
}
