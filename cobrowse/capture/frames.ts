// Frames of other origins, from the side of the page around them: each is captured by itself (cobrowse/frame.ts),
// masked before it leaves the frame, and what it sends becomes part of this page's picture. Its node ids are moved into
// a range of its own, its snapshot becomes a document attached to the frame's element, its pointer gets the frame's
// place. One level deep: such frames within such a frame stay empty boxes.
//
// A frame is hostile: it may send anything. Everything is copied field by field, within bounds; numbers that name nodes
// are moved or, out of range, dropped; bytes of an asset are believed for addresses of the frame's own origin only. A
// frame that breaks a bound is let go, and its box emptied. Nothing thrown here may count as a failure of capture.
//
// Easy to get wrong: a frame that reloads has the same window and another document, so another range of ids. After a
// snapshot of the page its changes mean nothing until its own next snapshot has come.

import type { eventWithTime } from '@rrweb/types';
import type { Pointer } from '../../protocol/codec.ts';
import type { FramesOptions } from './frame-calls.ts';

export type Frames = {
  /** The frame has said that it may be shown here; `event` is its message. */
  welcome(frame: HTMLIFrameElement, event: MessageEvent): void;
  /** A new snapshot begins: what frames have sent is gone. */
  begin(): void;
  /** The frame's element is in the new picture. False: nothing is known of it. */
  renew(frame: HTMLIFrameElement): boolean;
  close(): void;
  /** Those whose picture has been there: between two snapshots they stay. */
  guests(): Iterable<Guest>;
};

/** A frame that is captured by itself. Another document in it is another guest. */
export type Guest = {
  readonly frame: HTMLIFrameElement;
  /** A node's own id in the frame's page; undefined: it is another's. */
  ownId(id: number): number | undefined;
  /** How many times its nodes have got new ids. */
  readonly snapshots: number;
  /** Hands the frame's page a port for the hand (protocol/frame-hand.ts). */
  offer(port: MessagePort): void;
};

/** Ids of a frame are 1 … SPAN - 1, moved by a base of its own. The page's own stay below the first; the last still
 * fits 32 bits, as pointer and pictures carry them. */
const SPAN = 10_000_000;
const FIRST_BASE = 100 * SPAN;
const LAST_BASE = 428 * SPAN;
const MAX_FRAMES = 50;
/** Of one message. The largest honest one is a snapshot. */
const MAX_VALUES = 1_000_000;
const MAX_CHARS = 8_000_000;
const MAX_DEPTH = 2000;
/** Nodes since the frame's last snapshot: past it, another one counts what is really there. */
const MAX_NODES = 100_000;
/** As many as the relay takes of a whole tab. */
const MAX_MESSAGES = 5000;
const MESSAGES_MS = 5000;
/** As LIMITS.maxAssetBytes and maxUrlChars. */
const MAX_ASSET_BYTES = 8 * 1024 * 1024;
const MAX_URL_CHARS = 4096;
/** As in assets.ts: a name in place of an address, at which there is nothing to fetch. */
const ALIAS = '/tandem-asset-';

/** rrweb's numbers, as in events.ts, which is in a file that this one must not draw out of. */
const TYPE = { FullSnapshot: 2, Incremental: 3, Custom: 5 } as const;
const MUTATION = 0;
const SCROLL = 3;
const SELECTION = 14;
/** Mutation, scroll, input, rules, declarations, selection, adopted sheets, custom elements. Sizes of a frame's window are not ours. */
const SOURCES: readonly unknown[] = [MUTATION, SCROLL, 5, 8, 13, SELECTION, 15, 16];
const TAGS: readonly unknown[] = ['focus', 'caret', 'select', 'popover', 'animation'];
const POINTER_STATES: readonly unknown[] = ['mouse', 'touch', 'gone'];
const ID_NAME = /^(id|rootId|parentId|nextId|previousId|styleId|styleIds)$/;
const RANGE_NAME = /^(start|end)$/;

/** Counted over a whole page load, not over one capture: no base is ever given twice. */
const bases = new WeakMap<Document, number>();

type Fields = Record<string, unknown>;
type Held = Guest & {
  origin: string;
  port: MessagePort;
  base: number;
  snapshots: number;
  /** Its last snapshot is part of the present picture. */
  isShown: boolean;
  nodes: number;
  messages: number;
  since: number;
};

class OutOfBounds extends Error {}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const numberIn = (value: unknown, least: number, most: number): number =>
  typeof value === 'number' && value >= least ? Math.min(value, most) : least;

