// Conversations page by page, for whoever reads them all: the HTTP API. In the order in which they began, newest first, so
// that a page stays what it was while people write; what has changed since is in the change log.

import type { Status } from '../../protocol/dialog.ts';
import type { Database } from './database.ts';

export type ConversationFilter = {
  status?: Status | undefined;
  site?: string | undefined;
  assignee?: string | undefined;
  /** The contact has written and nobody has answered since. */
  waiting?: boolean | undefined;
  contact?: string | undefined;
};

/** Times are epoch milliseconds. */
export type ConversationEntry = {
  id: string;
  site: string | null;
  contact: { id: string; name: string; email: string; phone: string } | null;
  assignee: string | null;
  status: Status;
  seq: number;
  version: number;
  episode: number;
  waitingSince: number | null;
  lastAt: number;
  createdAt: number;
};

/** At most `limit` of those that began before `before`, or the newest. */
export async function pageOfConversations(
  db: Database,
  account: string,
  filter: ConversationFilter & { id?: string | undefined },
  { before, limit }: { before: string | undefined; limit: number },
): Promise<ConversationEntry[]> {
  const { sql } = db;
  const only = [
    filter.id === undefined ? sql`` : sql`and c.id = ${filter.id}`,
    before === undefined ? sql`` : sql`and c.id < ${before}`,
    filter.status === undefined ? sql`` : sql`and c.status = ${filter.status}`,
    filter.site === undefined ? sql`` : sql`and c.site_id = ${filter.site}`,
    filter.assignee === undefined ? sql`` : sql`and c.assignee_id = ${filter.assignee}`,
    filter.contact === undefined ? sql`` : sql`and c.contact_id = ${filter.contact}`,
    filter.waiting === undefined
      ? sql``
      : filter.waiting
        ? sql`and c.waiting_since is not null`
        : sql`and c.waiting_since is null`,
  ];
  const ms = (column: string) => sql`round(extract(epoch from ${sql(column)}) * 1000)::float8`;
  return sql<ConversationEntry[]>`
    select c.id, c.site_id as site, c.assignee_id as assignee, c.status, c.seq, c.version, c.episode,
      ${ms('c.waiting_since')} as "waitingSince", ${ms('c.last_at')} as "lastAt", ${ms('c.created_at')} as "createdAt",
      case when p.id is null then null
        else jsonb_build_object('id', p.id, 'name', p.name, 'email', p.email, 'phone', p.phone) end as contact
    from conversation c left join contact p on p.id = c.contact_id
    where c.account_id = ${account} and c.kind = 'customer' ${only}
    order by c.id desc limit ${limit}`;
}
