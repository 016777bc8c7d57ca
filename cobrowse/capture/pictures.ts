// What canvases and videos show, as images: the mirror runs no script, so a canvas there stays empty. Only those on
// the screen, only when they have changed, one at a time, right after the page has drawn; drawing that takes long makes
// the next one wait longer.
//
// Easy to get wrong: a WebGL canvas is empty again after the frame in which it was drawn, so it is read in an animation
// frame. A canvas or video with content of another origin is tainted and stays a box. A fingerprint of a small copy
// misses a changed pixel: once in a while the whole picture is compared.

import type { Picture } from '../../protocol/codec.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { tagOf } from './dom.ts';
import type { Listening } from './listening.ts';
import type { Masker } from './mask.ts';

/** Canvases at about 8, videos at about 4 pictures a second. */
const CANVAS_EVERY_MS = 125;
const VIDEO_EVERY_MS = 250;
const WHOLE_EVERY_MS = 1000;
const MAX_WIDTH = 1280;
const PRINT_SIZE = 96;
const QUALITY = 0.8;
/** Drawing may take this share of the page's time: one that took 5 ms waits 100 ms. */
const SHARE = 1 / 20;
/** Leaves room for the frame's header. */
const MAX_BYTES = LIMITS.maxFrameBytes - 1024;

type Source = {
  element: HTMLCanvasElement | HTMLVideoElement;
  isVisible: boolean;
  nextAt: number;
  wholeAt: number;
  print: number;
  bytesPrint: number;
  /** Shrinks while the encoded picture does not fit one frame. */
  maxWidth: number;
  state: 'due' | 'sent' | 'tainted';
  /** It was seen to be drawn by WebGL. */
  isGl?: true;
  last?: Omit<Picture, 'node'>;
};

export type Pictures = {
  add(element: Element): void;
  /** A new picture of the page begins: everything is sent again, under new ids. */
  again(): void;
};

function hash(bytes: Uint8Array | Uint8ClampedArray): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < bytes.length; at++) value = Math.imul(value ^ (bytes[at] ?? 0), 0x01000193);
  return value;
}

