// An element of the mirror in words: its kind, its name, and what can be read in it. Words come from the mirror, so what is
// masked is masked here. Elements belong to another window, so names of tags decide, and not `instanceof`.

import { LIMITS } from '../../protocol/limits.ts';
import { around, isPage } from './sight.ts';

export type Kind =
  | 'link'
  | 'button'
  | 'image'
  | 'heading'
  | 'field'
  | 'checkbox'
  | 'radio'
  | 'select'
  | 'list'
  | 'item'
  | 'table'
  | 'row'
  | 'cell'
  | 'form'
  | 'navigation'
  | 'dialog'
  | 'menu'
  | 'frame'
  | 'text'
  | 'page'
  | 'part';

const MAX_NAME_CHARS = 80;
/** A page's text may be a book. */
const MAX_NODES = 5000;
const MAX_QUOTED_CHARS = 2000;

const BY_TAG: Readonly<Record<string, Kind>> = {
  a: 'link',
  area: 'link',
  button: 'button',
  summary: 'button',
  img: 'image',
  picture: 'image',
  svg: 'image',
  canvas: 'image',
  video: 'image',
  h1: 'heading',
  h2: 'heading',
  h3: 'heading',
  h4: 'heading',
  h5: 'heading',
  h6: 'heading',
  textarea: 'field',
  select: 'select',
  ul: 'list',
  ol: 'list',
  dl: 'list',
  li: 'item',
  table: 'table',
  tr: 'row',
  td: 'cell',
  th: 'cell',
  form: 'form',
  nav: 'navigation',
  dialog: 'dialog',
  menu: 'menu',
  iframe: 'frame',
  p: 'text',
  span: 'text',
  label: 'text',
  strong: 'text',
  em: 'text',
  b: 'text',
  blockquote: 'text',
  figcaption: 'text',
  body: 'page',
  html: 'page',
};

const BY_ROLE: Readonly<Record<string, Kind>> = {
  link: 'link',
  button: 'button',
  tab: 'button',
  switch: 'checkbox',
  checkbox: 'checkbox',
  menuitemcheckbox: 'checkbox',
  radio: 'radio',
  menuitemradio: 'radio',
  img: 'image',
  heading: 'heading',
  textbox: 'field',
  searchbox: 'field',
  spinbutton: 'field',
  slider: 'field',
  combobox: 'select',
  listbox: 'select',
  list: 'list',
  listitem: 'item',
  option: 'item',
  treeitem: 'item',
  menuitem: 'button',
  table: 'table',
  grid: 'table',
  row: 'row',
  cell: 'cell',
  gridcell: 'cell',
  columnheader: 'cell',
  rowheader: 'cell',
  form: 'form',
  navigation: 'navigation',
  dialog: 'dialog',
  alertdialog: 'dialog',
  menu: 'menu',
  menubar: 'menu',
};

export function kindOf(element: Element): Kind {
  const role = BY_ROLE[element.getAttribute('role') ?? ''];
  if (role) return role;
  if (element.localName !== 'input') return BY_TAG[element.localName] ?? 'part';
  const { type } = element as HTMLInputElement;
  if (/^(button|submit|reset|image|file)$/.test(type)) return 'button';
  return type === 'checkbox' || type === 'radio' ? type : 'field';
}

const CONTROL =
  'a[href],area[href],button,input,select,textarea,summary,label,option,[role=button],[role=link],[role=tab],[role=option],[role=menuitem],[role=checkbox],[role=radio],[role=switch]';

/** What a press on this is a press on; undefined: nothing that is pressed is around it. */
export function controlAround(element: Element): Element | undefined {
  for (let at: Element | null = element; at && !isPage(at); at = around(at)) if (at.matches(CONTROL)) return at;
  return undefined;
}

/** What people would call it; empty: nothing says. */
export function nameOf(element: Element): string {
  const told = element.getAttribute('aria-label');
  if (told?.trim()) return short(told);
  const root = element.getRootNode() as Document | ShadowRoot;
  for (const id of (element.getAttribute('aria-labelledby') ?? '').split(/\s+/).filter(Boolean)) {
    const label = root.getElementById?.(id);
    const words = label ? textIn(label, MAX_NAME_CHARS) : '';
    if (words) return short(words);
  }
  // Only fields have labels.
  for (const label of (element as HTMLInputElement).labels ?? []) {
    const words = wordsOfLabel(label);
    if (words) return short(words);
  }
  const kind = kindOf(element);
  if (kind === 'button' && element.localName === 'input') return short((element as HTMLInputElement).value);
  for (const name of ['alt', 'placeholder', 'title']) {
    const words = element.getAttribute(name);
    if (words?.trim()) return short(words);
  }
  if (/^(field|select|page|frame|form|list|table|navigation|dialog|menu)$/.test(kind)) return '';
  return short(textIn(element, MAX_NAME_CHARS + 1));
}

/** A label around its field: what stands in the field is no name of it. */
function wordsOfLabel(label: Element): string {
  return textIn(label, MAX_NAME_CHARS, false);
}

/** `Button “Add to basket”`. */
export function inWords(element: Element, kinds: Readonly<Record<Kind, string>>): string {
  const name = nameOf(element);
  const kind = kinds[kindOf(element)];
  return (name ? `${kind} “${name}”` : kind).slice(0, LIMITS.maxWhatChars);
}

/** What can be read in it, with the values of fields as the mirror has them. */
export function textIn(element: Element, mostChars = MAX_QUOTED_CHARS, withFields = true): string {
  let text = '';
  let left = MAX_NODES;
  const add = (words: string) => (text += words);
  const read = (node: Node): void => {
    if (left-- <= 0 || text.length > mostChars * 2) return;
    if (node.nodeType === 3) return void add((node.nodeValue ?? '').replace(/\s+/g, ' '));
    if (node.nodeType === 11) return void node.childNodes.forEach(read);
    if (node.nodeType !== 1) return;
    const inner = node as Element;
    if (/^(script|style|template|noscript|option|iframe)$/.test(inner.localName)) return;
    const view = inner.ownerDocument.defaultView;
    const display = view?.getComputedStyle(inner).display ?? 'block';
    if (display === 'none') return;
    const value = fieldValue(inner);
    if (value !== undefined) return void (withFields && add(` ${value} `));
    const isBlock = !display.startsWith('inline') && display !== 'contents';
    if (isBlock) add('\n');
    const slotted = inner.localName === 'slot' ? (inner as HTMLSlotElement).assignedNodes() : [];
    for (const child of slotted.length > 0 ? slotted : (inner.shadowRoot ?? inner).childNodes) read(child);
    if (isBlock) add('\n');
  };
  read(element);
  const tidy = text
    .replace(/[ \t]+/g, ' ')
    .replace(/ ?\n[ \n]*/g, '\n')
    .trim();
  return tidy.length > mostChars ? `${tidy.slice(0, mostChars - 1)}…` : tidy;
}

function fieldValue(element: Element): string | undefined {
  if (element.localName === 'textarea') return (element as HTMLTextAreaElement).value;
  if (element.localName === 'select')
    return [...(element as HTMLSelectElement).selectedOptions].map((option) => option.label).join(', ');
  if (element.localName !== 'input') return undefined;
  const { type, value } = element as HTMLInputElement;
  return /^(checkbox|radio|file|hidden|image|color|range)$/.test(type) ? '' : value;
}

function short(text: string): string {
  const tidy = text.replace(/\s+/g, ' ').trim();
  return tidy.length > MAX_NAME_CHARS ? `${tidy.slice(0, MAX_NAME_CHARS - 1)}…` : tidy;
}
