// What is asked of a database that is away: tried again until it is back; what it refuses is refused at once.

import { describe, expect, test } from 'vitest';
import { createPatience } from '../../relay/dialog/patience.ts';
import { findConversations } from '../../relay/store/conversations.ts';
import { openDatabase } from '../../relay/store/database.ts';
import { startCutLine } from '../support/cut-line.ts';
import { emptyDatabase, listen, noServer, POSTGRES_TITLE } from './databases.ts';

const after = (delayMs: number, task: () => void) => setTimeout(task, Math.min(delayMs, 20));

describe.skipIf(noServer !== undefined)(POSTGRES_TITLE, () => {
  test('[V7] a database that is gone and comes back: whoever has asked is answered, and it is said once', async () => {
    const { url, drop } = await emptyDatabase();
    const line = await startCutLine(new URL(url).port);
    const through = new URL(url);
    through.port = new URL(line.url).port;
    const db = await openDatabase({ databaseUrl: through.href, dataDir: '/nowhere' }, listen().log);
    try {
      const { log, lines } = listen();
      const patiently = createPatience({ log, after });
      const find = () => patiently(() => findConversations(db, ['nobody']));
      expect(await find()).toEqual(new Map());
      line.isDown = true;
      line.cut(() => true);
      let answered = 0;
      const asked = [find(), find(), find()].map(async (found) => {
        expect(await found).toEqual(new Map());
        answered += 1;
      });
      await expect.poll(() => lines.length).toBe(1);
      expect(lines[0]).toContain('tried again');
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(answered).toBe(0);
      line.isDown = false;
      await Promise.all(asked);
      expect(answered).toBe(3);
      expect(lines).toHaveLength(2);
      // What the database refuses, and what is wrong with us, is not tried again.
      await expect(patiently(() => db.sql`select 'x'::int`)).rejects.toMatchObject({ code: '22P02' });
      await expect(patiently(() => Promise.reject(new TypeError('ours')))).rejects.toThrow('ours');
    } finally {
      await db.close();
      line.close();
      await drop();
    }
  });
});
