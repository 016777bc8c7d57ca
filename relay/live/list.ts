// The operators' live list: gathers changes for a moment, writes each account's delta once, sends it to every console
// that has the list open. A console that can't keep up gets the whole list again when its line has drained.

import { LIMITS } from '../../protocol/limits.ts';
import type { Row } from '../../protocol/messages.ts';
import type { LiveMetrics } from './metrics.ts';
import type { OperatorPeer } from './operators.ts';
import type { Visitor } from './visitors.ts';

export type ListDoor = {
  readonly metrics: LiveMetrics;
  now(): number;
  after(delayMs: number, task: () => void): void;
  visitors(): Iterable<Visitor>;
};

export function rowOf(visitor: Visitor): Row {
  const front = visitor.front;
  const room = visitor.room;
  const watchers = room?.watchers;
  return {
    id: visitor.id,
    site: visitor.site.id,
    url: front?.page.url ?? '',
    title: front?.page.title ?? '',
    visible: visitor.isVisible,
    tabs: visitor.tabs.length,
    since: visitor.since,
    pageSince: front?.pageSince ?? visitor.since,
    lang: visitor.lang,
    device: visitor.device,
    state: watchers ? (watchers.length > 0 ? 'viewed' : 'offering') : visitor.ask ? 'asked' : 'browsing',
    ...(room ? { room: room.id } : {}),
    ...(watchers && watchers.length > 0 ? { watchers } : {}),
  };
}

export class LiveList {
  #door: ListDoor;
  #readers = new Set<OperatorPeer>();
  #changed = new Set<Visitor>();
  #gone = new Map<string, string>();
  #flushDue = false;
  #dirtySince = 0;

  constructor(door: ListDoor) {
    this.#door = door;
  }

  open(peer: OperatorPeer): void {
    peer.list = 'on';
    this.#readers.add(peer);
    this.#sendWhole(peer);
  }

  close(peer: OperatorPeer): void {
    peer.list = 'off';
    this.#readers.delete(peer);
  }

  changed(visitor: Visitor): void {
    if (this.#readers.size === 0) return;
    this.#gone.delete(visitor.id);
    this.#changed.add(visitor);
    this.#due();
  }

  gone(visitor: Visitor): void {
    if (this.#readers.size === 0) return;
    this.#changed.delete(visitor);
    this.#gone.set(visitor.id, visitor.site.account);
    this.#due();
  }

  /** The peer's line has drained. */
  drained(peer: OperatorPeer): void {
    if (peer.list !== 'behind') return;
    peer.list = 'on';
    this.#sendWhole(peer);
  }

  #due(): void {
    if (this.#flushDue) return;
    this.#flushDue = true;
    this.#dirtySince = this.#door.now();
    this.#door.after(LIMITS.listEveryMs, () => {
      this.#flushDue = false;
      this.#flush();
    });
  }

  #flush(): void {
    const put = new Map<string, Row[]>();
    for (const visitor of this.#changed) listOf(put, visitor.site.account).push(rowOf(visitor));
    const gone = new Map<string, string[]>();
    for (const [id, account] of this.#gone) listOf(gone, account).push(id);
    this.#changed.clear();
    this.#gone.clear();
    const texts = new Map<string, string[]>();
    for (const peer of this.#readers) {
      const { account } = peer.operator;
      let pages = texts.get(account);
      if (!pages) {
        pages = pagesOf({ reset: false, put: put.get(account) ?? [], gone: gone.get(account) ?? [] });
        texts.set(account, pages);
      }
      this.#sendPages(peer, pages);
    }
    this.#door.metrics.listTime.observe((this.#door.now() - this.#dirtySince) / 1000);
  }

  #sendWhole(peer: OperatorPeer): void {
    const rows: Row[] = [];
    for (const visitor of this.#door.visitors())
      if (visitor.site.account === peer.operator.account && (visitor.tabs.length > 0 || visitor.room))
        rows.push(rowOf(visitor));
    this.#sendPages(peer, pagesOf({ reset: true, put: rows, gone: [] }));
  }

  #sendPages(peer: OperatorPeer, pages: readonly string[]): void {
    if (peer.list !== 'on') return;
    // Half the backlog: the list must never be what pushes a room's frames over the limit.
    if (peer.socket.waiting() > LIMITS.maxOperatorBacklogBytes / 2) {
      peer.list = 'behind';
      return;
    }
    for (const page of pages) {
      if (peer.socket.text(page) === 'dropped') {
        peer.list = 'behind';
        return;
      }
    }
  }
}

function listOf<T>(map: Map<string, T[]>, key: string): T[] {
  let list = map.get(key);
  if (!list) map.set(key, (list = []));
  return list;
}

/** A console refuses a message that is over LIMITS.maxTextBytes, and with a page of the whole list its operator would see
 * nobody: so pages are cut by what they weigh too, and what one visitor writes can't push others out. */
const PAGE_CHARS = LIMITS.maxTextBytes / 2;

function pagesOf(delta: { reset: boolean; put: readonly Row[]; gone: readonly string[] }): string[] {
  const put = cutUp(delta.put.map((row) => JSON.stringify(row)));
  const gone = cutUp(delta.gone.map((id) => JSON.stringify(id)));
  const pages: string[] = [];
  // A reset is sent even when empty; an empty delta is not.
  const count = Math.max(put.length, gone.length, delta.reset ? 1 : 0);
  for (let page = 0; page < count; page++) {
    const reset = delta.reset && page === 0;
    const more = delta.reset && page + 1 < count;
    // Put together by hand: each row is written once, and its length is what the cut goes by.
    pages.push(`{"t":"rows","reset":${reset},"more":${more},"put":[${put[page] ?? ''}],"gone":[${gone[page] ?? ''}]}`);
  }
  return pages;
}

/** Joins as many as a page may hold. */
function cutUp(texts: readonly string[]): string[] {
  const pieces: string[] = [];
  let from = 0;
  let chars = 0;
  texts.forEach((text, at) => {
    if (at > from && (at - from === LIMITS.listPageRows || chars + text.length > PAGE_CHARS)) {
      pieces.push(texts.slice(from, at).join());
      from = at;
      chars = 0;
    }
    chars += text.length + 1;
  });
  if (from < texts.length) pieces.push(texts.slice(from).join());
  return pieces;
}
