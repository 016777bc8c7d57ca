// The hand: carries out on the visitor's page what an operator does, or refuses it and says why. Every act is answered,
// once; nothing is thrown. It asks nobody for leave: who may act is decided before.
//
// Promises: nothing is done to what is masked, disabled, ours or of another origin, or while the visitor is using the
// page; a press lands on what the operator aimed at, or not at all; no value of a hidden field is read.
//
// What lies in a frame of another origin is done by the hand of that frame's page (frames-hand.ts).
//
// Easy to get wrong: all of an act happens at once, in the order of the calls; only the answer waits, for what the page's
// own handlers have put off to their microtasks. When an act itself begins is control/order.ts's. An answer that is asked
// for when the page is on its way elsewhere must be out before: going there is put off a moment.

import type { Act, Outcome, Place, Reason, Suggestion } from '../protocol/hand.ts';
import { isWithin } from './capture/dom.ts';
import type { Guest } from './capture/frames.ts';
import { askedDuring, type Asked } from './control/asking.ts';
import { editorOf, isEditor, isTextField, selectAll } from './control/caret.ts';
import { nameFor, valueOf } from './control/describe.ts';
import { editFrom, fieldOfEdit, joinEdits, putBack, stateOf, type Edit } from './control/edits.ts';
import { createFiles, type FileTarget } from './control/files.ts';
import { choose, hasPicker, isSelect, setPicked } from './control/fields.ts';
import { activeElement, moveFocus } from './control/focus.ts';
import { createHistory } from './control/history.ts';
import { moveOn, pressKey, type Around } from './control/keys.ts';
import { bringIn, isSelected, listen, optionsOf, styleOf, viewOf, type Globals } from './control/natives.ts';
import { wayOf } from './control/navigation.ts';
import { createOrder } from './control/order.ts';
import { holdsHidden } from './control/pieces.ts';
import { boxOutOf, elementOf, insideOf, inTo, pressableAround, toOwn, topBoxOf, type Point } from './control/places.ts';
import { createMouse } from './control/pointer.ts';
import { scrollFrom } from './control/scroll.ts';
import { heldKeys, make, send } from './control/send.ts';
import { createTargets, isRefusal, refuse, type Refusal } from './control/target.ts';
import { createTexts, takesText, type Texts } from './control/text.ts';
import { createTurns } from './control/turns.ts';
import { watchVisitor } from './control/visitor.ts';
import type { Abroad, FramesHandFile } from './frames-hand.ts';

export type { FileTarget };

export type HandOptions = {
  document: Document;
  /** Live node of a capture id. */
  nodeOf(id: number): Node | undefined;
  /** From capture's masker: blocked, in a masked or private zone, or a secret field. */
  isHidden(element: Element): boolean;
  /** Whether control pauses in a frame of the page, by its own address: only what the visitor has said yes to is done there. */
  isPausedIn?(view: Window): boolean;
  /** Elements carrying it are ours. */
  uiAttribute: string;
  guard: <A extends unknown[], R>(task: (...args: A) => R) => (...args: A) => R | undefined;
  after(ms: number, task: () => void): () => void;
  /** Frames of other origins. */
  frames?: {
    /** Those that are in the picture. */
    guests(): Iterable<Guest>;
    load(): Promise<FramesHandFile>;
    /** The visitor has pressed Escape in one of them, as its page says. */
    escaped(): void;
  };
  /** This page is itself in a frame: the page around hears of nothing that happens here. */
  isFrame?: {
    /** What goes on there: a wheel for which nothing here can move, a Tab past the last field. */
    beyond(what: 'wheel' | 'tab'): void;
    /** The visitor is using this page. */
    busy(event: Event, isPress: boolean): void;
  };
};

