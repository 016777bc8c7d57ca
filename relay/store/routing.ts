// What routing stands on, in the database: who may answer what (operators, teams, sites, rules), how operators are there, what
// waits, and whose turn it is to hand it out.
//
// Several relays share all this and no clock: what is compared with "now" is compared by the database's own.

import { asc, eq, isNull } from 'drizzle-orm';
import type { Declared, PresenceRules, SiteRouting, WorkingHours } from '../../protocol/routing.ts';
import type { Database } from './database.ts';
import { newId } from './id.ts';
import { account, operator, site, team, teamMember } from './schema.ts';

export type Team = {
  readonly id: string;
  readonly account: string;
  readonly name: string;
  readonly hours: WorkingHours | null;
  readonly members: ReadonlySet<string>;
};

/** What admins have set up, and what operators declare; of all accounts. Disabled operators are not in it. */
export type Plan = {
  readonly operators: ReadonlyMap<string, { account: string; name: string; declared: Declared; limit: number }>;
  readonly teams: ReadonlyMap<string, Team>;
  readonly sites: ReadonlyMap<string, SiteRouting & { account: string }>;
  readonly rules: ReadonlyMap<string, PresenceRules>;
};

export async function readPlan({ orm }: Database): Promise<Plan> {
  const [operators, teams, members, sites, accounts] = await Promise.all([
    orm
      .select({
        id: operator.id,
        account: operator.accountId,
        name: operator.name,
        declared: operator.declared,
        limit: operator.conversationLimit,
      })
      .from(operator)
      .where(isNull(operator.disabledAt))
      .orderBy(operator.id),
    orm.select().from(team).orderBy(asc(team.name), team.id),
    orm.select().from(teamMember).orderBy(teamMember.teamId, teamMember.operatorId),
    orm.select({ id: site.id, account: site.accountId, routing: site.routing }).from(site).orderBy(site.id),
    orm.select({ id: account.id, presence: account.presence }).from(account).orderBy(account.id),
  ]);
  const here = new Set(operators.map(({ id }) => id));
  const membersOf = new Map<string, Set<string>>(teams.map(({ id }) => [id, new Set()]));
  for (const { teamId, operatorId } of members) if (here.has(operatorId)) membersOf.get(teamId)?.add(operatorId);
  return {
    operators: new Map(operators.map(({ id, ...one }) => [id, one])),
    teams: new Map(
      teams.map(({ id, accountId, name, hours }) => [
        id,
        { id, account: accountId, name, hours, members: membersOf.get(id) ?? new Set<string>() },
      ]),
    ),
    sites: new Map(sites.map(({ id, account, routing }) => [id, { ...routing, account }])),
    rules: new Map(accounts.map(({ id, presence }) => [id, presence])),
  };
}

export async function keepDeclared({ orm }: Database, id: string, declared: Declared): Promise<void> {
  await orm.update(operator).set({ declared }).where(eq(operator.id, id));
}

/** From now on this operator is there so, as this relay sees it; null: not at all. */
export async function keepPresence(
  { sql }: Database,
  who: { account: string; operator: string; relay: string },
  presence: Declared | null,
): Promise<void> {
  await sql`with over as (
      update presence_interval set to_at = clock_timestamp(), seen_at = clock_timestamp()
      where operator_id = ${who.operator} and relay = ${who.relay} and to_at is null
    ) insert into presence_interval (id, account_id, operator_id, relay, presence, from_at, seen_at)
      select ${newId()}, ${who.account}, ${who.operator}, ${who.relay}, ${presence ?? 'away'}, clock_timestamp(), clock_timestamp()
      where ${presence !== null}`;
}

/** How operators are there at other relays. `since`: epoch milliseconds. */
export type Elsewhere = { operator: string; account: string; presence: Declared; since: number };

/** This relay lives; stretches of relays that have not said so for `staleMs` end when they last did. */
export async function beatPresence({ sql }: Database, relay: string, staleMs: number): Promise<Elsewhere[]> {
  await sql`update presence_interval set seen_at = clock_timestamp() where relay = ${relay} and to_at is null`;
  await sql`update presence_interval set to_at = seen_at
    where to_at is null and seen_at < clock_timestamp() - ${staleMs / 1000}::float8 * interval '1 second'`;
  return sql<Elsewhere[]>`select operator_id as operator, account_id as account, presence,
      round(extract(epoch from from_at) * 1000)::float8 as since
    from presence_interval where to_at is null and relay <> ${relay}`;
}

