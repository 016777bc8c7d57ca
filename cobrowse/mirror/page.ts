// One tab of the room: its frame, the scene that stands in it now, and the events that go there. The frame stays over
// snapshots: a new one is built beside the old content and put in its place in one step, so nothing flashes.
//
// Nothing is shown without its styles: events that name the text of a style sheet wait until it is here, and what comes
// after them waits behind them; what is shown stays so meanwhile. For so long, since a text may never come: whoever had
// it may be gone.
//
// Easy to get wrong: opening a document takes its listeners away; a frame that is not displayed lays nothing out, so
// scrolling waits until it is shown; while something waits, what is shown is older than what has come (`waitsFrom`).

import type { Picture, Pointer } from '../../protocol/codec.ts';
import { createApplier, type Applier } from './apply.ts';
import type { AssetBook } from './assets.ts';
import { TooLarge } from './build.ts';
import type { CssSource } from './css-source.ts';
import { EVENT, finite, isFields, textOf, type Fields } from './events.ts';
import { foldAdds } from './fold.ts';
import { emptyDocument } from './frames.ts';
import { boxOf, elementAt, type Box } from './geometry.ts';
import type { Marks } from './marks.ts';
import { MARK } from './inert-names.ts';
import { mediaFacts, prefersDark } from './media.ts';
import { elementAround, isElement } from './node-kinds.ts';
import { lackOf, sheetNamesIn } from './named-sheets.ts';
import { idIn } from './pieces.ts';
import { createScene, type Labels, type Scene } from './scene.ts';

/** A window is never smaller; nobody's screen is larger, and a browser would not lay it out. */
const MIN_SIDE = 50;
const MAX_SIDE = 16_384;
/** How long a first picture waits for linked sheets that are on their way from the relay, rather than show unstyled. */
const STYLES_MS = 400;
/** And anything for texts that it names: the visitor may have to send them first, over a poor line. */
const NAMED_MS = 4000;

export type Page = {
  /** Events of snapshots and changes in their order; `sequence` is the room's. */
  apply(payloads: readonly { events: readonly unknown[]; sequence: number }[]): void;
  picture(picture: Picture): void;
  pointer(pointer: Pointer): void;
  /** Where the visitor is, as far as is known. */
  address(url: string): void;
  /** These assets can be loaded now. */
  arrived(urls: readonly string[]): void;
  show(shown: boolean): void;
  nodeAt(x: number, y: number): { id: number; dx: number; dy: number } | undefined;
  elementOf(id: number): Element | undefined;
  idOf(element: Element): number | undefined;
  /** In the visitor's viewport; undefined: it is gone, or has no box. */
  boxOf(id: number): Box | undefined;
  /** What the visitor has selected. */
  readonly selectedText: string;
  readonly size: { width: number; height: number };
  readonly elements: number;
  /** There, or waiting for its styles. */
  readonly hasPicture: boolean;
  /** The sequence of the first that has come and is not shown. Undefined: all is. */
  readonly waitsFrom: number | undefined;
  close(): void;
};

export type PageOptions = {
  plane: HTMLElement;
  labels: Labels;
  book: AssetBook;
  source: CssSource;
  marks: Marks;
  /** A snapshot stands in its place: the next frame paints it. */
  ready(): void;
  /** A snapshot is on the screen. */
  painted(elements: number): void;
  viewport(width: number, height: number): void;
  failed(reason: string): void;
};

type Item =
  /** `names`: of the texts that they name; undefined until it has been looked for. */
  | { kind: 'events'; events: readonly unknown[]; sequence: number; names: Set<string> | undefined }
  | { kind: 'picture'; picture: Picture };

