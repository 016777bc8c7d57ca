// Which texts of style sheets events name without having them (protocol/sheet-reference.ts), and whether they are here.
// What names them is shown when they are, so that no page is ever seen without its styles (page.ts).

import { sheetNamed } from '../../protocol/sheet-reference.ts';
import type { AssetBook } from './assets.ts';
import type { CssSource } from './css-source.ts';
import { EVENT, isFields, listOf, NODE, SOURCE, textOf, type Fields } from './events.ts';

/** More are nobody's; the others are not waited for. */
const MOST_NAMES = 1000;

/** The names in these events, of whatever form they are. */
export function sheetNamesIn(events: readonly unknown[]): Set<string> {
  const names = new Set<string>();
  const note = (text: unknown) => {
    const name = typeof text === 'string' ? sheetNamed(text) : undefined;
    if (name !== undefined && names.size < MOST_NAMES) names.add(name);
  };
  /** A page may be nested a hundred thousand deep. */
  const open: unknown[] = [];
  const walk = (root: unknown) => {
    for (let node = root; node !== undefined; node = open.pop()) {
      if (!isFields(node)) continue;
      if (node.type === NODE.Text) note(node.textContent);
      else if (isFields(node.attributes) && node.attributes._cssText !== undefined) note(node.attributes._cssText);
      if (Array.isArray(node.childNodes)) for (const child of node.childNodes) open.push(child);
    }
  };
  for (const event of events) {
    const data = isFields(event) && isFields(event.data) ? event.data : undefined;
    if (!isFields(event) || !data) continue;
    if (event.type === EVENT.FullSnapshot) walk(data.node);
    else if (event.type === EVENT.Incremental && data.source === SOURCE.Mutation) noteMutation(data);
  }
  return names;

  function noteMutation(data: Fields): void {
    for (const add of listOf(data.adds)) if (isFields(add)) walk(add.node);
    for (const change of listOf(data.attributes))
      if (isFields(change) && isFields(change.attributes)) note(change.attributes._cssText);
    for (const change of listOf(data.texts)) if (isFields(change)) note(textOf(change.value));
  }
}

/** Whether one of these is not here. Those that the relay has are fetched; `came` is called for each of them. */
export function lackOf(names: Iterable<string>, book: AssetBook, source: CssSource, came: () => void): boolean {
  let isLacking = false;
  for (const name of names) {
    const asset = book.find(name);
    // What is no text at all is nothing to wait for.
    if (asset && !asset.type.startsWith('text/')) continue;
    if (!asset || source.text(asset.hash, came) === undefined) isLacking = true;
  }
  return isLacking;
}
