// English: what operators may do by hand, in the watch screen and in the settings. A part of en.ts.

export const grantsEn = {
  /** Over the picture. */
  barred: {
    site: 'Switched off for this site',
    me: 'You have no right to this. An administrator can give it to you',
  },
  pausedHere: 'Control is off on this page',
  asks: (name: string) => `${name} asks for control`,
  asksText: 'If you hand over, the visitor is asked next.',
  handOver: 'Hand over',
  keep: 'Keep',
  waitingFor: (name: string) => `Waiting for ${name} to hand over control…`,
  kept: (name: string) => `${name} keeps control.`,

  /** In a site's settings. */
  title: 'What operators may do by hand',
  text: 'The visitor always decides, and can take everything back at any moment. A change counts at once.',
  grants: {
    point: 'Point',
    suggest: 'Suggest',
    control: 'Control',
  },
  grantTexts: {
    point: 'A pointer, frames and drawings on the page.',
    suggest: 'What to press or write, done only when the visitor accepts it.',
    control: 'The visitor’s mouse and keyboard on this site.',
  },
  ways: {
    off: 'Not at all',
    asked: 'On request',
    given: 'With the first question',
  },
  waysText:
    '“With the first question”: whoever allows to be seen allows this too, and the question says so. Control goes to the first operator only.',
  pausedAt: 'Pages where control pauses, one per line',
  pausedAtHint:
    'A path such as /checkout/*, or a whole address. A star stands for anything. Pointing and suggesting go on there.',
  patternTrouble: {
    'too-many': (most: string) => `At most ${most} lines, please.`,
    beginning: (line: string) => `“${line}” must begin with a slash, a star, or https://. For example /checkout/*.`,
    spaces: (line: string) => `“${line}” has a space or a backslash in it. No address has.`,
    address: (line: string) => `“${line}” is not an address. For example /checkout/* or https://pay.shop.example/*.`,
    'too-long': (line: string) => `“${line.slice(0, 40)}…” is too long: at most 300 characters.`,
  },

  /** Of an operator. */
  may: 'May ask visitors to let them',
  mayText: 'What a site switches off, nobody may there.',
  mayOnly: (what: string) => `May only: ${what}`,
  mayNothing: 'May only look',
};

export type GrantTexts = typeof grantsEn;
