// What the operator can do with a visitor of the live list: one action per row, decided in one place for the button,
// the Enter key and the screen reader.

import type { Row } from '../../protocol/messages.ts';

export type VisitorAction =
  | { kind: 'ask' }
  | { kind: 'waiting' }
  | { kind: 'asked-by-other' }
  /** `as`: view what the visitor offers, join a colleague, or go to a screen that is open here already. */
  | { kind: 'view'; room: string; as: 'offer' | 'join' | 'open' }
  | { kind: 'none' };

export function actionFor(
  row: Row,
  here: { gone: boolean; waiting: boolean; openRooms: readonly string[] },
): VisitorAction {
  if (here.gone) return { kind: 'none' };
  const { room } = row;
  if (room !== undefined && here.openRooms.includes(room)) return { kind: 'view', room, as: 'open' };
  // Its link is lost, and it may come back.
  if (row.tabs === 0) return { kind: 'none' };
  if (here.waiting) return { kind: 'waiting' };
  switch (row.state) {
    case 'browsing':
      return { kind: 'ask' };
    case 'asked':
      return { kind: 'asked-by-other' };
    case 'offering':
      return room === undefined ? { kind: 'none' } : { kind: 'view', room, as: 'offer' };
    case 'viewed':
      return room === undefined ? { kind: 'none' } : { kind: 'view', room, as: 'join' };
  }
}
