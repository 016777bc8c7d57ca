// What resume proofs no longer allow, though they are signed right and not too old: a room that has ended comes back by
// none, and one in which the visitor paused comes back running only by a proof made after that. Remembered here as long
// as such proofs live; the door keeps it over a restart (store/revocations.ts).
//
// Who would come with one: not the page on which Stop was pressed, which threw its proof away, but a tab that slept
// through it or was restored from the browser's cache, and whoever copied token and proof out of the page's storage. What
// they say of themselves decides nothing. What a thief of both can still do is what any tab of this visitor can: start a
// visit of its own, and pause or go on in one that is open; a real page shows itself only in a room that its own browser
// has agreed to (cobrowse/visit.ts).

import { LIMITS } from '../../protocol/limits.ts';

/** Of one room. Two of them merge in any order to the same: so a late write, or a second relay's, takes nothing back. */
export type Revocation = {
  readonly room: string;
  readonly ended: boolean;
  /** Proofs made up to then do not un-pause. */
  readonly pausedAt: number | undefined;
  /** No proof that this is about lives longer. */
  readonly until: number;
};

export function merge(one: Revocation | undefined, other: Revocation): Revocation {
  if (!one) return other;
  const pausedAt = Math.max(one.pausedAt ?? 0, other.pausedAt ?? 0) || undefined;
  return { room: one.room, ended: one.ended || other.ended, pausedAt, until: Math.max(one.until, other.until) };
}

/** Keeps it for a relay that restarts; `kept` is called once that is sure, which may be late or never. */
export type Keep = (revocation: Revocation, kept: () => void) => void;

export class Revoked {
  #keep: Keep;
  #rooms = new Map<string, Revocation>();

  constructor(keep: Keep) {
    this.#keep = keep;
  }

  end(room: string, now: number, kept: () => void): void {
    this.#add({ room, ended: true, pausedAt: undefined, until: now + LIMITS.resumeTokenMs }, kept);
  }

  pause(room: string, now: number, kept: () => void): void {
    this.#add({ room, ended: false, pausedAt: now, until: now + LIMITS.resumeTokenMs }, kept);
  }

  /** From before this relay's start, or from another relay. */
  learn(revocation: Revocation): void {
    this.#rooms.set(revocation.room, merge(this.#rooms.get(revocation.room), revocation));
  }

  hasEnded(room: string): boolean {
    return this.#rooms.get(room)?.ended ?? false;
  }

  /** Whether the room that this proof brings back is paused. */
  isPaused(proof: { room: string; paused: boolean; issuedAt: number }): boolean {
    return proof.paused || proof.issuedAt <= (this.#rooms.get(proof.room)?.pausedAt ?? -1);
  }

  expire(now: number): void {
    for (const [room, { until }] of this.#rooms) if (until <= now) this.#rooms.delete(room);
  }

  #add(revocation: Revocation, kept: () => void): void {
    this.learn(revocation);
    this.#keep(revocation, kept);
  }
}
