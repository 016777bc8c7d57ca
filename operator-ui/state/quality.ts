// How good the line between operator and visitor is, in one word. Up to 200 ms there and back feels immediate; past
// 500 ms an operator waits for every answer of the page.

export type Quality = 'good' | 'fair' | 'poor' | 'unknown' | 'lost';

export const GOOD_MS = 200;
export const FAIR_MS = 500;

/** Both round trips go through the relay, so what a person feels is their sum. */
export function qualityOf(line: {
  isConnected: boolean;
  mineMs: number | undefined;
  theirsMs: number | undefined;
}): Quality {
  if (!line.isConnected) return 'lost';
  if (line.mineMs === undefined) return 'unknown';
  const totalMs = line.mineMs + (line.theirsMs ?? 0);
  if (totalMs <= GOOD_MS) return 'good';
  return totalMs <= FAIR_MS ? 'fair' : 'poor';
}
