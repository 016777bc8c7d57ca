// What an admin sets up of who answers: teams with their hours, and when operators stop being online by themselves. Every
// function is bounded to one account by its argument.

import { and, asc, eq, inArray } from 'drizzle-orm';
import { LIMITS } from '../../protocol/limits.ts';
import {
  presenceRules,
  USUAL_PRESENCE,
  workingHours,
  type PresenceRules,
  type Stretch,
  type WorkingHours,
} from '../../protocol/routing.ts';
import { list, maybe, object, orNull, text, type Infer } from '../../protocol/schema.ts';
import { uuid } from '../../protocol/terms.ts';
import { isZone } from '../dialog/hours.ts';
import type { Refused } from './cabinet.ts';
import type { Database } from './database.ts';
import { isTaken } from './fault.ts';
import { newId } from './id.ts';
import { account, conversation, operator, site, team, teamMember } from './schema.ts';

const MOST_MEMBERS = 1000;

export const teamForm = object({
  /** Absent: a new team. */
  id: maybe(uuid),
  name: text(LIMITS.maxNameChars, 1, /\S/),
  members: list(uuid, MOST_MEMBERS),
  /** Null: always. */
  hours: orNull(workingHours),
});
export const dropTeamForm = object({ id: uuid });
export const rulesForm = presenceRules;

export type TeamEntry = { id: string; name: string; members: string[]; hours: WorkingHours | null };

export async function listTeams({ orm }: Database, accountId: string): Promise<TeamEntry[]> {
  const [teams, members] = await Promise.all([
    orm.select().from(team).where(eq(team.accountId, accountId)).orderBy(asc(team.name), team.id),
    orm
      .select({ teamId: teamMember.teamId, operatorId: teamMember.operatorId })
      .from(teamMember)
      .innerJoin(team, eq(team.id, teamMember.teamId))
      .where(eq(team.accountId, accountId))
      .orderBy(teamMember.operatorId),
  ]);
  return teams.map(({ id, name, hours }) => ({
    id,
    name,
    hours,
    members: members.filter(({ teamId }) => teamId === id).map(({ operatorId }) => operatorId),
  }));
}

/** Adds a team, or changes one. Members are operators of the account. */
export async function saveTeam(
  { orm }: Database,
  accountId: string,
  form: Infer<typeof teamForm>,
): Promise<{ kind: 'ok'; team: TeamEntry } | Refused> {
  const hours = form.hours && canonicalHours(form.hours);
  if (hours && 'kind' in hours) return hours;
  const members = [...new Set(form.members)].sort();
  const values = { name: form.name.trim(), hours };
  try {
    return await orm.transaction(async (tx): Promise<{ kind: 'ok'; team: TeamEntry } | Refused> => {
      // Whoever holds it is the only one to count, and to add.
      await tx.select({ id: account.id }).from(account).where(eq(account.id, accountId)).for('no key update');
      const all = await tx.select({ id: team.id }).from(team).where(eq(team.accountId, accountId));
      if (form.id === undefined && all.length >= LIMITS.maxTeams) return { kind: 'refused', why: 'too-many' };
      const found =
        members.length === 0
          ? []
          : await tx
              .select({ id: operator.id })
              .from(operator)
              .where(and(eq(operator.accountId, accountId), inArray(operator.id, members)));
      if (found.length < members.length) return { kind: 'refused', why: 'unknown' };
      const [row] =
        form.id === undefined
          ? await tx
              .insert(team)
              .values({ id: newId(), accountId, ...values })
              .returning()
          : await tx
              .update(team)
              .set(values)
              .where(and(eq(team.id, form.id), eq(team.accountId, accountId)))
              .returning();
      if (!row) return { kind: 'refused', why: 'unknown' };
      await tx.delete(teamMember).where(eq(teamMember.teamId, row.id));
      if (members.length > 0)
        await tx.insert(teamMember).values(members.map((operatorId) => ({ teamId: row.id, operatorId })));
      return { kind: 'ok', team: { id: row.id, name: row.name, hours: row.hours, members } };
    });
  } catch (error) {
    if (isTaken(error)) return { kind: 'refused', why: 'name-taken' };
    throw error;
  }
}

/** Its sites and conversations become everybody's. */
export async function dropTeam({ orm }: Database, accountId: string, id: string): Promise<{ kind: 'ok' } | Refused> {
  return orm.transaction(async (tx) => {
    const [row] = await tx
      .select({ id: team.id })
      .from(team)
      .where(and(eq(team.id, id), eq(team.accountId, accountId)))
      .for('update');
    if (!row) return { kind: 'refused', why: 'unknown' };
    await tx.update(conversation).set({ teamId: null }).where(eq(conversation.teamId, id));
    const sites = await tx.select().from(site).where(eq(site.accountId, accountId)).for('update');
    for (const { id: siteId, routing } of sites)
      if (routing.team === id)
        await tx
          .update(site)
          .set({ routing: { ...routing, team: null } })
          .where(eq(site.id, siteId));
    await tx.delete(team).where(eq(team.id, id));
    return { kind: 'ok' };
  });
}

export async function readRules({ orm }: Database, accountId: string): Promise<PresenceRules> {
  const [row] = await orm.select({ presence: account.presence }).from(account).where(eq(account.id, accountId));
  return row?.presence ?? USUAL_PRESENCE;
}

export async function saveRules({ orm }: Database, accountId: string, rules: PresenceRules): Promise<void> {
  await orm.update(account).set({ presence: rules }).where(eq(account.id, accountId));
}

/** Stretches in their order, holidays once. The first that can't be is named. */
function canonicalHours({ zone, days, holidays }: WorkingHours): WorkingHours | Refused {
  if (!isZone(zone)) return { kind: 'refused', why: 'bad-zone', what: zone };
  if (days.length !== 7) return { kind: 'refused', why: 'bad-hours', what: String(days.length) };
  for (const stretches of days) {
    stretches.sort((one, other) => one.from - other.from);
    const bad = stretches.find((stretch, at) => !isStretch(stretch, stretches[at - 1]));
    if (bad) return { kind: 'refused', why: 'bad-hours', what: `${bad.from} ${bad.to}` };
  }
  const noDay = holidays.find((day) => !isDay(day));
  if (noDay !== undefined) return { kind: 'refused', why: 'bad-hours', what: noDay };
  return { zone, days, holidays: [...new Set(holidays)].sort() };
}

const isStretch = ({ from, to }: Stretch, before: Stretch | undefined) => from < to && from >= (before?.to ?? 0);

function isDay(day: string): boolean {
  const at = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day);
}
