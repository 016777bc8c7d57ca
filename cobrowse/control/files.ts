// Files: where one goes (a field of the page, however it is dressed, or a place where files are dropped), putting one there
// as a person's own choice or drop, and having the visitor choose one of their own. Never reads a file of the visitor's.
//
// Easy to get wrong: the field is nearly always hidden, and a label, or a button with a script, opens it; a field that a
// script has made for the moment stands nowhere in the page. A place that takes drops says so by preventing dragover. The
// file, too, must be of the field's own window.

import { isAccepted } from '../../protocol/accept.ts';
import { maskTyped } from '../../protocol/cards.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { Outcome, Place } from '../../protocol/hand.ts';
import { tagOf } from '../capture/dom.ts';
import { isInput } from './fields.ts';
import { bringIn, filesOf, listen, openPicker, viewOf, writeFiles, type Globals } from './natives.ts';
import { around, chainOf, isInside, ownBoxOf, ownHit, topBoxOf } from './places.ts';
import { make, send, sendChange, sendInput } from './send.ts';
import { isRefusal, refuse, type Refusal, type Targets } from './target.ts';

export type GivenFile = { name: string; type: string; bytes: ArrayBuffer };

export type FileTarget = {
  what: string;
  /** Of what the visitor can see of it. */
  box(): DOMRect | undefined;
  /** Why nothing may be put there, or not any more. */
  refusal(): Refusal | undefined;
  put(file: GivenFile): Outcome;
  /** Opens the browser's own choice, so only from the visitor's own press, and tells what became of it until `stop`. */
  choose(heard: (outcome: Outcome) => void): () => void;
};

export type Files = {
  /** A press on this has asked the visitor to choose files for that. */
  asked(pressed: Element, field: HTMLInputElement): void;
  /** `isDrop`: a place that takes dropped files will do. */
  find(place: Place, isDrop: boolean): FileTarget | Refusal;
};

/** A page hides the field beside what it shows for it. */
const NEAR = 3;

const fileField = (element: Element | null | undefined): HTMLInputElement | undefined =>
  element && isInput(element, /^file$/) ? element : undefined;

export function createFiles(
  targets: Targets,
  isHidden: (element: Element) => boolean,
  isUi: (element: Element) => boolean,
): Files {
  let last: { pressed: Element; field: HTMLInputElement } | undefined;

  const fieldAt = (element: Element): HTMLInputElement | undefined => {
    for (const at of chainOf(element)) {
      const field = fileField(tagOf(at) === 'LABEL' ? (at as HTMLLabelElement).control : at);
      if (field) return field;
    }
    return last && (isInside(element, last.pressed) || isInside(last.pressed, element)) ? last.field : undefined;
  };
  /** The only one there is near it. */
  const fieldNear = (element: Element): HTMLInputElement | undefined => {
    let at: Element | null = element;
    for (let step = 0; at && step <= NEAR; step++, at = around(at)) {
      const fields = at.querySelectorAll('input[type=file]');
      if (fields.length > 0) return fields.length === 1 ? fileField(fields[0]) : undefined;
    }
    return undefined;
  };

  const refusalOf = (element: Element, field: HTMLInputElement | undefined): Refusal | undefined => {
    if (!element.isConnected) return refuse('gone');
    return targets.refusalOf(element) ?? (field && targets.refusalOf(field));
  };

  const named = (names: string) => maskTyped(names).slice(0, LIMITS.maxLedgerChars);
  const done = (what: string, names: string): Outcome => ({
    done: true,
    what,
    ...(names ? { now: named(names) } : {}),
  });

  const putIn = (field: HTMLInputElement, data: DataTransfer): boolean => {
    writeFiles(field, data.files);
    if (filesOf(field)?.length !== 1) return false;
    sendInput(field);
    sendChange(field);
    return true;
  };

  /** False: nothing there takes it. */
  const dropOn = (element: Element, { x, y }: Place, data: DataTransfer, view: Globals): boolean | Refusal => {
    bringIn(element, 'nearest');
    const box = ownBoxOf(element);
    if (!box) return false;
    const at = { x: box.left + box.width * x, y: box.top + box.height * y };
    const hit = ownHit(view, at, isUi);
    const to = hit && isInside(hit, element) ? hit : element;
    const refused = targets.refusalOf(to);
    if (refused) return refused;
    // A DataTransfer that a script made keeps no effects in Chromium: see drag.ts.
    for (const [name, value] of [
      ['effectAllowed', 'all'],
      ['dropEffect', 'copy'],
    ] as const)
      Object.defineProperty(data, name, { value, writable: true, configurable: true });
    const fire = (type: string) =>
      send(to, make(to, 'DragEvent', type, { clientX: at.x, clientY: at.y, dataTransfer: data }));
    fire('dragenter');
    const isTaken = !fire('dragover') && data.dropEffect !== 'none' && to.isConnected;
    fire(isTaken ? 'drop' : 'dragleave');
    return isTaken;
  };

  const targetOf = (element: Element, field: HTMLInputElement | undefined, place: Place): FileTarget => {
    const own = field && targets.what(field);
    // A field without a name is called as what it is opened with.
    const what = own?.includes('“') ? own : targets.what(element);
    const shown = () =>
      [field, ...(field?.labels ?? []), element].find((each) => each && (ownBoxOf(each)?.width ?? 0) > 1);
    return {
      what,
      box: () => {
        const at = shown();
        return at && topBoxOf(at);
      },
      refusal: () => refusalOf(element, field),
      put({ name, type, bytes }) {
        const view = viewOf(field ?? element);
        const refused = refusalOf(element, field);
        if (refused) return refused;
        if (!view || (field && !takes(field, { name, type }))) return refuse('not-possible', what);
        const data = new view.DataTransfer();
        data.items.add(new view.File([bytes], name, { type }));
        const isIn = field ? putIn(field, data) : dropOn(element, place, data, view);
        if (typeof isIn === 'object') return isIn;
        if (isIn) return done(what, name);
        // It takes no drops, but there is a field for them.
        const near = field ? undefined : fieldNear(element);
        const isNear = near && !targets.refusalOf(near) && takes(near, { name, type }) && putIn(near, data);
        return isNear ? done(what, name) : refuse('not-possible', what);
      },
      choose(heard) {
        if (!field) return () => {};
        const tell = (event: Event) => {
          if (!event.isTrusted) return;
          const names = isHidden(field) ? [] : [...(filesOf(field) ?? [])].map((file) => file.name);
          heard(event.type === 'cancel' ? refuse('declined', what) : done(what, names.join(', ')));
        };
        const stops = ['change', 'cancel'].map((type) => listen(field, type, tell));
        openPicker(field);
        return () => stops.forEach((stop) => stop());
      },
    };
  };

  return {
    asked(pressed, field) {
      last = { pressed, field };
    },
    find(place, isDrop) {
      const found = targets.live(place.node);
      if (isRefusal(found)) return found;
      const { element } = found;
      const field = fieldAt(element) ?? (isDrop ? undefined : fieldNear(element));
      const refused = refusalOf(element, field);
      if (refused) return refused;
      const isFit = field ? !field.webkitdirectory : isDrop;
      return isFit ? targetOf(element, field, place) : refuse('not-possible', targets.what(element));
    },
  };
}

function takes(field: HTMLInputElement, file: { name: string; type: string }): boolean {
  return isAccepted(field.accept, file);
}
