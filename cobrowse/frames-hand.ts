// Acts that are carried out in a frame of another origin, by the hand of its own page (frame-hand.ts): which act goes to
// which frame, and what this page has to see to, since the frame cannot: that the frame's element may be acted on and is in
// sight at that point, that the mouse and the focus come in and go out, and what goes on outside of it.
//
//   down, move, choose, set, reveal   aim: where in the frame?  →  in sight here?  →  act  →  outcome
//   up, and all of a drag             to the frame that the button went down in, wherever the pointer is
//   key, text                         to the frame that has the focus
//   wheel, Tab                        what the frame has no more use for goes on here
//
// A file of its own, loaded where such a frame is in the picture: the engine hands over what both need, so that nothing of
// it comes twice.
//
// Easy to get wrong: between the question and the act the visitor may take all of it back; so it is asked once more. A
// frame's word of where a point lies is bounded by the frame's own box.

import type { Act, Outcome, Place } from '../protocol/hand.ts';
import type { moveFocus } from './control/focus.ts';
import { createGuests, outcomeOf, type Guests, type GuestsOptions, type Line } from './control/guests.ts';
import type { insideOf, inTo, Point } from './control/places.ts';
import type { Mouse } from './control/pointer.ts';
import type { Refusal, Targets } from './control/target.ts';

export type Abroad = Omit<Guests, 'lineOf' | 'lineIn'> & {
  /** The page in this frame takes part. */
  isOpen(frame: Element): boolean;
  /** The button is down in a frame. */
  readonly isDown: boolean;
  /** Undefined: it is for this page. `mayGo`: whether it still may be done. */
  take(act: Act, mayGo: () => Refusal | undefined): Promise<Outcome> | undefined;
  /** Where a place is that lies in a frame; undefined: it does not. */
  pointOf(place: Place): Promise<Point | Refusal> | undefined;
  /** The focus of this page is there now. */
  focused(active: Element | undefined): void;
  /** Tab has come to a frame. */
  enter(active: Element | undefined, isBack: boolean): void;
  letGo(): void;
};

const MIDDLE = { x: 0.5, y: 0.5 };

export type AbroadOptions = GuestsOptions & {
  page: Document;
  targets: Targets;
  mouse: Mouse;
  /** What has the focus here. */
  active(): Element | undefined;
  scroll(frame: Element, dx: number, dy: number): void;
  /** Tab goes on from a frame. */
  moveOn(isBack: boolean): void;
  places: { insideOf: typeof insideOf; inTo: typeof inTo };
  moveFocus: typeof moveFocus;
};

/** What the file exports. */
export type FramesHandFile = { createAbroad(options: AbroadOptions): Abroad };

const refuse = (why: Refusal['why']): Refusal => ({ done: false, why });
const isRefusal = (found: object): found is Refusal => 'done' in found;

