// English; also the shape that every language of the hand must fill. A file of its own, that comes with the hand.

import type { Grant } from '../protocol/hand.ts';

/** What a question says. */
export type HandQuestion = {
  title: string;
  willSee: string;
  willSeeText: string;
  neverSee: string;
  neverSeeText: string;
  control: string;
};

const LEAVE = 'You can end this at any time: with the button, or by pressing Escape twice.';

export const HAND_EN = {
  questions: {
    point: (name: string): HandQuestion => ({
      title: `${name} asks to point at things on this page`,
      willSee: 'What becomes possible',
      willSeeText: 'You see a pointer, and frames with notes around things on this page.',
      neverSee: 'What stays impossible',
      neverSeeText: 'Clicking, typing, or changing anything.',
      control: LEAVE,
    }),
    control: (name: string): HandQuestion => ({
      title: `${name} asks to use the mouse and keyboard on this page`,
      willSee: 'What becomes possible',
      willSeeText:
        'Clicking, typing and scrolling for you on this site. You see everything, and your own mouse comes first.',
      neverSee: 'What stays closed',
      neverSeeText: 'Passwords, payment fields and hidden places. Other sites, tabs and programs.',
      control: LEAVE,
    }),
  } satisfies Record<Grant, (name: string) => HandQuestion>,
  /** While it is granted. */
  has: {
    point: (name: string) => `${name} can point at this page`,
    control: (name: string) => `${name} controls this page`,
  } satisfies Record<Grant, (name: string) => string>,
  /** The same, while the visit is paused or the link lost. */
  onHold: {
    point: (name: string) => `${name} cannot point right now`,
    control: (name: string) => `${name} cannot do anything right now`,
  } satisfies Record<Grant, (name: string) => string>,
  takeBack: { point: 'Stop pointing', control: 'Stop control' } satisfies Record<Grant, string>,
  /** Read out when a frame is shown. */
  shows: (name: string, note: string) => (note ? `${name} shows: ${note}` : `${name} shows something on this page`),
};
export type HandWords = typeof HAND_EN;
