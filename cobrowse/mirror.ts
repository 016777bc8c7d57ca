// The operator's copy of a visitor's tabs, rebuilt from the binary frames of a room. A hostile page's mirror runs no script
// and makes no request but to `assetUrl`: see mirror/build.ts and mirror/attributes.ts for how, and the console's
// content security policy for the second wall.
//
// Owns: the order of frames, pieces and inflating, one Page per tab, what is shown. Opens no socket: the caller passes
// frames and the relay's messages in, and asks for history when told to.
//
// Easy to get wrong: inflating takes a while, so later frames of the same tab wait behind it; frames that are small and
// plain are applied before frame() returns.

import {
  createAssembler,
  decodePicture,
  decodePointer,
  FLAG,
  KIND,
  payloadOf,
  readHeader,
  type Header,
} from '../protocol/codec.ts';
import { LIMITS } from '../protocol/limits.ts';
import { parseAssetList } from '../protocol/messages.ts';
import { isSheetName } from '../protocol/sheet-reference.ts';
import { createAge, createLack, type Age, type Sent } from './mirror/age.ts';
import { createAssetBook } from './mirror/assets.ts';
import { createCssSource } from './mirror/css-source.ts';
import { EVENT, finite, isFields } from './mirror/events.ts';
import type { Box } from './mirror/geometry.ts';
import { inflate } from './mirror/inflate.ts';
import { createMarks } from './mirror/marks.ts';
import { createOrder } from './mirror/order.ts';
import { createPage, type Page } from './mirror/page.ts';
import { createReader, type Reader } from './mirror/reader.ts';
import { createStage } from './mirror/stage.ts';
import type { Still } from './mirror/still.ts';

export type { Box, Still };

export type MirrorOptions = {
  /** Address of an asset on the relay. */
  assetUrl(hash: string): string;
  emit(event: MirrorEvent): void;
  labels: { masked: string; blocked: string; /** A frame of another origin. */ frame: string };
};

export type MirrorEvent =
  /** Ask the relay for history after this sequence. */
  | { kind: 'gap'; from: number }
  /** Changes of this tab can't be read any more: ask the relay for a snapshot of it. Said again while they come and none does. */
  | { kind: 'lost'; tab: number }
  /** A snapshot stands in its place: the next frame paints it. What lies over it may go now, in the same frame. */
  | { kind: 'ready'; tab: number; /** Sequence of the snapshot. */ sequence: number }
  /** A snapshot was applied and a frame painted, so long after its first bytes came. */
  | { kind: 'painted'; tab: number; elements: number; firstAfterMs: number }
  | { kind: 'viewport'; tab: number; width: number; height: number }
  /** This tab can't be shown; the others go on. */
  | { kind: 'failed'; tab: number; reason: string };

export type Mirror = {
  /** Every binary frame of the room, in the order received. */
  frame(bytes: Uint8Array): void;
  /** The relay's `history` message: frames of (from, to] that still matter follow. From 0: the picture is forgotten. */
  history(from: number, to: number): void;
  /** The relay's highest sequence. */
  head(sequence: number): void;
  /** The room's tabs and where each of them is, as the relay says: frames do not tell when only the fragment changes. */
  addresses(tabs: readonly { tab: number; url: string }[]): void;
  show(tab: number): void;
  readonly shown: number | undefined;
  scale(mode: 'fit' | 'actual'): void;
  /** Highest sequence up to which nothing is missing. */
  readonly sequence: number;
  /** Up to where what has come is shown of the shown tab: less than `sequence` while something waits for its styles. */
  readonly seen: number;
  /** Highest sequence that the relay had when it last said something of it: that of a history that is under way, too. */
  readonly told: number;
  readonly stats: { frames: number; bytes: number; resyncs: number; elements: number };
  /** How old the shown picture has been at its worst since this was last asked, in milliseconds: see mirror/age.ts. */
  age(): number;
  /** The captured node at a point of the visitor's viewport, and where in it (0 to 1). */
  nodeAt(x: number, y: number): { id: number; dx: number; dy: number } | undefined;
  elementOf(id: number): Element | undefined;
  idOf(element: Element): number | undefined;
  /** Where in the visitor's viewport a point of this window is; it may lie outside. */
  pointAt(clientX: number, clientY: number): { x: number; y: number };
  /** Where in this window a captured node is; undefined: it is gone, or has no box. */
  boxOf(id: number): Box | undefined;
  /** The visitor's viewport, while a tab is shown. */
  readonly viewport: { width: number; height: number } | undefined;
  /** Where in this window the picture can be seen, without scroll bars. */
  readonly view: Box;
  /** Scrolls a picture that is larger than its place. */
  scrollBy(dx: number, dy: number): void;
  /** What the visitor has selected. */
  readonly selectedText: string;
  /** A picture of a captured node with a little of what is around it; undefined: it could not be drawn. The code for it is
   * fetched when it is first wanted. */
  stillOf(id: number, density: number, progress?: (share: number) => void): Promise<Still | undefined>;
  close(): void;
};