export function createPage(options: PageOptions): Page {
  const { plane, labels, book, source, marks } = options;
  const frame = plane.ownerDocument.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-same-origin');
  frame.tabIndex = -1;
  Object.assign(frame.style, {
    position: 'absolute',
    inset: '0',
    width: '100%',
    height: '100%',
    border: '0',
    display: 'none',
    pointerEvents: 'none',
    colorScheme: 'light',
    // Under a page that paints none: white, or what a browser has for a page that is dark.
    background: 'Canvas',
  });
  plane.prepend(frame);
  let scene: Scene | undefined;
  let applier: Applier | undefined;
  let isShown = false;
  let size = { width: 1280, height: 800 };
  let isScheduled = false;
  let last: Pointer | undefined;
  let address = '';
  let closed = false;
  let reveal: ReturnType<typeof setTimeout> | undefined;

  /** Once a frame, after whatever came in it. */
  const schedule = () => {
    if (isScheduled || closed || !isShown) return;
    if (!applier?.hasMarks && !hadMarks && isCompared && (scene?.scrolls.wanted ?? 0) === 0) return;
    isScheduled = true;
    requestAnimationFrame(() => {
      isScheduled = false;
      if (closed || !isShown) return;
      if (!isCompared) compareScrollbars();
      scene?.scrolls.apply();
      hadMarks = applier?.hasMarks ?? false;
      applier?.redraw();
    });
  };
  let hadMarks = false;

  const resize = (width: number, height: number) => {
    const next = { width: side(width), height: side(height) };
    if (next.width === size.width && next.height === size.height && hasSize) return;
    hasSize = true;
    size = next;
    options.viewport(next.width, next.height);
  };
  let hasSize = false;

  const rebuild = (data: Fields, meta: Fields) => {
    const document = frame.contentDocument;
    const root = data.node;
    if (!document || !isFields(root)) {
      options.failed('snapshot without a document');
      return;
    }
    const quirks = root.compatMode === 'BackCompat';
    const media = mediaFacts(meta);
    frame.style.colorScheme = prefersDark(media) ? 'dark' : 'light';
    clientWidth = finite(meta.clientWidth) ?? 0;
    const next = createScene({
      document,
      base: textOf(meta.href) || 'about:blank',
      labels,
      overlayScrollbars: meta.overlayScrollbars === true || hasOverlayScrollbars,
      media,
      book,
      source,
      changed: () => {
        show();
        schedule();
      },
    });
    const nextApplier = createApplier({
      scene: next,
      marks: () => (isShown ? marks : undefined),
      viewport: resize,
      viewportHeight: () => size.height,
    });
    // Before anything is built: a style attribute is read by the rules of the document that it is made for.
    if ((document.compatMode === 'BackCompat') !== quirks || !scene) {
      scene?.close();
      scene = applier = undefined;
      emptyDocument(document, quirks);
      listen(document);
    }
    try {
      nextApplier.builder.fillDocument(root, document, () => scene?.close());
    } catch (error) {
      next.close();
      options.failed(error instanceof TooLarge ? 'too-large' : 'broken-snapshot');
      return;
    }
    scene = next;
    applier = nextApplier;
    const offset = isFields(data.initialOffset) ? data.initialOffset : {};
    next.scrolls.to(document, finite(offset.left) ?? 0, finite(offset.top) ?? 0);
    nextApplier.builder.settle();
    if (finite(offset.top)) measureAll(document);
    isCompared = false;
    // Ids are new: what is under the pointer must be looked for, and on another page nothing is until the pointer moves.
    if (last && next.addresses.base === shownBase) point({ ...last, node: idAt(last.x, last.y) });
    shownBase = next.addresses.base;
    target();
    clearTimeout(reveal);
    reveal = undefined;
    // Only a first picture: an old one would be taken away otherwise.
    const isHeld = next.sheets.pending > 0 && !wasPainted;
    frame.style.visibility = isHeld ? 'hidden' : '';
    if (isHeld) reveal = setTimeout(() => show(true), STYLES_MS);
    else ready(next);
  };
  /** What is skipped until it is near (content-visibility: auto) takes the room that it had when it was last seen: the visitor
   * has seen what is above, and here nothing was. */
  const measureAll = (document: Document) => {
    const all = document.createElement('style');
    all.setAttribute(MARK.own, '');
    all.textContent = '*{content-visibility:visible!important}';
    document.documentElement?.append(all);
    // Sizes are remembered with a frame.
    whenPainted(() => {
      all.remove();
      scene?.scrolls.again();
      schedule();
    });
  };
  let wasPainted = false;

  /** Where the visitor's page is wider than here in the same viewport, its scroll bars take no room. Lays the page out:
   * only when a frame is about to be painted, and what came with the snapshot is applied. */
  const compareScrollbars = () => {
    isCompared = true;
    if (hasOverlayScrollbars || clientWidth === 0 || clientWidth > size.width) return;
    const width = frame.contentDocument?.documentElement.clientWidth ?? 0;
    if (width === 0 || clientWidth <= width) return;
    hasOverlayScrollbars = true;
    scene?.hideScrollbars();
  };
  let isCompared = true;
  let clientWidth = 0;
  let shownBase = '';
  let hasOverlayScrollbars = false;

  const ready = (of: Scene) => {
    options.ready();
    whenPainted(() => painted(of));
  };

  const painted = (of: Scene) => {
    if (closed || scene !== of) return;
    wasPainted = true;
    options.painted(of.nodes.elements);
  };

  /** Shows a first picture that waited for its styles. */
  const show = (now = false) => {
    const current = scene;
    if (reveal === undefined || !current || (!now && current.sheets.pending > 0)) return;
    clearTimeout(reveal);
    reveal = undefined;
    frame.style.visibility = '';
    ready(current);
  };

  /** A picture that arrives makes its page longer: what could not be scrolled to may be reached now. */
  const listen = (document: Document) => document.addEventListener('load', schedule, true);

  const whenPainted = (call: () => void) => {
    // A hidden window paints nothing, and has no animation frames either: there the task alone must do.
    if (plane.ownerDocument.visibilityState === 'hidden') setTimeout(call, 0);
    else requestAnimationFrame(() => setTimeout(call, 0));
  };

  const point = (pointer: Pointer) => {
    const node = scene?.nodes.get(pointer.node);
    scene?.states.hover(
      pointer.state === 'gone' ? undefined : isElement(node) ? node : (node?.parentElement ?? undefined),
    );
    scene?.states.press(pointer.buttons !== 0);
  };

  const target = () => {
    const id = idIn(/#.*/.exec(address)?.[0] ?? '');
    scene?.states.target(scene.document.getElementById(id) ?? undefined);
  };

  const idAt = (x: number, y: number): number => {
    const found = scene && isShown ? elementAt(scene.document, x, y)?.element : undefined;
    return (found && scene?.nodes.idOf(found)) ?? 0;
  };

  const perform = (events: readonly unknown[]) => {
    let meta: Fields = {};
    try {
      for (const event of events) {
        if (!isFields(event)) continue;
        const data = isFields(event.data) ? event.data : {};
        if (event.type === EVENT.Meta) {
          meta = data;
          resize(finite(data.width) ?? 0, finite(data.height) ?? 0);
        } else if (event.type === EVENT.FullSnapshot) rebuild(data, meta);
        else applier?.event(event);
      }
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
      options.failed('too-large');
    }
    schedule();
  };

  /** What has come and is not shown, in order. The first waits for texts; the rest behind it. */
  let queue: Item[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Waited for in vain: not again. */
  const missed = new Set<string>();

  const isLacking = (item: Item & { kind: 'events' }) => {
    item.names ??= sheetNamesIn(item.events);
    for (const name of missed) item.names.delete(name);
    return lackOf(item.names, book, source, look);
  };

  /** Shows what needs not wait: in one go, or a large page would be laid out more than once. */
  const flow = () => {
    clearTimeout(timer);
    timer = undefined;
    let events: unknown[] = [];
    const flush = () => {
      if (events.length > 0) perform(foldAdds(events));
      events = [];
    };
    for (let item = queue[0]; item; item = queue[0]) {
      if (item.kind === 'picture') {
        flush();
        scene?.pictures.show(item.picture);
      } else if (isLacking(item)) break;
      else events = events.concat(item.events);
      queue.shift();
    }
    const [first] = queue;
    if (first?.kind === 'events') timer = setTimeout(() => giveUp(first.names ?? new Set()), NAMED_MS);
    flush();
  };

  const dropWaiting = () => {
    queue = [];
    clearTimeout(timer);
    timer = undefined;
  };

  const giveUp = (names: ReadonlySet<string>) => {
    for (const name of names) if (lackOf([name], book, source, look)) missed.add(name);
    flow();
  };

  /** Whether what is waited for is here now. */
  const look = () => {
    const [first] = queue;
    if (closed || first?.kind !== 'events' || isLacking(first)) return;
    flow();
  };

  return {
    get size() {
      return size;
    },
    get elements() {
      return scene?.nodes.elements ?? 0;
    },
    get hasPicture() {
      return scene !== undefined || queue.length > 0;
    },
    get waitsFrom() {
      const [first] = queue;
      return first?.kind === 'events' ? first.sequence : undefined;
    },
    apply(payloads) {
      for (const { events, sequence } of payloads) {
        // The whole truth: what waits before it need not be shown.
        if (events.some((event) => isFields(event) && event.type === EVENT.FullSnapshot)) dropWaiting();
        queue.push({ kind: 'events', events, sequence, names: undefined });
      }
      if (timer === undefined) flow();
    },
    picture(picture) {
      queue.push({ kind: 'picture', picture });
      if (timer === undefined) flow();
    },
    pointer(pointer) {
      last = pointer;
      if (isShown) marks.pointer(pointer);
      point(pointer);
    },
    address(url) {
      // Told again it is no news: what is the target stays so, and nothing becomes it, until the visitor goes somewhere.
      if (url === address) return;
      address = url;
      target();
    },
    arrived(urls) {
      scene?.arrived(urls);
      look();
      schedule();
    },
    show(shown) {
      isShown = shown;
      frame.style.display = shown ? 'block' : 'none';
      if (!shown) return;
      scene?.scrolls.again();
      isCompared = false;
      marks.clear();
      marks.pointer(last ?? { x: 0, y: 0, buttons: 0, state: 'gone', node: 0 });
      hadMarks = true;
      schedule();
    },
    nodeAt(x, y) {
      if (!scene) return undefined;
      const found = elementAt(scene.document, x, y);
      if (!found) return undefined;
      // What has no id is the mirror's own: the words in a frame of another origin stand for that frame.
      let element: Element | undefined = found.element;
      while (element && scene.nodes.idOf(element) === undefined) element = elementAround(element);
      const id = element && scene.nodes.idOf(element);
      if (!element || id === undefined) return undefined;
      const box = boxOf(element, scene.document);
      return { id, dx: share(x - box.x, box.width), dy: share(y - box.y, box.height) };
    },
    elementOf(id) {
      const node = scene?.nodes.get(id);
      return isElement(node) ? node : undefined;
    },
    idOf: (element) => scene?.nodes.idOf(element),
    boxOf(id) {
      const node = scene?.nodes.get(id);
      if (!scene || !isElement(node) || node.getClientRects().length === 0) return undefined;
      return boxOf(node, scene.document);
    },
    get selectedText() {
      return applier?.selectedText ?? '';
    },
    close() {
      closed = true;
      dropWaiting();
      clearTimeout(reveal);
      scene?.close();
      scene = undefined;
      applier = undefined;
      frame.remove();
    },
  };
}

function side(length: number): number {
  return Math.round(Math.max(MIN_SIDE, Math.min(MAX_SIDE, length || 0)));
}

function share(offset: number, length: number): number {
  return length > 0 ? Math.max(0, Math.min(1, offset / length)) : 0.5;
}
