// The ledger on both databases: order, the chain, two writers, faults, and what is not told.

import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Act, Outcome } from '../../protocol/hand.ts';
import type { Deed, LedgerEntry } from '../../relay/live/deed.ts';
import { createLedger, checkLedger, lengthOfLedger, readLedger, searchLedger } from '../../relay/store/ledger.ts';
import type { Database } from '../../relay/store/database.ts';
import { newId } from '../../relay/store/id.ts';
import { account } from '../../relay/store/schema.ts';
import { createLogger } from '../../relay/log.ts';
import { onEachDatabase } from './databases.ts';

const OPERATOR = { id: newId(), name: 'Анна' };
const AT = 1_700_000_000_000;

function entry(of: string, index: number, more: Partial<LedgerEntry> = {}): LedgerEntry {
  const act: Act = { t: 'key', key: 'a', code: 'KeyA', mods: 0 };
  const deed: Deed = { kind: 'act', act, outcome: { done: true, what: `field "${index}"`, was: '', now: 'a' } };
  return {
    account: of,
    at: AT + index,
    site: 'site',
    room: 'room-1',
    visitor: 'v',
    operator: OPERATOR,
    tab: 1,
    url: 'https://shop.example/',
    deed,
    ...more,
  };
}

onEachDatabase((db) => {
  const addAccount = async () => {
    const id = newId();
    await db().orm.insert(account).values({ id, slug: id });
    return id;
  };
  const after = (ms: number, task: () => void) => {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  };
  const logged: string[] = [];
  const log = createLogger('info', (line) => void logged.push(line));
  const open = (on: Database = db()) => createLedger({ db: on, log, after });

  test('entries come back in order, page by page, of one account and one room', async () => {
    const [mine, other] = [await addAccount(), await addAccount()];
    const ledger = open();
    for (let index = 1; index <= 5; index++) ledger.write(entry(mine, index));
    ledger.write(entry(mine, 6, { room: 'room-2' }));
    ledger.write(entry(other, 7));
    await ledger.close();
    const newest = await readLedger(db(), mine, { limit: 2 });
    expect(newest.map(({ number, at }) => [number, at])).toEqual([
      [6, AT + 6],
      [5, AT + 5],
    ]);
    const ofRoom = await readLedger(db(), mine, { room: 'room-1', before: 5, limit: 10 });
    expect(ofRoom.map(({ number }) => number)).toEqual([4, 3, 2, 1]);
    expect(ofRoom[0]).toMatchObject({ operator: OPERATOR, deed: { kind: 'act', outcome: { was: '', now: 'a' } } });
    expect((await readLedger(db(), other, { limit: 10 })).map(({ number }) => number)).toEqual([1]);
  });

  describe('a change is noticed:', () => {
    const changes: Record<string, string> = {
      'what was done': `update ledger set body = replace(body, '"now":"a"', '"now":"b"') where number = 3`,
      'who did it': `update ledger set operator_id = '${newId()}' where number = 3`,
      where: `update ledger set room = 'another' where number = 3`,
      when: `update ledger set at = at + interval '1 second' where number = 3`,
      'an entry taken out': `delete from ledger where number = 3`,
      'an entry taken out and the rest moved up': `delete from ledger where number = 3; update ledger set number = number - 1 where number > 3`,
      'the first ones cut off': `delete from ledger where number < 4`,
      'an entry put in':
        `update ledger set number = number + 100 where number > 2; insert into ledger select '${newId()}', account_id, 3, room, ` +
        `operator_id, at, body, hash from ledger where number = 2; update ledger set number = number - 99 where number > 100`,
    };
    for (const [title, change] of Object.entries(changes)) {
      test(title, async () => {
        const mine = await addAccount();
        const ledger = open();
        for (let index = 1; index <= 5; index++) ledger.write(entry(mine, index));
        await ledger.close();
        const whole = await checkLedger(db(), mine);
        expect(whole).toEqual({ entries: 5, head: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
        await db().sql.unsafe(change);
        const { brokenAt } = await checkLedger(db(), mine);
        expect(brokenAt).toBe(title.startsWith('the first') ? 1 : 3);
      });
    }

    test('the newest cut off: by the head', async () => {
      const mine = await addAccount();
      const ledger = open();
      for (let index = 1; index <= 5; index++) ledger.write(entry(mine, index));
      await ledger.close();
      const { head } = await checkLedger(db(), mine);
      await db().sql.unsafe('delete from ledger where number = 5');
      expect((await checkLedger(db(), mine)).head).not.toBe(head);
    });
  });

  test('two relays write for one account: one chain, nothing lost', async () => {
    const mine = await addAccount();
    const ledgers = [open(), open(), open()];
    for (let index = 0; index < 300; index++)
      ledgers[index % 3]?.write(entry(mine, index, { room: `room-${index % 3}` }));
    await Promise.all(ledgers.map((ledger) => ledger.close()));
    expect(await checkLedger(db(), mine)).toMatchObject({ entries: 300 });
    for (const room of ['room-0', 'room-1', 'room-2']) {
      const times = (await readLedger(db(), mine, { room, limit: 1000 })).map(({ at }) => at);
      expect(times).toHaveLength(100);
      expect(times).toEqual([...times].sort((a, b) => b - a));
    }
  });

  test('what the database does not take is held, in order, until it does', async () => {
    const mine = await addAccount();
    let isDown = true;
    const failing: Database = {
      ...db(),
      orm: new Proxy(db().orm, {
        get(orm, name) {
          if (isDown && name === 'transaction') return () => Promise.reject(new Error('gone'));
          const value: unknown = Reflect.get(orm, name);
          return typeof value === 'function' ? (value.bind(orm) as unknown) : value;
        },
      }),
    };
    logged.length = 0;
    const ledger = open(failing);
    ledger.write(entry(mine, 1));
    await expect.poll(() => logged.filter((line) => line.includes('does not take')).length).toBe(1);
    ledger.write(entry(mine, 2));
    expect(await checkLedger(db(), mine)).toMatchObject({ entries: 0 });
    isDown = false;
    ledger.write(entry(mine, 3));
    await expect.poll(async () => (await checkLedger(db(), mine)).entries).toBe(3);
    expect((await readLedger(db(), mine, { limit: 9 })).map(({ at }) => at - AT)).toEqual([3, 2, 1]);
    expect(logged.filter((line) => line.includes('takes the ledger again'))).toHaveLength(1);
    await ledger.close();
  });

  test('a batch whose answer was lost stands there once', async () => {
    const mine = await addAccount();
    let isLost = true;
    const losing: Database = {
      ...db(),
      orm: new Proxy(db().orm, {
        get(orm, name) {
          const value: unknown = Reflect.get(orm, name);
          if (name !== 'transaction' || typeof value !== 'function') return value;
          return async (...args: unknown[]) => {
            await (value.apply(orm, args) as Promise<unknown>);
            if (isLost) throw new Error('the line went');
          };
        },
      }),
    };
    const ledger = open(losing);
    for (let index = 1; index <= 3; index++) ledger.write(entry(mine, index));
    await expect.poll(async () => (await checkLedger(db(), mine)).entries).toBe(3);
    isLost = false;
    ledger.write(entry(mine, 4));
    await ledger.close();
    expect((await readLedger(db(), mine, { limit: 9 })).map(({ at }) => at - AT)).toEqual([4, 3, 2, 1]);
    expect(await checkLedger(db(), mine)).toMatchObject({ entries: 4 });
  });

  test('what an operator typed where they may not see is not told', async () => {
    const mine = await addAccount();
    const ledger = open();
    const outcome = { done: false, why: 'masked' } as const;
    const acts: Act[] = [
      { t: 'text', text: '4111111111111111', isPasted: true },
      { t: 'key', key: '4', code: 'Digit4', mods: 0 },
      { t: 'set', node: 4, value: '4111' },
      { t: 'choose', node: 4, options: [4] },
      { t: 'suggest', at: { node: 4, x: 0, y: 0 }, does: { t: 'text', text: '4111' } },
      { t: 'suggest', at: { node: 4, x: 0, y: 0 }, does: { t: 'set', value: '4111' } },
      { t: 'suggest', at: { node: 4, x: 0, y: 0 }, does: { t: 'choose', options: [4] } },
    ];
    for (const act of acts) ledger.write(entry(mine, 1, { deed: { kind: 'act', act, outcome } }));
    await ledger.close();
    const kept = JSON.stringify((await readLedger(db(), mine, { limit: 9 })).map(({ deed }) => deed));
    expect(kept).not.toContain('411');
    expect(kept).not.toContain('Digit4');
    expect(kept).not.toContain('[4]');
  });

  test('[G12] numbers that look like cards’ are dots in all that an operator writes', async () => {
    const mine = await addAccount();
    const ledger = open();
    const card = '4111 1111 1111 1111';
    const done = { done: true, what: 'text field' } as const;
    const at = { node: 4, x: 0, y: 0 };
    const acts: [Act, Outcome][] = [
      [{ t: 'text', text: `mine is ${card}`, isPasted: true }, done],
      [
        { t: 'text', text: '1111', isPasted: true },
        { ...done, was: '4111 11•• ••••', now: '•••• •••• •••• 1111' },
      ],
      [
        { t: 'key', key: '1', code: 'Digit1', mods: 0 },
        { ...done, was: '', now: '4111 11••' },
      ],
      [{ t: 'set', node: 4, value: card }, done],
      [
        { t: 'suggest', at, does: { t: 'text', text: card } },
        { done: false, why: 'declined' },
      ],
      [{ t: 'frame', node: 4, note: `your card ${card}` }, done],
      [{ t: 'visit', url: 'https://shop.example/?card=4111111111111111' }, done],
      [{ t: 'giveFile', at, file: { id: 'f', name: `${card}.pdf`, type: 'a/b', bytes: 1 } }, done],
      // Whether it was meant for a hidden place, nobody has looked.
      [
        { t: 'text', text: 'secret 1111', isPasted: false },
        { done: false, why: 'visitor-busy' },
      ],
    ];
    for (const [act, outcome] of acts) ledger.write(entry(mine, 1, { deed: { kind: 'act', act, outcome } }));
    await ledger.close();
    const told = (await readLedger(db(), mine, { limit: 20 })).map(({ deed }) =>
      deed.kind === 'act' ? deed.act : deed,
    );
    expect(JSON.stringify(told)).not.toMatch(/1111|Digit1|secret/);
    expect(JSON.stringify(told)).toContain('mine is ••••');
    expect(await searchLedger(db(), mine, { limit: 9, text: '4111111111111111' })).toEqual({ entries: [] });
    const plain: Act = { t: 'text', text: 'Berlin', isPasted: false };
    const again = open();
    again.write(entry(mine, 2, { deed: { kind: 'act', act: plain, outcome: done } }));
    await again.close();
    expect((await readLedger(db(), mine, { limit: 1 }))[0]?.deed).toMatchObject({ act: plain });
  });

  test('nothing turns the direction of what stands around it', async () => {
    const mine = await addAccount();
    const ledger = open();
    const turned = '\u202egpj\u0007.exe';
    const file = { id: 'f', name: turned, type: turned, bytes: 1 };
    const acts: Act[] = [
      { t: 'giveFile', at: { node: 1, x: 0, y: 0 }, file },
      { t: 'frame', node: 1, note: turned },
    ];
    for (const act of acts)
      ledger.write(
        entry(mine, 1, {
          operator: { ...OPERATOR, name: turned },
          deed: { kind: 'act', act, outcome: { done: true } },
        }),
      );
    await ledger.close();
    expect(JSON.stringify(await readLedger(db(), mine, { limit: 9 }))).not.toMatch(/\u202e|\\u0007/);
  });

  test('[G12] what one account writes costs another no entry and no turn, and what waits is bounded', async () => {
    const [mine, other] = [await addAccount(), await addAccount()];
    let isDown = true;
    const failing: Database = {
      ...db(),
      orm: new Proxy(db().orm, {
        get(orm, name) {
          if (isDown && name === 'transaction') return () => Promise.reject(new Error('gone'));
          const value: unknown = Reflect.get(orm, name);
          return typeof value === 'function' ? (value.bind(orm) as unknown) : value;
        },
      }),
    };
    const ledger = createLedger({ db: failing, log, after, maxWaitingBytes: 200_000 });
    const large = (text: string): Deed => ({
      kind: 'act',
      act: { t: 'text', text: text.repeat(5000), isPasted: false },
      outcome: { done: true },
    });
    for (let index = 0; index < 100; index++) ledger.write(entry(mine, index, { deed: large('é') }));
    for (let index = 0; index < 20; index++) ledger.write(entry(other, index));
    isDown = false;
    await ledger.close();
    const kept = async (of: string) => (await readLedger(db(), of, { limit: 1000 })).map(({ deed }) => deed);
    expect((await kept(other)).map(({ kind }) => kind)).toEqual(Array(20).fill('act'));
    const deeds = await kept(mine);
    const [lost] = deeds;
    expect(deeds.length).toBeLessThan(15);
    expect(lost).toEqual({ kind: 'lost', count: 100 - (deeds.length - 1) });
    expect(await checkLedger(db(), mine)).toMatchObject({ entries: deeds.length });
  });

  test.each(['null', '7', '[]', '{"deed":null}', '{"operator":{"id":"a","name":"b"},"url":"","deed":{"kind":"undo"}}'])(
    'an entry that is none, %s, with a hash that fits',
    async (body) => {
      const mine = await addAccount();
      const ledger = open();
      for (let index = 1; index <= 3; index++) ledger.write(entry(mine, index));
      await ledger.close();
      const before = (await readLedger(db(), mine, { limit: 9 })).find(({ number }) => number === 1)?.hash ?? '';
      const hash = createHash('sha256').update(`${before}\n2\n${body}`).digest('hex');
      await db().sql.unsafe(
        `update ledger set body = '${body}', words = null, hash = '${hash}' where account_id = '${mine}' and number = 2`,
      );
      expect(await checkLedger(db(), mine)).toMatchObject({ entries: 1, brokenAt: 2 });
      const { entries } = await searchLedger(db(), mine, { limit: 9, text: '' });
      expect(entries.map(({ deed }) => deed.kind)).toEqual(['act', 'unreadable', 'act']);
      expect((await searchLedger(db(), mine, { limit: 9, text: 'field' })).entries).toHaveLength(2);
    },
  );

  test('characters that a database does not take', async () => {
    const mine = await addAccount();
    const ledger = open();
    ledger.write(entry(mine, 1, { url: 'https://shop.example/\0', operator: { ...OPERATOR, name: 'half \ud800' } }));
    await ledger.close();
    expect(await checkLedger(db(), mine)).toMatchObject({ entries: 1 });
  });

  test('by operator, site, time and words; page by page', async () => {
    const mine = await addAccount();
    const ledger = open();
    const boris = { id: newId(), name: 'Борис' };
    const undo: Deed = { kind: 'undo', what: 'text field “Город”', was: 'КЁЛЬН', now: '50%_"done"' };
    for (let index = 1; index <= 6; index++)
      ledger.write(
        entry(mine, index, { site: index > 4 ? 'other' : 'site', ...(index % 2 ? {} : { operator: boris }) }),
      );
    ledger.write(entry(mine, 7, { deed: undo, operator: boris }));
    ledger.write(entry(mine, 8, { deed: { kind: 'act', act: { t: 'go', to: 'back' }, outcome: { done: true } } }));
    await ledger.close();
    const found = async (query: Partial<Parameters<typeof searchLedger>[2]>) => {
      const { entries, next } = await searchLedger(db(), mine, { limit: 10, ...query });
      return [entries.map(({ number }) => number), next];
    };
    expect(await found({ operator: boris.id })).toEqual([[7, 6, 4, 2], undefined]);
    expect(await found({ operator: boris.id, site: 'site' })).toEqual([[7, 4, 2], undefined]);
    // No part of a name is another's site.
    expect(await found({ site: 'sit' })).toEqual([[], undefined]);
    expect(await found({ from: AT + 3, to: AT + 5 })).toEqual([[4, 3], undefined]);
    expect(await found({ text: 'кёльн' })).toEqual([[7], undefined]);
    expect(await found({ text: '50%_"' })).toEqual([[7], undefined]);
    expect(await found({ text: 'БОРИС', limit: 2 })).toEqual([[7, 6], 6]);
    expect(await found({ text: 'БОРИС', limit: 2, before: 6 })).toEqual([[4, 2], undefined]);
    // Words of ours are no words of people's.
    expect(await found({ text: 'outcome' })).toEqual([[], undefined]);
    expect(await found({ limit: 8 })).toEqual([[8, 7, 6, 5, 4, 3, 2, 1], undefined]);
    expect(await found({ limit: 7 })).toEqual([[8, 7, 6, 5, 4, 3, 2], 2]);
  });

  test('words in the oldest of many entries; in those from before words were kept, too', async () => {
    const mine = await addAccount();
    const ledger = open();
    const many = 6000;
    for (let index = 1; index <= many; index++) ledger.write(entry(mine, index));
    await ledger.close();
    const found = async (text: string, before?: number) => {
      const { entries, next } = await searchLedger(db(), mine, { limit: 2, text, ...(before ? { before } : {}) });
      return [entries.map(({ number }) => number), next];
    };
    expect(await found('field "1"')).toEqual([[1], undefined]);
    expect(await found('field "12')).toEqual([[1299, 1298], 1298]);
    expect(await found('field "12', 121)).toEqual([[120, 12], undefined]);
    expect(await found('nowhere')).toEqual([[], undefined]);
    expect(await found('\0\ud800')).toEqual([[6000, 5999], 5999]);
    await db().sql`update ledger set words = null where number < 1000`;
    expect(await found('field "12', 121)).toEqual([[120, 12], undefined]);
    expect(await found('field "1"')).toEqual([[1], undefined]);
    // So many can't be read in one go.
    await db().sql`update ledger set words = null`;
    const [none, next] = await found('field "1"');
    expect(none).toEqual([]);
    expect(await found('field "1"', Number(next))).toEqual([[1], undefined]);
  });

  test('an undone change is in the chain; the chain is checked in parts; what was made unreadable is shown as that', async () => {
    const mine = await addAccount();
    const ledger = open();
    for (let index = 1; index <= 4; index++)
      ledger.write(entry(mine, index, { deed: { kind: 'undo', what: 'field', was: 'a', now: 'b' } }));
    await ledger.close();
    const whole = await checkLedger(db(), mine);
    expect(whole.entries).toBe(4);
    const part = await checkLedger(db(), mine, { most: 3 });
    expect(part).toMatchObject({ entries: 3, isPart: true });
    expect(await checkLedger(db(), mine, { from: part, most: 3 })).toEqual(whole);
    expect(await lengthOfLedger(db(), mine)).toBe(4);
    await db().sql.unsafe(`update ledger set body = 'not json' where account_id = '${mine}' and number = 2`);
    const { entries } = await searchLedger(db(), mine, { limit: 9, text: '' });
    expect(entries.map(({ deed }) => deed.kind)).toEqual(['undo', 'undo', 'unreadable', 'undo']);
    expect((await checkLedger(db(), mine)).brokenAt).toBe(2);
  });
});
