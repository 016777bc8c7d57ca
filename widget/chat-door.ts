// What the widget hands to the chat's bundle when the panel is first opened, or somebody writes, and what it expects back.
// Types only, as in hand-door.ts and for the same reason.

import type { FromVisitor } from '../protocol/messages.ts';
import type { make, mark } from './element.ts';
import type { Handover } from './handover.ts';
import type { focused, Surface } from './surface.ts';
import type { MessageEvent } from './widget.ts';
import type { Words } from './words.ts';

export type ChatDoor = {
  handover: Handover;
  words: Words;
  /** Under which the visit is stored; what the chat stores begins with it. */
  key: string;
  surface: Surface;
  make: typeof make;
  mark: typeof mark;
  focused: typeof focused;
  /** False: there is no link. */
  send(message: FromVisitor): boolean;
  /** The panel has been opened or closed. */
  render(): void;
  askToShow(): void;
  askCode(): boolean;
  /** The visitor has written: their next pages come as the same device. */
  remember(): void;
  tell(event: MessageEvent): void;
};

/** The chat, as the widget sees it: the panel and all that is in it. Nothing is thrown. */
export type Chat = {
  /** One of the relay's messages, as it came. */
  text(data: string): void;
  /** The relay has said welcome, on each link anew; or the link is lost. */
  online(isOnline: boolean): void;
  setCode(code: { digits: string; lifeMs: number } | undefined): void;
  /** The relay has not done what was last asked for. */
  refused(): void;
  /** The visitor shows the page from now on. */
  visitBegan(): void;
  /** Puts the panel in order. True: it is open. `isCovered`: a question stands before it. */
  changed(isCovered: boolean, isVisiting: boolean): boolean;
  open(): void;
  shut(): void;
  askCode(): void;
  /** Sends this as the visitor's. */
  write(text: string): void;
  /** A key in the surface, which is heard nowhere else. */
  heard(event: Event): void;
  close(): void;
};

/** What the chat's file exports. */
export type ChatFile = { load(door: ChatDoor): Promise<Chat> };
