// Where an act may lead the page: back, forward, the same page anew, and other pages of its own origin.

import type { Act } from '../../protocol/hand.ts';
import type { Globals } from './natives.ts';
import { refuse, type Refusal } from './target.ts';

/** What goes there, or why it may not. */
export function wayOf(act: Act & { t: 'go' | 'visit' }, top: Globals): (() => void) | Refusal {
  return act.t === 'go' ? along(act.to, top) : toPage(act.url, top);
}

function along(to: (Act & { t: 'go' })['to'], top: Globals): (() => void) | Refusal {
  if (to === 'reload') return () => top.location.reload();
  // Knows only pages of this origin, which are also the only ones to go to. Not in TypeScript's library yet.
  const { navigation } = top as { navigation?: { canGoBack: boolean; canGoForward: boolean } };
  if (navigation && !(to === 'back' ? navigation.canGoBack : navigation.canGoForward)) return refuse('not-possible');
  return () => (to === 'back' ? top.history.back() : top.history.forward());
}

function toPage(url: string, top: Globals): (() => void) | Refusal {
  let to: URL;
  try {
    to = new URL(url, top.location.href);
  } catch {
    return refuse('not-possible');
  }
  if (!/^https?:$/.test(to.protocol) || to.origin !== top.location.origin) return refuse('other-origin');
  return () => top.location.assign(to.href);
}
