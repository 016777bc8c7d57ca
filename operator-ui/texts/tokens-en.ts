// English: tokens of the HTTP API. A part of en.ts.

export const tokensEn = {
  intro: 'Tokens let your own servers read and answer conversations over HTTP.',
  described: 'What they can ask, as an OpenAPI document',
  add: 'New token',
  none: 'No tokens yet',
  noneText: 'Nobody but people in this console reads or writes conversations.',
  addTitle: 'New token',
  name: 'What it is for',
  nameHint: 'For example: order system',
  may: 'What it may',
  mayChoices: {
    read: { name: 'Read', text: 'Conversations, their messages, what has changed.' },
    write: { name: 'Read and write', text: 'Also answers, assigns and closes. It does so in your name.' },
  },
  tooMany: 'There are as many tokens as there may be. Revoke those that are not used any more.',
  onceTitle: (name: string) => `Token for ${name}`,
  onceText: 'It is shown only now. Whoever has it can do what it may, so keep it as you keep a password.',
  token: 'Token',
  address: 'Address',
  copy: 'Copy the token',
  reads: 'Reads',
  readsAndWrites: 'Reads and writes',
  actsAs: (name: string) => `acts as ${name}`,
  neverUsed: 'Not used yet',
  usedAt: (when: string) => `Used last on ${when}`,
  revoke: 'Revoke',
  revokeTitle: (name: string) => `Revoke the token for ${name}?`,
  revokeText: 'Whatever uses it stops working at once. A token can’t be had back, only made anew.',
  revoked: 'Token revoked.',
  unknown: 'It is not there any more. Reload the page.',
};

export type TokenTexts = typeof tokensEn;
