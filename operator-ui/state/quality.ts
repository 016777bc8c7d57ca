// How good the line between operator and visitor is, in one word, and how old the picture is. Up to 200 ms there and
// back feels immediate; past 500 ms an operator waits for every answer of the page.

export type Quality = 'good' | 'fair' | 'poor' | 'unknown' | 'lost';

const GOOD_MS = 200;
const FAIR_MS = 500;

export type Line = {
  isConnected: boolean;
  mineMs: number | undefined;
  theirsMs: number | undefined;
  /** How far the picture is behind, beyond what the line takes. */
  behindMs: number;
};

/** Both round trips go through the relay, so what a person feels is their sum, and what the picture lags besides. */
export function feltMs({ mineMs, theirsMs, behindMs }: Line): number | undefined {
  return mineMs === undefined ? undefined : mineMs + (theirsMs ?? 0) + behindMs;
}

export function qualityOf(line: Line): Quality {
  if (!line.isConnected) return 'lost';
  const totalMs = feltMs(line);
  if (totalMs === undefined) return 'unknown';
  if (totalMs <= GOOD_MS) return 'good';
  return totalMs <= FAIR_MS ? 'fair' : 'poor';
}
