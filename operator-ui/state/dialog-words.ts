// What conversations are told in: names where there are any, and what happened. Pure.

import type { MessageBody } from '../../protocol/dialog.ts';
import type { DialogTexts } from '../texts/dialog-en.ts';
import { shortOf } from './thread-order.ts';

/** A contact without a name is always called the same. */
export function contactName(contact: { id: string; name: string } | null, words: DialogTexts): string {
  if (contact === null) return words.visitorWithoutId;
  return contact.name.trim() || words.visitor(shortOf(contact.id));
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
