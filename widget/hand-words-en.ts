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

const ways = new Intl.ListFormat('en-GB');

const leave = (hasKeys: boolean) =>
  `You can end this at any time: with the button${hasKeys ? ', or by pressing Escape twice' : ''}.`;

export const HAND_EN = {
  questions: {
    point: (name: string, hasKeys: boolean): HandQuestion => ({
      title: `${name} asks to point at things on this page`,
      willSee: 'What becomes possible',
      willSeeText: 'You see a pointer, lines that are drawn, and frames with notes around things on this page.',
      neverSee: 'What stays impossible',
      neverSeeText: 'Clicking, typing, or changing anything.',
      control: leave(hasKeys),
    }),
    suggest: (name: string, hasKeys: boolean): HandQuestion => ({
      title: `${name} asks to suggest what to press and write`,
      willSee: 'What becomes possible',
      willSeeText: 'You see what would be pressed or written. It is done only if you accept it, each time.',
      neverSee: 'What stays impossible',
      neverSeeText: 'Doing anything without your yes. Passwords, payment fields and hidden places.',
      control: leave(hasKeys),
    }),
    control: (name: string, hasKeys: boolean): HandQuestion => ({
      title: `${name} asks to use the mouse and keyboard on this page`,
      willSee: 'What becomes possible',
      willSeeText:
        'Clicking, typing and scrolling for you on this site. You see everything, and your own mouse comes first.',
      neverSee: 'What stays closed',
      neverSeeText: 'Passwords, payment fields and hidden places. Other sites, tabs and programs.',
      control: leave(hasKeys),
    }),
  } satisfies Record<Grant, (name: string, hasKeys: boolean) => HandQuestion>,
  /** What the question for the view says when a yes is also for these. `name`: who asks; undefined: it is the visitor who shows
   * the page. */
  given: (name: string | undefined, grants: readonly Grant[]): Omit<HandQuestion, 'neverSee' | 'neverSeeText'> => ({
    title:
      name === undefined
        ? 'Show this page to our team, and let them help on it?'
        : `${name} asks to see this page and to help on it`,
    willSee: 'What becomes possible',
    willSeeText: `Seeing the pages of this site that you open in this browser, and how you move around on them. Also: ${ways.format(
      grants.map((grant) => HAND_EN.doing[grant]),
    )}.`,
    control: 'You can pause or stop at any moment, and take back each of these by itself.',
  }),
  doing: {
    point: 'pointing at things',
    suggest: 'suggesting what to press and write (each time you decide)',
    control: 'clicking, typing and scrolling for you',
  } as Record<Grant, string>,
  /** On a page where the site lets nobody control. */
  pausedHere: 'Control is off on this page',
  /** Read out when it is granted. */
  has: {
    point: (name: string) => `${name} can point at this page`,
    suggest: (name: string) => `${name} can suggest what to do`,
    control: (name: string) => `${name} controls this page`,
  } satisfies Record<Grant, (name: string) => string>,
  /** Shown while it is granted, on the button that takes it back; `takeBack` is what that button is called. */
  grant: { point: 'pointing', suggest: 'suggestions', control: 'control' } satisfies Record<Grant, string>,
  takeBack: {
    point: (name: string) => `Stop pointing: ${name}`,
    suggest: (name: string) => `Stop suggestions: ${name}`,
    control: (name: string) => `Stop control: ${name}`,
  } satisfies Record<Grant, (name: string) => string>,
  /** The list of what was done, and the card when the visit is over. */
  record: {
    open: (count: number) => `What was done · ${count}`,
    over: 'The visit is over',
    did: (names: readonly string[], count: number) =>
      `${new Intl.ListFormat('en-GB').format(names)} did ${count === 1 ? 'one thing' : `${count} things`} on this site by hand.`,
    see: 'See',
    download: 'Download',
  },
  /** Read out when a frame is shown. */
  shows: (name: string, note: string) => (note ? `${name} shows: ${note}` : `${name} shows something on this page`),
  /** Read out when ink is first shown. */
  draws: (name: string) => `${name} draws on this page`,
  suggestedBy: (name: string) => `${name} suggests:`,
  /** `what`: the element, or nothing where the page has no name for it. */
  suggests: {
    click: (what: string) => (what ? `press “${what}”` : 'press here'),
    /** Followed by what. */
    write: (what: string) => (what ? `put into “${what}”:` : 'put in here:'),
    empty: (what: string) => (what ? `empty “${what}”` : 'empty this'),
  },
  accept: 'Do it',
  decline: 'No, thanks',
  /** Opens a card of which only the head is shown. */
  bring: 'Show',
  keys: 'Keys: Alt+Enter to do it, Escape for no',
  failed: 'This could not be done: the page has changed. Nothing was done.',
  /** A file of the operator's, put before the visitor; without a name of the field, for this page. */
  gives: (name: string, file: string, size: string, field: string) =>
    `${name} wants to put “${file}” (${size}) into ${field ? `“${field}”` : 'this page'}`,
  asksFile: (name: string, field: string) => `${name} asks you to choose a file${field ? ` for “${field}”` : ''}`,
  putIn: 'Put it in',
  chooseFile: 'Choose a file…',
  noFile: 'No',
  picture: 'Picture of the file',
};
export type HandWords = typeof HAND_EN;
