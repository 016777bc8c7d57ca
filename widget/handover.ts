// What the loader hands to the widget when the widget is needed, and what it expects back. Types only: the loader is
// a bundle of its own, and both are always of the same build (the loader names the widget's hashed file).

import type { Link, LinkState } from '../protocol/link.ts';
import type { Page } from '../protocol/messages.ts';
import type { Clean, Host } from './host.ts';

export type Handover = {
  host: Host;
  /** The snippet's script element: its address is the relay's, its data attributes are the customer's settings. */
  script: HTMLScriptElement;
  clean(): Clean;
  /** Another one after each `connect`. */
  link(): Link | undefined;
  /** Leaves the link and comes again with a new hello, which carries the resume token that is stored by then. */
  connect(): void;
  launcher: HTMLElement;
};

/** A call of the public API: its name, then its arguments, from the page and so unchecked. */
export type Call = ArrayLike<unknown>;

/** The widget, as the loader sees it. */
export type Widget = {
  text(data: string): void;
  changed(state: LinkState['kind']): void;
  call(call: Call): void;
  /** The page's address, title, visibility or size is another. */
  page(page: Page): void;
  /** Another tab of this site stored a visit's resume token. */
  stored(): void;
  /** Our own code has failed too often: nothing of it stays in the page. */
  close(): void;
};

/** What the loader works with, once the widget's file and the visitor's language are there. */
export type WidgetModule = {
  startWidget(handover: Handover): Widget;
  createSpare(): () => Clean;
};

/** What the launcher's file exports (launcher.ts). */
export type LauncherFile = { dress(element: HTMLElement, lang: string, clean: Clean, open: () => void): void };

/** What the file of framed pages exports (frame.ts). */
export type FrameFile = { load(host: Host, settings: DOMStringMap): void };

/** What the widget's file exports. */
export type WidgetFile = { load(script: HTMLScriptElement): Promise<WidgetModule> };

/** Stored for the site's other tabs and next pages, only while there is a visit. `paused`: as the visitor wished, which
 * the relay may not have heard yet. Without it no other tab or page shows itself, whatever the relay says. `chat`: the
 * visitor has written, so the device is kept, also without a visit. */
export type StoredVisit = {
  room: string;
  resume: string;
  token: string;
  at: number;
  paused: boolean;
  chat?: boolean;
};

/** With the site's key: what is kept for it, in sessionStorage (this tab's identity) and localStorage (StoredVisit). */
export const STORAGE_PREFIX = 'tandem:';