/** A snapshot from a history waits so long for the changes after it, which on a good line come in its wake: what is here
 * together is built and laid out once, and most of a page may be in the changes (mirror/fold.ts). */
const HISTORY_MS = 60;
/** Of a room that has been on many pages not all texts are wanted. */
const MOST_EARLY = 24;

type Job =
  /** `isPast`: from a history, for somebody who has no picture yet: what it says of its age is long over. */
  | {
      kind: 'events';
      isSnapshot: boolean;
      isPast: boolean;
      isPacked: boolean;
      /** Undefined while it is being inflated. */
      bytes: Uint8Array | undefined;
      isBroken: boolean;
      sequence: number;
      /** Ordinals of its frames. */
      first: number;
      last: number;
    }
  | { kind: 'picture'; frame: Uint8Array };

type Tab = {
  page: Page;
  assembler: ReturnType<typeof createAssembler>;
  reader: Reader;
  /** Ordinal of the last frame of an unfinished payload; 0: none is unfinished. */
  unfinished: number;
  /** Of the first frame of the last payload. */
  first: number;
  /** Of the last frame. */
  ordinal: number;
  age: Age;
  queue: Job[];
  /** Nothing of the queue is done before this timer: see HISTORY_MS. */
  hold: ReturnType<typeof setTimeout> | undefined;
  /** When the first bytes of the snapshot being received came. */
  snapshotAt: number;
  /** Its sequence, once it has been applied. */
  pictureOf: number;
  /** After a history from 0: what is shown is from before, and goes unless the history brings it again. */
  isStale: boolean;
};

