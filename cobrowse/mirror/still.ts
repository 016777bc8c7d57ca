// A still picture of one element of the mirror and a little of what is around it, as a PNG.
//
//   mirror's document → XHTML with its own style sheets (still-tree.ts) → an SVG image in whose foreignObject it is laid out
//   anew, in a window of the same size → canvas → PNG; a frame's document is drawn first, and is a picture in its page's
//
// What is drawn is what the mirror has: masked text is masked there already. No request leaves for anywhere: pictures and
// fonts are read from the relay or from memory and go in as data, and an SVG image loads nothing by itself.
//
// Why not one of the libraries for this: they inline computed styles, which loses counters, scrolled boxes, canvases (shown
// by `content` here) and native controls, they stumble over attributes like `:href`, which no XML may have, and they
// fetch blob addresses, which the console's policy forbids.
//
// Easy to get wrong: an SVG image of a blob address taints the canvas in Chromium, one of a data address does not. Fonts
// in it may be ready a moment after the image says that it is.

import { boxOf, type Box } from './geometry.ts';
import { createStillAssets, type StillAssets } from './still-assets.ts';
import { writeDocument } from './still-tree.ts';

export type Still = {
  blob: Blob;
  /** Of the picture, in its own pixels. */
  width: number;
  height: number;
  /** Its pixels for one of the visitor's CSS pixels. */
  scale: number;
};

const MAX_SIDE = 2000;
/** Of what is around the element, in the visitor's CSS pixels. */
const AROUND = 24;
/** Longer than this at a time, and the console would be felt to stop. */
const SLICE_MS = 12;
const MAX_FRAME_DEPTH = 3;
/** A larger one no browser decodes in a time that anyone waits for. */
const MAX_SVG_CHARS = 40_000_000;

export type StillOptions = {
  element: Element;
  /** Of the tab. */
  top: Document;
  viewport: { width: number; height: number };
  /** Address of an asset on the relay: others are not loaded. */
  assetUrl(hash: string): string;
  /** Pixels for one of the visitor's, where there is room. */
  density: number;
  /** How far it is, 0 to 1. */
  progress?(share: number): void;
};

/** What of a window can be seen, moved to the element if that is out of it. Undefined: it has no size. */
export function cropFor(box: Box, window: { width: number; height: number }) {
  if (box.width < 1 || box.height < 1) return undefined;
  const isOut = box.x >= window.width || box.y >= window.height || box.x + box.width <= 0 || box.y + box.height <= 0;
  const centred = (size: number, room: number) => Math.max(AROUND, (room - size) / 2);
  const move = isOut
    ? { x: centred(box.width, window.width) - box.x, y: centred(box.height, window.height) - box.y }
    : { x: 0, y: 0 };
  const left = Math.max(0, Math.floor(box.x + move.x - AROUND));
  const top = Math.max(0, Math.floor(box.y + move.y - AROUND));
  const right = Math.min(window.width, Math.ceil(box.x + move.x + box.width + AROUND));
  const bottom = Math.min(window.height, Math.ceil(box.y + move.y + box.height + AROUND));
  return { crop: { x: left, y: top, width: right - left, height: bottom - top }, move };
}

export function scaleFor(crop: { width: number; height: number }, density: number): number {
  return Math.min(Math.max(1, density), MAX_SIDE / Math.max(crop.width, crop.height));
}

/** Undefined: it could not be drawn. Never throws. */
export async function drawStill(options: StillOptions): Promise<Still | undefined> {
  const { element, top, viewport, density, progress } = options;
  try {
    const cut = cropFor(boxOf(element, top), viewport);
    if (!cut) return undefined;
    const scale = scaleFor(cut.crop, density);
    const page = top.defaultView?.frameElement?.ownerDocument;
    if (!page) return undefined;
    const assets = createStillAssets(page, options.assetUrl);
    const canvas = await drawDocument(top, { ...cut, size: viewport, scale, assets, page, depth: 0, progress });
    const blob = canvas && (await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png')));
    if (!canvas || !blob) return undefined;
    progress?.(1);
    return { blob, width: canvas.width, height: canvas.height, scale };
  } catch {
    // An odd page: the console says that there is no picture.
    return undefined;
  }
}

type Drawing = {
  crop: Box;
  move: { x: number; y: number };
  size: { width: number; height: number };
  scale: number;
  assets: StillAssets;
  /** The console's own. */
  page: Document;
  depth: number;
  progress: ((share: number) => void) | undefined;
};

async function drawDocument(document: Document, drawing: Drawing): Promise<HTMLCanvasElement | undefined> {
  const { crop, move, size, scale, assets, page, depth, progress } = drawing;
  const pause = slicer();
  const svg = await writeDocument({
    document,
    crop,
    move,
    size,
    assets,
    pause,
    progress: (share) => progress?.(share * 0.8),
    async frame(inner, width, height) {
      if (depth >= MAX_FRAME_DEPTH) return undefined;
      const whole = { x: 0, y: 0, width, height };
      const canvas = await drawDocument(inner, {
        ...drawing,
        crop: whole,
        move: { x: 0, y: 0 },
        size: { width, height },
        scale: scaleFor(whole, scale),
        depth: depth + 1,
        progress: undefined,
      });
      return canvas?.toDataURL('image/png');
    },
  });
  if (svg === undefined || svg.length > MAX_SVG_CHARS) return undefined;
  await pause();
  const image = page.createElement('img');
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  // For its fonts and pictures, which are decoded after it.
  await new Promise((done) => setTimeout(done, assets.count > 0 ? 60 : 0));
  const canvas = page.createElement('canvas');
  canvas.width = Math.max(1, Math.round(crop.width * scale));
  canvas.height = Math.max(1, Math.round(crop.height * scale));
  const context = canvas.getContext('2d');
  if (!context) return undefined;
  if (depth === 0) {
    context.fillStyle = '#fff';
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  context.drawImage(image, crop.x, crop.y, crop.width, crop.height, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** To be awaited often: gives way when a slice is used up. */
function slicer(): () => Promise<void> | undefined {
  let until = performance.now() + SLICE_MS;
  return () => {
    if (performance.now() < until) return undefined;
    return new Promise<void>((done) =>
      setTimeout(() => {
        until = performance.now() + SLICE_MS;
        done();
      }, 0),
    );
  };
}
