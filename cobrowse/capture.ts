// A live document → what an operator may see of it: rrweb events (snapshots and changes), the pointer, pictures of
// canvases, assets, and what the tab says of itself. On @rrweb/record for now; nothing outside capture/ knows that.
//
// Promises: all that is emitted is masked (capture/mask.ts, applied in capture/outgoing.ts); events of one task go out
// together, in the microtask after it; the page hears of no error of ours; after stop() nothing is emitted.
//
// Easy to get wrong: a snapshot restarts rrweb instead of asking it for another one. Asked for another one while
// mutations are waiting, it would send their nodes twice, and watch every frame twice from then on. So node ids are new
// after each snapshot, and pictures are sent again.

import type { eventWithTime, incrementalData } from '@rrweb/types';
import type { Picture, Pointer } from '../protocol/codec.ts';
import type { Page } from '../protocol/messages.ts';
import { createAssets } from './capture/assets.ts';
import { tagOf, targetOf } from './capture/dom.ts';
import { createFrameCalls } from './capture/frame-calls.ts';
import type { Guest } from './capture/frames.ts';
import { createFrameLoads } from './capture/frame-loads.ts';
import { createListening, type Task } from './capture/listening.ts';
import { createMasker, PASSWORD_SELECTOR } from './capture/mask.ts';
import { PASSWORD_MASK } from './capture/mask-text.ts';
import { createOutgoing } from './capture/outgoing.ts';
import { watchPage } from './capture/page.ts';
import { createPictures } from './capture/pictures.ts';
import { placeOf, watchPointer } from './capture/pointer.ts';
import { EVENT, record, SOURCE } from './capture/rrweb.ts';
import { createSigns } from './capture/signs.ts';
import { createVeil } from './capture/veil.ts';

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
};

export type CaptureNotice = 'page-too-large' | 'assets-skipped' | 'capture-failed';

export type CaptureOutput =
  /** Meta, FullSnapshot, and the adopted sheets that belong to it. */
  | { kind: 'snapshot'; events: eventWithTime[] }
  | { kind: 'change'; events: eventWithTime[] }
  | { kind: 'pointer'; pointer: Pointer }
  | { kind: 'picture'; picture: Picture }
  /** blob undefined: the page can't read it; the relay may fetch it. */
  | { kind: 'asset'; url: string; blob: Blob | undefined }
  | { kind: 'page'; page: Page }
  | { kind: 'notice'; notice: CaptureNotice };

export type Capture = {
  stop(): void;
  /** A new snapshot, in the microtask after this one. */
  snapshot(): void;
  /** Live node of a capture id. */
  nodeOf(id: number): Node | undefined;
  /** 0: not captured. */
  idOf(node: Node): number;
  /** What the hand may neither touch nor tell of: blocked, masked, private, or a secret field. */
  isHidden(element: Element): boolean;
  /** Frames of other origins that are part of the picture now. */
  guests(): Iterable<Guest>;
};

/** One animation frame: what scrolls more often than that nobody sees. */
const SCROLL_EVERY_MS = 16;
const FAILURES_BEFORE_END = 20;
/** rrweb takes about 40 microseconds and 100 bytes for each: past this the page would stand still for over ten seconds,
 * and the snapshot would be near `maxPayloadBytes`. */
const MAX_ELEMENTS = 250_000;