export type Hand = {
  /** What points or draws is not done here. Resolves when the page's own handlers have run. `isAccepted`: the visitor has
   * said yes to just this, which is how a suggestion is done; that they are using the page is then no reason against it.
   * `mayGo`: asked again of what had to wait. `point`: where the pointer is, in place of the act's own. */
  perform(act: Act, how?: How): Promise<Outcome>;
  /** What a suggestion is about, or why it could not be done whatever the visitor says. Changes nothing on the page. */
  suggested(at: Place, does: Suggestion): Suggested | Refusal;
  /** Where a file of the act would go. What becomes of it there is the visitor's to say. */
  fileTarget(act: Act & { t: 'askFile' | 'giveFile' }): FileTarget | Refusal;
  /** For the page around: where an act would land. */
  aim(place: Place, how: { isStill: boolean }): Point | Refusal;
  /** The focus comes in by Tab, or goes elsewhere. */
  enter(isBack: boolean): void;
  leave(): void;
  /** A node's stand-in, if it lies in a frame of another origin, and a stand-in's number. */
  standIn(id: number): Node | undefined;
  idOf(standIn: Node): number | undefined;
  /** Until it is known where a node in such a frame lies; undefined: it is. */
  located(node: number): Promise<void> | undefined;
  /** Such frames come and go. */
  look(): void;
  /** Where a place lies in the viewport now; undefined: it is gone or has no box. */
  pointOf(place: Place): { x: number; y: number } | undefined;
  /** In the top window's viewport, also for nodes in frames. */
  boxOf(node: number): DOMRect | undefined;
  /** Ends a drag and the hover: control was taken back, the link was lost. */
  letGo(): void;
  /** What an act that had this outcome has changed in a field and can be undone. */
  editOf(outcome: Outcome): Edit | undefined;
  /** Its field is there, and can be seen. */
  canUndo(edit: Edit): boolean;
  /** Puts a field back to what it held before the edit. */
  undo(edit: Edit, isForced: boolean): Promise<Undone>;
  /** Nothing is performed any more. What was done before can still be undone. */
  close(): void;
};

export type Suggested = {
  element: Element;
  /** What the page calls it, or nothing. */
  name: string;
  /** What a field would hold, in words; undefined: it is to be pressed. */
  value: string | undefined;
};

export { joinEdits, type Edit };
/** `changed`: it holds something else than it did after the edit. `was`, `now`: masked as everywhere. */
export type Undone = { done: true; was: string; now: string } | { done: false; why: Reason | 'changed' };

/** A field that may change, and what it holds before. */
type Field = { field: Element; was: string | undefined; before: Edit['before'] | undefined };
type Done = { done: true; what?: Element | undefined; isStep?: boolean } & Partial<Field>;

type Found = Done | Refusal | Outcome;
type How = { isAccepted?: boolean; mayGo?: () => Outcome | undefined; point?: Point | undefined };
type Going = { isAccepted: boolean; mayGo: () => Refusal | undefined; point: Point | undefined };

const LOAD_MS = 4000;
const mayComeLate = ({ t }: Act) => t === 'down' || t === 'key' || t === 'text';
const MIDDLE = { x: 0.5, y: 0.5 };

