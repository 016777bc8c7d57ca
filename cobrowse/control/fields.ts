// Fields that text is not typed into: selects, those with a picker, sliders, steppers, and submitting a form.
//
// Easy to get wrong: a framework that controls a field sees a value only if it was set through the prototype's setter,
// since it has put a setter of its own on the element. The browser makes of a value what the field allows: what does not
// stick was refused, and then the old value is put back.

import { matches, tagOf } from '../capture/dom.ts';
import {
  clickElement,
  controlsOf,
  isSelected,
  optionsOf,
  readInput,
  selectedIndexOf,
  setSelected,
  submitForm,
  writeInput,
} from './natives.ts';
import { sendChange, sendInput } from './send.ts';

const PICKED = /^(date|time|month|week|datetime-local|color|range|number)$/;
const DATES = /^(date|time|month|week|datetime-local)$/;

export const isSelect = (element: Element): element is HTMLSelectElement => tagOf(element) === 'SELECT';
export const isInput = (element: Element, types: RegExp): element is HTMLInputElement =>
  tagOf(element) === 'INPUT' && types.test((element as HTMLInputElement).type);

/** Whether an option can't be chosen: by the page, by the site's marks, or because nobody sees it. */
export type IsBarred = (option: HTMLOptionElement) => boolean;

/** False: it can't be chosen. */
export function choose(select: HTMLSelectElement, indexes: readonly number[], isBarred: IsBarred): boolean {
  const options = [...optionsOf(select)];
  for (const index of indexes) {
    const option = options[index];
    if (!option || (isBarred(option) && !isSelected(option))) return false;
  }
  // Of several, those that can't be chosen can't be given up either.
  const kept = select.multiple
    ? options.flatMap((option, index) => (isSelected(option) && isBarred(option) ? [index] : []))
    : [];
  return chooseAnew(select, [...indexes, ...kept]);
}

/** The same, also what can't be chosen any more: what was chosen before is put back. */
export function chooseAnew(select: HTMLSelectElement, indexes: readonly number[]): boolean {
  const options = [...optionsOf(select)];
  const wanted = new Set(indexes);
  if (!select.multiple && wanted.size !== 1) return false;
  let isChanged = false;
  options.forEach((option, index) => {
    if (isSelected(option) === wanted.has(index)) return;
    isChanged = true;
    // Of a single select, choosing one is enough, and un-choosing would choose the first in between.
    if (select.multiple || wanted.has(index)) setSelected(option, wanted.has(index));
  });
  if (isChanged) tellSelect(select);
  return true;
}

function tellSelect(select: HTMLSelectElement): void {
  sendInput(select);
  sendChange(select);
}

/** An arrow key, Home or End on a closed list: by so many, as far as there is something to choose. */
export function stepSelect(select: HTMLSelectElement, by: number, isBarred: IsBarred): void {
  const options = [...optionsOf(select)];
  const step = Math.sign(by);
  let chosen = -1;
  let left = Math.abs(by);
  const from = selectedIndexOf(select) < 0 && step < 0 ? 0 : selectedIndexOf(select);
  for (let at = from + step; at >= 0 && at < options.length && left > 0; at += step) {
    const option = options[at];
    if (!option || isBarred(option)) continue;
    chosen = at;
    left--;
  }
  if (chosen >= 0) choose(select, [chosen], isBarred);
}

/** The next option whose words begin with what was typed. */
export function typeInSelect(select: HTMLSelectElement, key: string, isBarred: IsBarred): void {
  const options = [...optionsOf(select)];
  const from = selectedIndexOf(select) + 1;
  const found = [...options.slice(from), ...options.slice(0, from)].find(
    (option) => !isBarred(option) && option.label.trim().toLowerCase().startsWith(key.toLowerCase()),
  );
  if (found) choose(select, [options.indexOf(found)], isBarred);
}

export const hasPicker = (element: Element): element is HTMLInputElement => isInput(element, PICKED);

/** False: the field takes no such value. */
export function setPicked(field: HTMLInputElement, value: string): boolean {
  if (field.readOnly) return false;
  const before = readInput(field);
  writeInput(field, value);
  const now = readInput(field);
  const isNumeric = /^(range|number)$/.test(field.type) && value !== '';
  const hasStuck = isNumeric ? Number(now) === Number(value) && now !== '' : now.toLowerCase() === value.toLowerCase();
  const { rangeUnderflow, rangeOverflow, stepMismatch } = field.validity;
  // What its picker would not offer.
  if (!hasStuck || (DATES.test(field.type) && (rangeUnderflow || rangeOverflow || stepMismatch))) {
    writeInput(field, before);
    return false;
  }
  if (now !== before) {
    sendInput(field);
    sendChange(field);
  }
  return true;
}

/** A press or drag on a slider. `share`: 0 to 1 from its left. */
export function slide(slider: HTMLInputElement, share: number): void {
  const min = Number(slider.min || 0);
  const max = Math.max(min, Number(slider.max || 100));
  setSlider(slider, min + (max - min) * Math.min(1, Math.max(0, share)));
}
export function setSlider(slider: HTMLInputElement, value: number): void {
  const before = readInput(slider);
  writeInput(slider, String(value));
  if (readInput(slider) !== before) sendInput(slider);
}

/** Arrows on a slider or in a number field. */
export function stepNumber(field: HTMLInputElement, by: number): void {
  if (field.readOnly) return;
  const before = readInput(field);
  try {
    if (by > 0) field.stepUp(by);
    else field.stepDown(-by);
  } catch {
    // step="any" has no steps: browsers take a hundredth of a slider, and 1 of a number.
    const min = Number(field.min || 0);
    const size = field.type === 'range' ? (Number(field.max || 100) - min) / 100 : 1;
    writeInput(field, String(Number(before) + by * size));
  }
  if (readInput(field) === before) return;
  sendInput(field);
  sendChange(field);
}

const SUBMIT = 'input[type=submit],input[type=image],button:not([type=button],[type=reset])';
/** With more than one of these, and no button, Enter submits nothing. */
const BLOCKS = /^(text|search|tel|url|email|password|date|month|week|time|datetime-local|number)$/;

/** Enter in a field of a form, which is a press on its first button. Answers why that may not be. */
export function submitFrom<R>(field: HTMLInputElement, refusalOf: (element: Element) => R | undefined): R | undefined {
  const { form } = field;
  if (!form) return undefined;
  const controls = [...controlsOf(form)];
  const button = controls.find((control) => matches(control, SUBMIT)) ?? imageButtonOf(form);
  if (button && matches(button, ':disabled')) return undefined;
  if (!button && controls.filter((control) => isInput(control, BLOCKS)).length > 1) return undefined;
  const refused = refusalOf(button ?? form);
  if (refused) return refused;
  if (button) clickElement(button);
  else submitForm(form);
  return undefined;
}

/** Not among a form's elements, for a reason of 1995. */
function imageButtonOf(form: HTMLFormElement): Element | undefined {
  return [...form.querySelectorAll('input[type=image]')].find((image) => (image as HTMLInputElement).form === form);
}