/** This relay stops. */
export async function endPresence({ sql }: Database, relay: string): Promise<void> {
  await sql`update presence_interval set to_at = clock_timestamp(), seen_at = clock_timestamp()
    where relay = ${relay} and to_at is null`;
}

/** Whether it is this relay's turn, for `ms` at most, to hand out the account's conversations. */
export async function takeTurn({ sql }: Database, account: string, relay: string, ms: number): Promise<boolean> {
  const taken = await sql`insert into routing_turn as t (account_id, relay, until)
      values (${account}, ${relay}, clock_timestamp() + ${ms / 1000}::float8 * interval '1 second')
    on conflict (account_id) do update set relay = excluded.relay, until = excluded.until
      where t.until < clock_timestamp() or t.relay = excluded.relay
    returning 1`;
  return taken.length > 0;
}

export async function endTurn({ sql }: Database, account: string, relay: string): Promise<void> {
  await sql`update routing_turn set until = clock_timestamp() - interval '1 second'
    where account_id = ${account} and relay = ${relay}`;
}

/** Of an operator: open conversations that are theirs, and when they were given one last. */
export type Load = { operator: string; open: number; givenAt: number };

export async function readLoads({ sql }: Database, account: string): Promise<Load[]> {
  return sql<Load[]>`select assignee_id as operator, count(*)::int as open,
      coalesce(round(extract(epoch from max(assigned_at)) * 1000)::float8, 0) as "givenAt"
    from conversation where account_id = ${account} and assignee_id is not null and status = 'open' group by assignee_id`;
}

/** A conversation whose contact waits. */
export type WaitingRow = {
  conversation: string;
  site: string;
  team: string | null;
  waitingSince: number;
  assignee: string | null;
  assignedAt: number | null;
  offered: boolean;
  tried: string[];
  escalatedAt: number | null;
  previous: string | null;
};

/** Of these sites: what nobody answers, and who waits longest, first. */
export async function readWaiting(
  { sql }: Database,
  account: string,
  sites: readonly string[],
  limit: number,
): Promise<WaitingRow[]> {
  return sql<WaitingRow[]>`select id as conversation, site_id as site, team_id as team,
      round(extract(epoch from waiting_since) * 1000)::float8 as "waitingSince", assignee_id as assignee,
      round(extract(epoch from assigned_at) * 1000)::float8 as "assignedAt", offered, tried,
      round(extract(epoch from escalated_at) * 1000)::float8 as "escalatedAt", answered_by as previous
    from conversation
    where account_id = ${account} and waiting_since is not null and status = 'open' and site_id = any(${[...sites]}::uuid[])
    order by waiting_since limit ${limit}`;
}

/** What the visitors of an account wait for: who has had no answer yet in this episode, and how many got their first one
 * within the last `spanMs`, by site and team. */
export type Waits = {
  unanswered: { conversation: string; site: string; team: string | null; since: number }[];
  answered: { site: string; team: string | null; count: number }[];
};

export async function readWaits(
  { sql }: Database,
  account: string,
  { spanMs, limit }: { spanMs: number; limit: number },
): Promise<Waits> {
  const [unanswered, answered] = await Promise.all([
    sql<Waits['unanswered']>`select id as conversation, site_id as site, team_id as team,
        round(extract(epoch from waiting_since) * 1000)::float8 as since
      from conversation where account_id = ${account} and waiting_since is not null and status = 'open'
        and first_answered_at is null and site_id is not null order by waiting_since limit ${limit}`,
    sql<Waits['answered']>`select site_id as site, team_id as team, count(*)::int as count from conversation
      where account_id = ${account} and first_answered_at > clock_timestamp() - ${spanMs / 1000}::float8 * interval '1 second'
        and site_id is not null group by site_id, team_id`,
  ]);
  return { unanswered: [...unanswered], answered: [...answered] };
}

/** Where the contact of this conversation says that they can be reached. */
export async function keepReach(
  { sql }: Database,
  account: string,
  conversation: string,
  { name, email }: { name: string; email: string },
): Promise<void> {
  await sql`update contact set email = ${email}, name = case when ${name} = '' then name else ${name} end
    where id = (select contact_id from conversation where id = ${conversation} and account_id = ${account})`;
}

export async function hasReach({ sql }: Database, account: string, conversation: string): Promise<boolean> {
  const [found] = await sql<{ has: boolean }[]>`select p.email <> '' as has from contact p
    join conversation c on c.contact_id = p.id where c.id = ${conversation} and c.account_id = ${account}`;
  return found?.has ?? false;
}
