// Files of messages as the database knows them: whose, where, how far, what they are. Their bytes are in files.ts.
//
// A file belongs to whoever began it and to nobody else, until a message of theirs carries it; from then on it is for those
// who may read that message, as long as it stands.

import type { FileRefusal, FileState } from '../../protocol/files.ts';
import type { FilePolicy } from '../dialog/file-kind.ts';
import type { Database } from './database.ts';

/** Whose a file is: of a visitor the device, as in the token. */
export type Owner = { account: string; kind: 'contact' | 'operator'; id: string };

export type Attachment = {
  id: string;
  account: string;
  ownerKind: Owner['kind'];
  owner: string;
  conversation: string | null;
  message: string | null;
  name: string;
  bytes: number;
  announced: string;
  sha256: string | null;
  type: string | null;
  width: number | null;
  height: number | null;
  state: FileState;
  why: FileRefusal | null;
};

export type Begun = Pick<Attachment, 'id' | 'name' | 'bytes' | 'announced' | 'conversation'> & {
  sha256: string | undefined;
};

/** One that is there already is left as it is: the caller looks whose it is. */
export async function beginAttachment(db: Database, owner: Owner, file: Begun, now: number): Promise<Attachment> {
  const { sql } = db;
  await sql`insert into attachment
      (id, account_id, owner_kind, owner, conversation_id, name, bytes, announced, sha256, state, begun_at)
    values (${file.id}, ${owner.account}, ${owner.kind}, ${owner.id}, ${file.conversation}, ${file.name}, ${file.bytes},
      ${file.announced}, ${file.sha256 ?? null}, 'arriving', to_timestamp(${now / 1000}::float8))
    on conflict (id) do nothing`;
  const found = await readAttachment(db, file.id);
  if (!found) throw new Error('a file that was begun is gone');
  return found;
}

export async function readAttachment(db: Database, id: string): Promise<Attachment | undefined> {
  const { sql } = db;
  const [found] = await sql<Attachment[]>`select ${columns(db)} from attachment where id = ${id}`;
  return found;
}

/** False: it stands no longer as it stood, and nothing was changed. */
export async function changeAttachment(
  db: Database,
  id: string,
  from: FileState,
  to: Partial<Pick<Attachment, 'state' | 'why' | 'sha256' | 'type' | 'name' | 'width' | 'height' | 'bytes'>>,
): Promise<boolean> {
  const { sql } = db;
  const { count } = await sql`update attachment set ${sql(to)} where id = ${id} and state = ${from}`;
  return count > 0;
}

/** Only one that was not said. */
export async function forgetAttachment(db: Database, id: string): Promise<void> {
  await db.sql`delete from attachment where id = ${id} and message_id is null`;
}

/** For an operator of the account: any that stands in a message. For a visitor: one in a message that they can see. */
export async function readSaid(
  db: Database,
  id: string,
  reader: { account: string; device?: string },
): Promise<Attachment | undefined> {
  const { sql } = db;
  const [found] = await sql<Attachment[]>`select ${columns(db, 'a')} from attachment a
    join message m on m.conversation_id = a.conversation_id and m.id = a.message_id and m.deleted_at is null
    ${
      reader.device === undefined
        ? sql``
        : sql`join conversation c on c.id = a.conversation_id and m.kind = 'text'
            join device d on d.id = ${reader.device} and d.contact_id = c.contact_id and d.site_id = c.site_id`
    }
    where a.id = ${id} and a.account_id = ${reader.account} and a.state = 'ready'`;
  return found;
}

/** What may be sent in a conversation of this account. Undefined: there is none. */
export async function readPolicy(
  db: Database,
  account: string,
  conversation: string,
): Promise<{ files: FilePolicy | null } | undefined> {
  const [found] = await db.sql<{ files: FilePolicy | null }[]>`select s.files from conversation c
    left join site s on s.id = c.site_id where c.id = ${conversation} and c.account_id = ${account}`;
  return found;
}

/** Bytes of those that an owner has begun since then, and how many wait to be said. */
export async function weighOwner(
  db: Database,
  owner: string,
  since: number,
): Promise<{ bytes: number; unsaid: number }> {
  const [found] = await db.sql<{ bytes: number; unsaid: number }[]>`select coalesce(sum(bytes), 0)::float8 as bytes,
      (count(*) filter (where message_id is null and state <> 'refused'))::float8 as unsaid
    from attachment where owner = ${owner} and begun_at > to_timestamp(${since / 1000}::float8)`;
  return found ?? { bytes: 0, unsaid: 0 };
}

/** Bytes of all that visitors have sent and that are kept. */
export async function weighVisitors(db: Database): Promise<number> {
  const [found] = await db.sql<{ bytes: number }[]>`select coalesce(sum(bytes), 0)::float8 as bytes from attachment
    where owner_kind = 'contact' and state <> 'refused'`;
  return found?.bytes ?? 0;
}

/** Those that wait to be looked at: a relay before this one had them, or its scanner was away. */
export async function listScanning(db: Database, limit: number): Promise<string[]> {
  const found = await db.sql<{ id: string }[]>`select id from attachment where state = 'scanning'
    order by begun_at limit ${limit}`;
  return found.map(({ id }) => id);
}

/** Begun before then and never said: refused from now on, so that no message can take them, and to be deleted. */
export async function takeUnsaid(db: Database, before: number, limit: number): Promise<string[]> {
  const found = await db.sql<{ id: string }[]>`update attachment set state = 'refused' where id = any(
      select id from attachment where message_id is null and begun_at < to_timestamp(${before / 1000}::float8)
      order by begun_at limit ${limit} for update skip locked
    ) returning id`;
  return found.map(({ id }) => id);
}

const columns = ({ sql }: Database, of = 'attachment') => sql`
  ${sql(of)}.id, ${sql(of)}.account_id as account, ${sql(of)}.owner_kind as "ownerKind", ${sql(of)}.owner,
  ${sql(of)}.conversation_id as conversation, ${sql(of)}.message_id as message, ${sql(of)}.name,
  ${sql(of)}.bytes::float8 as bytes, ${sql(of)}.announced, ${sql(of)}.sha256, ${sql(of)}.type, ${sql(of)}.width,
  ${sql(of)}.height, ${sql(of)}.state, ${sql(of)}.why`;
