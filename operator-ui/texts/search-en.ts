// English: searching in conversations. A part of en.ts.

import type { ChipKind } from '../state/search-chips.ts';
import { plural } from './plural.ts';

const chips: Record<ChipKind, string> = {
  status: 'Status',
  waiting: 'Waits for an answer',
  unread: 'Not read by me',
  operator: 'Operator',
  site: 'Site',
  from: 'From',
  to: 'Until',
  person: 'Name, phone or e-mail',
  id: 'Ends with id',
  least: 'Messages, at least',
  most: 'Messages, at most',
  contact: 'All of one contact',
};

export const searchEn = {
  label: 'Search in conversations',
  placeholder: 'Search messages and people',
  clear: 'End the search',
  filter: 'Add a filter',
  filters: 'Filters',
  chips,
  statuses: { open: 'Open', closed: 'Closed' },
  remove: (name: string) => `Remove the filter: ${name}`,
  results: 'Search results',
  found: (count: number, hasMore: boolean) =>
    hasMore
      ? plural('en', count, { one: '# found, and more', other: '# found, and more' })
      : plural('en', count, { one: '# found', other: '# found' }),
  people: 'People',
  messages: 'Messages',
  asking: 'Searching…',
  nothing: 'Nothing found',
  nothingText:
    'Try other words, or remove a filter. Words are found in any form; what stands in “quotation marks” is found as it is.',
  tooLong: 'This takes too long. Add a word or a filter.',
  tooLongSome: 'Not everything was searched. Add a word or a filter, or go on further back.',
  goOn: 'Go on',
  unavailable: 'The relay can’t search now.',
  offline: 'No connection. The search goes on when it is back.',
  again: 'Try again',
  keys: 'arrows to move · Enter to open · Esc to end',
  foundHere: 'Found here',
  all: 'All conversations of this contact',
  saved: 'Saved searches',
  noneSaved: 'None yet. Search for something, then save it here with a name.',
  save: 'Save this search',
  saveName: 'Name',
  saveShared: 'For everybody in the account',
  saveButton: 'Save',
  shared: 'For everybody',
  rename: (name: string) => `Rename “${name}”`,
  forget: (name: string) => `Delete “${name}”`,
  forgetAgain: 'Press again to delete',
  use: (name: string) => `Search: ${name}`,
  notSaved: (why: string) => `The search was not saved: ${why}`,
};

export type SearchTexts = typeof searchEn;
