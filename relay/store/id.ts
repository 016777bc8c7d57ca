// Ids of rows: UUIDv7 (RFC 9562), made here and not by the database, so that PGlite and every PostgreSQL version agree
// and a row's id is known before it is written. Sorted by id is sorted by time of making, to the millisecond.

import { randomFillSync } from 'node:crypto';
import { uuidv7 } from '../../protocol/uuid.ts';

export function newId(nowMs: number = Date.now()): string {
  return uuidv7(nowMs, (bytes) => randomFillSync(bytes));
}