export function createAbroad(options: AbroadOptions): Abroad {
  const { page, targets, mouse, active, moveFocus } = options;
  const { insideOf, inTo } = options.places;
  const guests = createGuests(options);
  /** Where the button is down, where the pointer is, and where the keys go. */
  let pressed: Line | undefined;
  let hovered: Line | undefined;
  let typed: Line | undefined;
  /** Goes up whenever all is let go. */
  let lettings = 0;

  const inFrame = (line: Line, point: Point): Point => inTo(insideOf(line.guest.frame), point);
  /** The act as the frame's page knows it. */
  const own = (line: Line, act: Act): Act => {
    // Of another page: a point goes with it.
    const ownId = (node: number) => line.guest.ownId(node) ?? 0;
    if ('at' in act && act.at) return { ...act, at: { ...act.at, node: ownId(act.at.node) } } as Act;
    return 'node' in act ? { ...act, node: ownId(act.node) } : act;
  };
  const send = (line: Line, act: Act, point?: Point) =>
    line.ask((n) => ({ t: 'act', n, act: own(line, act), ...(point ? { point } : {}) }));

  /** In this window's viewport. */
  const aim = async (line: Line, at: Place, isStill: boolean): Promise<Point | Refusal | Outcome> => {
    const { frame } = line.guest;
    const found = await line.ask((n) => ({
      t: 'aim',
      n,
      at: { ...at, node: line.guest.ownId(at.node) ?? 0 },
      isStill,
    }));
    if (found === 'none' || !found?.outcome.done || !found.point) return outcomeOf(found);
    const { clientWidth, clientHeight } = frame;
    const seen = targets.findIn(
      frame,
      {
        x: Math.min(Math.max(0, found.point.x), clientWidth),
        y: Math.min(Math.max(0, found.point.y), clientHeight),
      },
      { isStill },
    );
    return isRefusal(seen) ? seen : seen.point;
  };
  const isPoint = (found: Point | Refusal | Outcome): found is Point => !('done' in found);

  const leave = () => {
    hovered?.tell({ t: 'letGo' });
    hovered = undefined;
  };

  const aimed = async (line: Line, act: Act, at: Place, mayGo: () => Refusal | undefined): Promise<Outcome> => {
    const { frame } = line.guest;
    const before = lettings;
    // What the frame is asked must not be asked of one that nobody may touch.
    const refused = targets.refusalOf(frame, true);
    if (refused) return refused;
    if (act.t === 'wheel') return wheel(line, act);
    if (act.t === 'reveal') {
      const answer = outcomeOf(await send(line, act));
      if (!answer.done) return answer;
    }
    const found = await aim(line, at, act.t === 'move');
    if (!isPoint(found)) return found;
    const stopped = mayGo();
    if (stopped) return stopped;
    if (act.t === 'reveal') return { done: true };
    if (act.t === 'move' || act.t === 'down') {
      if (hovered !== line) leave();
      hovered = line;
      mouse.hover(frame, found, act.mods);
    }
    if (act.t !== 'move') {
      // As the browser does it: the frame has the focus, and in it whatever the press has given it to.
      moveFocus(page, frame, false);
      typed = line;
    }
    const outcome = outcomeOf(await send(line, act));
    if (act.t === 'down' && outcome.done) {
      if (before === lettings) pressed = line;
      else line.tell({ t: 'letGo' });
    }
    return outcome;
  };

  const wheel = async (line: Line, act: Act & { t: 'wheel' }): Promise<Outcome> => {
    const answer = await send(line, act);
    if (answer !== 'none' && answer?.beyond === 'wheel') options.scroll(line.guest.frame, act.dx, act.dy);
    return outcomeOf(answer);
  };

  const drag = async (line: Line, act: Act & { t: 'move' | 'up' }): Promise<Outcome> => {
    if (act.t === 'up') pressed = undefined;
    if (guests.lineOf(act.at.node) === line) return outcomeOf(await send(line, act));
    const other = pointOf(act.at);
    const found = other ? await other : targets.loose(act.at);
    if (isRefusal(found)) {
      // The button must not stay down.
      if (act.t === 'up') line.tell({ t: 'letGo' });
      return found;
    }
    const { point } = 'point' in found ? found : { point: found };
    return outcomeOf(await send(line, act, inFrame(line, point)));
  };

  const type = async (line: Line, act: Act & { t: 'key' | 'text' }): Promise<Outcome> => {
    const refused = targets.refusalOf(line.guest.frame, true);
    if (refused) return refused;
    typed = line;
    const answer = await send(line, act);
    if (answer !== 'none' && answer?.beyond === 'tab' && act.t === 'key' && active() === line.guest.frame)
      options.moveOn((act.mods & 8) > 0);
    return outcomeOf(answer);
  };

  const pointOf: Abroad['pointOf'] = (place) => {
    return guests.lineOf(place.node) && where(place);
  };
  const where = async ({ node, x, y }: Place): Promise<Point | Refusal> => {
    await guests.located(node);
    const { box } = guests.boxOf(node);
    return box ? { x: box.x + box.width * x, y: box.y + box.height * y } : refuse('gone');
  };

  return {
    ...guests,
    isOpen: (frame) => guests.lineIn(frame)?.state === 'open',
    get isDown() {
      return pressed !== undefined;
    },
    take(act, mayGo) {
      if (act.t === 'key' || act.t === 'text') {
        const line = guests.lineIn(active());
        return line && type(line, act);
      }
      if (act.t === 'move' || act.t === 'up') {
        if (pressed) return drag(pressed, act);
        // Pressed here, or refused: this page's own affair.
        if (mouse.isDown || act.t === 'up') return undefined;
      }
      const at = 'at' in act ? act.at : 'node' in act ? { node: act.node, ...MIDDLE } : undefined;
      const line = at && guests.lineOf(at.node);
      if (line) return aimed(line, act, at, mayGo);
      if (act.t === 'move' || act.t === 'down') leave();
      return undefined;
    },
    pointOf,
    focused(now) {
      if (!typed || typed.guest.frame === now) return;
      typed.tell({ t: 'blur' });
      typed = undefined;
    },
    enter(now, isBack) {
      const line = guests.lineIn(now);
      if (!line || typed === line) return;
      typed = line;
      line.tell({ t: 'tab', isBack });
    },
    letGo() {
      lettings++;
      (pressed ?? hovered)?.tell({ t: 'letGo' });
      pressed = undefined;
      hovered = undefined;
    },
  };
}
