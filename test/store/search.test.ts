// Search in conversations on both databases: words in any form, phrases, conditions, pages, what was changed, and hostile input.

import { expect, test } from 'vitest';
import type { Actor } from '../../protocol/dialog.ts';
import type { SearchCursor, SearchFilter } from '../../protocol/search.ts';
import type { Command } from '../../relay/dialog/conversation.ts';
import { openConversation, transact } from '../../relay/store/conversations.ts';
import { newId } from '../../relay/store/id.ts';
import { deleteSavedSearch, listSavedSearches, putSavedSearch } from '../../relay/store/saved-searches.ts';
import { account, operator, site } from '../../relay/store/schema.ts';
import { accountsToIndex, indexChanges } from '../../relay/store/search-index.ts';
import { search } from '../../relay/store/search.ts';
import { onEachDatabase } from './databases.ts';

const DAY_MS = 86_400_000;

onEachDatabase((db) => {
  /** An account with two sites, and somebody who writes there. */
  const setUp = async () => {
    const mine = newId();
    const [shop, blog, anna, boris] = [newId(), newId(), newId(), newId()];
    await db().orm.insert(account).values({ id: mine, slug: mine });
    for (const [id, name] of [
      [shop, 'Shop'],
      [blog, 'Blog'],
    ] as const)
      await db().orm.insert(site).values({ id, accountId: mine, key: id, name });
    for (const id of [anna, boris])
      await db()
        .orm.insert(operator)
        .values({ id, accountId: mine, login: id, name: id, role: 'operator', passwordHash: '' });
    let now = Date.now() - 30 * DAY_MS;
    const run = async (conversation: string, ...commands: Command[]) =>
      (
        await transact(
          db(),
          mine,
          commands.map((command) => ({ conversation, command })),
          (now += 1000),
        )
      ).outcomes;
    const begin = async (where = shop) => {
      const { conversation, contact } = await openConversation(
        db(),
        { account: mine, site: where, device: newId() },
        now,
      );
      return { conversation, contact, by: { kind: 'contact', id: contact } as Actor };
    };
    const say = async (conversation: string, by: Actor, text: string, kind: 'text' | 'note' = 'text') => {
      const id = newId();
      await run(conversation, { do: 'send', by, id, kind, body: { text } });
      return id;
    };
    const index = async () => {
      while ((await indexChanges(db(), mine, 7)) > 0);
    };
    const find = (filter: SearchFilter, after?: SearchCursor, who = anna, stretches?: number[]) =>
      search(db(), {
        account: mine,
        operator: who,
        filter,
        after,
        isWanted: () => true,
        ...(stretches ? { depth: { stretches, sortable: 0 } } : {}),
      });
    const texts = async (filter: SearchFilter) => (await find(filter)).hits.map(({ excerpt }) => excerpt);
    const conversations = async (filter: SearchFilter) => (await find(filter)).conversations;
    return {
      mine,
      shop,
      blog,
      anna,
      boris,
      run,
      begin,
      say,
      index,
      find,
      texts,
      conversations,
      wait: (ms: number) => (now += ms),
      now: () => now,
    };
  };

  test('[B64] words are found in any form, in Russian and English; several must all be there; phrases as they stand', async () => {
    const { begin, say, index, texts } = await setUp();
    const { conversation, by } = await begin();
    await say(conversation, by, 'Где мой ЗАКАЗ? Тёплые носки вчера обещали с доставкой.');
    await say(conversation, by, 'Two orders were running late: the blue kettle is missing');
    await say(conversation, by, 'The kettle of blue clay');
    await say(conversation, by, 'Заказов много, а доставка одна');
    await index();
    expect(await texts({ phrase: 'заказ' })).toHaveLength(2);
    expect(await texts({ phrase: 'ЗАКАЗАМИ' })).toHaveLength(2);
    for (const phrase of ['обещал теплый вчера ', 'тёплое ']) expect(await texts({ phrase }), phrase).toHaveLength(1);
    expect(await texts({ phrase: 'order' })).toHaveLength(1);
    expect(await texts({ phrase: 'run order ' })).toHaveLength(1);
    expect(await texts({ phrase: 'run заказ ' })).toHaveLength(0);
    expect(await texts({ phrase: 'blue kettle ' })).toHaveLength(2);
    expect(await texts({ phrase: '"blue kettle"' })).toHaveLength(1);
    expect(await texts({ phrase: '«kettle of blue» clay ' })).toHaveLength(1);
    // As it is typed, letter by letter.
    for (const typed of ['до', 'дос', 'доста', 'достав', 'доставк', 'доставка'])
      expect(await texts({ phrase: `заказ ${typed}` }), typed).toHaveLength(2);
    expect(await texts({ phrase: 'доста ' })).toHaveLength(0);
  });

  test('the newest come first, page after page without doubles; where in the text it was found is told as numbers', async () => {
    const { begin, say, index, find } = await setUp();
    const threads = await Promise.all([begin(), begin(), begin()]);
    for (let at = 0; at < 70; at++) {
      const { conversation, by } = threads[at % 3] ?? { conversation: '', by: { kind: 'system' } };
      await say(conversation, by, `message ${at} about the teapot`);
    }
    await index();
    // In one stretch, in several, and by the index of words alone.
    for (const stretches of [undefined, [7, 11, 13], [1], []]) {
      const seen: string[] = [];
      let after: SearchCursor | undefined;
      do {
        const { hits, next } = await find({ phrase: 'teapots' }, after, undefined, stretches);
        expect(hits.length).toBeLessThanOrEqual(30);
        for (const { excerpt, marks } of hits) {
          seen.push(excerpt);
          expect(
            marks.map((mark, index) => excerpt.slice(mark, marks[index + 1])).filter((_, index) => index % 2 === 0),
          ).toEqual(['teapot']);
        }
        after = next;
      } while (after);
      expect(seen, String(stretches)).toEqual(
        Array.from({ length: 70 }, (_, at) => expect.stringContaining(`message ${69 - at} `) as string),
      );
    }
  });

  test('what was edited is found by its present text, what was deleted not at all, not even before it is indexed again', async () => {
    const { begin, say, run, index, texts } = await setUp();
    const { conversation, by } = await begin();
    const first = await say(conversation, by, 'a walnut table');
    const second = await say(conversation, by, 'a walnut chair');
    await say(conversation, by, 'a walnut shelf', 'note');
    await index();
    expect(await texts({ phrase: 'walnut ' })).toEqual(['a walnut shelf', 'a walnut chair', 'a walnut table']);
    await run(
      conversation,
      { do: 'edit', by, id: first, body: { text: 'an oak table' } },
      { do: 'delete', by, id: second },
    );
    for (const isIndexed of [false, true]) {
      expect(await texts({ phrase: 'walnut ' })).toEqual(['a walnut shelf']);
      expect(await texts({ phrase: 'oak ' })).toEqual(isIndexed ? ['an oak table'] : []);
      await index();
    }
  });

  test('several relays fill the index at once, one is cut off, and each message is there once', async () => {
    const { mine, begin, say, index, find } = await setUp();
    const { conversation, by } = await begin();
    for (let at = 0; at < 40; at++) await say(conversation, by, `pebble ${at}`);
    expect(await accountsToIndex(db())).toEqual([mine]);
    // Each takes some and leaves the rest to whoever is next.
    await indexChanges(db(), mine, 10);
    await Promise.all([index(), index(), index()]);
    await index();
    expect(await accountsToIndex(db())).toEqual([]);
    const rows = await db().sql`select seq from message_words order by seq`;
    expect(rows.map(({ seq }) => seq as number)).toEqual(Array.from({ length: 40 }, (_, at) => at + 1));
    const { hits } = await find({ phrase: 'pebble ' });
    expect(new Set(hits.map(({ seq }) => seq)).size).toBe(30);
  });

  test('[B63 B65 B66 B67 B68 B78] conditions, each alone and several together, with a phrase and without', async () => {
    const world = await setUp();
    const { shop, blog, anna, boris, begin, say, run, index, find, conversations, texts } = world;
    const one = await begin(shop);
    const other = await begin(blog);
    const third = await begin(shop);
    const byAnna: Actor = { kind: 'operator', id: anna };
    await say(one.conversation, one.by, 'the lamp of one');
    await say(one.conversation, byAnna, 'an answer about the lamp');
    await run(one.conversation, { do: 'close', by: byAnna, id: newId() });
    const between = world.wait(DAY_MS);
    world.wait(DAY_MS);
    await say(other.conversation, other.by, 'the lamp of other');
    await run(other.conversation, { do: 'assign', by: byAnna, id: newId(), to: boris });
    await say(third.conversation, third.by, 'the lamp of third');
    await say(third.conversation, third.by, 'and another lamp');
    await index();
    const [a, b, c] = [one.conversation, other.conversation, third.conversation];
    const rows: [SearchFilter, string[]][] = [
      [{}, [c, b, a]],
      [{ site: blog }, [b]],
      [{ status: 'closed' }, [a]],
      [{ status: 'open' }, [c, b]],
      [{ waiting: true }, [c, b]],
      [{ operator: anna }, [a]],
      [{ operator: boris }, [b]],
      [{ unread: true }, [c, b]],
      [{ least: 3 }, [a]],
      [{ most: 2 }, [c, b]],
      [{ from: between }, [c, b]],
      [{ to: between }, [c, b, a]],
      [{ contact: third.contact }, [c]],
      [{ id: a.slice(-8) }, [a]],
      [{ id: other.contact }, [b]],
      [{ site: shop, status: 'open', waiting: true, most: 5 }, [c]],
      [{ site: shop, operator: boris }, []],
    ];
    for (const [filter, expected] of rows) {
      // Contacts and conversations of the test are made in one moment.
      expect((await conversations(filter)).toSorted(), JSON.stringify(filter)).toEqual(expected.toSorted());
      const { from, to, ...others } = filter;
      if (from ?? to) continue;
      const hits = await find({ ...others, phrase: 'lamp ' });
      expect(
        [...new Set(hits.hits.map(({ conversation }) => conversation))].toSorted(),
        JSON.stringify(filter),
      ).toEqual(expected.toSorted());
    }
    expect(await texts({ phrase: 'lamp ', from: between })).toEqual([
      'and another lamp',
      'the lamp of third',
      'the lamp of other',
    ]);
    expect(await texts({ phrase: 'lamp ', to: between, operator: anna })).toEqual([
      'an answer about the lamp',
      'the lamp of one',
    ]);
    expect((await find({ unread: true }, undefined, boris)).conversations).toHaveLength(3);
  });

  test('[B75 B77 C9 L8] people are found by name, phone, e-mail address and id', async () => {
    const { begin, say, index, find, conversations } = await setUp();
    const maria = await begin();
    const nobody = await begin();
    for (const { conversation, by } of [maria, nobody]) await say(conversation, by, 'hello');
    await db()
      .sql`update contact set name = 'Мария Lindqvist', email = 'maria_l@shop.example', phone = '+7 (921) 555-12-34' where id = ${maria.contact}`;
    await index();
    for (const person of ['мар', 'LINDQ', 'maria_l@', '9215551234', '555-12', '55512', '921 555 12 34'])
      expect(await conversations({ person }), person).toEqual([maria.conversation]);
    // No wildcards, and no digits of a name.
    for (const person of ['m_ria', '%', '\\', 'maria-l', '999'])
      expect(await conversations({ person }), person).toEqual([]);
    for (const phrase of ['Мария', 'lindqvist', '555-12-34', maria.contact, `#${maria.contact.slice(-6)}`])
      expect((await find({ phrase })).contacts, phrase).toEqual([maria.conversation]);
    expect((await find({ phrase: 'мария', status: 'closed' })).contacts).toEqual([]);
  });

  test('[R58] all conversations of one contact, on all sites', async () => {
    const { mine, blog, begin, say, index, conversations } = await setUp();
    const first = await begin();
    await say(first.conversation, first.by, 'hello from the shop');
    const device = newId();
    await db()
      .sql`insert into device (id, site_id, contact_id, created_at) values (${device}, ${blog}, ${first.contact}, now())`;
    const second = await openConversation(db(), { account: mine, site: blog, device }, Date.now());
    const stranger = await begin();
    await say(stranger.conversation, stranger.by, 'hello');
    await index();
    expect(second.contact).toBe(first.contact);
    expect((await conversations({ contact: first.contact })).toSorted()).toEqual(
      [first.conversation, second.conversation].toSorted(),
    );
  });

  test('another account is never found, whatever is asked', async () => {
    const one = await setUp();
    const other = await setUp();
    const { conversation, by, contact } = await other.begin();
    await other.say(conversation, by, 'a secret recipe');
    await db().sql`update contact set name = 'Secret Person' where id = ${contact}`;
    await other.index();
    const filters: SearchFilter[] = [
      {},
      { phrase: 'secret ' },
      { phrase: '"secret recipe"' },
      { contact },
      { id: conversation },
      { person: 'secret' },
      { phrase: 'recipe', site: other.shop },
      { operator: other.anna },
    ];
    for (const filter of filters)
      for (const stretches of [undefined, []])
        expect(await one.find(filter, undefined, undefined, stretches), JSON.stringify(filter)).toMatchObject({
          hits: [],
          contacts: [],
          conversations: [],
        });
    expect((await other.find({ phrase: 'secret ' })).hits).toHaveLength(1);
  });

  test('whatever is typed is looked for as text, and nothing breaks', async () => {
    const { begin, say, index, find } = await setUp();
    const { conversation, by } = await begin();
    await say(conversation, by, `O'Brien said \\ & | ! :* <b>bold</b> 100% 😀 \u0000 \ud800 "quoted" a@b.example`);
    await index();
    const hostile = [
      "'",
      "''",
      '\\',
      "\\'",
      ':*',
      '&|!',
      '!!!(',
      '<->',
      'a & ! b',
      '"',
      '""',
      '" "',
      '«',
      '😀',
      '\ud800',
      '\u0000',
      '\u0001\u0002',
      '%_',
      "'; drop table message_words; --",
      'ab:*AB',
      'x'.repeat(300),
      'ы '.repeat(150),
      '"'.repeat(300),
      `${"'\\".repeat(150)}`,
      '\u202egnp.exe',
      'и в на',
    ];
    for (const phrase of hostile)
      expect(await find({ phrase, person: phrase.slice(0, 120), id: 'abcd' }), phrase).toMatchObject({
        isCutOff: false,
      });
    for (const phrase of ["O'Brien", 'bold', "o'brien said", 'a@b.exa'])
      expect((await find({ phrase })).hits, phrase).toHaveLength(1);
    const { hits } = await find({ phrase: 'bold' });
    expect(hits[0]?.excerpt).toContain('<b>bold</b>');
  });

  test('[B76 L25] saved searches: own ones and those for everybody, renamed, deleted, and by nobody else', async () => {
    const { mine, anna, boris, shop } = await setUp();
    const stranger = await setUp();
    const as = (id: string, isAdmin = false, of = mine) => ({ account: of, id, isAdmin });
    const own = { id: newId(), name: 'Late orders', isShared: false, filter: { phrase: '"late order"', site: shop } };
    const shared = { id: newId(), name: 'For all', isShared: true, filter: { status: 'open' as const } };
    expect(await putSavedSearch(db(), as(anna), own)).toBe('done');
    expect(await putSavedSearch(db(), as(anna), shared)).toBe('done');
    expect(await putSavedSearch(db(), as(anna), { ...own, id: newId(), name: ' \u0000 ' })).toBe('unfit');
    expect(await listSavedSearches(db(), as(anna))).toEqual([
      { ...shared, isOwn: true },
      { ...own, isOwn: true },
    ]);
    expect(await listSavedSearches(db(), as(boris))).toEqual([{ ...shared, isOwn: false }]);
    expect(await listSavedSearches(db(), as(stranger.anna, true, stranger.mine))).toEqual([]);
    expect(await putSavedSearch(db(), as(anna), { ...own, name: 'Later' })).toBe('done');
    for (const [who, id] of [
      [as(boris), own.id],
      [as(boris), shared.id],
      [as(boris, true), own.id],
      [as(stranger.anna, true, stranger.mine), shared.id],
    ] as const) {
      expect(await putSavedSearch(db(), who, { ...own, id, name: 'taken' })).toBe('not-yours');
      expect(await deleteSavedSearch(db(), who, id)).toBe('not-yours');
    }
    expect(await putSavedSearch(db(), as(boris, true), { ...shared, name: 'By an admin' })).toBe('done');
    expect((await listSavedSearches(db(), as(anna))).map(({ name }) => name)).toEqual(['By an admin', 'Later']);
    expect(await deleteSavedSearch(db(), as(anna), own.id)).toBe('done');
    expect((await listSavedSearches(db(), as(anna))).map(({ name }) => name)).toEqual(['By an admin']);
  });
});