export function createMirror(container: HTMLElement, options: MirrorOptions): Mirror {
  const { emit } = options;
  const { ownerDocument: document } = container;
  const stage = createStage(container);
  const marks = createMarks(document);
  stage.plane.append(marks.layer);
  const book = createAssetBook(options.assetUrl);
  const source = createCssSource(options.assetUrl);
  const tabs = new Map<number, Tab>();
  /** Also of tabs that have no picture yet. */
  let addresses: ReadonlyMap<number, string> = new Map();
  const assetPieces = createAssembler();
  const decoder = new TextDecoder();
  const stats = { frames: 0, bytes: 0 };
  const now = () => performance.now();
  const lack = createLack(now);
  let shown: number | undefined;
  let closed = false;
  let isComplete = false;

  const order = createOrder({
    ask: (from) => emit({ kind: 'gap', from }),
    later(ms, run) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    forget() {
      for (const tab of tabs.values()) {
        tab.isStale = true;
        tab.queue = [];
        tab.assembler.reset();
        tab.unfinished = 0;
        tab.age.restart();
      }
    },
    complete() {
      isComplete = true;
    },
  });

  /** The old picture stays until a history has shown that nothing replaces it: that is how nothing flashes. */
  const dropStale = () => {
    if (!isComplete) return;
    isComplete = false;
    const isComing = (tab: Tab) =>
      tab.unfinished !== 0 || tab.queue.some((job) => job.kind === 'events' && job.isSnapshot);
    for (const [number, tab] of tabs) {
      if (tab.isStale && !isComing(tab)) drop(number, tab);
      else releaseWhole(number, tab);
    }
  };

  const drop = (number: number, tab: Tab) => {
    tab.page.close();
    tabs.delete(number);
    if (shown === number) marks.clear();
  };

  const tabOf = (number: number): Tab => {
    const known = tabs.get(number);
    if (known) return known;
    const tab: Tab = {
      assembler: createAssembler(),
      reader: createReader(now),
      unfinished: 0,
      first: 0,
      ordinal: 0,
      age: createAge(now),
      queue: [],
      hold: undefined,
      snapshotAt: 0,
      pictureOf: 0,
      isStale: false,
      page: createPage({
        plane: stage.plane,
        labels: options.labels,
        book,
        source,
        marks,
        ready: () => emit({ kind: 'ready', tab: number, sequence: tab.pictureOf }),
        painted: (elements) =>
          emit({ kind: 'painted', tab: number, elements, firstAfterMs: performance.now() - tab.snapshotAt }),
        viewport(width, height) {
          if (shown === number) stage.size(width, height);
          emit({ kind: 'viewport', tab: number, width, height });
        },
        failed: (reason) => emit({ kind: 'failed', tab: number, reason }),
      }),
    };
    tabs.set(number, tab);
    tab.page.address(addresses.get(number) ?? '');
    // Numbers of tabs long closed: the first in the map is the oldest.
    for (const [oldest, old] of tabs) {
      if (tabs.size <= LIMITS.maxTabsPerRoom) break;
      if (oldest !== shown && oldest !== number) drop(oldest, old);
    }
    if (shown === undefined) show(number);
    else if (shown === number) tab.page.show(true);
    return tab;
  };

  const show = (number: number) => {
    if (shown === number) return;
    if (shown !== undefined) tabs.get(shown)?.page.show(false);
    shown = number;
    marks.clear();
    const tab = tabs.get(number);
    if (!tab) return;
    stage.size(tab.page.size.width, tab.page.size.height);
    tab.page.show(true);
  };

  /** What of a payload is to be shown. */
  const eventsOf = (number: number, tab: Tab, job: Job & { kind: 'events' }, hasPicture: boolean) => {
    const { isSnapshot, bytes } = job;
    // Changes belong to a snapshot that is here.
    if (!isSnapshot && (!hasPicture || tab.isStale)) return undefined;
    const events = job.isBroken || !bytes ? tab.reader.failed(isSnapshot) : tab.reader.read({ ...job, bytes });
    if (events === 'broken') emit({ kind: 'failed', tab: number, reason: 'broken-snapshot' });
    if (events === 'lost') emit({ kind: 'lost', tab: number });
    if (typeof events === 'string') return undefined;
    if (isSnapshot) {
      tab.isStale = false;
      tab.pictureOf = job.sequence;
    }
    return events;
  };

  /** Payloads in a row go to the page together. */
  const drain = (number: number, tab: Tab) => {
    if (tab.hold !== undefined) return;
    let payloads: { events: readonly unknown[]; sequence: number }[] = [];
    let sent: Sent | undefined;
    const flush = () => {
      const ready = payloads;
      payloads = [];
      if (ready.length > 0) tab.page.apply(ready);
      if (sent) tab.age.shown(sent);
      sent = undefined;
    };
    for (let job = tab.queue[0]; job; job = tab.queue[0]) {
      if (job.kind === 'events' && !job.bytes && !job.isBroken) break;
      tab.queue.shift();
      if (job.kind === 'picture') {
        flush();
        tab.page.picture(decodePicture(job.frame));
        continue;
      }
      const events = eventsOf(number, tab, job, payloads.length > 0 || tab.page.hasPicture);
      if (!events) continue;
      payloads.push({ events, sequence: job.sequence });
      if (!job.isPast) sent = sentOf(events[events.length - 1]) ?? sent;
    }
    flush();
  };

  const release = (number: number, tab: Tab) => {
    clearTimeout(tab.hold);
    tab.hold = undefined;
    if (!closed && tabs.get(number) === tab) drain(number, tab);
  };

  /** When a history is here to its end, and inflated. */
  const releaseWhole = (number: number, tab: Tab) => {
    const isWhole = !order.isAnew && tab.queue.every((job) => job.kind === 'picture' || job.bytes || job.isBroken);
    if (tab.hold !== undefined && isWhole) release(number, tab);
  };

  const enqueue = (number: number, tab: Tab, job: Job) => {
    // A new snapshot is the whole truth: what waits before it need not be shown.
    if (job.kind === 'events' && job.isSnapshot) tab.queue = [];
    tab.queue.push(job);
    drain(number, tab);
  };

  const inflated = async (number: number, tab: Tab, job: Job & { kind: 'events' }, bytes: Uint8Array) => {
    try {
      job.bytes = await inflate(bytes);
    } catch {
      job.isBroken = true;
    }
    if (closed || tabs.get(number) !== tab) return;
    if (job.isSnapshot && job.isPast) tab.hold ??= setTimeout(() => release(number, tab), HISTORY_MS);
    releaseWhole(number, tab);
    drain(number, tab);
  };

  const assets = (text: string) => {
    const fresh = book.learn(parseAssetList(text));
    if (fresh.length === 0) return;
    // What is named is about to be waited for: fetched while the events that name it are read.
    for (const url of fresh) {
      const hash = isSheetName(url) ? book.find(url)?.hash : undefined;
      if (hash !== undefined && source.pending < MOST_EARLY) source.text(hash, () => undefined);
    }
    for (const { page } of tabs.values()) page.arrived(fresh);
  };

  const ordered = (header: Header, bytes: Uint8Array) => {
    if (header.kind === KIND.Assets) {
      const payload = assetPieces.push(header, payloadOf(bytes));
      if (!payload) return;
      if (payload.deflated)
        void inflate(payload.bytes)
          .then((whole) => assets(decoder.decode(whole)))
          .catch(() => undefined);
      else assets(decoder.decode(payload.bytes));
      return;
    }
    const tab = tabOf(header.tab);
    // The rest of a payload that history has left out: what is here is the beginning of another one.
    if (tab.unfinished !== 0 && header.ordinal !== tab.unfinished + 1) {
      tab.assembler.reset();
      tab.unfinished = 0;
    }
    // Another document of the tab counts from 1 again.
    if (header.ordinal <= tab.ordinal) tab.age.restart();
    tab.ordinal = header.ordinal;
    const isSnapshot = header.kind === KIND.Snapshot;
    if (isSnapshot && tab.unfinished === 0) tab.snapshotAt = performance.now();
    if (tab.unfinished === 0) tab.first = header.ordinal;
    const payload = tab.assembler.push(header, payloadOf(bytes));
    tab.unfinished = (header.flags & FLAG.More) === 0 ? 0 : header.ordinal;
    if (!payload) return;
    const isPast = order.isAnew;
    const { sequence } = header;
    const job: Job & { kind: 'events' } = {
      kind: 'events',
      isSnapshot,
      isPast,
      isPacked: payload.packed,
      bytes: undefined,
      isBroken: false,
      sequence,
      first: tab.first,
      last: header.ordinal,
    };
    if (payload.deflated) {
      enqueue(header.tab, tab, job);
      void inflated(header.tab, tab, job, payload.bytes);
    } else {
      job.bytes = payload.bytes;
      enqueue(header.tab, tab, job);
    }
  };

  return {
    frame(bytes) {
      if (closed) return;
      stats.frames++;
      stats.bytes += bytes.byteLength;
      try {
        const header = readHeader(bytes);
        if (header.kind === KIND.Pointer) tabs.get(header.tab)?.page.pointer(decodePointer(bytes));
        else if (header.kind === KIND.Picture) {
          const tab = tabs.get(header.tab);
          if (tab) enqueue(header.tab, tab, { kind: 'picture', frame: bytes });
        } else {
          if (order.take(header.sequence)) ordered(header, bytes);
          else lack.told(header.sequence);
          lack.reached(order.sequence);
        }
      } catch {
        // A frame that can't be read says nothing of the others; a lost one shows as a gap.
      }
      dropStale();
    },
    history(from, to) {
      if (from === 0) lack.restart();
      lack.told(to);
      order.history(from, to);
      lack.reached(order.sequence);
      dropStale();
    },
    head(sequence) {
      lack.told(sequence);
      order.head(sequence);
      lack.reached(order.sequence);
      dropStale();
    },
    addresses(told) {
      addresses = new Map(told.map(({ tab, url }) => [tab, url]));
      for (const [number, url] of addresses) tabs.get(number)?.page.address(url);
    },
    show,
    get shown() {
      return shown;
    },
    scale: (mode) => stage.scale(mode),
    get sequence() {
      return order.sequence;
    },
    get seen() {
      const from = shown === undefined ? undefined : tabs.get(shown)?.page.waitsFrom;
      return from === undefined ? order.sequence : Math.min(order.sequence, from - 1);
    },
    get told() {
      return order.told;
    },
    get stats() {
      const elements = shown === undefined ? 0 : (tabs.get(shown)?.page.elements ?? 0);
      return { ...stats, resyncs: order.gaps, elements };
    },
    age: () => Math.max(lack.ms(), shown === undefined ? 0 : (tabs.get(shown)?.age.ms() ?? 0)),
    nodeAt: (x, y) => (shown === undefined ? undefined : tabs.get(shown)?.page.nodeAt(x, y)),
    elementOf: (id) => (shown === undefined ? undefined : tabs.get(shown)?.page.elementOf(id)),
    idOf: (element) => (shown === undefined ? undefined : tabs.get(shown)?.page.idOf(element)),
    pointAt: stage.pointAt,
    boxOf(id) {
      const box = shown === undefined ? undefined : tabs.get(shown)?.page.boxOf(id);
      return box && stage.clientBox(box);
    },
    get viewport() {
      return shown === undefined ? undefined : tabs.get(shown)?.page.size;
    },
    get view() {
      return stage.view;
    },
    scrollBy: stage.scrollBy,
    get selectedText() {
      return shown === undefined ? '' : (tabs.get(shown)?.page.selectedText ?? '');
    },
    async stillOf(id, density, progress) {
      const page = shown === undefined ? undefined : tabs.get(shown)?.page;
      const element = page?.elementOf(id);
      if (!page || !element) return undefined;
      let top = element.ownerDocument;
      for (let frame = top.defaultView?.frameElement; frame && page.idOf(frame) !== undefined;) {
        top = frame.ownerDocument;
        frame = top.defaultView?.frameElement;
      }
      const { drawStill } = await import('./mirror/still.ts');
      const { assetUrl } = options;
      return drawStill({ element, top, viewport: page.size, assetUrl, density, ...(progress ? { progress } : {}) });
    },
    close() {
      if (closed) return;
      closed = true;
      order.close();
      source.close();
      for (const { page } of tabs.values()) page.close();
      tabs.clear();
      stage.close();
    },
  };
}

/** What the last event of a payload says of it. */
function sentOf(event: unknown): Sent | undefined {
  if (!isFields(event) || event.type !== EVENT.Custom || !isFields(event.data) || event.data.tag !== 'sent')
    return undefined;
  const { payload } = event.data;
  const at = isFields(payload) ? finite(payload.at) : undefined;
  return at === undefined || !isFields(payload) ? undefined : { at, waited: Math.max(0, finite(payload.waited) ?? 0) };
}
