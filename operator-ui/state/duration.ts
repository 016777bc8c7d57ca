// How long, as people read it at a glance: 0:42, 12:05, 1:02:03, and from a day on "2 d 3 h". Clock form needs no words
// and keeps its width while it ticks.

const two = (value: number) => String(value).padStart(2, '0');

export type DurationWords = { days(count: number): string; hours(count: number): string };

/** Negative spans (clocks differ by a little) read as nothing: 0:00. */
export function formatSpan(spanMs: number, words: DurationWords): string {
  const seconds = Math.max(0, Math.floor(spanMs / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours >= 24) return `${words.days(Math.floor(hours / 24))} ${words.hours(hours % 24)}`;
  if (hours > 0) return `${hours}:${two(minutes % 60)}:${two(seconds % 60)}`;
  return `${minutes}:${two(seconds % 60)}`;
}
