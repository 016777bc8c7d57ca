// One snapshot's worth of mirror: the document, which node is which, and everything that hangs on them. A new snapshot
// makes a new scene; the old one is closed, and with it go its ids, places, pictures and waiting scrolls.

import type { AssetBook } from './assets.ts';
import { createPlaces, type Places } from './assets.ts';
import type { Addresses } from './attributes.ts';
import type { CssSource } from './css-source.ts';
import { createFrames, type Frames } from './frames.ts';
import { createNodeMap, type NodeMap } from './node-map.ts';
import { NO_SCROLLBARS_CSS, OWN_CSS } from './own-sheet.ts';
import { createPictures, type Pictures } from './pictures.ts';
import { createScrolls, type Scrolls } from './scrolls.ts';
import { createSheets, type Sheets } from './sheets.ts';
import { createStates, type States } from './states.ts';
import { createTopLayer, type TopLayer } from './top-layer.ts';

export type Labels = { masked: string; blocked: string; frame: string };

export type Scene = {
  readonly document: Document;
  readonly labels: Labels;
  readonly overlayScrollbars: boolean;
  readonly nodes: NodeMap;
  readonly places: Places;
  readonly addresses: Addresses;
  readonly sheets: Sheets;
  readonly frames: Frames;
  readonly pictures: Pictures;
  readonly scrolls: Scrolls;
  readonly states: States;
  readonly topLayer: TopLayer;
  close(): void;
};

export type SceneOptions = {
  document: Document;
  /** Address of the visitor's page. */
  base: string;
  labels: Labels;
  /** The visitor's scroll bars take no room. */
  overlayScrollbars: boolean;
  book: AssetBook;
  source: CssSource;
  /** Something became visible that was not asked for by an event. */
  changed(): void;
};

export function createScene(options: SceneOptions): Scene {
  const { document, base, labels, book, source } = options;
  const places = createPlaces(book, () => base);
  const addresses: Addresses = { places, base };
  const scrolls = createScrolls();
  const ownSheets = new WeakMap<Document, CSSStyleSheet>();
  const nodes: NodeMap = createNodeMap((node) => {
    places.forget(node);
    scrolls.forget(node);
    pictures.forget(node);
  });
  const pictures = createPictures(nodes);
  const sheets = createSheets({
    nodes,
    addresses,
    source,
    changed: options.changed,
    ownSheet(inDocument) {
      const known = ownSheets.get(inDocument);
      const view = inDocument.defaultView;
      if (known || !view) return known;
      const sheet = new view.CSSStyleSheet();
      sheet.replaceSync(options.overlayScrollbars ? OWN_CSS + NO_SCROLLBARS_CSS : OWN_CSS);
      ownSheets.set(inDocument, sheet);
      return sheet;
    },
  });
  return {
    document,
    labels,
    overlayScrollbars: options.overlayScrollbars,
    nodes,
    places,
    addresses,
    sheets,
    pictures,
    scrolls,
    frames: createFrames(nodes),
    states: createStates(),
    topLayer: createTopLayer(),
    close() {
      pictures.close();
    },
  };
}
