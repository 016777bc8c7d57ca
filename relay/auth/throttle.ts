// Token buckets by key, for guessing and floods: each key may do `burst` things at once and one more every `everyMs`.
// Pure: the clock is handed in. A bucket that has filled up again is the same as none, so it is forgotten.
//
// Easy to get wrong: memory. Keys come from attackers (addresses, login names), so their number is bounded; when it is
// reached the keys used longest ago go first, which for them is only a refill they did not wait for.

export type Throttle = {
  /** Takes one, or `many`; the milliseconds to wait when there are not so many (0: taken). More than `burst` there never are. */
  take(key: string, many?: number): number;
  /** What `take` would answer, taking nothing. */
  wait(key: string): number;
  /** Gives one back: the try was honest after all. */
  giveBack(key: string): void;
  /** How many keys are remembered. */
  size(): number;
};

export type ThrottleOptions = {
  readonly burst: number;
  readonly everyMs: number;
  readonly now: () => number;
  readonly maxKeys?: number;
};

/** A bucket is full at this time, by its key, in the order of last use. The level follows from it and the clock. */
type FullAt = Map<string, number>;

export function createThrottle({ burst, everyMs, now, maxKeys = 10_000 }: ThrottleOptions): Throttle {
  const fullAt: FullAt = new Map();

  const set = (key: string, time: number) => {
    fullAt.delete(key);
    if (time <= now()) return;
    fullAt.set(key, time);
    if (fullAt.size <= maxKeys) return;
    for (const [old, full] of fullAt) {
      if (fullAt.size <= maxKeys && full > now()) break;
      fullAt.delete(old);
    }
  };

  // A clock that was set back must not lock a key out for as long as the jump: no bucket is emptier than empty.
  const fullTime = (key: string) => Math.min(fullAt.get(key) ?? 0, now() + burst * everyMs);

  const wait = (key: string, many = 1) => Math.max(0, fullTime(key) - now() - (burst - many) * everyMs);

  return {
    wait: (key) => wait(key),
    take(key, many = 1) {
      const waitMs = wait(key, many);
      if (waitMs === 0) set(key, Math.max(fullTime(key), now()) + many * everyMs);
      return waitMs;
    },
    giveBack(key) {
      set(key, fullTime(key) - everyMs);
    },
    size: () => fullAt.size,
  };
}

/**
 * An address as a key: one home or one server gets one bucket. An IPv6 line has a whole /64 to guess from, so only its
 * first half counts; an IPv4 address written as IPv6 is the IPv4 address.
 */
export function addressKey(address: string): string {
  const text = address.toLowerCase().split('%')[0] ?? '';
  const mapped = /^(?:::|(?:0+:){5})ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (mapped?.[1]) return mapped[1];
  if (!text.includes(':')) return text;
  const [head = '', tail] = text.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  const groups = [...front, ...new Array<string>(zeros).fill('0'), ...back].map((group) =>
    group.replace(/^0+(?=.)/, ''),
  );
  const last = groups.slice(5, 8);
  // uWebSockets.js hands out a mapped address in hex groups: 0000:…:ffff:7f00:0001.
  if (groups.slice(0, 5).every((group) => group === '0') && last[0] === 'ffff') {
    const [high, low] = [parseInt(last[1] ?? '0', 16), parseInt(last[2] ?? '0', 16)];
    return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}
