// What lies over a room's picture, if anything. Pure: the most important of all things that are true at once, in the
// order in which they stop the operator from seeing what they think they see.

import type { Ending, Refusal, RoomView } from '../../protocol/messages.ts';

export type Overlay =
  | { kind: 'none' }
  | { kind: 'refused'; why: Refusal }
  | { kind: 'ended'; why: Ending }
  | { kind: 'hung' }
  | { kind: 'own-link' }
  | { kind: 'paused' }
  | { kind: 'returning' }
  | { kind: 'lost' }
  | { kind: 'failed' }
  | { kind: 'waiting'; for: 'room' | 'page' | 'visible' | 'picture' | 'bytes' };

export type RoomFacts = {
  refused: Refusal | undefined;
  view: RoomView | undefined;
  /** Its page made the console hang. */
  isPutAway: boolean;
  isConnected: boolean;
  /** Our link came back; the relay has not spoken of the room since. */
  isReturning: boolean;
  /** The tab that the operator looks at. */
  tab: number | undefined;
  /** The mirror has painted that tab. */
  painted: boolean;
  failed: boolean;
  /** Bytes of the picture that have come so far. */
  bytes: number;
};

export function overlayOf(facts: RoomFacts): Overlay {
  const { view } = facts;
  if (view?.state === 'ended') return { kind: 'ended', why: view.ended ?? 'lost' };
  if (facts.refused) return { kind: 'refused', why: facts.refused };
  if (facts.isPutAway) return { kind: 'hung' };
  if (!facts.isConnected) return { kind: 'own-link' };
  if (!view) return { kind: 'waiting', for: 'room' };
  if (facts.isReturning) return { kind: 'returning' };
  if (view.state === 'paused') return { kind: 'paused' };
  if (view.state === 'lost') return { kind: 'lost' };
  if (facts.failed) return { kind: 'failed' };
  if (facts.painted) return { kind: 'none' };
  const tab = view.tabs.find((each) => each.tab === facts.tab);
  if (tab && !tab.here) return { kind: 'waiting', for: 'page' };
  if (tab?.blank === true) return { kind: 'waiting', for: 'picture' };
  if (facts.bytes > 0) return { kind: 'waiting', for: 'bytes' };
  if (tab && !tab.visible) return { kind: 'waiting', for: 'visible' };
  return { kind: 'waiting', for: 'picture' };
}
