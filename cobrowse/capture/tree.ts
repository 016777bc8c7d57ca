// The page's nodes and what becomes of them: one whole picture to begin with, then what has changed, a batch at a time.
//
// Changes are only noted when they come; what they amount to is read from the page as it is when the batch is made, once
// per frame at most: a node that came and went in between is never looked at, an attribute that changed ten times is read
// once. A batch takes no longer than a slice, and what is left comes with the next one. The picture itself is made like
// that: what can be seen goes first, as rrweb's snapshot, and the rest follows as nodes that are added. Who has applied
// everything has what one reading at the end would have given.
//
// How it stays right while the page goes on changing: a node has an id from when it was sent (ids.ts) until it is taken
// out, with all that is below it. So an id says that the picture has the node, where it has last been told to be. A parent
// that was sent and has children without an id is work that is left (`jobs`), whatever happens to them meanwhile: children
// are looked up in the page, and each goes before the next one that has been sent. What the page moves or takes out is in
// `touched`, where it was when it was last sent is kept with it.
//
// Easy to get wrong: between slices the page's code runs, so everything that has been noted must be taken in before
// anything is read (`drain`): only then does "has an id" still mean "was there when the change came". And it is one file,
// because noting, taking out, putting in and what is left of a picture are about the same few collections.

import {
  firstOf,
  isElement,
  isLaidOut,
  isReady,
  isScrolled,
  isThere,
  nextOf,
  parentOf,
  shadowOf,
  tagOf,
  typeOf,
} from './dom.ts';
import type { Batch, Serial } from './events.ts';
import type { Ids } from './ids.ts';
import type { Late } from './late.ts';
import { restAfter, type Pace } from './pace.ts';
import { MASKED_MARK, type Inside, type Serializer } from './serial.ts';

export type Root = Document | ShadowRoot;

export type Tree = {
  /** A new picture, from the page as it is and becomes. */
  begin(): void;
  /** The snapshot has not gone out yet. */
  readonly isBuilding: boolean;
  /** Nor has all that belongs to it. */
  readonly isFirst: boolean;
  /** Something beside nodes has changed: a batch is due. */
  due(): void;
  /** A shadow root was made for an element that was sent before. */
  rooted(root: ShadowRoot): void;
  /** The frame's document is there, or is another one. */
  framed(frame: HTMLIFrameElement): void;
  /** Something is still to be told of it, or of its children: that it is there, that it has come again, its text. */
  isDue(node: Node): boolean;
  stop(): void;
};

export type TreeOptions = {
  page: Document;
  ids: Ids;
  serializer: Serializer;
  pace: Pace;
  /** Attributes that may wait. */
  late: Late;
  /** So many changes were noted. */
  noted(records: number): void;
  /** Of a page that takes more than a slice: nothing is done with it if so. */
  isTooLarge(): boolean;
  /** What a picture needs and may take longer than a slice; true: it is there. */
  prepare(isOver: () => boolean): boolean;
  /** The visible part. */
  snapshot(page: Serial): void;
  /** Frames' documents, first of all that is in them. */
  attached(frameId: number, page: Serial): void;
  batch(batch: Batch): void;
  /** A root is part of the picture from now on: there may be more to be listened to in it. */
  entered(root: Root): void;
  /** A frame's element is part of the picture; what it shows may be of another origin. */
  foreign(frame: HTMLIFrameElement): void;
  /** What a field, a sheet, a selection has become: after the nodes of this batch. */
  after(isWhole: boolean): void;
  /** It may be scrolled, for all that was heard of it. */
  isScrolled(element: Element): boolean;
  /** Elements that were put in again, when all that is in them is there, too. */
  moved(elements: Iterable<Element>): void;
  /** A field may show something else, by its content or an attribute. */
  rewritten(field: Element): void;
  /** A picture that took several slices is complete. */
  whole(): void;
  /** Masking has changed on something already sent: only a new picture puts it right. */
  stale(): void;
};

/** Children that have not been sent. `next`: where to go on; undefined: at the first child. `before`: the next one that was
 * sent, as far as it is known in this slice. */