export function startCapture(
  document: Document,
  options: CaptureOptions,
  emit: (output: CaptureOutput) => void,
): Capture {
  const { mirror } = record;
  let failures = 0;
  let queue: eventWithTime[] = [];
  let isFlushDue = false;
  let isRestartDue = false;
  let stopRecord: (() => void) | undefined;
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

  const safe = <A extends unknown[]>(task: Task<A>): Task<A> =>
    options.guard((...args: A) => {
      try {
        task(...args);
      } catch (error) {
        failed();
        throw error;
      }
    });

  const listening = createListening(safe);

  const stop = () => {
    if (listening.isStopped) return;
    listening.stop();
    queue = [];
  };

  const idOf = (node: Node) => Math.max(0, mirror.getId(node));

  const refused: Capture = {
    stop,
    snapshot: () => undefined,
    nodeOf: () => undefined,
    idOf: () => 0,
    isHidden: () => true,
    guests: () => [],
  };
  const masker = (() => {
    try {
      return createMasker(options.masking, options.uiAttribute);
    } catch {
      // A selector of the site does not parse.
      return undefined;
    }
  })();
  if (!masker) {
    notice('capture-failed');
    return refused;
  }
  if (document.getElementsByTagName('*').length > MAX_ELEMENTS) {
    notice('page-too-large');
    return refused;
  }

  const flush = safe(() => {
    isFlushDue = false;
    if (queue.length === 0 || listening.isStopped) return;
    const events = queue;
    queue = [];
    const at = events.map((event) => event.type as number).lastIndexOf(EVENT.FullSnapshot);
    let rest = events;
    if (at >= 0) {
      // What came before it is in it.
      let end = at + 1;
      while (isAdopted(events[end])) end++;
      const meta = events[at - 1];
      emit({ kind: 'snapshot', events: [...(meta?.type === EVENT.Meta ? [meta] : []), ...events.slice(at, end)] });
      rest = events.slice(end);
    }
    if (rest.length > 0) emit({ kind: 'change', events: rest });
    look();
  });

  const enqueue = (event: eventWithTime) => {
    if (listening.isStopped) return;
    queue.push(event);
    if (isFlushDue) return;
    isFlushDue = true;
    queueMicrotask(flush);
  };
  const push = (data: incrementalData) => enqueue({ type: EVENT.Incremental, data, timestamp: Date.now() });

  const assets = createAssets({
    page: document,
    listening,
    safe,
    emit: (url, blob) => emit({ kind: 'asset', url, blob }),
    skipped: () => notice('assets-skipped'),
  });
  const pictures = createPictures({
    page: document,
    listening,
    masker,
    safe,
    idOf,
    emit: (picture) => emit({ kind: 'picture', picture }),
  });
  const signs = createSigns({
    page: document,
    listening,
    masker,
    idOf,
    mentioned: assets.mentioned,
    tell: (tag, payload) => enqueue({ type: EVENT.Custom, data: { tag, payload }, timestamp: Date.now() }),
    change: (id, name, value) =>
      push({
        source: SOURCE.Mutation,
        adds: [],
        removes: [],
        texts: [],
        attributes: [{ id, attributes: { [name]: value } }],
      }),
  });

  const restart = () => {
    if (isRestartDue || listening.isStopped) return;
    isRestartDue = true;
    // Not at once: this may be in the middle of rrweb's own work.
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

  const outgoing = createOutgoing({
    page: document,
    mirror,
    masker,
    assets,
    uiAttribute: options.uiAttribute,
    push,
    moving: pictures.add,
    framed: (frame) => watchDocument(frame),
    foreign: (frame) => calls?.met(frame),
    stale: restart,
  });
  const veil = createVeil(mirror, masker);
  const frameLoads = createFrameLoads(mirror);

  const receive = safe((event: eventWithTime) => {
    if (listening.isStopped) return;
    const passed = outgoing.pass(event);
    if (passed) enqueue(passed);
  });

  const begin = () => {
    isRestartDue = false;
    queue = [];
    stopRecord?.();
    frameLoads.forget();
    calls?.begin();
    veil.whole(() => {
      stopRecord = record({
        emit: receive,
        errorHandler: (error) => {
          // rrweb wraps insertRule and the like: what those threw is the page's own, and it may rely on it.
          if (error instanceof DOMException || listening.isStopped) return false;
          failed();
          return true;
        },
        blockSelector: masker.blockSelector,
        ignoreSelector: PASSWORD_SELECTOR,
        maskInputFn: () => PASSWORD_MASK,
        inlineStylesheet: true,
        recordAfter: 'DOMContentLoaded',
        sampling: { mousemove: false, mouseInteraction: false, scroll: SCROLL_EVERY_MS, input: 'all' },
      });
    });
    pictures.again();
    signs.announce();
  };

  const watched = new WeakSet<Document>();
  const watchDocument = (page: Document) => {
    const view = page.defaultView;
    if (watched.has(page) || !view) return;
    watched.add(page);
    const own = createListening(safe);
    listening.whenStopped(own.stop);
    if (page !== document) {
      // A frame that goes to another page takes its listeners along.
      own.on(view, 'pagehide', own.stop);
      assets.watch(view);
    }
    watchPointer(page, { listening: own, idOf, moved: (pointer) => emit({ kind: 'pointer', pointer }) });
    signs.watch(page, own);
    if (calls) own.on(view, 'message', calls.heard);
    own.on(page, 'load', (event: Event) => {
      const target = targetOf(event);
      if (target && /^(IMG|LINK)$/.test(tagOf(target))) outgoing.loaded(target);
    });
    for (const type of ['input', 'change'])
      own.on(page, type, (event: Event) => {
        const target = targetOf(event);
        if (target) outgoing.typed(target);
      });
  };

  listening.whenStopped(() => {
    stopRecord?.();
    frameLoads.remove();
    veil.remove();
  });

  let look: () => void = () => undefined;
  safe(() => {
    watchDocument(document);
    begin();
    look = watchPage(document, { masker, listening, changed: (page) => emit({ kind: 'page', page }) });
  })();
  if (!stopRecord) notice('capture-failed');

  return {
    stop,
    snapshot: restart,
    nodeOf: (id) => mirror.getNode(id) ?? undefined,
    idOf,
    isHidden: (element) =>
      masker.isWithinBlocked(element) || masker.zoneOf(element) !== 'open' || !!masker.secretOf(element),
    guests: () => calls?.guests() ?? [],
  };
}

function isAdopted(event: eventWithTime | undefined): boolean {
  return event?.type === EVENT.Incremental && event.data.source === SOURCE.AdoptedStyleSheet;
}
