// The operators' live list: gathers changes for a moment, writes each account's delta once, sends it to every console
// that has the list open. A console that can't keep up gets the whole list again when its line has drained.

import { LIMITS } from '../../protocol/limits.ts';
import type { Row, ToOperator } from '../../protocol/messages.ts';
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
      if (visitor.site.account === peer.operator.account && visitor.tabs.length > 0) rows.push(rowOf(visitor));
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

function pagesOf(delta: { reset: boolean; put: Row[]; gone: string[] }): string[] {
  const pages: string[] = [];
  const size = LIMITS.listPageRows;
  const count = Math.max(Math.ceil(delta.put.length / size), Math.ceil(delta.gone.length / size));
  // A reset is sent even when empty; an empty delta is not.
  for (let page = 0; page < Math.max(count, delta.reset ? 1 : 0); page++) {
    const message: ToOperator = {
      t: 'rows',
      reset: delta.reset && page === 0,
      more: delta.reset && page + 1 < count,
      put: delta.put.slice(page * size, (page + 1) * size),
      gone: delta.gone.slice(page * size, (page + 1) * size),
    };
    pages.push(JSON.stringify(message));
  }
  return pages;
}