export function createHand(options: HandOptions): Hand {
  const { document: page, isHidden, nodeOf } = options;
  // Its document is shown, or there would be nothing to act on.
  const top = (page.defaultView ?? window) as Globals;
  /** What is asked or done now is the visitor's own: a suggestion of which they decide, an edit that they undo. */
  let isVisitors = false;
  const asVisitor =
    <A extends unknown[], R>(task: (...args: A) => R) =>
    (...args: A): R => {
      isVisitors = true;
      try {
        return task(...args);
      } finally {
        isVisitors = false;
      }
    };
  const targets = createTargets({
    ...options,
    top,
    isPausedIn: (view) => !isVisitors && !!options.isPausedIn?.(view),
  });
  const history = createHistory();
  /** The act at hand is undo or redo. */
  let isStep = false;
  const texts: Texts = createTexts({
    page,
    targets,
    isHidden,
    step(field, isRedo) {
      const isDone = history.step(field, isRedo, (edit) => {
        isStep = true;
        return stateOf(field, isHidden) === edit.after && putBack(page, texts, edit);
      });
      return isDone === false ? refuse('not-possible', targets.what(field)) : undefined;
    },
  });
  const isBarred = (element: Element) => targets.refusalOf(element) !== undefined;
  const turns = createTurns(page);
  const files = createFiles(targets, isHidden, (element) => isWithin(element, `[${options.uiAttribute}]`));
  const mouse = createMouse(page, top, texts.settle, isBarred, (task) => options.after(0, options.guard(task)));
  /** Why the last press was refused: its release is, too, and the keys that follow. */
  let refusedPress: Refusal | undefined;
  let pressedField: Field | undefined;
  let askedByPress: Asked = { needsVisitor: false };
  const edits = new WeakMap<Outcome, Edit>();
  const order = createOrder((ms, task) => options.after(ms, task));
  let isClosed = false;

  let abroad: Abroad | undefined;
  let loading: Promise<unknown> | undefined;
  const around: Around = {
    isEntered: (frame) => !!abroad?.isOpen(frame),
    leave: options.isFrame && (() => options.isFrame?.beyond('tab')),
  };
  const nowFocused = () => activeElement(page);
  const look = () => {
    abroad?.look();
    const { frames } = options;
    if (abroad || loading || !frames || [...frames.guests()].length === 0) return;
    const loaded = frames
      .load()
      .then(({ createAbroad }) => {
        if (isClosed) return;
        const made = createAbroad({
          ...options,
          ...frames,
          busy: (isPress) => visitor.told(isPress),
          page,
          targets,
          mouse,
          active: nowFocused,
          scroll: scrollFrom,
          moveOn: (isBack) => {
            moveOn(page, isBack, around);
            made.enter(nowFocused(), isBack);
          },
          places: { insideOf, inTo, boxOutOf },
          moveFocus,
        });
        abroad = made;
        made.look();
      })
      // Blocked or unreachable: the next look tries again.
      .catch(() => undefined)
      .then(() => (loading = undefined));
    loading = loaded;
    // Acts wait for it, but not for a relay that does not answer.
    const soon = new Promise<void>((resolve) => {
      options.after(LOAD_MS, resolve);
      void loaded.then(resolve);
    });
    order.holdFor(soon);
  };
  const letGo = options.guard(() => {
    abroad?.letGo();
    mouse.letGo();
  });
  const visitor = watchVisitor({
    top,
    guard: options.guard,
    acted: (event) => {
      if (mouse.isDown || abroad?.isDown) letGo();
      turns.visitor(event);
    },
    pointed: mouse.unhover,
    tell: options.isFrame?.busy,
  });
  const stopBlur = listen(
    top,
    'blur',
    options.guard((event: Event) => {
      const [target] = event.composedPath();
      if (event.isTrusted && target && 'nodeType' in target) texts.settle(target as Element);
    }),
  );

  const fieldBefore = (field: Element): Field => ({
    field,
    was: valueOf(field, isHidden),
    before: stateOf(field, isHidden),
  });
  const done = (element?: Element, field?: Element): Done => ({
    done: true,
    what: element,
    ...(field && fieldBefore(fieldOfEdit(field))),
  });

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
  const notFocused = (): Refusal | undefined => {
    const found = focused();
    return found && isRefusal(found) ? found : undefined;
  };

  /** The page may have switched it off in the same moment. */
  const isPressable = (hit: Element): boolean => {
    const refused = targets.refusalOf(hit) ?? targets.fieldOf(hit);
    return hit.isConnected && !(refused && isRefusal(refused));
  };
  const asking = (at: Element, task: () => void) => askedDuring(viewOf(at) ?? top, task);

  const press = (act: Act & { t: 'down' }, isAccepted = false): Done | Refusal => {
    let found = targets.pressable(act.at);
    if (!isRefusal(found)) {
      // Hovering may make the page draw anew what is there.
      mouse.move(found.hit, found.point, act.mods);
      if (!isPressable(found.hit)) found = targets.pressable(act.at);
    }
    // Their caret stays where it is.
    if (!isAccepted && !isRefusal(found) && visitor.isTyping() && turns.isTheirs(found.hit))
      found = refuse('visitor-busy');
    refusedPress = isRefusal(found) ? found : undefined;
    if (isRefusal(found)) return found;
    const { hit, point, field } = found;
    pressedField = field && fieldBefore(field);
    askedByPress = asking(hit, () => mouse.down(hit, point, act));
    return done(hit);
  };

  const release = (act: Act & { t: 'up' }, point?: Point): Done | Refusal => {
    if (!mouse.isDown) return refusedPress ?? refuse('not-possible');
    const found = targets.over(act.at, point);
    const pressed = mouse.pressed;
    if (isRefusal(found)) {
      // The page has taken it away since: nothing to click on, but the button must not stay down.
      mouse.letGo();
      return found;
    }
    const asked = asking(pressed ?? page.documentElement, () => mouse.up(found.hit, found.point, act));
    const { needsVisitor, field } = asked.needsVisitor ? asked : askedByPress;
    if (field && pressed) files.asked(pressed, field);
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
    if (refused && /own-ui|other-origin|paused-here/.test(refused.why)) return refused;
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
      const hasMoved = scrollFrom(element, isSideways ? act.dy : act.dx, isSideways ? 0 : act.dy);
      if (!hasMoved) options.isFrame?.beyond('wheel');
    }
    return done();
  };

  const key = (act: Act & { t: 'key' }): Done | Refusal => {
    // Meant for what was pressed, and not for what was pressed before that; Tab is another way to go on.
    if (refusedPress && act.key !== 'Tab') return refusedPress;
    refusedPress = undefined;
    if (!turns.takeFocus()) return refuse('visitor-busy');
    const active = focused();
    if (active && isRefusal(active)) return active;
    let result = done(active, active);
    let refused: Refusal | undefined;
    isStep = false;
    const asked = asking(active ?? page.documentElement, () => {
      refused = pressKey({ page, texts, around, targets, refusal: notFocused, landed }, act);
    });
    function landed(at: Element) {
      if (active && at !== active) result = done(at, at);
    }
    if (act.key === 'Tab') abroad?.enter(nowFocused(), heldKeys(act.mods).shiftKey);
    if (refused) return refused;
    if (asked.field && active) files.asked(active, asked.field);
    if (asked.needsVisitor) return refuse('needs-visitor', active && targets.what(active));
    return { ...result, isStep };
  };

  const text = (act: Act & { t: 'text' }): Done | Refusal => {
    if (refusedPress) return refusedPress;
    if (!turns.takeFocus()) return refuse('visitor-busy');
    const active = focused();
    if (active && isRefusal(active)) return active;
    if (!takesText(active)) return refuse('not-possible', active && targets.what(active));
    const result = done(active, active);
    return (act.isPasted ? texts.paste(active, act.text) : texts.edit(active, 'insertText', act.text)) ?? result;
  };

  const pick = (node: number, take: (element: Element) => boolean | undefined): Done | Refusal => {
    const found = targets.find({ node, ...MIDDLE });
    if (isRefusal(found)) return found;
    const { element } = found;
    const result = done(element, element);
    moveFocus(page, element, false);
    const refused = targets.refusalOf(element);
    if (refused) return refused;
    return take(element) ? result : refuse('not-possible', targets.what(element));
  };

  /** An editor, of which not all may be replaced. */
  const isPartlyHidden = (field: Element) => !isTextField(field) && isEditor(field) && holdsHidden(field, isHidden);

  /** Focused, all selected, replaced. */
  const write = (at: Place, text: string): Done | Refusal => {
    const found = targets.find(at);
    if (isRefusal(found)) return found;
    const { element } = found;
    if (!takesText(element)) return refuse('not-possible', targets.what(element));
    const field = isTextField(element) ? element : editorOf(element);
    if (isPartlyHidden(field)) return refuse('masked');
    const result = done(field, field);
    moveFocus(page, field, false);
    selectAll(field);
    return texts.edit(field, text ? 'insertText' : 'deleteContentBackward', text || undefined) ?? result;
  };

  const suggested: Hand['suggested'] = ({ node }, does) => {
    const found = targets.live(node);
    if (isRefusal(found)) return found;
    const { element } = found;
    const isClick = does.t === 'click';
    const refused = targets.refusalOf(element) ?? (isClick ? targets.fieldOf(element) : undefined);
    if (refused && isRefusal(refused)) return refused;
    if (does.t === 'text' && isPartlyHidden(element)) return refuse('masked');
    const value = isClick ? undefined : suggestedValue(element, does);
    if (!isClick && value === undefined) return refuse('not-possible', targets.what(element));
    if (!topBoxOf(element)) return refuse('hidden', targets.what(element));
    return { element, name: nameFor((isClick && pressableAround(element)) || element, isHidden), value };
  };

  /** Undefined: it takes no such value. */
  const suggestedValue = (element: Element, does: Exclude<Suggestion, { t: 'click' }>): string | undefined => {
    if (does.t === 'text') return takesText(element) ? does.text : undefined;
    if (does.t === 'set') return hasPicker(element) && !element.readOnly ? does.value : undefined;
    if (!isSelect(element) || (!element.multiple && does.options.length !== 1)) return undefined;
    const options = [...optionsOf(element)];
    if (does.options.some((index) => !options[index] || (isBarred(options[index]) && !isSelected(options[index]))))
      return undefined;
    return does.options.map((index) => options[index]?.label).join(', ');
  };

  const doSuggested = ({ at, does: wanted }: Act & { t: 'suggest' }): Done | Refusal => {
    // The visitor's own press comes after whatever an operator was in the middle of.
    mouse.letGo();
    if (wanted.t === 'text') return write(at, wanted.text);
    if (wanted.t !== 'click') return does({ ...wanted, node: at.node }, true);
    const pressed = press({ t: 'down', at, button: 0, clicks: 1, mods: 0 }, true);
    const result = isRefusal(pressed) ? pressed : release({ t: 'up', at, button: 0, mods: 0 });
    mouse.unhover();
    return result;
  };

  const leave = (act: Act & { t: 'go' | 'visit' }): Done | Refusal => {
    const go = wayOf(act, top);
    if (isRefusal(go)) return go;
    options.after(0, options.guard(go));
    return done();
  };

  const busy = (act: Act): Refusal | undefined => {
    // A button that is down must come up.
    if (!visitor.isBusy() || (act.t === 'up' && (mouse.isDown || abroad?.isDown))) return undefined;
    // It has waited for a pause of the visitor's, who writes on: each gets their own place back (turns.ts).
    const isBetween = visitor.isTyping() && !visitor.isMidKey();
    if (isBetween && (act.t === 'down' || (mayComeLate(act) && turns.isApart()))) return undefined;
    return refuse('visitor-busy');
  };

  const carryOut = (act: Act, { isAccepted, mayGo, point }: Going): Found | Promise<Found> => {
    visitor.look();
    const refused = isAccepted ? undefined : busy(act);
    if (refused) {
      if (act.t === 'down') refusedPress = refused;
      return refused;
    }
    const elsewhere = abroad?.take(act, () => mayGo() ?? busy(act));
    if (elsewhere) return act.t === 'down' ? elsewhere.then(keepRefusal) : elsewhere;
    // A drag of this page, over such a frame.
    const over = mouse.isDown && 'at' in act && act.at ? abroad?.pointOf(act.at) : undefined;
    if (!over) return here(act, isAccepted, point);
    return over.then((found) => {
      if (!isRefusal(found)) return here(act, isAccepted, found);
      if (act.t === 'up') mouse.letGo();
      return found;
    });
  };
  /** Its release is answered as it was. */
  const keepRefusal = (outcome: Outcome) => {
    refusedPress = outcome.done ? undefined : refuse(outcome.why ?? 'failed', outcome.what);
    return outcome;
  };

  const here = (act: Act, isAccepted: boolean, point?: Point): Done | Refusal => {
    turns.begin();
    const result = (isAccepted ? asVisitor(does) : does)(act, isAccepted, point);
    if (result.done && !/^(move|wheel|reveal)$/.test(act.t)) turns.end();
    abroad?.focused(nowFocused());
    return result;
  };

  const does = (act: Act, isAccepted: boolean, point?: Point): Done | Refusal => {
    switch (act.t) {
      case 'reveal': {
        const found = targets.live(act.node);
        if (isRefusal(found)) return found;
        bringIn(found.element, 'center');
        return topBoxOf(found.element) ? done(found.element) : refuse('hidden');
      }
      case 'move': {
        const found = mouse.isDown ? targets.over(act.at, point) : targets.find(act.at, { isStill: true });
        if (isRefusal(found)) return found;
        mouse.move(found.hit, found.point, act.mods);
        return done();
      }
      case 'down':
        return press(act);
      case 'up':
        return release(act, point);
      case 'wheel':
        return wheel(act);
      case 'key':
        return key(act);
      case 'text':
        return text(act);
      case 'choose':
        return pick(act.node, (element) => isSelect(element) && choose(element, act.options, isBarred));
      case 'set':
        return pick(act.node, (element) => hasPicker(element) && setPicked(element, act.value));
      case 'go':
      case 'visit':
        return leave(act);
      case 'suggest':
        return isAccepted ? doSuggested(act) : refuse('not-possible');
      case 'point':
      case 'frame':
      case 'unframe':
      case 'draw':
      case 'undraw':
      case 'unsuggest':
      case 'askFile':
      case 'giveFile':
      case 'unoffer':
        return refuse('not-possible');
    }
  };

  const finish = (act: Act, found: Found): Outcome => {
    // A frame's own outcome is in words already.
    if (!found.done || typeof found.what === 'string') return found as Outcome;
    const { what, field, was, before, isStep: isUndone } = found as Done;
    const now = field?.isConnected ? valueOf(field, isHidden) : undefined;
    const outcome: Outcome = {
      done: true,
      ...(what ? { what: targets.what(what) } : {}),
      ...(was !== undefined && now !== undefined && was !== now ? { was, now } : {}),
    };
    const after = field?.isConnected ? stateOf(field, isHidden) : undefined;
    const edit = field && editFrom(field, before, after);
    if (field && after === undefined) history.forget(field);
    if (edit) edits.set(outcome, edit);
    if (edit && takesText(edit.field) && !isUndone)
      history.add(edit, act.t === 'key' && [...act.key].length === 1 ? act.key : undefined);
    return outcome;
  };

  /** What is dressed up is seen by its label. */
  const canUndo = ({ field }: Edit): boolean =>
    field.isConnected &&
    !!viewOf(field) &&
    [field, ...((field as Partial<HTMLInputElement>).labels ?? [])].some(
      (each) => (topBoxOf(each)?.width ?? 0) > 0 && styleOf(each).visibility === 'visible',
    );

  const undo = (edit: Edit, isForced: boolean): (() => Undone) => {
    const no = (why: Reason | 'changed') => () => ({ done: false, why }) as const;
    const { field } = edit;
    if (!canUndo(edit)) return no('gone');
    const refused = targets.refusalOf(field);
    if (refused) return no(refused.why);
    const held = stateOf(field, isHidden);
    if (held !== edit.after && held !== edit.before && !isForced) return no('changed');
    const was = valueOf(field, isHidden) ?? '';
    const isDone = held === edit.before || putBack(page, texts, edit);
    return () => {
      const holds = stateOf(field, isHidden);
      if (!isDone || (holds === held && holds !== edit.before)) return { done: false, why: 'not-possible' };
      return { done: true, was, now: valueOf(field, isHidden) ?? '' };
    };
  };

  const boxOf: Hand['boxOf'] = (id) => {
    const abroadBox = abroad?.boxOf(id);
    if (abroadBox?.isOurs) return abroadBox.box;
    const node = nodeOf(id);
    return node?.isConnected ? options.guard(topBoxOf)(node) : undefined;
  };

  return {
    async perform(act, { isAccepted = false, mayGo, point } = {}) {
      const stopped = (): Refusal | undefined => {
        if (isClosed) return refuse('failed');
        const { done, why, what } = mayGo?.() ?? { done: true };
        return done ? undefined : refuse(why ?? 'failed', what);
      };
      options.guard(look)();
      const found = order.take<Found>({
        stopped,
        // Half a word is worse than a late one.
        mustWait: (isLate) =>
          !isAccepted && mayComeLate(act) && (isLate ? visitor.isTyping() && visitor.isMidKey() : visitor.isBusy()),
        begin: () => options.guard(carryOut)(act, { isAccepted, mayGo: stopped, point }) ?? refuse('failed'),
      });
      const end = 'then' in found ? await found : found;
      await Promise.resolve();
      return options.guard(finish)(act, end) ?? refuse('failed');
    },
    fileTarget(act) {
      const at = act.t === 'giveFile' ? act.at : { node: act.node, ...MIDDLE };
      return options.guard(files.find)(at, act.t === 'giveFile') ?? refuse('failed');
    },
    aim(place, how) {
      const found = how.isStill ? targets.find(place, how) : targets.pressable(place);
      return isRefusal(found) ? found : found.point;
    },
    enter(isBack) {
      moveFocus(page, undefined, false);
      moveOn(page, isBack, { ...around, leave: undefined });
    },
    leave() {
      const from = nowFocused();
      if (from) texts.settle(from);
      moveFocus(page, undefined, false);
    },
    standIn: (id) => options.guard(() => abroad?.standIn(id))(),
    idOf: (node) => abroad?.idOf(node),
    located(node) {
      options.guard(look)();
      return loading ? loading.then(() => abroad?.located(node)) : abroad?.located(node);
    },
    look: () => void options.guard(look)(),
    pointOf({ node, x, y }) {
      const box = boxOf(node);
      const point = box && { x: box.x + box.width * x, y: box.y + box.height * y };
      const frame = abroad?.boxOf(node).frame;
      // No frame of another's origin puts a pointer anywhere but into itself.
      const edge = frame && topBoxOf(frame);
      const isOut =
        edge && point && (point.x < edge.left || point.x > edge.right || point.y < edge.top || point.y > edge.bottom);
      return isOut ? undefined : point;
    },
    boxOf,
    suggested: (at, does) => (isClosed ? undefined : options.guard(asVisitor(suggested))(at, does)) ?? refuse('failed'),
    letGo() {
      order.letGo();
      letGo();
    },
    editOf: (outcome) => edits.get(outcome),
    canUndo: (edit) => options.guard(canUndo)(edit) ?? false,
    async undo(edit, isForced) {
      const end = options.guard(asVisitor(undo))(edit, isForced);
      await Promise.resolve();
      return (end && options.guard(end)()) ?? { done: false, why: 'failed' };
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      order.letGo();
      letGo();
      abroad?.close();
      stopBlur();
      visitor.close();
    },
  };
}
