// One snapshot's worth of mirror: the document, which node is which, and everything that hangs on them. A new snapshot
// makes a new scene; the old one is closed, and with it go its ids, places, pictures and waiting scrolls.

import type { AssetBook } from './assets.ts';
import { createPlaces, resolve, type Places } from './assets.ts';
import { fragmentIn, type Addresses } from './attributes.ts';
import type { CssSource } from './css-source.ts';
import { createFrames, type Frames } from './frames.ts';
import { MARK } from './inert-names.ts';
import { createMediaText, type MediaFacts } from './media.ts';
import { createNodeMap, type NodeMap } from './node-map.ts';
import { NO_SCROLLBARS_CSS, OWN_CSS } from './own-sheet.ts';
import { createPictures, type Pictures } from './pictures.ts';
import { createPieces, idIn } from './pieces.ts';
import { createScrolls, type Scrolls } from './scrolls.ts';
import { createSheets, type Sheets } from './sheets.ts';
import { createStates, type States } from './states.ts';
import { createTopLayer, type TopLayer } from './top-layer.ts';
import { createUses, recordedReference, type Uses } from './uses.ts';

export type Labels = { masked: string; blocked: string; frame: string };

export type Scene = {
  readonly document: Document;
  readonly labels: Labels;
  /** Our own styles in the visitor's documents. */
  readonly ownCss: string;
  readonly nodes: NodeMap;
  readonly addresses: Addresses;
  readonly sheets: Sheets;
  readonly frames: Frames;
  readonly pictures: Pictures;
  readonly scrolls: Scrolls;
  readonly states: States;
  readonly topLayer: TopLayer;
  readonly uses: Uses;
  /** These assets can be loaded now. */
  arrived(urls: readonly string[]): void;
  /** After everything built so far is connected, and before anything is laid out: what refers to something is shown. */
  settle(): void;
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
  const pieces = createPieces({ addresses: () => addresses, uses: () => uses, source });
  const uses = createUses({ provide: (root, id) => pieces.put(root, id) });
  /** Whose tree lacks a piece. */
  let wanting: { owner: Element | CSSStyleSheet; id: string }[] = [];

  const settle = () => {
    const waited = wanting;
    wanting = [];
    for (const { owner, id } of waited) {
      const root = 'nodeType' in owner ? owner.getRootNode() : document;
      // Connected, it is a document or a shadow root; else nothing of it is shown.
      if (root.isConnected) pieces.put(root as Document | ShadowRoot, id);
    }
    uses.settle();
  };
  let isSettling = false;
  /** Texts come one by one for thousands of elements; all that is in one task is settled together. */
  const settleSoon = () => {
    if (isSettling) return;
    isSettling = true;
    queueMicrotask(() => {
      isSettling = false;
      settle();
      options.changed();
    });
  };

  const arrived = (urls: readonly string[]) => {
    const { sheets: changes, calls } = places.arrived(urls);
    sheets.arrived(changes);
    for (const call of calls) call();
    settle();
  };

  const places = createPlaces({
    book,
    base,
    piece({ hash, type }, fragment, owner, later) {
      if (type !== 'image/svg+xml') return undefined;
      const id = pieces.idOf(hash, fragment, true, later);
      if (id === undefined || id === 'later') return id;
      wanting.push({ owner, id });
      return `#${id}`;
    },
    late(url) {
      arrived([url]);
      options.changed();
    },
  });

  /** The id that a `use` element refers to in its own tree, for as far as that is known. */
  const idFor = (use: Element, value: string): string | undefined => {
    const own = fragmentIn(value.trim(), base);
    if (own !== undefined) return idIn(own);
    const address = resolve(value, base);
    if (!address || address.fragment === '' || address.key.startsWith('data:')) return undefined;
    const again = () => {
      // Another may be wanted by now.
      if (recordedReference(use)?.value !== value) return;
      refresh(use);
      settleSoon();
    };
    const asset = places.find(address.key, { kind: 'call', owner: use, run: again });
    if (asset?.type !== 'image/svg+xml') return undefined;
    const id = pieces.idOf(asset.hash, address.fragment, false, again);
    return id === 'later' ? undefined : id;
  };
  const refresh = (use: Element) => {
    const recorded = recordedReference(use);
    uses.refer(use, recorded?.name ?? 'href', recorded && idFor(use, recorded.value));
  };
  const addresses: Addresses & { places: Places } = {
    places,
    base,
    media: createMediaText(options.media),
    use: refresh,
  };
  const scrolls = createScrolls();
  let { overlayScrollbars } = options;
  const ownSheets = new Map<Document, CSSStyleSheet>();
  const ownCss = () => (overlayScrollbars ? OWN_CSS + NO_SCROLLBARS_CSS : OWN_CSS);
  const states = createStates();
  const nodes: NodeMap = createNodeMap((node) => {
    places.forget(node);
    sheets.forget(node);
    uses.forget(node);
    frames.forget(node);
    scrolls.forget(node);
    pictures.forget(node);
    states.forget(node);
  });
  const pictures = createPictures(nodes);
  const frames = createFrames(nodes);
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
    addresses,
    sheets,
    pictures,
    scrolls,
    frames,
    states,
    topLayer: createTopLayer(),
    uses,
    arrived,
    settle,
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
