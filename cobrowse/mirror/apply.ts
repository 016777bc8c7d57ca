// Applies the events that follow a snapshot to its scene: which event does what. Each event stands alone: one that is
// wrong is counted and skipped. Nothing waits for a clock: what has come is shown.

import { createAnimations } from './animations.ts';
import { createBuilder, showValue, TooLarge, type Builder } from './build.ts';
import { measureField } from './caret.ts';
import { EVENT, finite, idIn, isFields, listOf, SOURCE, textOf, type Fields } from './events.ts';
import { boxOf, offsetOf, type Box } from './geometry.ts';
import { SELECTION } from './inert-names.ts';
import type { Marks, OptionLine } from './marks.ts';
import { createMutations } from './mutations.ts';
import { isElement, isHtml } from './node-kinds.ts';
import type { Scene } from './scene.ts';

export type Applier = {
  readonly builder: Builder;
  event(event: Fields): void;
  /** Draws again what lies over the page: something below may have moved. */
  redraw(): void;
  /** There is something that redraw would draw. */
  readonly hasMarks: boolean;
  /** In a field or on the page; empty: nothing. */
  readonly selectedText: string;
  /** Events that could not be applied. */
  readonly wrong: number;
};

type Caret = { kind: 'field'; id: number; start: number; end: number } | { kind: 'range'; range: Range };

export type ApplierOptions = {
  scene: Scene;
  /** Undefined while another tab is shown. */
  marks(): Marks | undefined;
  viewport(width: number, height: number): void;
  viewportHeight(): number;
};

