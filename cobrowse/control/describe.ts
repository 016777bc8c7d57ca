// An element in a few words, and a field's value, for the operator's answer and the ledger.
//
// Easy to get wrong: an element that may be seen can have hidden ones within it, and words of a label may be elsewhere,
// in a hidden place. So every piece of text is asked for by the element that it stands in.

import { maskCards, maskTyped } from '../../protocol/cards.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { attributeOf, childrenOf, documentOf, isElement, tagOf } from '../capture/dom.ts';
import { isChecked, isSelected, optionsOf, readArea, readInput } from './natives.ts';
import { pressableAround } from './places.ts';

type IsHidden = (element: Element) => boolean;

const MAX_NAME_CHARS = 80;
/** A name is found early, or not at all; and an editor may hold a book. */
const MOST_NODES = 60;
const MOST_EDITOR_NODES = 600;
/** No text of a person's is in their values. */
const BUTTON_TYPE = /^(submit|button|reset)$/;

const ROLES: Record<string, string> = { A: 'link', IMG: 'image', TEXTAREA: 'text field', SELECT: 'select' };

function roleOf(element: Element): string {
  const role = attributeOf(element, 'role');
  // Whatever a page writes there leaves it otherwise.
  if (role && /^[a-z]{1,20}$/.test(role)) return role;
  const tag = tagOf(element);
  // A page may have a field by the name of whatever is asked of a form.
  if (String(element.namespaceURI).endsWith('/svg')) return 'image';
  if (tag !== 'INPUT') return ROLES[tag] ?? tag.toLowerCase();
  const { type } = element as HTMLInputElement;
  if (BUTTON_TYPE.test(type) || type === 'image') return 'button';
  return type === 'text' ? 'text field' : /^(checkbox|radio)$/.test(type) ? type : `${type} field`;
}

/** Words that an element shows, without those of hidden places and of fields. */
function wordsOf(element: Element, isHidden: IsHidden, mostNodes = MOST_NODES, mostChars = MAX_NAME_CHARS): string {
  let words = '';
  let left = mostNodes;
  const read = (node: Node): void => {
    if (left-- <= 0 || words.length > mostChars) return;
    if (node.nodeType === 3) words += node.nodeValue ?? '';
    if (!isElement(node) || isHidden(node) || /^(INPUT|TEXTAREA|SELECT|SCRIPT|STYLE)$/.test(tagOf(node))) return;
    const isBlock = !/^(A|B|I|EM|STRONG|SPAN|CODE|U|S|SUB|SUP|SMALL|MARK)$/.test(tagOf(node));
    if (isBlock) words += ' ';
    for (const child of childrenOf(node)) read(child);
    if (isBlock) words += ' ';
  };
  read(element);
  return words;
}

function nameOf(element: Element, isHidden: IsHidden): string {
  const label = attributeOf(element, 'aria-label');
  if (label) return label;
  const named = attributeOf(element, 'aria-labelledby')?.split(/\s+/)[0];
  const page = documentOf(element);
  // Its tag says whether it has labels.
  const labels = [named && page.getElementById(named), ...((element as HTMLInputElement).labels ?? [])];
  for (const label of labels) {
    const words = label ? wordsOf(label, isHidden).trim() : '';
    if (words) return words;
  }
  if (tagOf(element) === 'INPUT' && BUTTON_TYPE.test((element as HTMLInputElement).type))
    return readInput(element as HTMLInputElement);
  for (const name of ['alt', 'placeholder', 'title']) {
    const words = attributeOf(element, name);
    if (words) return words;
  }
  return wordsOf(element, isHidden);
}

/** What the page calls it: `Add to basket`. What is hidden has no name. */
export function nameFor(element: Element, isHidden: IsHidden): string {
  if (isHidden(element) || /^(BODY|HTML)$/.test(tagOf(element))) return '';
  const name = maskCards(nameOf(element, isHidden)).replace(/\s+/g, ' ').trim();
  return name.length > MAX_NAME_CHARS ? `${name.slice(0, MAX_NAME_CHARS - 1)}…` : name;
}

/** `button “Add to basket”`, as protocol/what.ts reads it: of a picture in a button, the button. What is hidden is named by
 * its kind only. */
export function describe(leaf: Element, isHidden: IsHidden): string {
  const element = (!isHidden(leaf) && pressableAround(leaf, true)) || leaf;
  const role = roleOf(element);
  const name = nameFor(element, isHidden);
  return (name ? `${role} “${name}”` : role).slice(0, LIMITS.maxWhatChars);
}

/** What a field holds, as it may be told; undefined: nothing, or nobody may know. */
export function valueOf(element: Element, isHidden: IsHidden): string | undefined {
  if (isHidden(element)) return undefined;
  const value = rawValueOf(element, isHidden);
  return value === undefined ? undefined : maskTyped(value).slice(0, LIMITS.maxLedgerChars);
}

/** Nothing of the value is masked when it is told. */
export function isPlain(element: Element, isHidden: IsHidden): boolean {
  const value = isHidden(element) ? undefined : rawValueOf(element, isHidden);
  return value !== undefined && maskTyped(value) === value;
}

function rawValueOf(element: Element, isHidden: IsHidden): string | undefined {
  const tag = tagOf(element);
  if (tag === 'TEXTAREA') return readArea(element as HTMLTextAreaElement);
  if (tag === 'SELECT')
    return [...optionsOf(element as HTMLSelectElement)]
      .filter((option) => isSelected(option))
      .map((option) => option.label)
      .join(', ');
  if (tag === 'INPUT') {
    const input = element as HTMLInputElement;
    if (/^(checkbox|radio)$/.test(input.type)) return isChecked(input) ? 'on' : 'off';
    return /^(password|file|hidden|submit|button|reset|image)$/.test(input.type) ? undefined : readInput(input);
  }
  if (!(element as HTMLElement).isContentEditable) return undefined;
  return wordsOf(element, isHidden, MOST_EDITOR_NODES, LIMITS.maxLedgerChars).replace(/\s+/g, ' ').trim();
}
