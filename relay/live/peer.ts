// What the live part needs of a connection, and nothing more: server.ts gives real sockets, the simulation fake ones.

import type { CloseName } from '../../protocol/close-codes.ts';

/** uWebSockets.js' 1, 0 and 2 as words (B5). `dropped`: over the peer's limit, it will never arrive. */
export type SendResult = 'sent' | 'queued' | 'dropped';

export type Socket = {
  text(data: string): SendResult;
  bytes(data: Uint8Array): SendResult;
  /** Receives what is published to the topic from now on, in order with what is sent directly. */
  subscribe(topic: string): void;
  unsubscribe(topic: string): void;
  /** Bytes that wait because the other side is slow. */
  waiting(): number;
  /** May call the close handler before it returns. */
  close(why: CloseName): void;
};

export type Publish = (topic: string, data: Uint8Array) => void;

/** A token bucket without a timer. */
export type Bucket = { level: number; at: number };

export function createBucket(burst: number, now: number): Bucket {
  return { level: burst, at: now };
}

/** Takes one from the bucket; false when it is empty. */
export function take(bucket: Bucket, rate: { burst: number; perSec: number }, now: number): boolean {
  bucket.level = Math.min(rate.burst, bucket.level + ((now - bucket.at) / 1000) * rate.perSec);
  bucket.at = now;
  if (bucket.level < 1) return false;
  bucket.level -= 1;
  return true;
}
