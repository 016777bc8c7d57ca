// What conversations are told in: names where there are any, and what happened. Pure.

import type { Message, MessageBody } from '../../protocol/dialog.ts';
import type { DeskTexts } from '../texts/desk-en.ts';
import type { DialogTexts } from '../texts/dialog-en.ts';
import { shortOf } from './thread-order.ts';

/** A contact without a name is always called the same. */
export function contactName(contact: { id: string; name: string } | null, words: DialogTexts): string {
  if (contact === null) return words.visitorWithoutId;
  return contact.name.trim() || words.visitor(shortOf(contact.id));
}

/** Of what routing did, and what goes to or from others; undefined: it is of another kind. */
export function routedText(
  { by, body: { happened, who, from, team } }: Message,
  names: { of(operator: string): string; team(id: string): string; author: string },
  words: DeskTexts,
): string | undefined {
  if (happened === 'assigned' && team !== undefined)
    return words.toTeam(names.author, names.team(team) || words.goneTeam);
  if (by.kind === 'system') {
    if (happened === 'left' && who !== undefined) return words.missed(names.of(who));
    if (happened === 'assigned' && who !== undefined)
      return from === undefined ? words.offered(names.of(who)) : words.offeredNext(names.of(from), names.of(who));
  } else if (happened === 'assigned' && who !== undefined && who !== by.id && from !== undefined && from !== by.id)
    return words.gaveOn(names.author, names.of(from), names.of(who));
  return undefined;
}

/** `whom`: of body.who; '' if that is who did it, or nobody. */
export function happenedText(body: MessageBody, by: string, whom: string, words: DialogTexts): string {
  switch (body.happened) {
    case 'assigned':
      return whom === '' ? words.assignedSelf(by) : words.assigned(by, whom);
    case 'left':
      return whom === '' ? words.left(by) : words.leftOf(by, whom);
    case 'closed':
      return words.closed(by);
    case 'reopened':
      return words.reopened(by);
    case undefined:
      return words.happened;
  }
}
