// What an operator sees, and when: runs in the console and in the control's viewer, and looks at the same things in both
// by the same means, once in each animation frame.
//
// A frame is looked at in its animation-frame callback and counted as painted in a task after it, when the main thread
// has laid out, painted and handed the frame over; what the compositor does afterwards is the same for both and not
// counted. Easy to get wrong: callbacks of one frame run in the order in which they were asked for, and rrweb's replayer
// draws in one of its own. This one asks anew only after the paint, so it comes last, and never misses a frame's change.

import { moveAt } from './pointer-path.ts';

export type System = 'tandem' | 'recipe';

/** Frames in the order they were painted. 0 and -1: nothing was there. */
export type Seen = { at: number[]; batch: number[]; move: number[] };

/** What must be there before a picture counts as whole. */
export type Whole = { system: System; elements: number };

export type Joined = {
  /** The click's own time. */
  clickedAt: number;
  /** All elements were there and the frame that shows them was painted. */
  paintedAt: number;
  elements: number;
  /** Frames in which no look was taken for this long: the console stood still. */
  longestFrameMs: number;
};

export type Eyes = {
  watch(system: System): void;
  stop(): Seen;
  /** The last batch seen. */
  batch(): number;
  elements(system: System): number;
  /** From the next click until the whole picture is painted. */
  joining(whole: Whole): void;
  joined(patienceMs: number): Promise<Joined>;
};

declare global {
  var benchEyes: Eyes;
}

const FRAMES: Record<System, string> = { tandem: '[data-testid=mirror] iframe', recipe: '.replayer-wrapper iframe' };

/** The frame that is on the screen: of a tab, or of a picture that is being built, there may be others. */
function frameOf(system: System): HTMLIFrameElement | undefined {
  for (const frame of document.querySelectorAll<HTMLIFrameElement>(FRAMES[system]))
    if (frame.style.display !== 'none' && frame.style.visibility !== 'hidden') return frame;
  return undefined;
}

function batchIn(system: System): number {
  const text = frameOf(system)?.contentDocument?.getElementById('marker')?.textContent;
  return Number(/^batch (\d+)$/.exec(text ?? '')?.[1] ?? 0);
}

function moveIn(system: System): number {
  let point: RegExpExecArray | null;
  if (system === 'tandem') {
    const pointer = document.querySelector<HTMLElement>('[data-testid=mirror] [style*="will-change"]');
    point = /translate\(([-\d.]+)px, ?([-\d.]+)px\)/.exec(pointer?.style.transform ?? '');
  } else {
    const mouse = document.querySelector<HTMLElement>('.replayer-mouse');
    point = /^([-\d.]+)px ([-\d.]+)px$/.exec(`${mouse?.style.left} ${mouse?.style.top}`);
  }
  return (point && moveAt(Number(point[1]), Number(point[2]))) ?? -1;
}

/** Calls `look` in every frame until it returns a function, which is called once that frame is painted. */
function eachFrame(look: () => ((at: number) => 'go on' | 'stop') | undefined): void {
  const channel = new MessageChannel();
  let painted: ReturnType<typeof look>;
  channel.port1.onmessage = () => {
    if (painted?.(performance.now()) === 'stop') channel.port1.close();
    else requestAnimationFrame(frame);
  };
  const frame = () => {
    painted = look();
    channel.port2.postMessage(undefined);
  };
  requestAnimationFrame(frame);
}

function isWhole({ system, elements }: Whole): boolean {
  if (system === 'tandem' && document.querySelector('[data-testid=watch][data-overlay=none]') === null) return false;
  const shown = frameOf(system)?.contentDocument;
  if (!shown?.documentElement || shown.getElementsByTagName('*').length < elements) return false;
  // The last rule of each of the page's sheets: without them the picture has no styles yet.
  const style = shown.defaultView?.getComputedStyle(shown.documentElement);
  return style?.getPropertyValue('--end-of-base') === '1' && style.getPropertyValue('--end-of-shop') === '1';
}

let seen: Seen = { at: [], batch: [], move: [] };
let isWatching = false;
let result: Promise<Joined> | undefined;

globalThis.benchEyes = {
  watch(system) {
    const mine: Seen = { at: [], batch: [], move: [] };
    seen = mine;
    isWatching = true;
    eachFrame(() => {
      const batch = batchIn(system);
      const move = moveIn(system);
      return (at) => {
        if (!isWatching || seen !== mine) return 'stop';
        mine.at.push(at);
        mine.batch.push(batch);
        mine.move.push(move);
        return 'go on';
      };
    });
  },
  stop() {
    isWatching = false;
    return seen;
  },
  batch: () => seen.batch.at(-1) ?? 0,
  elements: (system) => frameOf(system)?.contentDocument?.getElementsByTagName('*').length ?? 0,
  joining(whole) {
    result = new Promise((resolve) => {
      const begin = (event: Event) => {
        window.removeEventListener('click', begin, true);
        const clickedAt = event.timeStamp;
        let before = clickedAt;
        let longestFrameMs = 0;
        eachFrame(() => {
          const whole_ = isWhole(whole);
          return (at) => {
            longestFrameMs = Math.max(longestFrameMs, at - before);
            before = at;
            if (!whole_) return 'go on';
            resolve({
              clickedAt,
              paintedAt: at,
              elements: globalThis.benchEyes.elements(whole.system),
              longestFrameMs,
            });
            return 'stop';
          };
        });
      };
      window.addEventListener('click', begin, true);
    });
  },
  joined(patienceMs) {
    if (!result) throw new Error('joining was not called');
    const late = new Promise<never>((_, reject) =>
      setTimeout(() => reject(new Error(`no whole picture after ${patienceMs} ms`)), patienceMs),
    );
    return Promise.race([result, late]);
  },
};
