// Who is on the sites now: visitors (a device on a site) and their open tabs. Holds no page content. Kept lean: a site
// with 15,000 visitors costs this, once each, and no timer or closure per visitor.

import type { Device, Page } from '../../protocol/messages.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { createBucket, type Bucket, type Socket } from './peer.ts';
import type { Room } from './room.ts';
import type { Ask } from './asks.ts';
import type { Site } from './site.ts';

/** One open page of a visitor: one connection. */
export class Tab {
  readonly socket: Socket;
  readonly visitor: Visitor;
  readonly key: string;
  /** Of its connection. */
  readonly address: string;
  page: Page;
  pageSince: number;
  /** When it was last in front of the visitor. */
  seenAt: number;
  readonly texts: Bucket;
  readonly frames: Bucket;
  /** Answers to acts that nobody waits for. Made on the first. */
  answers: Bucket | undefined;
  /** What it was told of its site's policy: see policies.ts. */
  policy = '';

  constructor(
    { socket, address }: { socket: Socket; address: string },
    visitor: Visitor,
    key: string,
    page: Page,
    now: number,
  ) {
    this.socket = socket;
    this.address = address;
    this.visitor = visitor;
    this.key = key;
    this.page = page;
    this.pageSince = now;
    this.seenAt = page.visible ? now : 0;
    this.texts = createBucket(LIMITS.visitorTextBurst, now);
    this.frames = createBucket(LIMITS.visitorFramesBurst, now);
  }
}

export class Visitor {
  readonly id: string;
  readonly site: Site;
  readonly origin: string;
  readonly since: number;
  readonly device: Device;
  lang: string;
  tabs: Tab[] = [];
  /** What the list shows while none is there. */
  lastTab: Tab | undefined;
  room: Room | undefined;
  ask: Ask | undefined;
  /** When the last link went; undefined while there is one. */
  goneSince: number | undefined;
  /** Asks that were not accepted. Made on the first, since most visitors are never asked. */
  nagging: Bucket | undefined;
  /** Visits offered. Made on the first. */
  shows: Bucket | undefined;

  constructor(id: string, site: Site, origin: string, device: Device, lang: string, now: number) {
    this.id = id;
    this.site = site;
    this.origin = origin;
    this.device = device;
    this.lang = lang;
    this.since = now;
  }

  /** The tab in front of the visitor, or the one that was last. */
  get front(): Tab | undefined {
    let best = this.tabs[0] ?? this.lastTab;
    for (const tab of this.tabs) {
      if (!best) break;
      if (tab.page.visible !== best.page.visible ? tab.page.visible : tab.seenAt > best.seenAt) best = tab;
    }
    return best;
  }

  get isVisible(): boolean {
    return this.tabs.some((tab) => tab.page.visible);
  }
}

// Families and systems are few, so equal devices share one object.
const devices = [
  ['YaBrowser', 'Yandex Browser'],
  ['SamsungBrowser', 'Samsung Internet'],
  ['OPR/', 'Opera'],
  ['Edg', 'Edge'],
  ['Firefox', 'Firefox'],
  ['FxiOS', 'Firefox'],
  ['CriOS', 'Chrome'],
  ['Chrome', 'Chrome'],
  ['Safari', 'Safari'],
] as const;
const systems = [
  ['iPhone', 'iOS'],
  ['iPad', 'iPadOS'],
  ['Android', 'Android'],
  ['Windows', 'Windows'],
  ['Mac OS X', 'macOS'],
  ['CrOS', 'ChromeOS'],
  ['Linux', 'Linux'],
] as const;

/** A coarse reading of the User-Agent header, for a person to recognise a device by. Order matters: see the lists. */
export function readDevice(userAgent: string): Device {
  const find = (list: readonly (readonly [string, string])[]) =>
    list.find(([mark]) => userAgent.includes(mark))?.[1] ?? '';
  const system = find(systems);
  const isTablet = system === 'iPadOS' || (system === 'Android' && !userAgent.includes('Mobile'));
  const kind = isTablet ? 'tablet' : userAgent.includes('Mobi') ? 'phone' : 'desktop';
  return { kind, browser: find(devices), system };
}

/** Gives equal devices one shared object: 15,000 visitors have a few dozen different ones. */
export function createDeviceReader(): (userAgent: string) => Device {
  const known = new Map<string, Device>();
  return (userAgent) => {
    const device = readDevice(userAgent);
    const key = `${device.kind} ${device.browser} ${device.system}`;
    const same = known.get(key);
    if (same) return same;
    known.set(key, device);
    return device;
  };
}
