// When a team works, by the clocks of its own zone. Pure.
//
// Easy to get wrong: days there may have 23 or 25 hours, and a time of day may come twice or not at all. So moments are turned
// into that zone's days and minutes and never added up from lengths of days; the other way round, an offset is tried and
// looked at again.

import type { WorkingHours } from '../../protocol/routing.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Past so many days nobody is told when a team is back. */
const LOOK_AHEAD_DAYS = 400;

/** Of a zone; making one costs a millisecond. */
type Clock = (at: number) => { day: number; minute: number };
const clocks = new Map<string, Clock>();

/** `day`: days since 1970-01-01, as the calendar there has it. */
function clockOf(zone: string): Clock {
  const known = clocks.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  const clock: Clock = (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
    return {
      day: Date.UTC(part('year'), part('month') - 1, part('day')) / DAY_MS,
      minute: part('hour') * 60 + part('minute'),
    };
  };
  clocks.set(zone, clock);
  return clock;
}

export function isZone(name: string): boolean {
  try {
    clockOf(name);
    return true;
  } catch {
    return false;
  }
}

/** What is worked on that day: it may be a holiday. */
function stretchesOn({ days, holidays }: WorkingHours, day: number) {
  if (holidays.includes(new Date(day * DAY_MS).toISOString().slice(0, 10))) return [];
  // The first day of 1970 was a Thursday.
  return days[(((day + 3) % 7) + 7) % 7] ?? [];
}

export function isWorking(hours: WorkingHours | null, at: number): boolean {
  if (hours === null) return true;
  const { day, minute } = clockOf(hours.zone)(at);
  return stretchesOn(hours, day).some(({ from, to }) => from <= minute && minute < to);
}

/** When it begins to work next; undefined: not that anybody knows. At `at` it does not. */
export function worksAgainAt(hours: WorkingHours, at: number): number | undefined {
  const clock = clockOf(hours.zone);
  const now = clock(at);
  for (let day = now.day; day < now.day + LOOK_AHEAD_DAYS; day++) {
    const begins = stretchesOn(hours, day)
      .map(({ from }) => from)
      .filter((from) => day > now.day || from > now.minute);
    if (begins.length > 0) return momentOf(clock, day, Math.min(...begins));
  }
  return undefined;
}

function momentOf(clock: Clock, day: number, minute: number): number {
  const there = day * DAY_MS + minute * MINUTE_MS;
  let at = there;
  // The offset of the first guess may be that of before a change of clocks.
  for (let look = 0; look < 2; look++) {
    const shown = clock(at);
    at += there - (shown.day * DAY_MS + shown.minute * MINUTE_MS);
  }
  return at;
}
