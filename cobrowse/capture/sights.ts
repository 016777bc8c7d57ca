// How far things are scrolled, how large the window is, and what is selected: told once per batch, as it is then.
//
// Easy to get wrong: where something is scrolled to is read as it scrolls, when the browser knows it; to ask later may lay
// the page out. So would asking what is selected: that is done right behind a frame, when it has been laid out, and where
// it takes long all the same, less often. Out
// of sight a selection may move as it likes: even empty events would count the keys.

import type { Cost } from './cost.ts';
import { isDocument, isElement, isLaidOut, parentOf } from './dom.ts';
import { SOURCE } from './events.ts';
import type { Ids } from './ids.ts';
import type { Listening } from './listening.ts';
import type { Masker } from './mask.ts';
import { restAfter, type Pace } from './pace.ts';
import type { Serializer } from './serial.ts';
import type { Root } from './tree.ts';

export type Sights = {
  scrolls(root: Root, listening: Listening): void;
  selections(page: Document, listening: Listening): void;
  resizes(view: Window, listening: Listening): void;
  /** It may be scrolled now. */
  isScrolled(element: Element): boolean;
  /** It was found to be scrolled. */
  seen(element: Element): void;
  /** They were put in again, with all that is in them: where they are scrolled to has to be told again. */
  moved(elements: Iterable<Element>): void;
  /** `isWhole`: no part of the picture is still to come; until then what was scrolled in one waits for it. */
  flush(isWhole: boolean): void;
  begin(): void;
};

/** How often scrolling is told when capture has to give way. */
const SCROLLS_MS = 250;

type Told = { [name: string]: unknown };

export function createSights(options: {
  ids: Ids;
  masker: Masker;
  serializer: () => Serializer;
  tell: (data: Told) => void;
  due: () => void;
  cost: Cost;
  pace: Pick<Pace, 'frame' | 'later'>;
}): Sights {
  const { ids, masker, serializer, tell, due } = options;
  const { frame, later } = options.pace;
  const scrolled = new Map<Node, { x: number; y: number }>();
  /** What was scrolled once, as far as is known. */
  const ever = new WeakSet<Node>();
  let selected = new Map<Document, readonly Range[]>();
  let toldRanges = new WeakMap<Document, { ranges: string; count: number }>();
  const told = new WeakMap<Node, { x: number; y: number }>();
  let resized: Window | undefined;
  let size = '';
  /** Those that have come are told with the next batch. */
  let areDue = false;
  const scrolledOn = options.cost.gate(2, SCROLLS_MS, () => {
    areDue = true;
    due();
  });

  /** Where a selection begins or ends in hidden text tells how long it is. */
  const isInSight = (node: Node): boolean => {
    const place = isElement(node) || isDocument(node) ? node : parentOf(node);
    if (!place || !ids.of(node)) return false;
    const { zone, isClosed } = serializer().inside(place);
    return zone === 'open' && !isClosed;
  };

  const tellSelection = (page: Document, found: readonly Range[]) => {
    const ranges: Told[] = [];
    for (const range of found) {
      if (!isInSight(range.startContainer) || !isInSight(range.endContainer)) continue;
      ranges.push({
        start: ids.of(range.startContainer),
        startOffset: range.startOffset,
        end: ids.of(range.endContainer),
        endOffset: range.endOffset,
      });
    }
    const now = JSON.stringify(ranges);
    const before = toldRanges.get(page);
    if (before?.ranges === now || (!before?.count && ranges.length === 0)) return;
    toldRanges.set(page, { ranges: now, count: ranges.length });
    tell({ source: SOURCE.Selection, ranges });
  };

  return {
    scrolls(root, listening) {
      listening.on(root, 'scroll', (event: Event) => {
        const target = event.composedPath()[0] as Node | undefined;
        if (!target) return;
        const box = isDocument(target) ? (target.scrollingElement ?? target.documentElement) : (target as Element);
        if (!box) return;
        ever.add(target);
        scrolled.set(target, { x: box.scrollLeft, y: box.scrollTop });
        scrolledOn();
      });
    },
    selections(page, listening) {
      let isAsked = false;
      let readyAt = -Infinity;
      const read = () => {
        isAsked = false;
        // Of a frame that shows another page by now.
        if (!page.defaultView) return;
        const began = performance.now();
        const selection = page.getSelection();
        const ranges: Range[] = [];
        for (let at = 0; selection && at < selection.rangeCount; at++) ranges.push(selection.getRangeAt(at));
        selected.set(page, ranges);
        const at = performance.now();
        readyAt = at + restAfter(at - began);
        due();
      };
      const note = () => {
        if (isAsked) return;
        isAsked = true;
        const wait = readyAt - performance.now();
        if (wait > 0) later(wait, () => frame(read));
        else frame(read);
      };
      listening.hear(page, 'selectionchange', note);
      note();
    },
    resizes(view, listening) {
      listening.on(view, 'resize', () => {
        resized = view;
        due();
      });
    },
    isScrolled: (element) => ever.has(element),
    seen: (element) => void ever.add(element),
    moved(elements) {
      for (const element of elements) {
        if (!element.isConnected || !isLaidOut(element)) continue;
        const { scrollLeft: x, scrollTop: y } = element;
        if (!x && !y) continue;
        scrolled.set(element, { x, y });
        areDue = true;
      }
    },
    flush(isWhole) {
      for (const [target, at] of areDue ? scrolled : []) {
        const id = ids.of(target);
        // While its content is still to come it can't be scrolled so far, and what comes may push it on: again at the end.
        const isTold = told.get(target) === at;
        if (isWhole || !target.isConnected) scrolled.delete(target);
        told.set(target, at);
        const isHidden = isElement(target) && (serializer().isHiddenField(target) || masker.isWithinBlocked(target));
        if (id && target.isConnected && !isHidden && (isWhole || !isTold)) tell({ source: SOURCE.Scroll, id, ...at });
      }
      if (scrolled.size === 0) areDue = false;
      for (const [page, ranges] of selected) if (page.defaultView) tellSelection(page, ranges);
      if (selected.size > 0) selected = new Map();
      if (!resized) return;
      const { innerWidth: width, innerHeight: height } = resized;
      resized = undefined;
      if (size === (size = `${width} ${height}`)) return;
      tell({ source: SOURCE.ViewportResize, width, height });
    },
    begin() {
      toldRanges = new WeakMap();
      size = '';
    },
  };
}
