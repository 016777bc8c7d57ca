// Seeded randomness for tests that must fail the same way twice.

export type Random = {
  /** In [0, 1). */
  next(): number;
  below(limit: number): number;
  pick<T>(list: readonly T[]): T;
  bytes(length: number): Uint8Array<ArrayBuffer>;
};

/** mulberry32: 32 bits of state are plenty for choosing test steps. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    next,
    below,
    pick(list) {
      const item = list[below(list.length)];
      if (item === undefined) throw new Error('picked from an empty list');
      return item;
    },
    bytes(length) {
      const bytes = new Uint8Array(length);
      for (let index = 0; index < length; index++) bytes[index] = below(256);
      return bytes;
    },
  };
}

/** Fixed seeds in the ordinary run; fresh ones under `npm run fuzz` (X3). */
export function seeds(fixed: readonly number[]): { run(task: (seed: number) => void): void } {
  return {
    run(task) {
      if (process.env['TANDEM_FUZZ'] !== '1') {
        for (const seed of fixed) attempt(seed, task);
        return;
      }
      const until = Date.now() + Number(process.env['TANDEM_FUZZ_MS'] ?? 60_000);
      while (Date.now() < until) attempt(Math.floor(Math.random() * 2 ** 32), task);
    },
  };
}

function attempt(seed: number, task: (seed: number) => void): void {
  try {
    task(seed);
  } catch (error) {
    throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