export function createApplier({ scene, marks, viewport, viewportHeight }: ApplierOptions): Applier {
  const { nodes, sheets, states } = scene;
  const builder = createBuilder(scene);
  const mutations = createMutations(scene, builder);
  const animations = createAnimations(nodes, scene.addresses);
  let caret: Caret | undefined;
  let list: { id: number; active: number } | undefined;
  let highlighted: Document[] = [];
  let selected: readonly Range[] = [];
  let wrong = 0;

  const nodeOf = (id: unknown): Node | undefined => {
    const known = idIn(id);
    return known === undefined ? undefined : nodes.get(known);
  };

  const input = (data: Fields) => {
    const element = nodeOf(data.id);
    if (isHtml(element, 'input')) {
      element.checked = data.isChecked === true;
      element.indeterminate = data.isIndeterminate === true;
      if (element.type !== 'file') showValue(element, textOf(data.text));
    } else if (isHtml(element, 'select')) {
      // Of several chosen options this is the first; each of them has come as an event of its own.
      if (!element.multiple || element.value !== textOf(data.text)) element.value = textOf(data.text);
    } else if (isHtml(element, 'textarea')) element.value = textOf(data.text);
    else if (isHtml(element, 'option')) element.selected = data.isChecked === true;
  };

  const select = (data: Fields) => {
    for (const document of highlighted) document.defaultView?.CSS.highlights.delete(SELECTION);
    highlighted = [];
    const ranges: Range[] = [];
    for (const from of listOf(data.ranges)) {
      const start = isFields(from) ? nodeOf(from.start) : undefined;
      const end = isFields(from) ? nodeOf(from.end) : undefined;
      if (!isFields(from) || !start?.ownerDocument || end?.ownerDocument !== start.ownerDocument) continue;
      const range = start.ownerDocument.createRange();
      range.setStart(start, Math.min(finite(from.startOffset) ?? 0, lengthOf(start)));
      range.setEnd(end, Math.min(finite(from.endOffset) ?? 0, lengthOf(end)));
      ranges.push(range);
    }
    const [first] = ranges;
    selected = ranges;
    caret = caret?.kind === 'range' ? undefined : caret;
    if (first?.collapsed && isEditable(first.startContainer)) caret = { kind: 'range', range: first };
    const byDocument = new Map<Document, Range[]>();
    for (const range of ranges) {
      const document = range.startContainer.ownerDocument;
      if (range.collapsed || !document) continue;
      byDocument.set(document, [...(byDocument.get(document) ?? []), range]);
    }
    for (const [document, parts] of byDocument) {
      // The typings put Highlight on the global object only.
      const view = document.defaultView as (Window & { Highlight?: typeof Highlight; CSS?: typeof CSS }) | null;
      if (!view?.Highlight || !view.CSS?.highlights) continue;
      view.CSS.highlights.set(SELECTION, new view.Highlight(...parts));
      highlighted.push(document);
    }
  };

  const customElement = (data: Fields) => {
    if (isFields(data.define)) scene.states.defined(textOf(data.define.name));
  };

  const incremental = (data: Fields) => {
    switch (data.source) {
      case SOURCE.Mutation:
        mutations.apply(data);
        return;
      case SOURCE.Scroll: {
        const node = nodeOf(data.id);
        if (node) scene.scrolls.to(node, finite(data.x) ?? 0, finite(data.y) ?? 0);
        return;
      }
      case SOURCE.ViewportResize:
        viewport(finite(data.width) ?? 0, finite(data.height) ?? 0);
        return;
      case SOURCE.Input:
        input(data);
        return;
      case SOURCE.StyleSheetRule:
        sheets.rules(data);
        return;
      case SOURCE.StyleDeclaration:
        sheets.declaration(data);
        return;
      case SOURCE.Selection:
        select(data);
        return;
      case SOURCE.AdoptedStyleSheet:
        sheets.adopt(data);
        return;
      case SOURCE.CustomElement:
        customElement(data);
        return;
      // Pointer and media come as frames of their own; the rest shows nothing.
    }
  };

  const custom = (tag: string, payload: Fields) => {
    const node = nodeOf(payload.id);
    const element = isElement(node) ? node : undefined;
    switch (tag) {
      case 'focus':
        states.focus(element, typeof payload.visible === 'boolean' ? payload.visible : undefined);
        if (caret?.kind === 'field' && caret.id !== payload.id) caret = undefined;
        return;
      case 'caret': {
        const id = idIn(payload.id);
        const start = finite(payload.start) ?? 0;
        if (id !== undefined) caret = { kind: 'field', id, start, end: Math.max(start, finite(payload.end) ?? start) };
        return;
      }
      case 'select': {
        const id = idIn(payload.id);
        if (id !== undefined && payload.open === true) list = { id, active: finite(payload.active) ?? -1 };
        else if (list?.id === id) list = undefined;
        return;
      }
      case 'popover':
        if (element) scene.topLayer.popover(element, payload.open === true);
        return;
      case 'animation':
        animations.apply(payload);
    }
  };

  const caretBoxes = (): { boxes: Box[]; isSelection: boolean } => {
    if (caret?.kind === 'range') {
      const [rect] = caret.range.getClientRects();
      const document = caret.range.startContainer.ownerDocument;
      if (!rect || !document || !caret.range.startContainer.isConnected) return { boxes: [], isSelection: false };
      const offset = offsetOf(document, scene.document);
      return {
        boxes: [{ x: rect.x + offset.x, y: rect.y + offset.y, width: 0, height: rect.height }],
        isSelection: false,
      };
    }
    const field = caret ? nodes.get(caret.id) : undefined;
    if (!caret || states.focused !== field || !(isHtml(field, 'input') || isHtml(field, 'textarea')))
      return { boxes: [], isSelection: false };
    const offset = offsetOf(field.ownerDocument, scene.document);
    const boxes = measureField(field, caret.start, caret.end);
    for (const box of boxes) {
      box.x += offset.x;
      box.y += offset.y;
    }
    return { boxes, isSelection: caret.end > caret.start };
  };

  return {
    builder,
    get wrong() {
      return wrong;
    },
    get hasMarks() {
      return caret !== undefined || list !== undefined;
    },
    get selectedText() {
      const field = caret?.kind === 'field' ? nodes.get(caret.id) : undefined;
      if (caret?.kind === 'field' && (isHtml(field, 'input') || isHtml(field, 'textarea')))
        return field.value.slice(caret.start, caret.end);
      return selected.map((range) => range.toString()).join('\n');
    },
    event(event) {
      try {
        if (event.type === EVENT.Incremental && isFields(event.data)) incremental(event.data);
        else if (event.type === EVENT.Custom && isFields(event.data) && isFields(event.data.payload))
          custom(textOf(event.data.tag), event.data.payload);
      } catch (error) {
        if (error instanceof TooLarge) throw error;
        wrong++;
      }
    },
    redraw() {
      const over = marks();
      if (!over) return;
      const { boxes, isSelection } = caretBoxes();
      over.caret(boxes, isSelection);
      const select = list ? nodes.get(list.id) : undefined;
      if (!list || !isHtml(select, 'select') || !select.isConnected) {
        over.list(undefined);
        return;
      }
      const style = select.ownerDocument.defaultView?.getComputedStyle(select);
      over.list({
        box: boxOf(select, scene.document),
        lines: linesOf(select),
        active: list.active >= 0 ? list.active : select.selectedIndex,
        font: style ? `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}` : '',
        viewportHeight: viewportHeight(),
      });
    },
  };
}

function linesOf(select: HTMLSelectElement): OptionLine[] {
  const lines: OptionLine[] = [];
  const add = (parent: Element, level: number) => {
    for (const child of parent.children) {
      if (isHtml(child, 'option')) lines.push({ text: child.label, level, isGroup: false, isDisabled: child.disabled });
      else if (isHtml(child, 'optgroup')) {
        lines.push({ text: child.label, level: 0, isGroup: true, isDisabled: child.disabled });
        if (level === 0) add(child, 1);
      } else if (isHtml(child, 'hr')) continue;
    }
  };
  add(select, 0);
  return lines;
}

function lengthOf(node: Node): number {
  return node.nodeType === 3 || node.nodeType === 8 ? (node.nodeValue?.length ?? 0) : node.childNodes.length;
}

function isEditable(node: Node): boolean {
  const element = isElement(node) ? node : node.parentElement;
  return element?.closest('[contenteditable]:not([contenteditable="false"])') !== null && element !== null;
}