type Job = {
  parent: Node;
  next: ChildNode | undefined;
  before: Node | null | undefined;
  slice: number;
  isNew: boolean;
};
/** A level of the first picture. */
type Level = { node: Node; into: Serial[]; inside: Inside; next: Node | null; isShadow: boolean };

/** Frames come sixty times a second: what changes more often than that nobody sees. */
const FRAME_MS = 16;
const FRAME_LOADS_MS = 5000;
/** Between two looks at the clock. */
const NODES_PER_LOOK = 8;

export function createTree(options: TreeOptions): Tree {
  const { page, ids, serializer, batch: emit } = options;
  const { sliceMs, soon, later, frame } = options.pace;
  let isStopped = false;
  /** Of this picture; what was begun for another is over. */
  let picture = 0;
  let levels: Level[] | undefined;
  let built: Serial | undefined;
  /** Moved while it is being read. */
  const pulled = new Set<Node>();
  /** The first slice was not enough: from here on only what can be seen. */
  let isLong = false;
  let isCounted = false;
  let isPrepared = false;
  let isBuilt = false;
  let isScheduled = false;
  let lastAt = -Infinity;
  let restMs = FRAME_MS;
  let slice = 0;

  let noted: MutationRecord[][] = [];
  /** Where it was when it was sent, if it was; null: not known. */
  let touched = new Map<Node, Node | null | undefined>();
  let attributes = new Map<Element, Set<string>>();
  let texts = new Set<Node>();
  let marked = new Set<Element>();
  /** Style elements that were sent as rules, and have other texts. */
  const restyled = new Set<Element>();
  let mayWait = false;
  let jobs: Job[] = [];
  let moved = new Set<Element>();
  let frames: HTMLIFrameElement[] = [];
  let roots = new WeakSet<Root>();
  const awaited = new WeakSet<HTMLIFrameElement>();

  const observer = new MutationObserver((records) => {
    noted.push(records);
    if (!levels) due();
  });

  const now = () => performance.now();
  let deadline = 0;
  let looks = 0;
  /** `atOnce`: what was done may have taken longer than the others. */
  const isOver = (atOnce = false) =>
    sliceMs === 0 ? true : (++looks % NODES_PER_LOOK === 0 || atOnce) && now() > deadline;

  // ——— when ———

  const due = () => {
    if (isScheduled || isStopped || levels) return;
    isScheduled = true;
    const mine = picture;
    const run = () => {
      if (mine === picture) turn();
    };
    const wait = lastAt + restMs - now();
    if (wait <= 0) soon(run, true);
    else if (wait <= FRAME_MS) frame(run);
    else later(wait - FRAME_MS, () => frame(run));
  };

  const turn = () => {
    isScheduled = false;
    if (isStopped) return;
    slice++;
    lastAt = now();
    deadline = lastAt + sliceMs;
    looks = 0;
    serializer.fresh();
    drain();
    if (levels) return build();
    const batch = { removes: [], adds: [], texts: [], attributes: [] } as Batch;
    takeOut(batch);
    putIn(batch);
    work(batch);
    changes(batch);
    if (batch.adds.length + batch.removes.length + batch.texts.length + batch.attributes.length > 0) emit(batch);
    const isWhole = isAllSaid();
    if (isWhole && moved.size > 0) {
      options.moved(moved);
      moved = new Set();
    }
    options.after(isWhole);
    attach();
    restMs = Math.max(restAfter(now() - lastAt), FRAME_MS);
    if (!isAllSaid()) goOn(false);
    else if (isLong) {
      isLong = false;
      options.whole();
    }
  };

  const isAllSaid = () => jobs.length === 0 && touched.size === 0 && attributes.size === 0 && texts.size === 0;

  const goOn = (isSeen: boolean) => {
    isScheduled = true;
    const mine = picture;
    soon(() => {
      if (mine === picture) turn();
    }, isSeen);
  };

  // ——— noting ———

  const drain = () => {
    const late = observer.takeRecords();
    if (late.length > 0) noted.push(late);
    if (noted.length === 0) return;
    const lists = noted;
    noted = [];
    mayWait = options.late.isOn;
    for (const list of lists) {
      options.noted(list.length);
      for (const record of list) note(record);
    }
    // Only now: one that has been moved as well is in there, with the place where it was.
    for (const style of restyled) if (touched.get(style) === undefined) touched.set(style, parentOf(style));
    restyled.clear();
  };

  const note = (record: MutationRecord) => {
    const { target } = record;
    switch (record.type) {
      case 'characterData':
        texts.add(target);
        rewritten(parentOf(target));
        return;
      case 'attributes': {
        if (!ids.of(target)) return;
        // Only elements have attributes.
        const names = attributes.get(target as Element);
        const name = nameOf(record);
        if (mayWait && options.late.takes(target as Element, name)) return;
        if (names) names.add(name);
        else attributes.set(target as Element, new Set([name]));
        return;
      }
      case 'childList': {
        const { addedNodes, removedNodes } = record;
        for (let at = 0; at < removedNodes.length; at++) {
          const node = removedNodes[at];
          if (!node) continue;
          if (levels) pulled.add(node);
          // What is not known stays so, wherever it goes next.
          if (touched.get(node) === undefined) touched.set(node, ids.of(node) ? target : undefined);
        }
        for (let at = 0; at < addedNodes.length; at++) {
          const node = addedNodes[at];
          // Sent, and out of no place that was seen: it comes from something that has been taken out before.
          if (node && touched.get(node) === undefined) touched.set(node, ids.of(node) ? null : undefined);
        }
        if (isElement(target) && tagOf(target) === 'TEXTAREA') marked.add(target);
        rewritten(target);
      }
    }
  };

  /** Of texts that were not told of, nobody can know what has become: with other texts, it is sent once more. */
  const rewritten = (parent: Node | null) => {
    if (isElement(parent) && serializer.isOfRules(parent)) restyled.add(parent);
  };

  // ——— taking out, putting in ———

  /** What is in a shadow root goes by the id of its host. No other fragment is part of a picture. */
  const hostOr = (parent: Node): Node => (typeOf(parent) === 11 ? (parent as ShadowRoot).host : parent);

  const takeOut = (batch: Batch) => {
    const out: Node[] = [];
    let shadows = 0;
    for (const [node, from] of touched) {
      if (from === undefined || !ids.of(node)) continue;
      out.push(node);
      if (!from) continue;
      const remove: Batch['removes'][number] = { parentId: ids.of(hostOr(from)), id: ids.of(node) };
      if (typeOf(from) === 11) {
        // rrweb's replay asks for its host, which may be one of those that go.
        remove.isShadow = true;
        batch.removes.splice(shadows++, 0, remove);
      } else batch.removes.push(remove);
    }
    // Only now: one of them may stand in another by now.
    for (const node of out) {
      // Nothing is told of what is in it, until it is put in again.
      letGo(node);
      if (isThere(node)) touched.set(node, undefined);
      else touched.delete(node);
    }
  };

  const putIn = (batch: Batch) => {
    for (const node of touched.keys()) {
      touched.delete(node);
      if (ids.of(node) || !isThere(node)) continue;
      const parent = parentOf(node);
      // Else it comes with what it stands in.
      if (parent && isPictured(parent) && putRun(node, parent, batch)) return;
    }
  };

  const isPictured = (parent: Node): boolean =>
    ids.of(hostOr(parent)) > 0 &&
    (isElement(parent) || roots.has(parent as Root)) &&
    !serializer.inside(parent).isClosed;

  /** With those after it that have come, too. True: the slice is over. */
  const putRun = (first: Node, parent: Node, batch: Batch): boolean => {
    const run = [first];
    for (let next = nextOf(first); next && !ids.of(next) && touched.has(next); next = nextOf(next)) run.push(next);
    const before = sentAfter(run[run.length - 1] ?? first);
    for (const node of run) {
      touched.delete(node);
      put(node, parent, before, batch, true);
      // A thousand rows come at once: those that are left go before the same one, with the next slice.
      if (isOver()) return true;
    }
    return false;
  };

  const sentAfter = (node: Node): Node | null => {
    let next = nextOf(node);
    while (next && !ids.of(next)) next = nextOf(next);
    return next;
  };

  /** `before`: all that come before the same one come one after the other. */
  const put = (node: Node, parent: Node, before: Node | null, batch: Batch, isNew: boolean) => {
    // What was there before may be scrolled, and what comes late in a picture. To ask may lay the page out.
    if (isElement(node) && (isNew ? options.isScrolled(node) : isScrolled(node))) moved.add(node);
    const serial = serializer.node(node, serializer.inside(parent), true);
    if (!serial) return;
    if (typeOf(parent) === 11) serial.isShadow = true;
    batch.adds.push({ parentId: ids.of(hostOr(parent)), nextId: ids.of(before) || null, node: serial });
    if (typeOf(node) === 3 && isElement(parent) && serializer.marksText(parent)) marked.add(parent);
    if (isElement(node)) entered(node, isNew);
  };

  /** With all that is below it: some of that may have been sent in another place, and have come along unseen. `isOver`:
   * what comes again is another one. rrweb's replay does not forget what was in a shadow root, and would put in that. */
  const letGo = (top: Node, isOver?: boolean) => {
    const stack = [top];
    for (let node = stack.pop(); node; node = stack.pop()) {
      ids.take(node, isOver);
      for (let child = firstOf(node); child; child = nextOf(child)) stack.push(child);
      const shadow = isElement(node) ? shadowOf(node) : null;
      if (shadow) letGo(shadow, true);
    }
  };

  /** An element was sent: its content is next, and what stands in it that is no child. */
  const entered = (element: Element, isNew: boolean) => {
    const tag = tagOf(element);
    if (tag === 'IFRAME') {
      // Its tag says that it is one.
      frames.push(element as HTMLIFrameElement);
      return;
    }
    if (serializer.inside(element).isClosed) return;
    const shadow = shadowOf(element);
    if (shadow) {
      watch(shadow);
      if (firstOf(shadow)) leave(shadow, isNew);
    }
    if (firstOf(element)) leave(element, isNew);
  };

  const leave = (parent: Node, isNew: boolean) =>
    jobs.push({ parent, next: undefined, before: undefined, slice, isNew });

  /** What is left, until the slice is over. */
  const work = (batch: Batch) => {
    for (let job = jobs[jobs.length - 1]; job; job = jobs[jobs.length - 1]) {
      const { parent } = job;
      // What the page has moved since then is looked for from the beginning.
      const isLost = job.next && parentOf(job.next) !== parent;
      let child: ChildNode | null = !job.next || isLost ? firstOf(parent) : job.next;
      if (isLost || job.slice !== slice) job.before = undefined;
      job.slice = slice;
      while (child && ids.of(child)) {
        if (child === job.before) job.before = undefined;
        child = nextOf(child);
      }
      if (!child && job.next) {
        // Where it was to go on may have been moved past others.
        job.next = undefined;
        continue;
      }
      if (!child || !isThere(parent) || !isPictured(parent)) {
        jobs.pop();
        // A shadow root that was made for what had been sent comes into being there with its content. Of one that has none
        // its element tells.
        const host = hostOr(parent);
        if (host !== parent && !firstOf(parent) && ids.of(host) && !touched.has(host))
          touched.set(host, parentOf(host));
        continue;
      }
      if (job.before === undefined) job.before = sentAfter(child);
      // At the end another look from the beginning finds nothing.
      job.next = nextOf(child) ?? undefined;
      touched.delete(child);
      put(child, parent, job.before, batch, job.isNew);
      if (isOver()) return;
    }
  };

  const changes = (batch: Batch) => {
    options.late.release(attributes);
    for (const [element, names] of attributes) {
      attributes.delete(element);
      changeOf(element, names, batch);
      if (isOver()) return;
    }
    for (const node of texts) {
      texts.delete(node);
      textOf(node, batch);
      if (isOver()) return;
    }
    for (const element of marked) {
      const id = ids.of(element);
      if (!id || !isThere(element)) continue;
      if (tagOf(element) === 'TEXTAREA') options.rewritten(element);
      else batch.attributes.push({ id, attributes: { [MASKED_MARK]: '' } });
    }
    if (marked.size > 0) marked = new Set();
  };

  const changeOf = (element: Element, names: Set<string>, batch: Batch) => {
    // Without one it is not part of the picture yet, or not again, and leaves as it is then.
    const id = ids.of(element);
    if (!id || !isThere(element)) return;
    const parent = parentOf(element);
    if (serializer.isStale(element, names)) return options.stale();
    if ((parent && serializer.inside(parent).isClosed) || serializer.wasBlocked(element)) return;
    if (isValue(element, names)) options.rewritten(element);
    const changed = serializer.changed(element, names);
    if (!isEmpty(changed)) batch.attributes.push({ id, attributes: changed });
  };

  const textOf = (node: Node, batch: Batch) => {
    const id = ids.of(node);
    const parent = parentOf(node);
    if (!parent) return;
    if (isElement(parent) && tagOf(parent) === 'TEXTAREA') marked.add(parent);
    if (!id || !isThere(node) || serializer.inside(parent).isClosed) return;
    const value = serializer.text(node);
    if (value !== undefined) batch.texts.push({ id, value });
  };

  // ——— the first picture ———

  const build = () => {
    if (!isPrepared) {
      isPrepared = options.prepare(isOver);
      if (!isPrepared || isOver(true)) return goOn(true);
    }
    if (isLong && !isCounted) {
      // Only now, and alone: the browser counts for milliseconds.
      isCounted = true;
      if (!options.isTooLarge()) goOn(true);
      return;
    }
    const isFiltered = isLong && page.visibilityState !== 'hidden';
    while (levels && levels.length > 0) {
      const level = levels[levels.length - 1];
      if (!level) break;
      const child = level.next;
      if (child && parentOf(child) !== level.node) {
        // It went elsewhere between two slices: what is left here comes later.
        leave(level.node, false);
        levels.pop();
        continue;
      }
      if (!child) {
        levels.pop();
        continue;
      }
      level.next = nextOf(child);
      if (ids.of(child)) continue;
      if (pulled.has(child)) {
        // Past others perhaps: it comes with the rest, and so do those that it has passed.
        leaveOnce(level.node);
        continue;
      }
      if (isFiltered && isLater(child)) {
        leaveOnce(level.node);
        continue;
      }
      const serial = serializer.node(child, level.inside, false);
      if (!serial) continue;
      if (level.isShadow) serial.isShadow = true;
      level.into.push(serial);
      if (isElement(child)) descend(child, serial);
      if (isOver(isElement(child) && /^(LINK|STYLE)$/.test(tagOf(child)))) {
        isLong = true;
        return goOn(true);
      }
    }
    if (!isBuilt) {
      // To hand it on takes a while, too.
      isBuilt = true;
      return goOn(true);
    }
    const whole = built;
    levels = built = undefined;
    pulled.clear();
    isBuilt = false;
    if (!whole) return;
    // What is nearest to what can be seen comes next.
    jobs.reverse();
    options.snapshot(whole);
    options.after(false);
    attach();
    if (isLong || !isAllSaid()) goOn(false);
  };

  const left = new Set<Node>();
  const leaveOnce = (parent: Node) => {
    if (!left.has(parent)) leave(parent, false);
    left.add(parent);
  };

  const descend = (element: Element, serial: Serial) => {
    if (tagOf(element) === 'IFRAME') return void frames.push(element as HTMLIFrameElement);
    const inside = serializer.inside(element);
    if (inside.isClosed || !levels) return;
    const into = (serial.childNodes ??= []);
    const shadow = shadowOf(element);
    // The last one is done first: as rrweb has it, an element's own children come before those in its shadow root.
    if (shadow) {
      watch(shadow);
      levels.push({ node: shadow, into, inside, next: firstOf(shadow), isShadow: true });
    }
    const first = firstOf(element);
    if (first) levels.push({ node: element, into, inside, next: first, isShadow: false });
  };

  /** Outside of what the visitor sees. The page's own parts are not asked. */
  const isLater = (node: Node): boolean => {
    if (!isElement(node) || !firstOf(node) || /^(HTML|HEAD|BODY)$/.test(tagOf(node))) return false;
    if (!isLaidOut(node)) return true;
    const { top, bottom, left, right } = node.getBoundingClientRect();
    if (bottom === top && left === right) return getComputedStyle(node).display === 'none';
    const view = page.defaultView;
    return !view || bottom < 0 || right < 0 || top > view.innerHeight || left > view.innerWidth;
  };

  // ——— roots and frames ———

  const watch = (root: Root) => {
    roots.add(root);
    observer.observe(root, { attributes: true, characterData: true, childList: true, subtree: true });
    options.entered(root);
  };

  const attach = () => {
    const waiting = frames;
    frames = [];
    for (const each of waiting) attachFrame(each);
  };

  const attachFrame = (element: HTMLIFrameElement) => {
    const id = ids.of(element);
    if (!id || !isThere(element)) return;
    const outer = parentOf(element);
    if (!outer || serializer.inside(outer).isClosed || serializer.isBlocked(element)) return;
    const inner = element.contentDocument;
    if (!inner) return serializer.inside(element).zone === 'masked' ? undefined : options.foreign(element);
    if (!isReady(element, inner)) {
      if (awaited.has(element)) return;
      awaited.add(element);
      // It may never be: what is there then is shown.
      setTimeout(() => {
        if (!isStopped && awaited.delete(element)) framed(element);
      }, FRAME_LOADS_MS);
      return;
    }
    attachDocument(inner, id);
  };

  const attachDocument = (inner: Document, id: number) => {
    letGo(inner);
    // What is in it names it.
    ids.give(inner);
    const serial = serializer.node(inner, serializer.inside(inner), false);
    if (!serial) return;
    watch(inner);
    // Whole down to its head and body, which a document can't be without; their content follows.
    shallow(inner, serial, 2);
    options.attached(id, serial);
  };

  const shallow = (node: Node, serial: Serial, depth: number) => {
    const inside = serializer.inside(node);
    for (let child = firstOf(node); child; child = nextOf(child)) {
      const inner = serializer.node(child, inside, false);
      if (!inner) continue;
      (serial.childNodes ??= []).push(inner);
      if (!isElement(child)) continue;
      if (depth > 1) shallow(child, inner, depth - 1);
      else entered(child, false);
    }
  };

  const framed = (element: HTMLIFrameElement) => {
    awaited.delete(element);
    const inner = element.contentDocument;
    if (isStopped || !ids.of(element) || (inner && ids.of(inner))) return;
    frames.push(element);
    if (!levels) due();
  };

  return {
    begin() {
      picture++;
      observer.disconnect();
      roots = new WeakSet();
      ids.forget();
      serializer.fresh();
      noted = [];
      touched = new Map();
      attributes = new Map();
      texts = new Set();
      marked = new Set();
      options.late.forget();
      jobs = [];
      moved = new Set();
      frames = [];
      left.clear();
      isScheduled = isLong = isBuilt = isCounted = isPrepared = false;
      watch(page);
      const outer = serializer.inside(page);
      built = serializer.node(page, outer, false);
      levels = built
        ? [{ node: page, into: (built.childNodes ??= []), inside: outer, next: firstOf(page), isShadow: false }]
        : undefined;
      // Whoever has asked for it is not kept waiting for it.
      goOn(true);
    },
    get isBuilding() {
      return levels !== undefined;
    },
    get isFirst() {
      return isLong || levels !== undefined;
    },
    due,
    rooted(root) {
      if (!ids.of(root.host) || serializer.inside(root.host).isClosed) return;
      watch(root);
      leave(root, true);
      due();
    },
    framed,
    isDue: (node) => texts.has(node) || touched.has(node) || jobs.some(({ parent }) => parent === node),
    stop() {
      isStopped = true;
      observer.disconnect();
    },
  };
}

/** Records name an attribute without its prefix. */
function nameOf({ attributeName, attributeNamespace, target }: MutationRecord): string {
  const name = attributeName ?? '';
  if (!attributeNamespace) return name;
  // Only elements have attributes; one that is gone has the usual prefix.
  const now = (target as Element).getAttributeNodeNS(attributeNamespace, name)?.name;
  return now ?? (attributeNamespace.endsWith('xlink') ? `xlink:${name}` : name);
}

function isEmpty(record: object): boolean {
  for (const _name in record) return false;
  return true;
}

/** What a field shows may follow from its attributes, unless somebody has changed it. */
function isValue(element: Element, names: Set<string>): boolean {
  return (
    /^(INPUT|OPTION)$/.test(tagOf(element)) && ['value', 'checked', 'selected', 'type'].some((name) => names.has(name))
  );
}
