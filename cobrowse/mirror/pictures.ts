// Canvases and videos, shown by pictures that the visitor's page sends. Without scripts a browser gives a canvas no box
// at all, but `content: url()` makes it a replaced element again (measured: Chromium 156, Firefox 153), so the element,
// its classes and its tag stay what the page's styles expect. A video shows its poster.
//
// Easy to get wrong: blob addresses live until they are revoked; a newer picture may be decoded before an older one.

import type { Picture } from '../../protocol/codec.ts';
import { isElement, isHtml } from './node-kinds.ts';
import type { NodeMap } from './node-map.ts';

/** Pictures for nodes that are not there yet. */
const MAX_EARLY = 16;

export type Pictures = {
  show(picture: Picture): void;
  /** A canvas or video is in the mirror now. */
  built(element: Element, id: number): void;
  /** Attributes of it may have changed. */
  refresh(element: Element): void;
  data(element: Element, dataUrl: string): void;
  forget(node: Node): void;
  close(): void;
};

type Shown = { url: string; naturalWidth: number };
type Drawn = { shown: Shown | undefined; newest: number };

export function createPictures(nodes: NodeMap): Pictures {
  const drawn = new Map<Element, Drawn>();
  const early = new Map<number, Picture>();
  let closed = false;

  const draw = (element: Element) => {
    const shown = drawn.get(element)?.shown;
    if (isHtml(element, 'video')) {
      if (shown) element.setAttribute('poster', shown.url);
      return;
    }
    if (!isHtml(element, 'canvas')) return;
    const width = sizeOf(element, 'width', 300);
    if (shown) {
      const density = shown.naturalWidth / width;
      setContent(element, `image-set(url("${shown.url}") ${density > 0 && Number.isFinite(density) ? density : 1}x)`);
      return;
    }
    const blank = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${sizeOf(element, 'height', 150)}"/>`;
    setContent(element, `url("data:image/svg+xml,${encodeURIComponent(blank)}")`);
  };

  const put = (element: Element, state: Drawn, shown: Shown) => {
    const old = state.shown;
    state.shown = shown;
    draw(element);
    if (old?.url.startsWith('blob:')) URL.revokeObjectURL(old.url);
  };

  const load = (element: Element, image: Uint8Array) => {
    const state = drawn.get(element);
    const type = typeOf(image);
    if (!state || type === undefined) return;
    const turn = ++state.newest;
    // The cast: a view of a SharedArrayBuffer can't come out of a WebSocket.
    const url = URL.createObjectURL(new Blob([image as Uint8Array<ArrayBuffer>], { type }));
    // Decoded before it is put in, so that the old picture stays until the new one can be drawn; and by an image of the
    // same document: Firefox knows an image's size at once only where it was loaded, and lays the canvas out twice else.
    const probe = element.ownerDocument.createElement('img');
    probe.src = url;
    probe.decode().then(
      () => {
        const current = drawn.get(element);
        if (closed || current !== state || turn !== state.newest) URL.revokeObjectURL(url);
        else put(element, state, { url, naturalWidth: probe.naturalWidth });
      },
      () => URL.revokeObjectURL(url),
    );
  };

  return {
    show(picture) {
      const element = nodes.get(picture.node);
      if (isElement(element) && drawn.has(element)) {
        load(element, picture.image);
        return;
      }
      if (element) return;
      early.delete(picture.node);
      // A copy: the frame's buffer is not ours to keep.
      early.set(picture.node, { ...picture, image: picture.image.slice() });
      for (const oldest of early.keys()) {
        if (early.size <= MAX_EARLY) break;
        early.delete(oldest);
      }
    },
    built(element, id) {
      drawn.set(element, { shown: undefined, newest: 0 });
      draw(element);
      const waiting = early.get(id);
      early.delete(id);
      if (waiting) load(element, waiting.image);
    },
    refresh: draw,
    data(element, dataUrl) {
      const state = drawn.get(element);
      if (!state || !/^data:image\/(png|jpeg|webp);base64,[\w+/=]+$/.test(dataUrl)) return;
      put(element, state, { url: dataUrl, naturalWidth: sizeOf(element, 'width', 300) });
    },
    forget(node) {
      if (!isElement(node)) return;
      const state = drawn.get(node);
      if (!state) return;
      drawn.delete(node);
      if (state.shown?.url.startsWith('blob:')) URL.revokeObjectURL(state.shown.url);
    },
    close() {
      closed = true;
      for (const { shown } of drawn.values()) if (shown?.url.startsWith('blob:')) URL.revokeObjectURL(shown.url);
      drawn.clear();
      early.clear();
    },
  };
}

function setContent(canvas: HTMLCanvasElement, value: string): void {
  canvas.style.setProperty('content', value, 'important');
}

function sizeOf(element: Element, name: string, otherwise: number): number {
  const value = Number.parseInt(element.getAttribute(name) ?? '', 10);
  return value > 0 && value < 65536 ? value : otherwise;
}

/** By its first bytes: never SVG, which is a document. */
function typeOf(image: Uint8Array): string | undefined {
  const starts = (...bytes: number[]) => bytes.every((byte, index) => image[index] === byte);
  if (starts(0x89, 0x50, 0x4e, 0x47)) return 'image/png';
  if (starts(0xff, 0xd8, 0xff)) return 'image/jpeg';
  if (starts(0x52, 0x49, 0x46, 0x46) && image[8] === 0x57 && image[9] === 0x45) return 'image/webp';
  return undefined;
}
