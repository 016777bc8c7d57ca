// English; also the shape that every language must fill.

import type { Ending } from '../protocol/messages.ts';

const list = new Intl.ListFormat('en-GB');

export const EN = {
  code: 'en',
  close: 'Close',
  asks: (name: string) => `${name} asks to see this page`,
  showTitle: 'Show this page to our team?',
  willSee: 'What will be seen',
  willSeeText: 'The pages of this site that you open in this browser, and how you move around on them.',
  neverSee: 'What is never seen',
  neverSeeText: 'Passwords and card numbers. Other sites, tabs and programs.',
  control: 'You can pause or stop at any moment.',
  allow: 'Allow',
  notNow: 'Not now',
  covered: 'Something was lying over this question. Please answer once more.',
  badge: 'Viewing of this page',
  viewed: (names: readonly string[]) => `${list.format(names)} ${names.length === 1 ? 'sees' : 'see'} this page`,
  unwatched: 'Nobody is watching right now',
  offering: 'Waiting for someone to join…',
  paused: 'Paused: nobody sees this page',
  lost: 'Connection lost. Reconnecting…',
  pause: 'Pause',
  resume: 'Resume',
  stop: 'Stop',
  endedBy: (name: string) => `${name} has ended the viewing. Nobody sees this page any more.`,
  ended: {
    visitor: 'You have stopped. Nobody sees this page any more.',
    operator: 'Viewing has ended. Nobody sees this page any more.',
    unwatched: 'Nobody was watching, so viewing has ended.',
    lost: 'The connection was gone for too long, so viewing has ended.',
    failed: 'Something went wrong, so viewing has ended. You can start again.',
  } satisfies Record<Ending, string>,
};