export function createPictures(options: {
  page: Document;
  listening: Listening;
  masker: Masker;
  idOf: (node: Node) => number;
  emit: (picture: Picture) => void;
  safe: <A extends unknown[]>(task: (...args: A) => void) => (...args: A) => void;
}): Pictures {
  const { page, listening, masker, idOf, emit, safe } = options;
  const sources = new Map<Element, Source>();
  const view = page.defaultView;
  const createPrint = () => {
    const print = page.createElement('canvas');
    print.width = print.height = PRINT_SIZE;
    return print.getContext('2d', { willReadFrequently: true });
  };
  let printContext = createPrint();
  const scratch = page.createElement('canvas');
  const scratchContext = scratch.getContext('2d');
  let isBusy = false;
  let quietUntil = 0;
  let round = 0;

  const observer = new IntersectionObserver(
    safe((entries: IntersectionObserverEntry[]) => {
      for (const entry of entries) {
        const source = sources.get(entry.target);
        if (source) source.isVisible = entry.isIntersecting;
      }
    }),
  );
  listening.whenStopped(() => observer.disconnect());

  const sizeOf = (element: Source['element']) =>
    tagOf(element) === 'VIDEO'
      ? { width: (element as HTMLVideoElement).videoWidth, height: (element as HTMLVideoElement).videoHeight }
      : { width: element.width, height: element.height };

  /** The next one that may have changed. */
  const choose = (now: number, drawn?: Source): Source | undefined => {
    let best: Source | undefined;
    for (const source of drawn ? [drawn] : sources.values()) {
      const { element } = source;
      if (!element.isConnected) {
        observer.unobserve(element);
        sources.delete(element);
        continue;
      }
      if (!source.isVisible || source.state === 'tainted' || source.nextAt > now || (source.isGl && !drawn)) continue;
      if (tagOf(element) === 'VIDEO') {
        const video = element as HTMLVideoElement;
        // Until it is played or sought, its poster is what shows.
        if (video.readyState < 2 || (video.poster && !video.played.length && !video.currentTime)) continue;
        // A paused video is drawn until its picture has been sent, and compared once in a while (seeking).
        if ((video.paused || video.ended) && source.state === 'sent' && source.wholeAt > now) continue;
      }
      if (idOf(element) <= 0 || masker.zoneOf(element) !== 'open' || masker.isWithinBlocked(element)) continue;
      if (!best || source.nextAt < best.nextAt) best = source;
    }
    return best;
  };

  const draw = safe((source: Source) => {
    isBusy = false;
    if (listening.isStopped || !printContext || !scratchContext) return;
    const { element } = source;
    const { width, height } = sizeOf(element);
    const began = performance.now();
    source.nextAt = began + (tagOf(element) === 'VIDEO' ? VIDEO_EVERY_MS : CANVAS_EVERY_MS);
    if (width === 0 || height === 0) return;
    const isWhole = source.state === 'due' || source.wholeAt <= began;
    let scale: number;
    try {
      printContext.clearRect(0, 0, PRINT_SIZE, PRINT_SIZE);
      printContext.imageSmoothingQuality = 'medium';
      printContext.drawImage(element, 0, 0, PRINT_SIZE, PRINT_SIZE);
      const seen = hash(printContext.getImageData(0, 0, PRINT_SIZE, PRINT_SIZE).data);
      if (seen === source.print && !isWhole) {
        quietUntil = performance.now() + (performance.now() - began) / SHARE;
        return;
      }
      source.print = seen;
      scale = Math.min(1, source.maxWidth / width);
      scratch.width = Math.max(1, Math.round(width * scale));
      scratch.height = Math.max(1, Math.round(height * scale));
      scratchContext.drawImage(element, 0, 0, scratch.width, scratch.height);
    } catch {
      // Content of another origin in it, which nobody may read; nor, from now on, what it was drawn on.
      source.state = 'tainted';
      printContext = createPrint();
      return;
    }
    source.wholeAt = began + WHOLE_EVERY_MS;
    isBusy = true;
    const mine = round;
    encode(scratch, (image) => {
      isBusy = false;
      quietUntil = performance.now() + (performance.now() - began) / SHARE / 4;
      if (source.isGl) source.nextAt = Math.max(source.nextAt, quietUntil);
      if (listening.isStopped || mine !== round || !image) return;
      const id = idOf(element);
      if (id <= 0) return;
      if (image.byteLength > MAX_BYTES) {
        source.maxWidth = Math.max(64, scratch.width >> 1);
        source.nextAt = 0;
        return;
      }
      const bytesPrint = hash(image);
      const isSame = bytesPrint === source.bytesPrint && source.state === 'sent';
      source.bytesPrint = bytesPrint;
      source.state = 'sent';
      if (isSame) return;
      const box = element.getBoundingClientRect();
      source.last = {
        width: Math.round(element.clientWidth || box.width),
        height: Math.round(element.clientHeight || box.height),
        image,
      };
      emit({ node: id, ...source.last });
    });
  });

  const encode = (canvas: HTMLCanvasElement, done: (image: Uint8Array | undefined) => void) => {
    const finish = safe((blob: Blob | null) => {
      if (!blob) return done(undefined);
      void blob.arrayBuffer().then(
        safe((buffer: ArrayBuffer) => done(new Uint8Array(buffer))),
        () => done(undefined),
      );
    });
    canvas.toBlob(
      safe((blob: Blob | null) => {
        // Safari writes no WebP and gives PNG: fine for drawings, too heavy for photographs.
        if (blob && blob.type === 'image/png' && blob.size > 150_000) canvas.toBlob(finish, 'image/jpeg', QUALITY);
        else finish(blob);
      }),
      'image/webp',
      QUALITY,
    );
  };

  let isWatching = false;
  /** `drawn`: has just been, and is still there to be read. */
  const look = (drawn?: Source) => {
    const now = performance.now();
    if (((isBusy || now < quietUntil) && !drawn) || page.visibilityState === 'hidden' || !view) return;
    const source = choose(now, drawn);
    if (!source) return;
    isBusy = true;
    // Asked for between frames, so it runs after the page's own callbacks of the next one.
    if (drawn) draw(drawn);
    else view.requestAnimationFrame(() => draw(source));
  };

  /** Between two frames a WebGL canvas is empty, so one that is drawn only now and then is read after it was drawn. */
  const watchGl = () => {
    for (const kind of ['WebGL', 'WebGL2']) {
      // Not in every browser; the methods are looked for.
      const gl = (view as unknown as { [name: string]: { prototype: { [name: string]: unknown } } | undefined })[
        `${kind}RenderingContext`
      ]?.prototype;
      for (const name of ['drawArrays', 'drawElements', 'drawArraysInstanced', 'drawElementsInstanced']) {
        const native = gl?.[name];
        if (!gl || typeof native !== 'function') continue;
        gl[name] = function (this: WebGLRenderingContext, ...args: unknown[]): unknown {
          const source = sources.get(this.canvas as HTMLCanvasElement);
          if (source && !source.isGl) {
            source.isGl = true;
            // It was looked at until now as others are.
            source.nextAt = 0;
          }
          if (source && !isPlanned && source.nextAt <= performance.now()) {
            isPlanned = true;
            queueMicrotask(() => {
              isPlanned = false;
              safe(look)(source);
            });
          }
          return Reflect.apply(native, this, args) as unknown;
        };
        listening.whenStopped(() => (gl[name] = native));
      }
    }
  };
  let isPlanned = false;

  return {
    add(element) {
      if (sources.has(element)) return;
      if (!isWatching) {
        listening.every(CANVAS_EVERY_MS / 2, look);
        watchGl();
      }
      isWatching = true;
      sources.set(element, {
        // The caller adds nothing else.
        element: element as Source['element'],
        isVisible: false,
        nextAt: 0,
        wholeAt: 0,
        print: 0,
        bytesPrint: 0,
        maxWidth: MAX_WIDTH,
        state: 'due',
      });
      observer.observe(element);
    },
    again() {
      round++;
      isBusy = false;
      for (const source of sources.values()) {
        if (source.state === 'sent') source.state = 'due';
        source.nextAt = 0;
        const { element, isGl, last } = source;
        // It may not be drawn again for long. Behind the snapshot, which goes out in a microtask too.
        if (isGl && last)
          queueMicrotask(
            safe(() => {
              const node = idOf(element);
              if (node > 0 && masker.zoneOf(element) === 'open' && !masker.isWithinBlocked(element))
                emit({ node, ...last });
            }),
          );
      }
    },
  };
}

/** The picture of the page that has this address, drawn once more. */
export async function redraw(page: Document, url: string): Promise<Blob | undefined> {
  const image = [...page.images].find(({ currentSrc }) => currentSrc === url);
  if (!image) return undefined;
  await image.decode();
  const { naturalWidth, naturalHeight } = image;
  const scale = Math.min(1, MAX_WIDTH / naturalWidth);
  const canvas = page.createElement('canvas');
  canvas.width = Math.max(1, naturalWidth * scale);
  canvas.height = Math.max(1, naturalHeight * scale);
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob((blob) => done(blob ?? undefined), 'image/webp'));
}
