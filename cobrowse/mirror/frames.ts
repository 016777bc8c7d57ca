// Documents of frames inside the mirror. A frame's document is gone as soon as the frame is out of its page, wherever up
// the tree it was cut off; so who holds which document is kept here, and looked through after removals.

import type { NodeMap } from './node-map.ts';

/** A page with more frames than this is shown with boxes for the rest: a browser makes a window for each, two thousand
 * took it 15 s. */
const MAX_FRAMES = 200;

export type Frames = {
  /** Whether there may be one more; the caller makes it then. */
  admit(): boolean;
  made(frame: Element): void;
  forget(node: Node): void;
  /** Empties the frame's document for new content. Undefined: it can't take any. */
  open(frame: HTMLIFrameElement, quirks: boolean): Document | undefined;
  /** Forgets the documents of frames that are out. */
  sweep(): void;
};

export function createFrames(nodes: NodeMap): Frames {
  const documents = new Map<HTMLIFrameElement, Document>();
  const frames = new Set<Node>();
  return {
    admit: () => frames.size < MAX_FRAMES,
    made: (frame) => void frames.add(frame),
    forget: (node) => void frames.delete(node),
    open(frame, quirks) {
      const document = frame.isConnected ? frame.contentDocument : null;
      if (!document) return undefined;
      nodes.forget(document);
      emptyDocument(document, quirks);
      documents.set(frame, document);
      return document;
    },
    sweep() {
      for (const [frame, document] of documents) {
        if (frame.isConnected && frame.contentDocument === document) continue;
        nodes.forget(document);
        documents.delete(frame);
      }
    },
  };
}

/** Only the parser can set a document's mode, so it is given a doctype, or none; never anything of the visitor's. */
export function emptyDocument(document: Document, quirks: boolean): void {
  document.open();
  document.write(quirks ? '<html>' : '<!DOCTYPE html>');
  document.close();
  document.replaceChildren();
}
