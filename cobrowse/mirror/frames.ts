// Documents of frames inside the mirror. A frame's document is gone as soon as the frame is out of its page, wherever up
// the tree it was cut off; so who holds which document is kept here, and looked through after removals.

import type { NodeMap } from './node-map.ts';

/** A page with more frames than this is shown without the rest. */
const MAX_FRAMES = 200;

export type Frames = {
  /** Empties the frame's document for new content. Undefined: it can't take any. */
  open(frame: HTMLIFrameElement, quirks: boolean): Document | undefined;
  /** Forgets the documents of frames that are out. */
  sweep(): void;
};

export function createFrames(nodes: NodeMap): Frames {
  const documents = new Map<HTMLIFrameElement, Document>();
  return {
    open(frame, quirks) {
      const document = frame.isConnected ? frame.contentDocument : null;
      if (!document || (documents.size >= MAX_FRAMES && !documents.has(frame))) return undefined;
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
