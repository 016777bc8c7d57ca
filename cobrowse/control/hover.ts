// What opens by the page's styles alone while the pointer is over it: `.menu:hover > ul { display: block }`. No script can
// make `:hover` match. So what is under the operator's pointer carries an attribute, and rules that are about it say
// `:is(:hover, [attribute])` where they said `:hover`.
//
//   over   marks off what was left → sheets read, once → rules about the chain written, elements of the chain marked
//   away   marks off, rules as they were
//
// In the rules themselves, not in copies: weight, order, layers and conditions stay what they are, no rule gets another
// index (pages and capture know rules by it), the visitor's own mouse hovers as before, and no policy forbids it.
//
// Easy to get wrong: a page of tens of thousands of rules must not stand still, so all of it is done in slices, and only
// what a rule asks of the hovered element itself is asked. An editor takes an attribute within it for an edit.
//
// Not reached: sheets that may not be read, closed shadow roots, `@scope (a:hover)`, `::part(x):hover`, a label's field.

import { documentOf, matches, parentOf, shadowOf } from '../capture/dom.ts';
import { setMark } from './natives.ts';
import { around } from './places.ts';

/** capture leaves it out (build.ts, RRWEB_UNUSED). */
const HOVERED = 'data-tandem-hover';
const EITHER = `:is(:hover,[${HOVERED}])`;
/** Rules that are read, or asked about. */
const MOST_AT_ONCE = 1000;
/** Selectors as browsers write them out: escapes, attributes, strings, pseudo-classes, what ends a compound, the rest. */
const TOKEN = /\\(?:[\da-f]{1,6}\s?|[^])|\[(?:"(?:\\.|[^"\\])*"|[^\]"])*]|"(?:\\.|[^"\\])*"|::?[\w-]+|[^]/g;

/** `asks`: of a hovered element, beside what need not be known. Nothing: any may be meant. */
type HoverRule = { rule: CSSStyleRule; was: string; now: string; asks: string[] };
/** A sheet as it was read: with another size or end it is read again. */
type Read = { size: number; end: CSSRule | undefined; found: HoverRule[] };
type Root = Document | ShadowRoot;

