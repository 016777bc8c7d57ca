// The hand: carries out on the visitor's page what an operator does, or refuses it and says why. Every act is answered,
// once; nothing is thrown. It asks nobody for leave: who may act is decided before.
//
// Promises: nothing is done to what is masked, disabled, ours or of another origin, or while the visitor is using the
// page; a press lands on what the operator aimed at, or not at all; no value of a hidden field is read.
//
// Easy to get wrong: all of an act happens at once, in the order of the calls; only the answer waits, for what the page's
// own handlers have put off to their microtasks. An answer that is asked for when the page is on its way elsewhere must
// be out before: going there is put off a moment.

import type { Act, Outcome, Place } from '../protocol/hand.ts';
import { tagOf } from './capture/dom.ts';
import { isEditor } from './control/caret.ts';
import { valueOf } from './control/describe.ts';
import { choose, hasPicker, isSelect, setPicked } from './control/fields.ts';
import { activeElement, moveFocus } from './control/focus.ts';
import { pressKey } from './control/keys.ts';
import { bringIn, listen, viewOf, type Globals } from './control/natives.ts';
import { chainOf, elementOf, toOwn, topBoxOf } from './control/places.ts';
import { createMouse } from './control/pointer.ts';
import { scrollFrom } from './control/scroll.ts';
import { heldKeys, make, send } from './control/send.ts';
import { createTargets, isRefusal, refuse, type Refusal } from './control/target.ts';
import { createTexts, takesText } from './control/text.ts';
import { watchVisitor } from './control/visitor.ts';

export type HandOptions = {
  document: Document;
  /** Live node of a capture id. */
  nodeOf(id: number): Node | undefined;
  /** From capture's masker: blocked, in a masked or private zone, or a secret field. */
  isHidden(element: Element): boolean;
  /** Elements carrying it are ours. */
  uiAttribute: string;
  guard: <A extends unknown[], R>(task: (...args: A) => R) => (...args: A) => R | undefined;
  after(ms: number, task: () => void): () => void;
};

export type Hand = {
  /** `point`, `frame` and `unframe` draw, which is not done here. Resolves when the page's own handlers have run. */
  perform(act: Act): Promise<Outcome>;
  /** Where a place lies in the viewport now; undefined: it is gone or has no box. */
  pointOf(place: Place): { x: number; y: number } | undefined;
  /** In the top window's viewport, also for nodes in same-origin frames. */
  boxOf(node: number): DOMRect | undefined;
  /** Ends a drag and the hover: control was taken back, the link was lost. */
  letGo(): void;
  close(): void;
};

/** `field`: what may have changed. */
type Done = { done: true; what?: Element | undefined; field?: Element | undefined; was?: string | undefined };

const MIDDLE = { x: 0.5, y: 0.5 };

