// What a person sees on a page and rrweb's format has no event for: where the focus and the caret are, open <select> lists,
// popovers, animations that script has started, style sheets that are switched off. The last become changes of an
// attribute, the others each a custom rrweb event {tag, payload}:
//
//   focus      {id, visible}                id 0: nothing; visible: the browser shows that it is focused
//   caret      {id, start, end}             in a text field that is not masked
//   select     {id, open, active?}          active: index of the option shown as current
//   popover    {id, open}
//   animation  {id, key, keyframes, timing, currentTime, playState, pseudo?} | {id, key, cancel: true}
//
// Easy to get wrong: Infinity is no JSON number. Browsers without `select:open` tell nothing of the list, so there it
// is guessed from what the visitor does.

import { rewriteCss, type NameOf } from './css-urls.ts';
import { attributeOf, hasAttributeOf, isElement, matches, shadowOf, tagOf, targetOf } from './dom.ts';
import type { Listening } from './listening.ts';
import type { Masker } from './mask.ts';
import type { Root } from './tree.ts';

export type Signs = {
  /** Listens in a document: the page's own, or a same-origin frame's, which has listeners of its own. */
  watch(page: Document, listening: Listening): void;
  /** The same in a shadow root, too, whose events are not heard outside of it. */
  toggles(root: Root, listening: Listening): void;
  /** It is part of the picture from now on. */
  entered(root: Root): void;
  /** A new picture begins, in which nothing has been said yet. */
  begin(): void;
  /** Says all that has not been said of this picture. */
  announce(): void;
  /** With each batch: where the focus and the caret are now. */
  look(): void;
};

/** getAnimations() makes the browser bring styles up to date: rarely enough to cost nothing. */
const LOOK_EVERY_MS = 400;
/** After any of these the focus, the caret or a list may be another. */
const LOOKS = 'focusin focusout blur selectionchange keydown keyup pointerdown pointerup click'.split(' ');
const MAX_KEYFRAMES_CHARS = 20_000;
/** Stands for Infinity: a day of the fastest blinking. */
const MANY_ITERATIONS = 1e6;

/** False, too, where the browser does not know that state. */
function isNow(element: Element, state: string): boolean {
  try {
    return matches(element, state);
  } catch {
    return false;
  }
}