/** The result takes what the pointer is over. `later`: in a task of its own. */
export function createHover(later: (task: () => void) => void): (element: Element | undefined) => void {
  const known = new WeakMap<CSSStyleSheet, Read>();
  const written = new Map<CSSStyleRule, HoverRule>();
  const marked = new Set<Element>();
  const roots = new Set<Root>();
  let chain: readonly Element[] = [];
  let work: Generator | undefined;
  let isDueAgain = false;

  const unmark = (element: Element) => {
    marked.delete(element);
    setMark(element, HOVERED, false);
  };

  function* find(rules: CSSRuleList, found: HoverRule[]): Generator<undefined> {
    for (const rule of rules as Iterable<Partial<CSSStyleRule & CSSImportRule>>) {
      yield;
      const { selectorText, cssRules, styleSheet } = rule;
      if (selectorText?.includes(':hover')) {
        const ours = written.get(rule as CSSStyleRule);
        if (ours?.now === selectorText) found.push(ours);
        else {
          const { now, asks } = withMark(selectorText);
          if (asks.length > 0) found.push({ rule: rule as CSSStyleRule, was: selectorText, now, asks });
        }
      }
      const inner = cssRules ?? (styleSheet && rulesOf(styleSheet));
      if (inner?.length) yield* find(inner, found);
    }
  }

  function* inSheet(sheet: CSSStyleSheet): Generator<undefined, readonly HoverRule[]> {
    const rules = rulesOf(sheet);
    if (!rules) return [];
    const size = rules.length;
    const end = rules[size - 1];
    let read = known.get(sheet);
    if (read?.size !== size || read.end !== end) {
      read = { size, end, found: [] };
      yield* find(rules, read.found);
      known.set(sheet, read);
    }
    return read.found;
  }

  function* lookThrough(): Generator<undefined> {
    try {
      do {
        isDueAgain = false;
        const here = new Set<Root | null>(chain.flatMap((element) => [rootOf(element), shadowOf(element)]));
        const sheets = new Set<CSSStyleSheet>();
        for (const root of here) {
          // Taken out of the page since.
          if (!root?.styleSheets) continue;
          // Not in every browser of our range.
          const { adoptedStyleSheets: adopted = [] } = root as Partial<Root>;
          for (const sheet of [...root.styleSheets, ...adopted]) sheets.add(sheet);
          roots.add(root);
        }
        for (const sheet of sheets)
          for (const one of yield* inSheet(sheet)) {
            yield;
            for (const element of chain) if (isAbout(one, element)) show(one, element);
          }
      } while (isDueAgain);
    } finally {
      work = undefined;
    }
  }

  const show = (one: HoverRule, element: Element) => {
    if ((element as HTMLElement).isContentEditable) return;
    if (!marked.has(element)) {
      marked.add(element);
      setMark(element, HOVERED, true);
    }
    const { rule, was } = one;
    if (written.has(rule) || rule.selectorText !== was) return;
    rule.selectorText = one.now;
    one.now = rule.selectorText;
    written.set(rule, one);
  };

  const goOn = (mine: Generator) => {
    try {
      for (let n = 0; n < MOST_AT_ONCE; n++) if (mine.next().done) return;
    } catch {
      // Something of the page's stands where its sheets would be. The pointer moves all the same.
      return;
    }
    later(() => {
      if (work === mine) goOn(mine);
    });
  };

  const leave = () => {
    work = undefined;
    marked.forEach(unmark);
    // Where the page has copied what was marked.
    for (const root of roots) root.querySelectorAll(`[${HOVERED}]`).forEach(unmark);
    for (const [rule, { was, now }] of written) if (rule.selectorText === now) rule.selectorText = was;
    written.clear();
    roots.clear();
  };

  return (element) => {
    const next: Element[] = [];
    for (let at = element ?? null; at; at = around(at)) next.push(at);
    if (next.length === chain.length && next.every((each, index) => each === chain[index])) return;
    chain = next;
    if (next.length === 0) return leave();
    for (const each of marked) if (!next.includes(each)) unmark(each);
    isDueAgain = true;
    if (!work) goOn((work = lookThrough()));
  };
}

function rootOf(element: Element): Root {
  let at: Node = element;
  for (let parent = parentOf(at); parent; parent = parentOf(at)) at = parent;
  return 'host' in at ? (at as ShadowRoot) : documentOf(at);
}

function rulesOf(sheet: CSSStyleSheet): CSSRuleList | undefined {
  try {
    return sheet.cssRules;
  } catch {
    // Of another origin.
    return undefined;
  }
}

function isAbout({ asks }: HoverRule, element: Element): boolean {
  return asks.some((selector) => {
    try {
      return !selector || matches(element, selector);
    } catch {
      // A piece that is no selector by itself.
      return true;
    }
  });
}

/** What stands before `:hover` in its compound is asked of the element, but for pseudo-classes, of which any may hold. */
function withMark(selector: string): { now: string; asks: string[] } {
  const asks: string[] = [];
  const outer: { asked: string; isPart: boolean }[] = [];
  let asked = '';
  // Behind a pseudo-element browsers take `:hover` and nothing longer.
  let isPart = false;
  const now = selector.replace(TOKEN, (token) => {
    if (token === ')') ({ asked, isPart } = outer.pop() ?? { asked: '', isPart: false });
    else if (/^[\s>+~,(]$/.test(token)) {
      if (token === '(') outer.push({ asked, isPart });
      asked = '';
      isPart = false;
    } else if (token === ':hover' && !isPart) {
      asks.push(asked);
      return EITHER;
    } else if (token.startsWith('::')) isPart = true;
    else if (!token.startsWith(':')) asked += token;
    return token;
  });
  return { now, asks };
}
