// What an operator sees, and when: runs in the console and in the control's viewer, and looks at the same things in both
// by the same means, once in each animation frame.
//
// A frame is looked at when all of its animation-frame callbacks have run and its layout is done, and counted as painted
// in the first task after it, when the main thread has handed it over; what the compositor does then is the same for
// both and not counted. Easy to get wrong: rrweb's replayer draws in an animation-frame callback of its own, which may
// come after ours, so ours must not look. It changes the size of a probe instead, whose observer runs after all layout.

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

/** In browsers, and not yet in the compiler's list of what browsers have. */
declare const scheduler: { postTask(task: () => void, options: { priority: 'user-blocking' }): Promise<void> };

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

/** Calls `look` in every frame; what it returns is called once that frame is painted. */
function eachFrame(look: () => (at: number) => 'go on' | 'stop'): void {
  const probe = document.createElement('div');
  Object.assign(probe.style, {
    position: 'fixed',
    left: '-9px',
    top: '-9px',
    width: '1px',
    height: '1px',
    contain: 'strict',
  });
  document.body.append(probe);
  let frame: number;
  const tick = () => {
    frame = requestAnimationFrame(tick);
    probe.style.width = probe.style.width === '1px' ? '2px' : '1px';
  };
  const observer = new ResizeObserver(() => {
    const painted = look();
    // Before all else that waits for its turn: only then does the time say when the frame was done.
    void scheduler.postTask(
      () => {
        if (painted(performance.now()) === 'go on') return;
        cancelAnimationFrame(frame);
        observer.disconnect();
        probe.remove();
      },
      { priority: 'user-blocking' },
    );
  });
  observer.observe(probe);
  tick();
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
          const isDone = isWhole(whole);
          return (at) => {
            longestFrameMs = Math.max(longestFrameMs, at - before);
            before = at;
            if (!isDone) return 'go on';
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