export function createSigns(options: {
  page: Document;
  listening: Listening;
  masker: Masker;
  /** 0: not captured. */
  idOf: (node: Node) => number;
  /** An asset that an animation shows. */
  mentioned: NameOf;
  tell: (tag: string, payload: unknown) => void;
  /** An attribute of a node as the mirror is to have it; null: none. */
  change: (id: number, name: string, value: string | null) => void;
  /** Looks with the next batch. */
  due: () => void;
}): Signs {
  const { page, listening, masker, idOf, mentioned, tell, change, due } = options;
  const known = (node: Node | null | undefined): number => (node ? idOf(node) : 0);

  const deepestActive = (): Element | null => {
    let active = page.activeElement;
    for (;;) {
      let inner: Element | null | undefined = active && shadowOf(active)?.activeElement;
      if (!inner && active && tagOf(active) === 'IFRAME') {
        try {
          inner = (active as HTMLIFrameElement).contentDocument?.activeElement;
        } catch {
          // Of another origin: the frame itself has the focus as far as this page knows.
          inner = undefined;
        }
      }
      if (!inner) return active && (tagOf(active) === 'BODY' || tagOf(active) === 'HTML') ? null : active;
      active = inner;
    }
  };

  let focus = 0;
  const lookAtFocus = () => {
    const active = deepestActive();
    const id = known(active);
    if (id === focus) return;
    focus = id;
    tell('focus', { id, visible: !!active && isNow(active, ':focus-visible') });
  };

  let caret = '';
  const lookAtCaret = () => {
    const active = deepestActive();
    if (!active || (tagOf(active) !== 'INPUT' && tagOf(active) !== 'TEXTAREA')) return;
    const id = known(active);
    if (!id || masker.secretOf(active) || masker.zoneOf(active) !== 'open') return;
    // Its tag says which it is; types without a selection say null.
    const { selectionStart: start, selectionEnd: end } = active as HTMLInputElement | HTMLTextAreaElement;
    if (start === null || end === null) return;
    const now = `${id} ${start} ${end}`;
    if (now === caret) return;
    caret = now;
    tell('caret', { id, start, end });
  };

  let open: HTMLSelectElement | undefined;
  const showsOpen = CSS.supports('selector(select:open)');
  const setOpen = (select: HTMLSelectElement | undefined) => {
    if (open === select) return;
    if (open && known(open)) tell('select', { id: known(open), open: false });
    open = select && known(select) ? select : undefined;
    if (!open) return;
    const isHidden = masker.zoneOf(open) !== 'open' || masker.secretOf(open) !== undefined;
    tell('select', { id: known(open), open: true, ...(isHidden ? {} : { active: open.selectedIndex }) });
  };
  const hasList = (element: Element | undefined): element is HTMLSelectElement => {
    if (!element || tagOf(element) !== 'SELECT') return false;
    // Its tag says that it is one.
    const select = element as HTMLSelectElement;
    return !select.multiple && select.size <= 1 && !select.disabled;
  };
  /** Its list may have been opened or closed. */
  let asked: HTMLSelectElement | undefined;
  const lookAtList = () => {
    const select = asked ?? open;
    asked = undefined;
    if (showsOpen && select) setOpen(isNow(select, ':open') ? select : undefined);
  };
  const guess = (event: Event) => {
    const target = targetOf(event);
    // Frames have a class of their own; the property says the same.
    const key = 'key' in event ? (event as KeyboardEvent) : undefined;
    if (event.type === 'pointerdown') return setOpen(hasList(target) && open !== target ? target : undefined);
    if (event.type === 'change' || event.type === 'blur') return setOpen(undefined);
    if (!key) return;
    if (key.key === 'Escape' || key.key === 'Tab' || (key.key === 'Enter' && open)) return setOpen(undefined);
    if (hasList(target) && (key.key === ' ' || key.key === 'F4' || (key.altKey && /^Arrow(Up|Down)$/.test(key.key))))
      setOpen(open === target ? undefined : target);
  };
  let nextKey = 1;
  const animations = new Map<Animation, { id: number; key: number; told: string }>();
  const lookAtAnimations = () => {
    if (page.visibilityState === 'hidden' || !page.getAnimations) return;
    const running = new Set<Animation>();
    for (const animation of page.getAnimations()) {
      // Those of stylesheets run in the mirror by themselves.
      if ('animationName' in animation || 'transitionProperty' in animation) continue;
      const effect = animation.effect;
      if (!effect || !('getKeyframes' in effect) || animation.timeline !== page.timeline) continue;
      // Checked by its method: the only kind of effect that has keyframes.
      const { target, pseudoElement } = effect as KeyframeEffect;
      const id = known(target);
      if (!id || !target || masker.isWithinBlocked(target)) continue;
      running.add(animation);
      const keyframes = (effect as KeyframeEffect).getKeyframes();
      const timing = effect.getTiming();
      if (timing.iterations === Infinity) timing.iterations = MANY_ITERATIONS;
      const { playState } = animation;
      const told = JSON.stringify([id, keyframes, timing, playState, animation.playbackRate, animation.startTime]);
      const before = animations.get(animation);
      if (before?.told === told || told.length > MAX_KEYFRAMES_CHARS) continue;
      // Words, custom properties and pictures may be in it, and it is rare: a hidden place does without.
      if (masker.zoneOf(target) !== 'open' && /"--|content|quotes|counter|url\(/.test(told)) continue;
      // Only now: what is mentioned is fetched and leaves the page.
      for (const keyframe of keyframes)
        for (const [name, value] of Object.entries(keyframe))
          if (typeof value === 'string') keyframe[name] = rewriteCss(value, target.baseURI, mentioned);
      const key = before?.key ?? nextKey++;
      animations.set(animation, { id, key, told });
      const currentTime = typeof animation.currentTime === 'number' ? animation.currentTime : 0;
      tell('animation', {
        id,
        key,
        keyframes,
        timing: { ...timing, playbackRate: animation.playbackRate },
        currentTime,
        playState,
        ...(pseudoElement ? { pseudo: pseudoElement } : {}),
      });
    }
    for (const [animation, { id, key }] of animations) {
      if (running.has(animation)) continue;
      animations.delete(animation);
      tell('animation', { id, key, cancel: true });
    }
  };

  /** Owners of sheets: a new text or address makes a new sheet, and that is on. */
  let switchedOff = new Set<Node>();
  /** What nothing tells of: a sheet that is switched off. */
  const lookAtSheets = () => {
    for (const sheet of page.styleSheets) {
      const { disabled, ownerNode } = sheet;
      if (!isElement(ownerNode) || switchedOff.has(ownerNode) === disabled || !known(ownerNode)) continue;
      if (disabled) switchedOff.add(ownerNode);
      else switchedOff.delete(ownerNode);
      change(known(ownerNode), 'media', disabled ? 'not all' : attributeOf(ownerNode, 'media'));
    }
  };
  listening.every(LOOK_EVERY_MS, () => {
    lookAtAnimations();
    lookAtSheets();
  });

  const toggled = new Set<Element>();
  const lookAtPopovers = () => {
    for (const element of toggled) {
      const id = known(element);
      if (!id && element.isConnected) continue;
      toggled.delete(element);
      if (id) tell('popover', { id, open: isNow(element, ':popover-open') });
    }
  };

  const look = () => {
    lookAtPopovers();
    lookAtFocus();
    lookAtCaret();
    lookAtList();
  };

  return {
    watch(root, listening) {
      const view = root.defaultView;
      if (!view) return;
      // Looked at with the next batch: what was put in just now and focused has no id yet, a list opens and closes as the
      // event's default action, which comes after this, and nothing is asked while the page works. What is typed or chosen is
      // noted as the field's (fields.ts), and that is a reason to look, too.
      for (const type of LOOKS)
        listening.hear(view, type, (event: Event) => {
          const target = targetOf(event);
          if (hasList(target)) asked = target;
          due();
        });
      if (!showsOpen) for (const type of ['pointerdown', 'keydown', 'change', 'blur']) listening.on(view, type, guess);
    },
    toggles(root, listening) {
      // Not told at once: one that was put in just now has no id yet.
      listening.on(root, 'toggle', (event: Event) => {
        const target = targetOf(event);
        if (target && hasAttributeOf(target, 'popover')) toggled.add(target);
        due();
      });
    },
    entered(root) {
      try {
        for (const element of root.querySelectorAll(':popover-open')) toggled.add(element);
      } catch {
        // A browser without popovers.
      }
    },
    look,
    begin() {
      focus = 0;
      caret = '';
      open = asked = undefined;
      animations.clear();
      switchedOff = new Set();
    },
    announce() {
      lookAtSheets();
      look();
      lookAtAnimations();
    },
  };
}
