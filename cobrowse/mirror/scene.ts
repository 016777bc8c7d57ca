// One snapshot's worth of mirror: the document, which node is which, and everything that hangs on them. A new snapshot
// makes a new scene; the old one is closed, and with it go its ids, places, pictures and waiting scrolls.

import type { AssetBook } from './assets.ts';
import { createPlaces, type Places } from './assets.ts';
import type { Addresses } from './attributes.ts';
import type { CssSource } from './css-source.ts';
import { createFrames, type Frames } from './frames.ts';
import { MARK } from './inert-names.ts';
import { createMediaText, type MediaFacts } from './media.ts';
import { createNodeMap, type NodeMap } from './node-map.ts';
import { NO_SCROLLBARS_CSS, OWN_CSS } from './own-sheet.ts';
import { createPictures, type Pictures } from './pictures.ts';
import { createScrolls, type Scrolls } from './scrolls.ts';
import { createSheets, type Sheets } from './sheets.ts';
import { createSprites } from './sprites.ts';
import { createStates, type States } from './states.ts';
import { createTopLayer, type TopLayer } from './top-layer.ts';

export type Labels = { masked: string; blocked: string; frame: string };

export type Scene = {
  readonly document: Document;
  readonly labels: Labels;
  /** Our own styles in the visitor's documents. */
  readonly ownCss: string;
  readonly nodes: NodeMap;
  readonly places: Places;
  readonly addresses: Addresses;
  readonly sheets: Sheets;
  readonly frames: Frames;
  readonly pictures: Pictures;
  readonly scrolls: Scrolls;
  readonly states: States;
  readonly topLayer: TopLayer;
  /** The visitor's turn out to take no room. */
  hideScrollbars(): void;
  close(): void;
};

export type SceneOptions = {
  document: Document;
  /** Address of the visitor's page. */
  base: string;
  labels: Labels;
  /** The visitor's scroll bars take no room. */
  overlayScrollbars: boolean;
  media: MediaFacts | undefined;
  book: AssetBook;
  source: CssSource;
  /** Something became visible that was not asked for by an event. */
  changed(): void;
};

export function createScene(options: SceneOptions): Scene {
  const { document, base, labels, book, source } = options;
  const places = createPlaces(book, () => base);
  const addresses: Addresses & { places: Places } = {
    places,
    base,
    media: createMediaText(options.media),
    sprite: (use) => sprites.refresh(use),
  };
  const sprites = createSprites({ addresses: () => addresses, source, changed: options.changed });
  const scrolls = createScrolls();
  let { overlayScrollbars } = options;
  const ownSheets = new Map<Document, CSSStyleSheet>();
  const ownCss = () => (overlayScrollbars ? OWN_CSS + NO_SCROLLBARS_CSS : OWN_CSS);
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
      sheet.replaceSync(ownCss());
      ownSheets.set(inDocument, sheet);
      return sheet;
    },
  });
  return {
    document,
    labels,
    get ownCss() {
      return ownCss();
    },
    nodes,
    places,
    addresses,
    sheets,
    pictures,
    scrolls,
    frames: createFrames(nodes),
    states: createStates(),
    topLayer: createTopLayer(),
    hideScrollbars() {
      overlayScrollbars = true;
      for (const sheet of ownSheets.values()) sheet.replaceSync(ownCss());
      const frames = [...document.getElementsByTagName('iframe')].flatMap((frame) => frame.contentDocument ?? []);
      for (const dressed of [document, ...frames]) {
        const own = dressed.documentElement.firstElementChild;
        if (own?.hasAttribute(MARK.own)) own.textContent = ownCss();
      }
    },
    close() {
      pictures.close();
    },
  };
}
