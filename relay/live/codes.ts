// The 6-digit codes that visitors read out, and the throttle on guessing them. A code leads to one visitor, lives a
// while, is used once.

import { LIMITS } from '../../protocol/limits.ts';
import { createBucket, take, type Bucket } from './peer.ts';

type Entry<Visitor> = { visitor: Visitor; until: number };

export class Codes<Visitor> {
  #byCode = new Map<string, Entry<Visitor>>();
  #byVisitor = new Map<Visitor, string>();
  #guesses = new Map<string, Bucket>();
  #lifeMs: number;
  #randomInt: (below: number) => number;

  /** `randomInt` must be unpredictable: the code is all that stands between an operator and a consent question. */
  constructor(lifeMs: number, randomInt: (below: number) => number) {
    this.#lifeMs = lifeMs;
    this.#randomInt = randomInt;
  }

  get lifeMs(): number {
    return this.#lifeMs;
  }

  /** A new code for the visitor; an earlier one ends. Undefined when the space is too full to be safe from guessing. */
  issue(visitor: Visitor, now: number): string | undefined {
    this.revoke(visitor);
    this.expire(now);
    // 10,000 live codes of a million: a guess would hit one time in a hundred.
    if (this.#byCode.size > 10_000) return undefined;
    for (;;) {
      const code = String(this.#randomInt(1_000_000)).padStart(6, '0');
      if (this.#byCode.has(code)) continue;
      this.#byCode.set(code, { visitor, until: now + this.#lifeMs });
      this.#byVisitor.set(visitor, code);
      return code;
    }
  }

  /** The visitor's code and what is left of its life, for a tab that comes late. */
  of(visitor: Visitor, now: number): { code: string; lifeMs: number } | undefined {
    const code = this.#byVisitor.get(visitor);
    const entry = code === undefined ? undefined : this.#byCode.get(code);
    if (code === undefined || !entry || entry.until <= now) return undefined;
    return { code, lifeMs: entry.until - now };
  }

  revoke(visitor: Visitor): void {
    const code = this.#byVisitor.get(visitor);
    if (code === undefined) return;
    this.#byVisitor.delete(visitor);
    this.#byCode.delete(code);
  }

  /** Takes the code out of use when it is right and `mayUse` agrees. Each guesser (operator, address) is throttled. */
  redeem(
    code: string,
    guessers: readonly string[],
    mayUse: (visitor: Visitor) => boolean,
    now: number,
  ): { kind: 'found'; visitor: Visitor } | { kind: 'wrong' } | { kind: 'throttled' } {
    const rate = { burst: LIMITS.wrongCodesPer10min, perSec: LIMITS.wrongCodesPer10min / 600 };
    const buckets = guessers.map((guesser) => {
      const bucket = this.#guesses.get(guesser) ?? createBucket(rate.burst, now);
      this.#guesses.set(guesser, bucket);
      return bucket;
    });
    if (!buckets.every((bucket) => take(bucket, rate, now))) return { kind: 'throttled' };
    const entry = this.#byCode.get(code);
    if (!entry || entry.until <= now || !mayUse(entry.visitor)) return { kind: 'wrong' };
    // A right code costs no guess.
    for (const bucket of buckets) bucket.level += 1;
    this.revoke(entry.visitor);
    return { kind: 'found', visitor: entry.visitor };
  }

  expire(now: number): void {
    for (const entry of this.#byCode.values()) if (entry.until <= now) this.revoke(entry.visitor);
    for (const [guesser, bucket] of this.#guesses) if (now - bucket.at > 600_000) this.#guesses.delete(guesser);
  }
}
