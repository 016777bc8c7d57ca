// A relay's database in a process of its own, to be killed: opens it, then inserts one row after the other, and prints
// the number of each row after the database has acknowledged it.
//   tsx writer.child.ts DATA_DIR

import { createLogger } from '../../relay/log.ts';
import { openDatabase } from '../../relay/store/database.ts';

const dataDir = process.argv[2] ?? '';
const say = (line: string) => process.stdout.write(`${line}\n`);

const db = await openDatabase({ databaseUrl: undefined, dataDir }, createLogger('info', say));
await db.sql`create table if not exists written (run text not null, number int not null)`;
const run = process.argv[3] ?? '';
say('writing');
for (let number = 1; ; number++) {
  await db.sql`insert into written (run, number) values (${run}, ${number})`;
  say(`row ${number}`);
}
