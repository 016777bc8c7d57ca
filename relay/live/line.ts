// How much may be on its way to one watcher. Kernels and proxies take megabytes for a slow line and say nothing of them
// (measured: 17 s at 15 kB/s, with nothing waiting in the socket), so the console answers a `head` now and then with
// `have`: what was sent before that head has come. What is out beyond `window` waits in the room's history, where a fresh
// snapshot supersedes it. Pure: time is handed in.

type Question = { readonly sequence: number; readonly at: number; readonly given: number; readonly out: number };

/** What a line of 15 kB/s carries in a second: as little as a question and its answer should cost. */
const LEAST_WINDOW_BYTES = 16 * 1024;
/** A page of some thousand elements; on a slow line it is there in some seconds. */
const FIRST_WINDOW_BYTES = 128 * 1024;
const MOST_WINDOW_BYTES = 1024 * 1024;
/** A line that answers so soon takes more. */
const QUICK_MS = 1000;
/** One that has not answered for so long is behind: an answer that takes longer than this is old when it comes. */
const LATE_MS = 2000;

export class Line {
  /** Bytes it has been given. */
  given = 0;
  #arrived = 0;
  #window = FIRST_WINDOW_BYTES;
  #questions: Question[] = [];

  get window(): number {
    return this.#window;
  }

  /** Bytes that it may still be given; below 0 when it has too much. At first, a whole picture: until that is there nothing
   * is shown, and to wait for an answer in the middle of it shows in the bench `join`. */
  get space(): number {
    if (this.given === 0) return MOST_WINDOW_BYTES;
    return this.#window - (this.given - this.#arrived);
  }

  isLate(now: number): boolean {
    const [oldest] = this.#questions;
    return oldest !== undefined && now - oldest.at > LATE_MS;
  }

  /** It has been given something that no question asks about. */
  get hasNews(): boolean {
    return this.given > (this.#questions.at(-1)?.given ?? this.#arrived);
  }

  /** A head is being sent to it. */
  asked(sequence: number, now: number): void {
    this.#questions.push({ sequence, at: now, given: this.given, out: this.given - this.#arrived });
  }

  /** False: that was not asked. */
  answered(sequence: number, now: number): boolean {
    const index = this.#questions.findIndex((question) => question.sequence === sequence);
    const question = this.#questions[index];
    if (!question) return false;
    this.#questions.splice(0, index + 1);
    this.#arrived = question.given;
    const { out } = question;
    const ms = now - question.at;
    // What little was out says nothing of how much it takes.
    if (ms <= QUICK_MS && out >= this.#window / 2) this.#window = Math.min(2 * this.#window, MOST_WINDOW_BYTES);
    else if (ms > LATE_MS) {
      // Half of it at most: it may have been the console that was busy, and not the line.
      const inSecond = Math.max(this.#window / 2, (1000 * out) / ms, LEAST_WINDOW_BYTES);
      this.#window = Math.min(this.#window, Math.round(inSecond));
    }
    return true;
  }
}
