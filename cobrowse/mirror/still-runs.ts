// What of a long list or table is out of the cut, for a still picture: one box as high as all of it, in the place of thousands,
// which a browser would lay out in one go while the console stands still.
//
// Easy to get wrong: what is seen is counted by its sheets (`:nth-child`) and numbered by its markers, so those before it
// stay as elements that are not drawn, and numbered ones stay as they are; columns are as wide as all rows make them; and a
// box whose margins join its children's would lose those.

import { isElement, isHtml } from './node-kinds.ts';

/** In the place of an element: a box, or nothing that is drawn, or nothing at all. */
export type Stead = { kind: 'box'; height: number; marginBottom: string } | { kind: 'undrawn' } | { kind: 'none' };

export type Runs = {
  /** Of the children of an element those that have something in their place. */
  in(element: Element, style: CSSStyleDeclaration): Promise<ReadonlyMap<Node, Stead>>;
  /** What keeps a column, or the table, as wide as it is. */
  widthOf(element: Element): string;
};

/** Shorter ones cost nothing. */
const SHORTEST = 20;
const UNNUMBERED = /^(disc|circle|square|none|disclosure-open|disclosure-closed)$/;
/** Counts from the end: what is under the cut must be there to be counted. */
const FROM_THE_END = /:(?:nth-last|last|only|has)\b/;

export function createRuns(options: {
  view: Window;
  css: string;
  isSeen(element: Element): boolean;
  /** The lower edge of the cut. */
  below: number;
  pause(): Promise<void> | undefined;
}): Runs {
  const { view, isSeen, below, pause } = options;
  const isCountedFromEnd = FROM_THE_END.test(options.css);
  const isNumbered = options.css.includes('counter-increment');
  const isLong = (element: Element | null | undefined): element is HTMLTableElement =>
    isHtml(element, 'table') && element.rows.length > SHORTEST;

  const isRow = (element: Element, style: CSSStyleDeclaration) =>
    style.display === 'table-row' &&
    isLong(element.closest('table')) &&
    [...element.children].every((cell) => !cell.hasAttribute('rowspan'));
  const isBlock = (style: CSSStyleDeclaration) =>
    (style.display === 'block' || (style.display === 'list-item' && UNNUMBERED.test(style.listStyleType))) &&
    style.position === 'static' &&
    style.float === 'none' &&
    style.counterIncrement === 'none' &&
    style.counterReset === 'none' &&
    style.counterSet === 'none';

  /** Margins of what is in it may stand out of it. */
  const joins = (element: Element, side: 'top' | 'bottom'): boolean => {
    for (let at = element; ;) {
      const style = view.getComputedStyle(at);
      const edge = ['padding-', 'border-'].some(
        (name) => Number.parseFloat(style.getPropertyValue(`${name}${side}${name === 'border-' ? '-width' : ''}`)) > 0,
      );
      if (edge || style.overflow !== 'visible' || !/^(block|list-item)$/.test(style.display)) return false;
      const child = side === 'top' ? at.firstElementChild : at.lastElementChild;
      if (!child) return false;
      const inner = view.getComputedStyle(child);
      if (inner.getPropertyValue(`margin-${side}`) !== '0px' || inner.position !== 'static' || inner.float !== 'none')
        return true;
      at = child;
    }
  };

  const steadOf = (whole: readonly Element[], into: Map<Node, Stead>) => {
    const isUnder = whole[0] !== undefined && whole[0].getBoundingClientRect().top >= below;
    // Numbers count on from what is before.
    if (whole.length < SHORTEST || (!isUnder && isNumbered)) return;
    const run = [...whole];
    // Wrong margins under the cut move nothing that is in it.
    while (!isUnder && run[0] && joins(run[0], 'top')) run.shift();
    while (!isUnder && run.length > 0 && joins(run[run.length - 1] as Element, 'bottom')) run.pop();
    const [first] = run;
    const last = run.at(-1);
    if (!first || !last || run.length < SHORTEST) return;
    const height = last.getBoundingClientRect().bottom - first.getBoundingClientRect().top;
    const rest: Stead = { kind: isUnder && !isCountedFromEnd ? 'none' : 'undrawn' };
    for (const element of run) into.set(element, rest);
    into.set(first, { kind: 'box', height, marginBottom: view.getComputedStyle(last).marginBottom });
  };

  return {
    async in(element, style) {
      const steads = new Map<Node, Stead>();
      const isTable = /^table-(row-group|header-group|footer-group)$|^table$/.test(style.display);
      if (element.childElementCount < SHORTEST || element.shadowRoot) return steads;
      if (!isTable && (!/^(block|list-item|flow-root)$/.test(style.display) || style.columnCount !== 'auto'))
        return steads;
      let run: Element[] = [];
      for (const node of element.childNodes) {
        await pause();
        if (node.nodeType === 8 || (node.nodeType === 3 && !/\S/.test(node.nodeValue ?? ''))) continue;
        if (isElement(node) && !isSeen(node)) {
          const own = view.getComputedStyle(node);
          if (isTable ? isRow(node, own) : isBlock(own)) {
            run.push(node);
            continue;
          }
        }
        steadOf(run, steads);
        run = [];
      }
      steadOf(run, steads);
      return steads;
    },
    widthOf(element) {
      const isCell = (isHtml(element, 'td') || isHtml(element, 'th')) && element.colSpan === 1;
      if (isCell ? !isLong(element.closest('table')) : !isLong(element)) return '';
      return `box-sizing:border-box!important;width:${element.getBoundingClientRect().width}px!important;`;
    },
  };
}
