// A live document → what an operator may see of it: rrweb events (snapshots and changes), the pointer, pictures of
// canvases, assets, and what the tab says of itself.
//
// The page does not feel it: changes are noted as they come and read once per frame at most, in tasks of their own that
// no longer than a slice (capture/tree.ts, capture/pace.ts). A picture begins with what can be seen; the rest follows as
// changes.
//
// Promises: all that is emitted is masked (capture/serial.ts reads nothing that is hidden); what one frame changes goes out
// together; the page hears of no error of ours; after stop() nothing is emitted, and the page's functions are its own.
//
// Easy to get wrong: node ids are new after each snapshot, and pictures are sent again.

import type { eventWithTime } from '@rrweb/types';
import type { Picture, Pointer } from '../protocol/codec.ts';
import type { Page } from '../protocol/messages.ts';
import { createAssets } from './capture/assets.ts';
import { createCost, type CostFigures, type CostOptions } from './capture/cost.ts';
import { documentOf, isDocument, tagOf, targetOf } from './capture/dom.ts';
import { EVENT, SOURCE, type Serial } from './capture/events.ts';
import { createFields } from './capture/fields.ts';
import { createFrameCalls } from './capture/frame-calls.ts';
import type { Guest } from './capture/frames.ts';
import { createIds } from './capture/ids.ts';
import { createLate } from './capture/late.ts';
import { createListening, type Task } from './capture/listening.ts';
import { createMasker } from './capture/mask.ts';
import { createNamedSheets, LEAST_NAMED_CHARS } from './capture/named-sheets.ts';
import { createPace, type Pace } from './capture/pace.ts';
import { describeScreen, watchPage } from './capture/page.ts';
import { createPatches } from './capture/patches.ts';
import type { Pictures } from './capture/pictures.ts';
import { placeOf, watchPointer } from './capture/pointer.ts';
import { createSerializer, MASKED_MARK } from './capture/serial.ts';
import { createSheets } from './capture/sheets.ts';
import { createSights } from './capture/sights.ts';
import { createSigns } from './capture/signs.ts';
import { createTree, type Root } from './capture/tree.ts';

export type Masking = {
  /** Hide all text, fields and pictures, but within `unmask`. */
  privateByDefault: boolean;
  /** CSS selectors of the site, beside data-tandem="mask" | "unmask" | "block". */
  mask?: string;
  unmask?: string;
  block?: string;
};

export type CaptureOptions = {
  masking: Masking;
  /** Elements carrying this attribute are ours: never captured. */
  uiAttribute: 'data-tandem-ui';
  /** This document is itself a frame that a page of another origin shows: its own such frames stay empty. */
  isFrame?: boolean;
  guard: <A extends unknown[], R>(task: (...args: A) => R) => (...args: A) => R | undefined;
  /** When it works, if somebody else is to say so: a test. */
  pace?: Pace;
  /** From when on it gives way: other limits than its own, for a test. */
  cost?: CostOptions;
  /** Style sheets go by name from this length on, in characters, if somebody else is to say so: a test. */
  namedFrom?: number;
};

export type CaptureNotice = 'page-too-large' | 'assets-skipped' | 'capture-failed';

export type CaptureOutput =
  /** Meta, FullSnapshot, and the adopted sheets that belong to it. */
  | { kind: 'snapshot'; events: eventWithTime[] }
  /** `part`: of a picture that comes in slices, behind its snapshot: whether more of it follows at once. The last may be
   * empty. */
  | { kind: 'change'; events: eventWithTime[]; part?: 'more' | 'last' }
  | { kind: 'pointer'; pointer: Pointer }
  | { kind: 'picture'; picture: Picture }
  /** blob undefined: the page can't read it; the relay may fetch it. */
  | { kind: 'asset'; url: string; blob: Blob | undefined }
  | { kind: 'page'; page: Page }
  | { kind: 'notice'; notice: CaptureNotice };

export type Capture = {
  stop(): void;
  /** A new snapshot, soon. */
  snapshot(): void;
  /** Texts of style sheets do not arrive as assets: from now on they are in the picture, and a new one is on its way. */
  inlineSheets(): void;
  /** Live node of a capture id. */
  nodeOf(id: number): Node | undefined;
  /** 0: not captured. */
  idOf(node: Node): number;
  /** What the hand may neither touch nor tell of: blocked, masked, private, or a secret field. */
  isHidden(element: Element): boolean;
  /** Frames of other origins that are part of the picture now. */
  guests(): Iterable<Guest>;
  /** What it takes of the page's time at present, and what it gives up for that. */
  readonly cost: CostFigures;
};

