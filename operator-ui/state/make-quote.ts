// One quote from one element of the picture. A drawing takes a moment, so it is on the list before it has its picture;
// only one is drawn at a time.

import { inWords, textIn, type Kind } from './element-words.ts';
import type { Room } from './room.svelte.ts';

/** False: the element is gone, or another one is being drawn. */
export async function quote(room: Room, node: number, kinds: Readonly<Record<Kind, string>>): Promise<boolean> {
  const { hand, quotes } = room;
  const element = hand.elementOf(node);
  if (!element || quotes.drawing) return false;
  const { url = '', title = '' } = room.page ?? {};
  const id = quotes.begin({ url, title, what: inWords(element, kinds), text: textIn(element), node });
  const picture = await hand.stillOf(node, (share) => quotes.progress(share)).catch(() => undefined);
  quotes.finish(id, picture);
  return true;
}
