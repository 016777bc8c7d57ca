// One co-browsing visit from the visitor's side: consent → capture → end. The only state machine in this part; it has
// no UI and opens no socket. Capture and everything that makes frames is loaded when the relay first says that somebody
// watches: a page that nobody helps never pays for it.
//
// Easy to get wrong: pause and stop take effect here at once, before the relay has heard of them. While the link is
// lost the page is still captured, and the frames are kept, so that a short loss costs no snapshot. `received` in a
// visit is only true right after the link was opened; later ones lag behind what is on its way. The relay's word that the
// visitor agreed is not enough: who has stolen this device's token can agree elsewhere, in the visitor's name.

import type { Cost, Ending, FromVisitor, Person, ToVisitor, VisitState } from '../protocol/messages.ts';
import type { Capture, CaptureNotice, CaptureOptions, CaptureOutput, Masking } from './capture.ts';
import type { Stream } from './visit/stream.ts';

export type VisitPort = {
  ordered(frame: Uint8Array<ArrayBuffer>): void;
  latest(frame: Uint8Array<ArrayBuffer>): void;
  message(message: FromVisitor): void;
  /** As JSON, whatever the page has done to JSON.stringify and to the prototypes. */
  encode(value: unknown): string;
  /** POST /upload/<hash>; rejects when it failed, or was ended on the way. */
  upload(hash: string, blob: Blob, ending: AbortSignal): Promise<void>;
};

export type VisitOptions = {
  document: Document;
  port: VisitPort;
  masking: Masking;
  guard: CaptureOptions['guard'];
  /** Runs the task later; the result cancels it. */
  after(ms: number, task: () => void): () => void;
  /** A tab of this browser has agreed to be seen in this room. */
  agreed(room: string): boolean;
  changed(view: VisitView): void;
};

/** What the widget's UI shows. */
export type VisitView =
  | { state: 'idle' }
  | { state: 'asked'; ask: string; operator: Person }
  /** The visitor shows the page, and nobody watches yet. */
  | { state: 'offering'; room: string }
  | { state: 'viewed'; room: string; watchers: Person[]; paused: boolean }
  /** The link is down while in a visit. */
  | { state: 'lost'; room: string; watchers: Person[]; paused: boolean }
  /** `by`: the operator who ended it. */
  | { state: 'ended'; why: Ending; by: string | undefined };

export type Visit = {
  readonly view: VisitView;
  receive(message: ToVisitor): void;
  linkOpen(): void;
  linkLost(): void;
  answer(yes: boolean): void;
  show(): void;
  pause(on: boolean): void;
  stop(): void;
  /** Signed proof of the visit, for hello.resume and for storing; undefined when there is none. */
  readonly resume: string | undefined;
  /** While the page is captured. */
  readonly capture: Capture | undefined;
  close(): void;
};

type State =
  | { at: 'idle' }
  | { at: 'asked'; ask: string; operator: Person }
  | { at: 'visiting'; visit: VisitState; link: 'up' | 'lost'; /** Asked for here, not confirmed yet. */ wants: Pausing }
  | { at: 'ended'; why: Ending; by?: string | undefined };
type Pausing = 'paused' | 'running' | undefined;

/** As long as a person needs to read why. */
const ENDED_SHOWN_MS = 6000;
const PROBE_EVERY_MS = 2000;
/** Of what capture costs: less is not worth telling. */
const COST_STEP_MS = 2;
const IDLE_SNAPSHOT_WITHIN_MS = 5000;
const LOAD_TRIES = 4;
const LOAD_RETRY_MS = 1500;
const UI_ATTRIBUTE = 'data-tandem-ui';

