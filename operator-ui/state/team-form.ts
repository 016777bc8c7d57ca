// What an admin types about a team, checked before it is sent and turned into what the relay keeps. Pure but for the browser's
// own list of time zones, by which a zone's name is known.

import { LIMITS } from '../../protocol/limits.ts';
import type { WorkingHours } from '../../protocol/routing.ts';
import type { TeamEntry, TeamForm } from '../relay-http.ts';

/** Times as fields of a form have them: 09:30. Of several stretches of a day the form shows the whole from first to last. */
export type DayDraft = { readonly works: boolean; readonly from: string; readonly to: string };
export type TeamDraft = {
  readonly name: string;
  readonly members: readonly string[];
  readonly hasHours: boolean;
  readonly zone: string;
  readonly days: readonly DayDraft[];
  /** One a line. */
  readonly holidays: string;
};

export type TeamTrouble = { field: 'name' | 'zone' | 'holidays' | `day-${number}`; line: string };

const DAY_MINUTES = 1440;
const WORKDAY: DayDraft = { works: true, from: '09:00', to: '18:00' };

export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export function allZones(): readonly string[] {
  return Intl.supportedValuesOf('timeZone');
}

export function emptyTeam(zone: string): TeamDraft {
  const days = Array.from({ length: 7 }, (_, day) => ({ ...WORKDAY, works: day < 5 }));
  return { name: '', members: [], hasHours: false, zone, days, holidays: '' };
}

export function teamDraftOf({ name, members, hours }: TeamEntry, zone: string): TeamDraft {
  const empty = emptyTeam(zone);
  if (!hours) return { ...empty, name, members };
  return {
    name,
    members,
    hasHours: true,
    zone: hours.zone,
    days: hours.days.map((stretches) => {
      const [first] = stretches;
      const last = stretches.at(-1);
      return first && last
        ? { works: true, from: clockOf(first.from), to: clockOf(last.to) }
        : { ...WORKDAY, works: false };
    }),
    holidays: hours.holidays.join('\n'),
  };
}

/** 24:00 is 00:00 in a field, as an end of a day. */
const clockOf = (minutes: number) =>
  `${String(Math.floor((minutes % DAY_MINUTES) / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

function minutesOf(clock: string): number | undefined {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)/.exec(clock) ?? [];
  return hours === undefined || minutes === undefined ? undefined : Number(hours) * 60 + Number(minutes);
}

function stretchOf({ from, to }: DayDraft): { from: number; to: number } | undefined {
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  if (begin === undefined || end === undefined) return undefined;
  const until = end === 0 ? DAY_MINUTES : end;
  return begin < until ? { from: begin, to: until } : undefined;
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return zone !== '';
  } catch {
    return false;
  }
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

function isDate(line: string): boolean {
  const at = Date.parse(`${line}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(line) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(line);
}

/** The first that is wrong. */
export function troubleInTeam(draft: TeamDraft): TeamTrouble | undefined {
  if (draft.name.trim() === '') return { field: 'name', line: '' };
  if (!draft.hasHours) return undefined;
  if (!isZone(draft.zone)) return { field: 'zone', line: draft.zone };
  const day = draft.days.findIndex((each) => each.works && !stretchOf(each));
  if (day >= 0) return { field: `day-${day}`, line: String(day) };
  const lines = linesOf(draft.holidays);
  const bad = lines.find((line) => !isDate(line)) ?? lines[LIMITS.maxHolidays];
  return bad === undefined ? undefined : { field: 'holidays', line: bad };
}

/** `before`: hours as they are kept; days that were not touched keep all of their stretches. */
export function teamFormOf(draft: TeamDraft, entry: TeamEntry | undefined): TeamForm {
  const before = entry?.hours ? teamDraftOf(entry, '') : undefined;
  const hours: WorkingHours = {
    zone: draft.zone,
    days: draft.days.map((day, at) => {
      const old = before?.days[at];
      if (old && old.works === day.works && old.from === day.from && old.to === day.to)
        return entry?.hours?.days[at] ?? [];
      const stretch = day.works ? stretchOf(day) : undefined;
      return stretch ? [stretch] : [];
    }),
    holidays: linesOf(draft.holidays),
  };
  return {
    ...(entry ? { id: entry.id } : {}),
    name: draft.name.trim(),
    members: draft.members,
    hours: draft.hasHours ? hours : null,
  };
}

/** Undefined: no whole number from 0 to `most`. */
export function wholeOf(text: string, most: number): number | undefined {
  const value = Number(text.trim());
  return /^\d{1,9}$/.test(text.trim()) && value <= most ? value : undefined;
}
