// A relay's data with two accounts: there is no way to make a second one from outside, so it is written beside the first.

import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { logInFirst, startTestRelay } from './relay.ts';

/** The folder. Admins: `admin` of the first account, `eve` of the other, both with PASSWORD. */
export async function dataOfTwoAccounts(): Promise<string> {
  const relay = await startTestRelay();
  await logInFirst(relay);
  await relay.stop();
  const database = await PGlite.create(path.join(relay.dataDir, 'database'));
  const other = randomUUID();
  await database.query(`insert into account (id, slug) values ($1, 'other')`, [other]);
  await database.query(
    `insert into operator (id, account_id, login, name, role, password_hash, must_change)
     select $1, $2, 'eve', 'Eve', 'admin', password_hash, false from operator where login = 'admin'`,
    [randomUUID(), other],
  );
  await database.close();
  return relay.dataDir;
}