export function createVisit(options: VisitOptions): Visit {
  const { document, port, guard, after } = options;
  let state: State = { at: 'idle' };
  let cancelTimer: (() => void) | undefined;
  let isLinkOpen = false;
  /** What the relay has of this visit, as it said on the present link; the stream has not been told yet. */
  let opening: number | undefined;
  let streamRoom: string | undefined;
  /** A visit that the visitor has left; the relay may not know it yet. */
  let left: { room: string; resume: string } | undefined;
  /** Said here, and the relay's visit has not come yet. */
  let hasAgreed = false;
  let stream: Stream | undefined;
  let capturing: { capture: Capture | undefined } | undefined;
  let loadTries = 0;
  let cancelProbe: (() => void) | undefined;
  let roundTripMs: number | undefined;
  /** What the relay has last heard of what capture costs. */
  let toldCost: Cost | undefined;
  let isClosed = false;

  const isPaused = (visiting: State & { at: 'visiting' }) =>
    visiting.wants === undefined ? visiting.visit.paused : visiting.wants === 'paused';

  const viewOf = (): VisitView => {
    switch (state.at) {
      case 'idle':
        return { state: 'idle' };
      case 'asked':
        return { state: 'asked', ask: state.ask, operator: state.operator };
      case 'visiting': {
        const { room, watchers } = state.visit;
        const paused = isPaused(state);
        if (state.link === 'lost') return { state: 'lost', room, watchers, paused };
        if (watchers.length === 0 && !paused) return { state: 'offering', room };
        return { state: 'viewed', room, watchers, paused };
      }
      case 'ended':
        return { state: 'ended', why: state.why, by: state.by };
    }
  };

  /** The only writer of `state` (LV2): ends the old one's timer, starts or stops capture, tells the UI. */
  const set = (next: State) => {
    const wasLost = state.at === 'visiting' && state.link === 'lost';
    const isLost = next.at === 'visiting' && next.link === 'lost';
    if (!(wasLost && isLost)) {
      cancelTimer?.();
      cancelTimer = undefined;
      if (isLost) cancelTimer = after(next.visit.graceMs, () => set({ at: 'ended', why: 'lost' }));
      if (next.at === 'ended') cancelTimer = after(ENDED_SHOWN_MS, () => set({ at: 'idle' }));
    }
    state = next;
    if (state.at !== 'visiting') stream?.shut();
    if (state.at === 'visiting' && state.visit.capture && !isPaused(state)) begin();
    else end();
    options.changed(viewOf());
  };

  const begin = () => {
    if (isClosed) return;
    probe();
    if (capturing) return tellStream();
    const mine: { capture: Capture | undefined } = { capture: undefined };
    capturing = mine;
    import('./visit/recording.ts')
      .then(({ recording: { startCapture, createStream } }) => {
        if (capturing !== mine) return;
        stream ??= createStream({ port, after, notice: guard(notice), stale: snapshotWhenIdle, sheetLost });
        const { take } = stream;
        tellStream();
        const { masking } = options;
        mine.capture = startCapture(
          document,
          { masking, uiAttribute: UI_ATTRIBUTE, guard },
          (output: CaptureOutput) => {
            if (capturing === mine) take(output);
          },
        );
      })
      // It did not come, or it cannot work on what the page has made of the browser.
      .catch(
        guard(() => {
          if (capturing !== mine) return;
          capturing = undefined;
          if (++loadTries >= LOAD_TRIES) return notice('capture-failed');
          after(LOAD_RETRY_MS * loadTries, () => set(state));
        }),
      );
  };

  const end = () => {
    cancelProbe?.();
    cancelProbe = undefined;
    toldCost = undefined;
    const ended = capturing;
    capturing = undefined;
    ended?.capture?.stop();
    if (ended) stream?.cut();
  };

  const tellStream = () => {
    if (!stream || opening === undefined) return;
    const isComplete = stream.open(opening);
    opening = undefined;
    if (!isComplete) capturing?.capture?.snapshot();
  };

  const notice = (kind: CaptureNotice) => {
    if (state.at !== 'visiting') return;
    if (state.link === 'up') port.message({ t: 'notice', kind });
    // Without its snapshot nothing that follows can be shown.
    if (kind === 'page-too-large') {
      capturing?.capture?.stop();
      cancelProbe?.();
    }
  };

  const probe = () => {
    if (cancelProbe) return;
    const next = () => {
      cancelProbe = after(PROBE_EVERY_MS, next);
      if (state.at !== 'visiting' || state.link === 'lost') return;
      // Without what there is none of: so does JSON.
      port.message({ t: 'probe', at: performance.now(), last: roundTripMs, cost: newCost() } as FromVisitor);
    };
    next();
  };

  const newCost = (): Cost | undefined => {
    const cost = capturing?.capture?.cost;
    const isOld =
      cost?.level === toldCost?.level &&
      // To be at rest is told, however little it was before.
      (cost?.ms !== 0 || !toldCost?.ms) &&
      Math.abs((cost?.ms ?? 0) - (toldCost?.ms ?? 0)) <= Math.max(COST_STEP_MS, (toldCost?.ms ?? 0) / 4);
    return cost && !isOld ? (toldCost = cost) : undefined;
  };

  const enter = (visit: VisitState, isFirstOnLink: boolean) => {
    if (visit.room === left?.room) {
      // The relay has not heard yet that the visitor left.
      if (isFirstOnLink) port.message({ t: 'stop' });
      return;
    }
    const before = state.at === 'visiting' ? state : undefined;
    if (before?.visit.room !== visit.room && !hasAgreed && !options.agreed(visit.room)) return;
    hasAgreed = false;
    const isNewRoom = visit.room !== streamRoom;
    if (isFirstOnLink || isNewRoom || before?.link !== 'up') {
      opening = isNewRoom ? 0 : visit.received;
      streamRoom = visit.room;
    }
    let wants = before?.visit.room === visit.room ? before.wants : undefined;
    // Wished for while the link was down.
    if (wants !== undefined && before?.link === 'lost' && visit.paused !== (wants === 'paused'))
      port.message({ t: 'pause', on: wants === 'paused' });
    // Done; or refused, which going on may be: to show a pause that is over for a moment more hides nothing.
    else if (wants === 'running' || visit.paused) wants = undefined;
    // At once: until the relay knows that this is the document it had, it passes nothing on to it.
    if (isFirstOnLink) {
      toldCost = undefined;
      cancelProbe?.();
      cancelProbe = undefined;
    }
    set({ at: 'visiting', visit, link: 'up', wants });
  };

  const sheetLost = guard(() => capturing?.capture?.inlineSheets());

  const snapshotWhenIdle = () => {
    const take = guard(() => capturing?.capture?.snapshot());
    // Safari has no idle callbacks.
    if (typeof requestIdleCallback === 'function') requestIdleCallback(take, { timeout: IDLE_SNAPSHOT_WITHIN_MS });
    else after(200, take);
  };

  return {
    get view() {
      return viewOf();
    },
    get resume() {
      return state.at === 'visiting' ? state.visit.resume : left?.resume;
    },
    get capture() {
      return capturing?.capture;
    },
    linkOpen() {
      isLinkOpen = true;
    },
    linkLost() {
      isLinkOpen = false;
      opening = undefined;
      stream?.shut();
      if (state.at === 'visiting' && state.link === 'up') set({ ...state, link: 'lost' });
      // The ask went with the link; if it still stands, it comes again.
      else if (state.at === 'asked') set({ at: 'idle' });
    },
    receive(message) {
      if (isClosed) return;
      switch (message.t) {
        case 'welcome':
          isLinkOpen = true;
          if (message.visit) return enter(message.visit, true);
          // Until `ended` says that it is kept.
          if (left) port.message({ t: 'stop', resume: left.resume });
          hasAgreed = false;
          if (state.at === 'visiting') set({ at: 'ended', why: 'lost' });
          return;
        case 'visit':
          return enter(message.visit, false);
        case 'ask':
          if (state.at !== 'visiting') set({ at: 'asked', ask: message.ask, operator: message.operator });
          return;
        case 'unask':
          if (state.at === 'asked' && state.ask === message.ask) set({ at: 'idle' });
          return;
        case 'ended':
          left = undefined;
          if (state.at === 'visiting') set({ at: 'ended', why: message.why, by: message.by });
          return;
        case 'snapshot':
          if (message.when === 'now') capturing?.capture?.snapshot();
          else snapshotWhenIdle();
          return;
        case 'ack':
          return stream?.acknowledge(message.received);
        case 'want':
          return stream?.want(message.hashes);
        case 'echo':
          roundTripMs = Math.max(0, performance.now() - message.at);
          return;
        case 'refused':
          // A code is asked for beside whatever was agreed to.
          if (message.what !== 'code') hasAgreed = false;
          return;
        case 'code':
        case 'beat':
          // The widget's own business.
          return;
      }
    },
    answer(yes) {
      if (state.at !== 'asked') return;
      hasAgreed = yes;
      port.message({ t: 'answer', ask: state.ask, yes });
      // After a yes the relay's visit changes the view; until then the question stays as it is.
      if (!yes) set({ at: 'idle' });
    },
    show() {
      if (state.at === 'visiting') return;
      hasAgreed = true;
      port.message({ t: 'show' });
    },
    pause(on) {
      if (state.at !== 'visiting' || isPaused(state) === on) return;
      // Capture ends before the relay hears of it.
      const { link } = state;
      set({ ...state, wants: on ? 'paused' : 'running' });
      if (link === 'up') port.message({ t: 'pause', on });
    },
    stop() {
      hasAgreed = false;
      if (state.at === 'asked') {
        port.message({ t: 'answer', ask: state.ask, yes: false });
        return set({ at: 'idle' });
      }
      if (state.at !== 'visiting') return;
      const { room, resume } = state.visit;
      left = { room, resume };
      streamRoom = undefined;
      set({ at: 'ended', why: 'visitor' });
      if (isLinkOpen) port.message({ t: 'stop' });
    },
    close() {
      isClosed = true;
      cancelTimer?.();
      end();
      stream?.close();
    },
  };
}