export function createFrames(options: FramesOptions): Frames {
  const { isShown, idOf, placeOf, enqueue, emit, notice } = options;
  const guests = new Map<HTMLIFrameElement, Held>();

  const push = (data: Fields) =>
    // Built here, in rrweb's form, or copied from it; the mirror trusts neither.
    enqueue({ type: TYPE.Incremental, data, timestamp: Date.now() } as unknown as eventWithTime);
  const tell = (tag: string, payload: unknown) =>
    enqueue({ type: TYPE.Custom, data: { tag, payload }, timestamp: Date.now() } as unknown as eventWithTime);

  const attach = (frame: HTMLIFrameElement, node: unknown) => {
    const parentId = idOf(frame);
    if (parentId <= 0) return false;
    const adds = [{ parentId, nextId: null, node }];
    push({ source: MUTATION, adds, removes: [], texts: [], attributes: [], isAttachIframe: true });
    return true;
  };

  const empty = (guest: Held) => {
    if (guest.isShown) attach(guest.frame, { type: 0, id: guest.base, childNodes: [] });
    guest.isShown = false;
  };

  const release = (guest: Held) => {
    guest.port.onmessage = null;
    guest.port.postMessage('stop');
    guest.port.close();
    if (guests.get(guest.frame) === guest) guests.delete(guest.frame);
  };

  const idIn = (guest: Held, value: unknown): number | null =>
    typeof value === 'number' && Number.isInteger(value) && value > 0 && value < SPAN ? value + guest.base : null;

  /** A copy within bounds, with ids moved. `hasRanges`: start and end name nodes, too. */
  const copier = (guest: Held, hasRanges = false) => {
    let values = 0;
    let chars = 0;
    const copy = (value: unknown, name: string, depth: number): unknown => {
      if (++values > MAX_VALUES || depth > MAX_DEPTH) throw new OutOfBounds();
      if (typeof value === 'string') {
        chars += value.length;
        if (chars > MAX_CHARS) throw new OutOfBounds();
        return value;
      }
      if (typeof value === 'number')
        return ID_NAME.test(name) || (hasRanges && RANGE_NAME.test(name)) ? idIn(guest, value) : value;
      if (typeof value === 'boolean' || value === null) return value;
      if (Array.isArray(value)) return Array.from(value, (item) => copy(item, name, depth + 1));
      if (!isFields(value)) return undefined;
      // No prototype: no name in it means anything.
      const fields = Object.create(null) as Fields;
      if (typeof value['type'] === 'number' && typeof value['id'] === 'number') guest.nodes++;
      for (const key of Object.keys(value)) {
        chars += key.length;
        fields[key] = copy(value[key], key, depth + 1);
      }
      return fields;
    };
    return (value: unknown) => copy(value, '', 0);
  };

  const hasFocus = ({ frame }: Held) => {
    const root = frame.getRootNode();
    return 'activeElement' in root && root.activeElement === frame;
  };

  const takeEvent = (guest: Held, event: Fields) => {
    const { data } = event;
    if (!isFields(data)) return;
    if (event['type'] === TYPE.Incremental && SOURCES.includes(data['source']))
      push(copier(guest, data['source'] === SELECTION)(data) as Fields);
    else if (event['type'] === TYPE.Custom && TAGS.includes(data['tag']) && isFields(data['payload'])) {
      const isCaret = data['tag'] === 'caret';
      // Where the focus is, the page around it decides; and it may have said later that the frame has it.
      if ((isCaret || data['tag'] === 'focus') && !hasFocus(guest)) return;
      if (isCaret) tell('focus', { id: idIn(guest, data['payload']['id']) });
      tell(String(data['tag']), copier(guest)(data['payload']));
    }
  };

  const takeEvents = (guest: Held, events: unknown) => {
    for (const event of listOf(events)) if (isFields(event)) takeEvent(guest, event);
    if (guest.nodes <= MAX_NODES) return;
    guest.isShown = false;
    guest.port.postMessage('snapshot');
  };

  const takeSnapshot = (guest: Held, events: unknown) => {
    const list = listOf(events).filter(isFields);
    const data = list.find((event) => event['type'] === TYPE.FullSnapshot)?.['data'];
    if (!isFields(data) || !isFields(data['node']) || data['node']['type'] !== 0) return;
    guest.nodes = 0;
    const node = copier(guest)(data['node']) as Fields;
    if (guest.nodes > MAX_NODES) throw new OutOfBounds();
    if (!attach(guest.frame, node)) return;
    guest.isShown = true;
    guest.snapshots++;
    const { left, top } = isFields(data['initialOffset']) ? data['initialOffset'] : {};
    push({ source: SCROLL, id: node['id'], x: numberIn(left, -1e7, 1e7), y: numberIn(top, -1e7, 1e7) });
    takeEvents(guest, list);
  };

  const takePointer = (guest: Held, pointer: unknown) => {
    if (!isFields(pointer) || !POINTER_STATES.includes(pointer['state'])) return;
    const { frame } = guest;
    const at = placeOf(frame);
    emit({
      kind: 'pointer',
      pointer: {
        x: at.x + numberIn(pointer['x'], 0, frame.clientWidth),
        y: at.y + numberIn(pointer['y'], 0, frame.clientHeight),
        buttons: numberIn(pointer['buttons'], 0, 255),
        state: pointer['state'] as Pointer['state'],
        node: idIn(guest, pointer['node']) ?? idOf(frame),
      },
    });
  };

  const takePicture = (guest: Held, picture: unknown) => {
    if (!isFields(picture)) return;
    const node = idIn(guest, picture['node']);
    const { image } = picture;
    if (node === null || !(image instanceof Uint8Array)) return;
    const [width, height] = [numberIn(picture['width'], 0, 65535), numberIn(picture['height'], 0, 65535)];
    emit({ kind: 'picture', picture: { node, width, height, image } });
  };

  const takeAsset = (guest: Held, url: unknown, blob: unknown) => {
    if (typeof url !== 'string' || url.length > MAX_URL_CHARS) return;
    const { origin } = new URL(url);
    // The page's own pictures are not the frame's to give.
    if (origin === location.origin) return;
    const isOwn = origin === guest.origin && blob instanceof Blob && blob.size <= MAX_ASSET_BYTES;
    if (isOwn || !url.includes(ALIAS)) emit({ kind: 'asset', url, blob: isOwn ? blob : undefined });
  };

  const take = (guest: Held, output: unknown) => {
    const now = Date.now();
    if (now - guest.since > MESSAGES_MS) {
      guest.since = now;
      guest.messages = 0;
    }
    if (++guest.messages > MAX_MESSAGES || !isShown(guest.frame)) throw new OutOfBounds();
    // It leaves its page: another one may come, or nothing that can be shown.
    if (output === 'gone') {
      empty(guest);
      return release(guest);
    }
    if (!isFields(output)) return;
    if (output['kind'] === 'snapshot') return takeSnapshot(guest, output['events']);
    if (!guest.isShown) return;
    switch (output['kind']) {
      case 'change':
        return takeEvents(guest, output['events']);
      case 'pointer':
        return takePointer(guest, output['pointer']);
      case 'picture':
        return takePicture(guest, output['picture']);
      case 'asset':
        return takeAsset(guest, output['url'], output['blob']);
      case 'notice':
        // A frame that is too large stays an empty box: the page around it can be shown.
        if (output['notice'] === 'assets-skipped') notice('assets-skipped');
      // The frame's address and title are nobody's business.
    }
  };

  return {
    welcome(frame, { source, origin }) {
      const old = guests.get(frame);
      if (old) {
        empty(old);
        release(old);
      }
      // An answer of 'null' (a sandboxed frame) could reach anybody.
      if (!isShown(frame) || idOf(frame) <= 0 || origin === 'null' || guests.size >= MAX_FRAMES) return;
      const base = (bases.get(document) ?? FIRST_BASE - SPAN) + SPAN;
      if (base > LAST_BASE) return;
      bases.set(document, base);
      const { port1: port, port2 } = new MessageChannel();
      const guest: Held = {
        frame,
        origin,
        port,
        base,
        isShown: false,
        snapshots: 0,
        nodes: 0,
        messages: 0,
        since: Date.now(),
        ownId: (id) => (id > base && id < base + SPAN ? id - base : undefined),
        offer: (own) => port.postMessage('hand', [own]),
      };
      guests.set(frame, guest);
      port.onmessage = ({ data }: MessageEvent) => {
        try {
          if (guests.get(frame) === guest) take(guest, data);
        } catch {
          // Out of bounds, or something that makes no sense at all.
          empty(guest);
          release(guest);
        }
      };
      // Only windows send us such messages.
      (source as Window).postMessage({ tandem: 'capture', masking: options.masking }, origin, [port2]);
    },
    begin() {
      for (const guest of guests.values()) {
        guest.isShown = false;
        if (!guest.frame.isConnected) release(guest);
      }
    },
    renew(frame) {
      const guest = guests.get(frame);
      guest?.port.postMessage('snapshot');
      return guest !== undefined;
    },
    close() {
      for (const guest of guests.values()) release(guest);
    },
    guests: () => [...guests.values()].filter(({ snapshots }) => snapshots > 0),
  };
}
