// Whether the picture that a room has of a tab is of the document that is there, and what to do while no picture comes:
// a page that has put something else in the place of what capture needs fails without a word. One for each tab of a
// room. Pure: time is handed in; room.ts performs.
//
// A page that was loaded says hello as one does whose link was cut. They are told apart by their probes, which carry the
// document's own clock, and by frames that go on where they stopped. Navigation within a document says no hello, so
// nothing is ever due for it.
//
// A page may take long: it is judged by its signs of life, which come neither while it is busy with its snapshot nor while
// that is under way on a slow line; by the clock alone only after a long silence.

/** Another document is there: from then on the picture of the one before is shown no longer. */
const OTHER_MS = 5000;
/** A picture that was asked for and has not come. */
const AGAIN_MS = 10_000;
/** Probes come every two seconds. */
const ENOUGH_SIGNS = 3;
const SILENT_MS = 30_000;
/** Two lines of the same document differ by no more than this in how long they take, nor do clocks in what they say. */
const SAME_WITHIN_MS = 2000;

type State =
  /** The picture is of the document that is there, or none is wanted. */
  | { kind: 'settled' }
  /** The tab has come back, perhaps with another document. `received`: what was there of it. */
  | { kind: 'doubt'; since: number; received: number }
  /** A picture is wanted and has not begun. */
  | {
      kind: 'due';
      since: number;
      isOther: boolean;
      /** 0: the limit forbade the question. */
      askedAt: number;
      /** Not only expected of the page itself. */
      wasAsked: boolean;
      signs: number;
      hiddenAt: number;
      isGivenUp: boolean;
    };

export type DueStep =
  /** Ask the page. */
  | 'ask'
  /** The picture is not of this document: show it no longer. */
  | 'blank'
  /** Say that it fails, and ask again all the same. */
  | 'give-up';

export class DuePicture {
  #state: State = { kind: 'settled' };
  #clock: { at: number; heardAt: number } | undefined;
  #isBlank = false;

  /** What was shown of this tab is of another document. */
  get isBlank(): boolean {
    return this.#isBlank;
  }

  /** The picture that the room has, or is being given, is of the document that is there: beyond doubt. */
  isCertain(received: number): boolean {
    const state = this.#state;
    return state.kind === 'doubt' ? received > state.received : state.kind === 'settled' && !this.#isBlank;
  }

  /** The tab is there again. */
  back(received: number, now: number): void {
    if (this.#state.kind === 'due') this.#expect(now, true);
    else this.#state = { kind: 'doubt', since: now, received };
  }

  /** The page is going to send one by itself. */
  expect(now: number): void {
    this.#expect(now, this.#state.kind === 'doubt' || (this.#state.kind === 'due' && this.#state.isOther));
  }

  /** One is wanted now. */
  want(now: number): void {
    const state = this.#state;
    if (state.kind !== 'due') this.#expect(now, state.kind === 'doubt', 0);
    else if (!state.wasAsked) state.askedAt = 0;
  }

  asked(now: number): void {
    if (this.#state.kind !== 'due') return;
    this.#state.askedAt = now;
    this.#state.wasAsked = true;
    this.#state.signs = 0;
  }

  begun(): void {
    const state = this.#state;
    // It may be another document's, whose clock is not known before its next sign of life: who comes back before that may
    // be either.
    if (state.kind === 'doubt' || (state.kind === 'due' && state.isOther)) this.#clock = undefined;
    this.#state = { kind: 'settled' };
    this.#isBlank = false;
  }

  /** The page says itself that it can't be shown: it need not be asked. True: what is shown is of another document. */
  refused(): boolean {
    const state = this.#state;
    this.#state = { kind: 'settled' };
    const isOther = state.kind === 'doubt' || (state.kind === 'due' && state.isOther);
    if (!isOther || this.#isBlank) return false;
    this.#isBlank = true;
    return true;
  }

  /** A sign of life, with the document's own clock. */
  probed(at: number, now: number): void {
    const state = this.#state;
    // Else it stays that of the document whose picture was taken.
    if (state.kind === 'settled') this.#clock = { at, heardAt: now };
    if (state.kind === 'due') state.signs += 1;
    const known = this.#clock;
    if (!known || state.kind === 'settled') return;
    const behindMs = known.at + (now - known.heardAt) - at;
    if (behindMs > SAME_WITHIN_MS) {
      if (state.kind === 'doubt') this.#expect(state.since, true);
      return;
    }
    // Of two documents so young the clocks say the same.
    if (known.at < 2 * SAME_WITHIN_MS || this.#isBlank) return;
    if (state.kind === 'due') state.isOther = false;
    // One that is older: the visitor went back to it, and a browser that had kept it goes on with its clock. Or what was
    // known came late. The first sends a picture by itself.
    else if (behindMs < -SAME_WITHIN_MS) {
      this.#clock = undefined;
      this.#expect(now, false);
    } else this.#state = { kind: 'settled' };
  }

  /** Once a second while the tab is there and pictures are wanted. */
  tick(tab: { received: number; isVisible: boolean }, now: number): DueStep | undefined {
    const state = this.#state;
    if (state.kind === 'settled') return undefined;
    if (state.kind === 'doubt') {
      if (tab.received > state.received) this.#state = { kind: 'settled' };
      // Hidden pages say little.
      else if (!tab.isVisible) state.since = now;
      else if (now - state.since > OTHER_MS) this.#expect(state.since, true);
      return undefined;
    }
    if (!tab.isVisible) state.hiddenAt = now;
    else if (state.isOther && !this.#isBlank && now - state.since > OTHER_MS) {
      this.#isBlank = true;
      return 'blank';
    }
    const waitedMs = now - state.askedAt;
    const isAlive = waitedMs > AGAIN_MS && state.signs >= ENOUGH_SIGNS;
    if (!isAlive && waitedMs <= SILENT_MS) return undefined;
    const isShown = tab.isVisible && (isAlive || now - state.hiddenAt > SILENT_MS);
    // From a page that gives no sign of life at all an answer is not waited for.
    const hasToAnswer = isAlive && !state.wasAsked;
    if (hasToAnswer || state.isGivenUp || !isShown) return 'ask';
    state.isGivenUp = true;
    return 'give-up';
  }

  #expect(since: number, isOther: boolean, askedAt = since): void {
    this.#state = {
      kind: 'due',
      since,
      isOther,
      askedAt,
      wasAsked: false,
      signs: 0,
      hiddenAt: 0,
      isGivenUp: false,
    };
  }
}
