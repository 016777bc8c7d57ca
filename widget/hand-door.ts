// What the widget hands to the hand's bundle when an operator first asks for more than to look, and what it expects back.
// Types only: the hand is a build of its own, and whatever both need at run time is handed over instead of imported, so
// that it does not become one more file for those whom nobody helps by hand.

import type { Visit } from '../cobrowse/visit.ts';
import type { FromVisitor } from '../protocol/messages.ts';
import type { ConsentOptions } from './consent.ts';
import type { make, mark } from './element.ts';
import type { Handover } from './handover.ts';
import type { Surface } from './surface.ts';
import type { Words } from './words.ts';

export type HandDoor = {
  handover: Handover;
  words: Words;
  /** Under which the visit is stored. */
  key: string;
  surface: Surface;
  make: typeof make;
  mark: typeof mark;
  send(message: FromVisitor): boolean;
  /** Something that `changed` looks at is another. */
  render(): void;
  /** Once it is here. */
  visit(): Visit | undefined;
};

/** A question to be asked. Without `about`: what the question for the view says, instead of what the widget has it say. */
export type Wish = Pick<ConsentOptions, 'words' | 'title'> &
  ({ about: string; answer(yes: boolean): void } | { about?: never; answered(yes: boolean): void });

/** The hand, as the widget sees it. Nothing is thrown. */
export type Hand = {
  /** One of the relay's messages, as it came. */
  text(data: string): void;
  /** The visit, its badge or the page's visibility is another: puts its own things in order, and gives the question to be
   * asked now. */
  changed(): Wish | undefined;
  /** A key in the surface, which is heard nowhere else. */
  heard(event: Event): void;
  /** It shows something of its own, whether a visit is on or not. */
  readonly isShown: boolean;
  close(): void;
};

/** What the hand's file exports. */
export type HandFile = { load(door: HandDoor): Promise<Hand> };