/** For what nothing tells of. */
const LOOK_EVERY_MS = 400;
const FAILURES_BEFORE_END = 20;
/** At about 100 bytes each the picture would be near `maxPayloadBytes`. */
const MAX_ELEMENTS = 250_000;

export function startCapture(
  document: Document,
  options: CaptureOptions,
  emit: (output: CaptureOutput) => void,
): Capture {
  let failures = 0;
  let queue: eventWithTime[] = [];
  let isFlushDue = false;
  /** The last that was told of a picture said that more follows. */
  let isPartial = false;
  let isRestartDue = false;
  /** The picture has begun, and what belongs to it beside nodes has not been said yet. */
  let isNew = false;
  let hasBegun = false;
  const noticed = new Set<CaptureNotice>();

  const notice = (kind: CaptureNotice) => {
    if (noticed.has(kind) || listening.isStopped) return;
    noticed.add(kind);
    emit({ kind: 'notice', notice: kind });
  };

  const failed = () => {
    if (++failures !== FAILURES_BEFORE_END) return;
    notice('capture-failed');
    stop();
  };

  const cost = createCost({
    isFirst: () => !hasBegun || tree.isFirst,
    after: (ms, task) => listening.after(ms, task),
    limits: options.cost,
  });

  const caught = <A extends unknown[]>(task: Task<A>): Task<A> =>
    options.guard((...args: A) => {
      try {
        task(...args);
      } catch (error) {
        failed();
        throw error;
      }
    });

  /** Everything that capture does in the page goes through here, but for what it does in the page's own calls. */
  const safe = <A extends unknown[]>(task: Task<A>): Task<A> => caught(cost.timed(task));
  /** There the clock would cost more than what it times. */
  const counted = <A extends unknown[]>(task: Task<A>): Task<A> =>
    caught((...args: A) => {
      cost.noted(1);
      task(...args);
    });

  const listening = createListening(safe, counted);
  const pace = options.pace ?? createPace(listening, safe);

  const stop = () => {
    if (listening.isStopped) return;
    listening.stop();
    queue = [];
  };

  const ids = createIds(document);
  const idOf = ids.of;

  const refused: Capture = {
    stop,
    snapshot: () => undefined,
    inlineSheets: () => undefined,
    nodeOf: () => undefined,
    idOf: () => 0,
    isHidden: () => true,
    guests: () => [],
    cost: { ms: 0, level: 0 },
  };
  const masker = (() => {
    try {
      return createMasker(options.masking, options.uiAttribute, (element) => sheets.mayBeDotted(element));
    } catch {
      // A selector of the site does not parse.
      return undefined;
    }
  })();
  if (!masker) {
    notice('capture-failed');
    return refused;
  }

  const flush = safe((part?: 'more' | 'last') => {
    isFlushDue = false;
    if (listening.isStopped) return;
    // What went before waits for the word that nothing more follows.
    const isEnd = part === 'last' && isPartial;
    if (queue.length === 0 && !isEnd) return;
    const events = queue;
    queue = [];
    if (part) isPartial = part === 'more';
    emit(part ? { kind: 'change', events, part } : { kind: 'change', events });
    look();
  });

  /** What is told while a picture begins is told anew with it. */
  const enqueue = (event: eventWithTime) => {
    if (listening.isStopped || tree.isBuilding) return;
    queue.push(event);
    if (isFlushDue) return;
    isFlushDue = true;
    queueMicrotask(() => flush());
  };
  const push = (data: { [name: string]: unknown }) =>
    // In rrweb's form, which its types say with more words.
    enqueue({ type: EVENT.Incremental, data, timestamp: Date.now() } as unknown as eventWithTime);
  const pushAttributes = (attributes: { id: number; attributes: { [name: string]: unknown } }[]) =>
    push({ source: SOURCE.Mutation, adds: [], removes: [], texts: [], attributes });

  const assets = createAssets({
    page: document,
    listening,
    safe,
    emit: (url, blob) => emit({ kind: 'asset', url, blob }),
    skipped: () => notice('assets-skipped'),
    redraw: async (key) => (await import('./capture/pictures.ts')).redraw(document, key),
  });
  /** Most pages have no canvas and no film. */
  let pictures: Promise<Pictures> | undefined;
  const moving = (element: Element) => {
    const emitted = (picture: Picture) => emit({ kind: 'picture', picture });
    pictures ??= import('./capture/pictures.ts').then(({ createPictures }) =>
      createPictures({ page: document, listening, masker, safe, idOf, emit: emitted }),
    );
    pictures.then(
      safe((made: Pictures) => {
        if (!listening.isStopped) made.add(element);
      }),
      // Blocked or unreachable: the next one tries again.
      () => (pictures = undefined),
    );
  };
  const signs = createSigns({
    page: document,
    listening,
    masker,
    idOf,
    mentioned: assets.mentioned,
    tell: (tag, payload) => enqueue({ type: EVENT.Custom, data: { tag, payload }, timestamp: Date.now() }),
    change: (id, name, value) => pushAttributes([{ id, attributes: { [name]: value } }]),
    due: () => tree.due(),
  });

  const restart = () => {
    if (isRestartDue || listening.isStopped) return;
    isRestartDue = true;
    // Not at once: this may be in the middle of a batch.
    queueMicrotask(
      safe(() => {
        if (!listening.isStopped) begin();
      }),
    );
  };

  const calls = options.isFrame
    ? undefined
    : createFrameCalls({
        listening,
        safe,
        masking: options.masking,
        isShown: (frame) => !masker.isWithinBlocked(frame) && masker.zoneOf(frame) !== 'masked',
        idOf,
        placeOf,
        enqueue,
        emit,
        notice,
      });

  /** With the next batch. */
  const due = () => tree.due();
  const telling = { ids, masker, serializer: () => serializer, tell: push, due };
  const sheets = createSheets({ page: document, ...telling, isDue: (node) => tree.isDue(node) });
  const named = createNamedSheets({
    origin: document.defaultView?.location.origin ?? '',
    leastChars: options.namedFrom ?? LEAST_NAMED_CHARS,
    emit: safe((url: string, blob: Blob) => {
      if (!listening.isStopped) emit({ kind: 'asset', url, blob });
    }),
  });
  const fields = createFields({
    ...telling,
    mark: (id) => pushAttributes([{ id, attributes: { [MASKED_MARK]: '' } }]),
    isFirst: () => tree.isFirst,
  });
  const sights = createSights({ ...telling, cost, pace });
  const patches = createPatches(listening, counted);
  /** Pictures and style sheets of the page. */
  let arrived = new Set<Element>();

  const awaited = new WeakMap<CustomElementRegistry, Set<string>>();
  /** Names of elements that are in the picture as undefined. */
  let defined = new Set<string>();
  const unknown = (name: string, registry: CustomElementRegistry) => {
    let names = awaited.get(registry);
    if (!names) awaited.set(registry, (names = new Set()));
    if (names.has(name)) return;
    names.add(name);
    const tell = safe(() => {
      defined.add(name);
      due();
    });
    // Rejected: no element can have that name.
    registry.whenDefined(name).then(tell, () => undefined);
  };

  const serializer = createSerializer({
    page: document,
    ids,
    masker,
    assets,
    uiAttribute: options.uiAttribute,
    sheets,
    named,
    valued: fields.sent,
    moving,
    scrolled: sights.seen,
    unknown,
  });

  const after = (isWhole: boolean) => {
    sheets.flush();
    fields.flush();
    sights.flush(isWhole);
    const elements = arrived;
    arrived = new Set();
    const changes = [...elements].flatMap((element) => serializer.loaded(element));
    if (changes.length > 0) pushAttributes(changes);
    for (const name of defined) push({ source: SOURCE.CustomElement, define: { name } });
    defined = new Set();
    // All is said anew in a moment.
    if (!isNew) signs.look();
    flush(!tree.isFirst ? undefined : isWhole ? 'last' : 'more');
    if (!listening.isStopped) named.flush();
  };

  const showFirst = (page: Serial) => {
    const events: unknown[] = [];
    const view = document.defaultView;
    const at = Date.now();
    const { scrollLeft: left, scrollTop: top } = document.scrollingElement ?? document.documentElement;
    const href = masker.url(view?.location.href ?? '');
    const size = { width: view?.innerWidth ?? 0, height: view?.innerHeight ?? 0 };
    events.push({ type: EVENT.Meta, data: { href, ...size, ...describeScreen(document) }, timestamp: at });
    events.push({ type: EVENT.FullSnapshot, data: { node: page, initialOffset: { left, top } }, timestamp: at });
    queue = [];
    sheets.flush(true);
    // The sheets that documents and shadow roots have adopted belong to it.
    events.push(...queue);
    queue = [];
    // Built here in rrweb's form, which its types say with more words.
    emit({ kind: 'snapshot', events: events as eventWithTime[] });
    isNew = true;
    signs.begin();
    pace.soon(() => {
      isNew = false;
      void pictures?.then(
        safe((made: Pictures) => made.again()),
        () => undefined,
      );
      signs.announce();
    }, true);
  };

  const tree = createTree({
    page: document,
    ids,
    serializer,
    late: createLate(cost, due),
    noted: cost.noted,
    pace,
    isTooLarge() {
      if (document.getElementsByTagName('*').length <= MAX_ELEMENTS) return false;
      notice('page-too-large');
      stop();
      return true;
    },
    prepare: sheets.read,
    snapshot: showFirst,
    attached: (parentId, node) =>
      push({
        source: SOURCE.Mutation,
        adds: [{ parentId, nextId: null, node }],
        removes: [],
        texts: [],
        attributes: [],
        isAttachIframe: true,
      }),
    batch: (batch) => push({ source: SOURCE.Mutation, ...batch }),
    entered: (root) => {
      if (isDocument(root)) watchDocument(root);
      watchRoot(root);
      signs.entered(root);
      sheets.entered(root);
    },
    foreign: (frame) => calls?.met(frame),
    after,
    isScrolled: sights.isScrolled,
    moved: sights.moved,
    rewritten: fields.noted,
    // What had the focus, or an open list, may have come only now.
    whole: signs.announce,
    stale: restart,
  });

  const begin = () => {
    isRestartDue = isPartial = false;
    queue = [];
    arrived = new Set();
    sheets.begin();
    named.begin();
    sights.begin();
    calls?.begin();
    tree.begin();
    hasBegun = true;
  };

  const watched = new WeakSet<Root>();
  /** A document, or a shadow root, out of which few events come. */
  const watchRoot = (root: Root) => {
    if (watched.has(root)) return;
    watched.add(root);
    const own = listeningOf(root);
    sights.scrolls(root, own);
    signs.toggles(root, own);
    own.on(root, 'load', (event: Event) => {
      const target = targetOf(event);
      if (!target) return;
      // Its tag says that it is one.
      if (tagOf(target) === 'IFRAME') return tree.framed(target as HTMLIFrameElement);
      if (!/^(IMG|LINK)$/.test(tagOf(target)) || !ids.of(target)) return;
      arrived.add(target);
      due();
    });
  };
  /** A frame that goes to another page takes its listeners along. */
  const listenings = new WeakMap<Document, ReturnType<typeof createListening>>();
  const listeningOf = (root: Root) => {
    const page = documentOf(root);
    const known = listenings.get(page);
    if (known) return known;
    const own = createListening(safe, counted);
    listenings.set(page, own);
    const forget = listening.whenStopped(own.stop);
    if (page !== document && page.defaultView)
      own.on(page.defaultView, 'pagehide', () => {
        forget();
        own.stop();
      });
    return own;
  };

  const watchDocument = (page: Document) => {
    const view = page.defaultView as (Window & typeof globalThis) | null;
    if (watched.has(page) || !view) return;
    const own = listeningOf(page);
    if (page !== document) assets.watch(view, own);
    else sights.resizes(view, own);
    watchPointer(page, { listening: own, cost, idOf, moved: (pointer) => emit({ kind: 'pointer', pointer }) });
    signs.watch(page, own);
    if (calls) own.on(view, 'message', calls.heard);
    fields.watch(page, own);
    sights.selections(page, own);
    const inThere = page === document ? patches : createPatches(own, counted);
    fields.patch(view, inThere);
    sheets.patch(view, inThere);
    inThere.method(view.Element.prototype, 'attachShadow', (host) => {
      // Null for closed ones.
      const root = (host as Element).shadowRoot;
      if (root) tree.rooted(root);
    });
  };

  listening.whenStopped(() => tree.stop());
  listening.every(LOOK_EVERY_MS, () => sheets.look());

  let look: () => void = () => undefined;
  safe(() => {
    look = watchPage(document, { masker, listening, changed: (page) => emit({ kind: 'page', page }) });
  })();
  // In a task of its own: on a slow phone all that was made so far has taken long enough.
  pace.soon(() => {
    if (!hasBegun) safe(begin)();
    if (!hasBegun) notice('capture-failed');
  }, true);

  return {
    stop,
    snapshot: restart,
    inlineSheets() {
      if (named.stop()) restart();
    },
    nodeOf: ids.nodeOf,
    idOf,
    isHidden: (element) =>
      masker.isWithinBlocked(element) ||
      masker.zoneOf(element) !== 'open' ||
      masker.secretOf(element) !== undefined ||
      masker.isForSecrets(element),
    guests: () => calls?.guests() ?? [],
    get cost() {
      return cost.figures();
    },
  };
}