export function createHand(options: HandOptions): Hand {
  const { document: page, isHidden, nodeOf } = options;
  // Its document is shown, or there would be nothing to act on.
  const top = (page.defaultView ?? window) as Globals;
  const targets = createTargets({ ...options, top });
  const texts = createTexts();
  const mouse = createMouse(page, top, texts.settle);
  /** Why the last press was refused: its release is, too. */
  let refusedPress: Refusal | undefined;
  let pressedField: { field: Element; was: string | undefined } | undefined;
  let isClosed = false;

  const letGo = options.guard(() => mouse.letGo());
  const visitor = watchVisitor({
    top,
    guard: options.guard,
    acted: () => {
      if (mouse.isDown) mouse.letGo();
    },
  });
  const stopBlur = listen(
    top,
    'blur',
    options.guard((event: Event) => {
      const [target] = event.composedPath();
      if (event.isTrusted && target && 'nodeType' in target) texts.settle(target as Element);
    }),
  );

  const done = (element?: Element, field?: Element): Done => ({
    done: true,
    what: element,
    field,
    was: field && valueOf(field, isHidden),
  });

  /** What a press on an element would change. */
  const fieldOf = (element: Element): Element | undefined => {
    for (const at of chainOf(element)) {
      const control = tagOf(at) === 'LABEL' ? (at as HTMLLabelElement).control : at;
      if (control && /^(INPUT|SELECT|TEXTAREA)$/.test(tagOf(control))) return control;
    }
    return undefined;
  };

  /** What has the focus, or why no key may go there. Undefined: the page itself. */
  const focused = (): Element | undefined | Refusal => {
    const active = activeElement(page);
    const refused = active && targets.refusalOf(active);
    if (refused) return refused;
    // The caret may stand in a hidden piece of an editor.
    const caret = active && isEditor(active) ? viewOf(active)?.getSelection()?.anchorNode : undefined;
    const at = caret && elementOf(caret);
    return at && isHidden(at) ? refuse('masked') : active;
  };

  /** While dragging, the pointer is wherever it is; but what is hidden or ours hears nothing of it. */
  const dragOver = (place: Place) => {
    const found = targets.loose(place);
    if (isRefusal(found)) return found;
    const { hit, point } = found;
    return { hit: hit && !targets.refusalOf(hit) ? hit : page.documentElement, point };
  };

  const pressable = (at: Place) => {
    const found = targets.find(at);
    if (isRefusal(found)) return found;
    const field = fieldOf(found.hit);
    // The field of a label may be hidden though its label is not.
    return (field && targets.refusalOf(field)) || { ...found, field };
  };

  const press = (act: Act & { t: 'down' }): Done | Refusal => {
    let found = pressable(act.at);
    if (!isRefusal(found)) {
      // Hovering may make the page draw anew what is there.
      mouse.move(found.hit, found.point, act.mods);
      if (!found.hit.isConnected) found = pressable(act.at);
    }
    refusedPress = isRefusal(found) ? found : undefined;
    if (isRefusal(found)) return found;
    const { hit, point, field } = found;
    pressedField = field && { field, was: valueOf(field, isHidden) };
    mouse.down(hit, point, act);
    return done(hit);
  };

  const release = (act: Act & { t: 'up' }): Done | Refusal => {
    if (!mouse.isDown) return refusedPress ?? refuse('not-possible');
    const found = dragOver(act.at);
    const pressed = mouse.pressed;
    if (isRefusal(found)) {
      // The page has taken it away since: nothing to click on, but the button must not stay down.
      mouse.letGo();
      return found;
    }
    const { needsVisitor } = mouse.up(found.hit, found.point, act);
    if (needsVisitor) return refuse('needs-visitor', pressed && targets.what(pressed));
    return { done: true, what: pressed, ...pressedField };
  };

  const wheel = (act: Act & { t: 'wheel' }): Done | Refusal => {
    const found = targets.loose(act.at);
    if (isRefusal(found)) return found;
    const { hit, point } = found;
    // Outside of the window nothing is hit; its scroller still is where it is.
    const element = hit ?? elementOf(nodeOf(act.at.node) ?? page) ?? page.documentElement;
    const refused = targets.refusalOf(element);
    if (refused && /own-ui|other-origin/.test(refused.why)) return refused;
    const own = toOwn(viewOf(element) ?? top, point);
    const init = {
      clientX: own.x,
      clientY: own.y,
      deltaX: act.dx,
      deltaY: act.dy,
      deltaMode: 0,
      ...heldKeys(act.mods),
    };
    // What is hidden or disabled hears nothing of it, but may lie in something that scrolls.
    const isOn = refused !== undefined || send(element, make(element, 'WheelEvent', 'wheel', init));
    const isZoom = heldKeys(act.mods).ctrlKey;
    if (isOn && !isZoom) {
      const isSideways = heldKeys(act.mods).shiftKey && act.dx === 0;
      scrollFrom(element, isSideways ? act.dy : act.dx, isSideways ? 0 : act.dy);
    }
    return done();
  };

  const key = (act: Act & { t: 'key' }): Done | Refusal => {
    const active = focused();
    if (active && isRefusal(active)) return active;
    const result = done(active, active);
    const { needsVisitor } = pressKey(page, texts, act);
    return needsVisitor ? refuse('needs-visitor', active && targets.what(active)) : result;
  };

  const text = (act: Act & { t: 'text' }): Done | Refusal => {
    const active = focused();
    if (active && isRefusal(active)) return active;
    if (!takesText(active)) return refuse('not-possible', active && targets.what(active));
    const result = done(active, active);
    if (act.isPasted) texts.paste(active, act.text);
    else texts.edit(active, 'insertText', act.text);
    return result;
  };

  const pick = (node: number, take: (element: Element) => boolean | undefined): Done | Refusal => {
    const found = targets.find({ node, ...MIDDLE });
    if (isRefusal(found)) return found;
    const { element } = found;
    const result = done(element, element);
    moveFocus(page, element, false);
    return take(element) ? result : refuse('not-possible', targets.what(element));
  };

  const leave = (go: () => void): Done => {
    options.after(0, options.guard(go));
    return done();
  };

  const go = ({ to }: Act & { t: 'go' }): Done | Refusal => {
    if (to === 'reload') return leave(() => top.location.reload());
    // Knows only pages of this origin, which are also the only ones to go to. Not in TypeScript's library yet.
    const { navigation } = top as { navigation?: { canGoBack: boolean; canGoForward: boolean } };
    if (navigation && !(to === 'back' ? navigation.canGoBack : navigation.canGoForward)) return refuse('not-possible');
    return leave(() => (to === 'back' ? top.history.back() : top.history.forward()));
  };

  const visit = ({ url }: Act & { t: 'visit' }): Done | Refusal => {
    let to: URL;
    try {
      to = new URL(url, top.location.href);
    } catch {
      return refuse('not-possible');
    }
    if (!/^https?:$/.test(to.protocol) || to.origin !== top.location.origin) return refuse('other-origin');
    return leave(() => top.location.assign(to.href));
  };

  const carryOut = (act: Act): Done | Refusal => {
    visitor.look();
    // A button that is down must come up.
    if (visitor.isBusy() && !(act.t === 'up' && mouse.isDown)) {
      if (act.t === 'down') refusedPress = refuse('visitor-busy');
      return refuse('visitor-busy');
    }
    switch (act.t) {
      case 'reveal': {
        const found = targets.live(act.node);
        if (isRefusal(found)) return found;
        bringIn(found.element, 'center');
        return topBoxOf(found.element) ? done(found.element) : refuse('hidden');
      }
      case 'move': {
        const found = mouse.isDown ? dragOver(act.at) : targets.find(act.at, { isStill: true });
        if (isRefusal(found)) return found;
        mouse.move(found.hit, found.point, act.mods);
        return done();
      }
      case 'down':
        return press(act);
      case 'up':
        return release(act);
      case 'wheel':
        return wheel(act);
      case 'key':
        return key(act);
      case 'text':
        return text(act);
      case 'choose':
        return pick(act.node, (element) => isSelect(element) && choose(element, act.options));
      case 'set':
        return pick(act.node, (element) => hasPicker(element) && setPicked(element, act.value));
      case 'go':
        return go(act);
      case 'visit':
        return visit(act);
      case 'point':
      case 'frame':
      case 'unframe':
        return refuse('not-possible');
    }
  };

  const finish = (found: Done | Refusal): Outcome => {
    if (!found.done) return found;
    const { what, field, was } = found;
    const now = field?.isConnected ? valueOf(field, isHidden) : undefined;
    return {
      done: true,
      ...(what ? { what: targets.what(what) } : {}),
      ...(was !== undefined && now !== undefined && was !== now ? { was, now } : {}),
    };
  };

  const boxOf: Hand['boxOf'] = (id) => {
    const node = nodeOf(id);
    return node?.isConnected ? options.guard(topBoxOf)(node) : undefined;
  };

  return {
    async perform(act) {
      if (isClosed) return refuse('failed');
      const found = options.guard(carryOut)(act) ?? refuse('failed');
      await Promise.resolve();
      return options.guard(finish)(found) ?? refuse('failed');
    },
    pointOf({ node, x, y }) {
      const box = boxOf(node);
      return box && { x: box.x + box.width * x, y: box.y + box.height * y };
    },
    boxOf,
    letGo: () => void letGo(),
    close() {
      if (isClosed) return;
      isClosed = true;
      letGo();
      stopBlur();
      visitor.close();
    },
  };
}
