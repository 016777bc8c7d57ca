// How old the picture of a tab is. Pure: the clock is handed in, and is the operator's own.
//
// The visitor's clock is not compared with it: only how much longer than the fastest of them a change was on its way.
// Where each change says when it was sent, by a clock of the page that only goes forward, the difference of the two
// clocks is the same for all, and falls out. What a change waited in the page before is a duration, and is added. So a
// full line, a relay that feeds from its history, and an operator's browser that does not keep up all count; the time
// that the fastest change took does not, and is what the round trips tell.
//
// Rules (test/unit/mirror-age.test.ts quotes them):
//   [MA1] a change's lag is what it waited, and what its way took longer than that of the fastest
//   [MA2] the fastest is forgotten slowly, since no two clocks run alike, and with the page that the changes are of
//   [MA3] what the relay says is there, and is not in the picture, makes it as old as that word
//   [MA4] asked for the age, it tells the worst since it was last asked; when no change has come since, the last one's for
//         a while: on a full line changes come in clumps

/** No computer's clock is worse: 200 microseconds a second. */
const DRIFT = 0.0002;
/** How long a change speaks for those that have not come. */
const HOLD_MS = 3000;
/** Words of the relay that are kept; they come about once a second. */
const MAX_TOLD = 64;

/** What the visitor's page says of a payload; milliseconds. */
export type Sent = { at: number; waited: number };

export type Age = {
  /** This payload is in the picture now. */
  shown(sent: Sent): void;
  /** Another page: its clock began anew. */
  restart(): void;
  ms(): number;
};

export function createAge(now: () => number): Age {
  let fastest: { tookMs: number; at: number } | undefined;
  let last: { lagMs: number; at: number } | undefined;
  let worst = 0;
  return {
    shown({ at, waited }) {
      const time = now();
      const tookMs = time - at;
      const known = fastest ? fastest.tookMs + (time - fastest.at) * DRIFT : Infinity;
      fastest = { tookMs: Math.min(tookMs, known), at: time };
      last = { lagMs: tookMs - fastest.tookMs + waited, at: time };
      worst = Math.max(worst, last.lagMs);
    },
    restart() {
      fastest = undefined;
      last = undefined;
      worst = 0;
    },
    ms() {
      const age = Math.max(worst, last && now() - last.at < HOLD_MS ? last.lagMs : 0);
      worst = 0;
      return age;
    },
  };
}

export type Lack = {
  /** The relay has said that frames up to this sequence were sent. */
  told(sequence: number): void;
  /** Nothing is missing up to this sequence. */
  reached(sequence: number): void;
  /** Sequences begin anew. */
  restart(): void;
  ms(): number;
};

export function createLack(now: () => number): Lack {
  let told: { sequence: number; at: number }[] = [];
  let worst = 0;
  return {
    told(sequence) {
      if (sequence > (told[told.length - 1]?.sequence ?? 0) && told.length < MAX_TOLD)
        told.push({ sequence, at: now() });
    },
    reached(sequence) {
      // Called for every frame.
      if ((told[0]?.sequence ?? Infinity) > sequence) return;
      for (const { at } of told.filter((word) => word.sequence <= sequence)) worst = Math.max(worst, now() - at);
      told = told.filter((word) => word.sequence > sequence);
    },
    restart() {
      told = [];
      worst = 0;
    },
    ms() {
      const [oldest] = told;
      const age = Math.max(worst, oldest ? now() - oldest.at : 0);
      worst = 0;
      return age;
    },
  };
}
