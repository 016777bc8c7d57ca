// rrweb adds a load listener to each frame that it serialises and never takes it off; after a restart, a frame that
// loads another page would be serialised and watched once for every earlier recording, and its changes come twice.
// So the listener of an earlier recording is removed.
//
// How we get hold of it: rrweb asks its mirror `hasNode` for the frame's element, and right after that, in the same
// call, adds the listener. Goes away with rrweb's recorder.

import { isElement, tagOf } from './dom.ts';
import type { NodeIds } from './rrweb.ts';

export type FrameLoads = { forget(): void; remove(): void };

export function createFrameLoads(mirror: NodeIds): FrameLoads {
  const listeners = new Map<Element, EventListenerOrEventListenerObject>();
  let catching = new Set<Element>();

  const release = () => {
    for (const frame of catching) Reflect.deleteProperty(frame, 'addEventListener');
    catching = new Set();
  };

  const drop = (frame: Element) => {
    const listener = listeners.get(frame);
    if (listener) frame.removeEventListener('load', listener);
    listeners.delete(frame);
  };

  const original = mirror.hasNode;
  mirror.hasNode = (node) => {
    if (isElement(node) && tagOf(node) === 'IFRAME' && !Object.hasOwn(node, 'addEventListener')) {
      if (catching.size === 0) queueMicrotask(release);
      catching.add(node);
      Object.defineProperty(node, 'addEventListener', {
        configurable: true,
        writable: true,
        value(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions) {
          Reflect.deleteProperty(node, 'addEventListener');
          catching.delete(node);
          if (type === 'load') {
            drop(node);
            listeners.set(node, listener);
          }
          node.addEventListener(type, listener, options);
        },
      });
    }
    return original.call(mirror, node);
  };

  return {
    forget() {
      for (const frame of [...listeners.keys()]) drop(frame);
    },
    remove() {
      release();
      for (const frame of [...listeners.keys()]) drop(frame);
      mirror.hasNode = original;
    },
  };
}
