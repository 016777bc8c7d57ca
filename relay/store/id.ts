// Ids of rows: UUIDv7 (RFC 9562), made here and not by the database, so that PGlite and every PostgreSQL version agree
// and a row's id is known before it is written. Sorted by id is sorted by time of making, to the millisecond.

import { randomBytes } from 'node:crypto';

export function newId(nowMs: number = Date.now()): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
