// An account's list as the relay holds it: against what a database would say, over random changes of which some are
// another relay's, and rows that are read too early or too late.

import { describe, expect, test } from 'vitest';
import { apply, type Command, type Conversation, type Mark, type Work } from '../../relay/dialog/conversation.ts';
import { ListCopy, type Logged } from '../../relay/dialog/list-copy.ts';
import type { Change, ThreadRow } from '../../relay/store/conversations.ts';
import type { Message } from '../../protocol/dialog.ts';
import { createRandom } from '../support/random.ts';

const ANN = { kind: 'operator', id: 'ann' } as const;

/** What the database holds, in memory. */
function startModel() {
  const conversations = new Map<string, { conversation: Conversation; marks: Mark[]; messages: Message[] }>();
  const log: Logged[] = [];
  const emails = new Map<string, string>();
  const open = (id: string) =>
    conversations.set(id, {
      conversation: {
        id,
        account: 'account',
        kind: 'customer',
        site: 'site',
        contact: `contact-${id}`,
        assignee: null,
        status: 'open',
        seq: 0,
        version: 0,
        episode: 1,
        waitingSince: null,
        answeredSeq: 0,
        answeredBy: null,
        lastAt: 0,
        team: null,
        assignedAt: null,
        offered: false,
        tried: [],
        escalatedAt: null,
        firstAnsweredAt: null,
      },
      marks: [],
      messages: [],
    });
  const run = (id: string, commands: readonly Command[], now: number): Change | undefined => {
    const held = conversations.get(id);
    if (!held) throw new Error(`no conversation ${id}`);
    const work: Work = {
      conversation: { ...held.conversation },
      marks: held.marks.map((mark) => ({ ...mark })),
      messages: new Map(held.messages.map((message) => [message.id, message])),
      changed: new Set(),
      replaced: [],
      marked: new Set(),
      files: new Map(),
      said: [],
      isChanged: false,
      isRefreshed: false,
    };
    for (const command of commands) apply(work, command, now);
    if (!work.isChanged) return undefined;
    if (work.isRefreshed) emails.set(id, `mail-${now}`);
    work.conversation.version += 1;
    conversations.set(id, {
      conversation: work.conversation,
      marks: work.marks,
      messages: [...work.messages.values()].sort((one, other) => one.seq - other.seq),
    });
    const number = log.length + 1;
    const { version } = work.conversation;
    log.push({ number, id: `change-${number}`, conversation: id, version });
    return {
      account: 'account',
      number,
      id: `change-${number}`,
      conversation: { ...work.conversation },
      messages: [...work.changed].flatMap((one) => work.messages.get(one) ?? []),
      marks: [...work.marked],
      isRefreshed: work.isRefreshed,
    };
  };
  const rowOf = (id: string): ThreadRow[] => {
    const held = conversations.get(id);
    if (!held) return [];
    const { contact, site, assignee, team, escalatedAt, status, seq, version, waitingSince, lastAt } =
      held.conversation;
    const last = held.messages.filter(({ kind }) => kind !== 'system').at(-1);
    return [
      {
        ...{ id, contact, site, assignee, team, status, seq, version, waitingSince, lastAt },
        ...{ contactName: '', email: emails.get(id) ?? null, escalated: escalatedAt !== null },
        last: last
          ? {
              seq: last.seq,
              byKind: last.by.kind,
              byId: last.by.id ?? null,
              kind: last.kind,
              text: [...(last.body.text ?? '')].slice(0, 100).join(''),
            }
          : null,
        // One that says nothing is not stored.
        marks: held.marks.filter(({ delivered }) => delivered > 0).map((mark) => ({ ...mark })),
      },
    ];
  };
  return { open, run, rowOf, log, ids: () => [...conversations.keys()] };
}

const sorted = (rows: readonly ThreadRow[]) =>
  rows
    .map((row) => ({ ...row, marks: [...row.marks].sort((one, other) => one.actor.localeCompare(other.actor)) }))
    .sort((one, other) => one.id.localeCompare(other.id));

describe('a list kept up from what is committed', () => {
  test('is what the database would say, whoever commits and whenever rows are read', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = createRandom(seed);
      const model = startModel();
      for (let at = 0; at < 5; at++) model.open(`c${at}`);
      const copy = new ListCopy([], 50);
      let told = copy.head;
      // A console's own rows: what it was told, the later the better.
      const console = new Map<string, ThreadRow>();
      /** Read, and not here yet. */
      const underway: ThreadRow[][] = [];
      let messages = 0;
      for (let step = 1; step <= 60; step++) {
        const id = `c${random.below(5)}`;
        const by = random.below(2) === 0 ? ANN : ({ kind: 'contact', id: `contact-${id}` } as const);
        const some = (): Command => {
          switch (random.below(8)) {
            case 7:
              return { do: 'refresh' };
            case 0:
              return { do: 'read', by, seq: random.below(9) };
            case 1:
              return random.below(3) === 0
                ? {
                    ...{ do: 'offer', id: `m${++messages}`, to: random.below(2) === 0 ? 'ann' : null, from: null },
                    ...{ tried: ['ann'], escalates: random.below(2) === 0 },
                  }
                : { do: 'assign', by: ANN, id: `m${++messages}`, to: random.below(2) === 0 ? 'ann' : null };
            case 2:
              return { do: random.below(2) === 0 ? 'close' : 'reopen', by: ANN, id: `m${++messages}` };
            case 3:
              return { do: 'edit', by, id: `m${1 + random.below(messages + 1)}`, body: { text: `edited ${step}` } };
            case 4:
              return { do: 'delete', by, id: `m${1 + random.below(messages + 1)}` };
            default:
              return {
                do: 'send',
                by,
                id: `m${++messages}`,
                kind: by === ANN && random.below(3) === 0 ? 'note' : 'text',
                body: { text: random.below(4) === 0 ? '😀'.repeat(120) : `text ${step}` },
              };
          }
        };
        const change = model.run(id, random.below(3) === 0 ? [some(), some()] : [some()], step);
        const isAnothers = random.below(5) === 0;
        if (change && !isAnothers && !copy.take(change)) copy.follow(model.log.slice(copy.head.number));
        if (random.below(3) === 0) underway.push(model.rowOf(`c${random.below(5)}`));
        if (random.below(3) === 0) copy.put(underway.shift() ?? []);
        if (random.below(4) !== 0) continue;
        // As inbox.ts tells them.
        copy.follow(model.log.slice(copy.head.number));
        const changed = copy.since(told);
        expect(changed, `seed ${seed}`).toBeDefined();
        copy.put(copy.missing(changed ?? []).flatMap(model.rowOf));
        for (const row of copy.of(changed ?? [])) console.set(row.id, row);
        told = copy.head;
        const all = model.ids().filter((one) => model.log.some(({ conversation }) => conversation === one));
        expect(sorted([...console.values()]), `seed ${seed}, step ${step}`).toEqual(sorted(all.flatMap(model.rowOf)));
      }
    }
  });

  const entry = (number: number, past = ''): Logged => ({
    number,
    id: `change${past}-${number}`,
    conversation: `c${number}`,
    version: 1,
  });

  test('says what has changed since a change that it knows, and of no other', () => {
    const copy = new ListCopy([entry(4), entry(5), entry(6)], 50);
    expect(copy.since({ number: 6, id: 'change-6' })).toEqual([]);
    expect(copy.since({ number: 4, id: 'change-4' })).toEqual(['c5', 'c6']);
    for (const unknown of [
      // Before what is here; after it; of another past; of none.
      { number: 3, id: 'change-3' },
      { number: 0, id: undefined },
      { number: 7, id: 'change-7' },
      { number: 6, id: 'another' },
      { number: 5, id: 'another' },
      { number: 5, id: undefined },
      { number: 700, id: undefined },
    ])
      expect(copy.since(unknown), JSON.stringify(unknown)).toBeUndefined();
    expect(new ListCopy([entry(1), entry(2)], 50).since({ number: 0, id: undefined })).toEqual(['c1', 'c2']);
    expect(new ListCopy([], 50).since({ number: 0, id: undefined })).toEqual([]);
  });

  test('holds no more of the log than it is to', () => {
    const copy = new ListCopy([], 10);
    for (let number = 1; number <= 1000; number++) copy.follow([entry(number)]);
    expect(copy.since({ number: 991, id: 'change-991' })).toHaveLength(9);
    expect(copy.since({ number: 900, id: 'change-900' })).toBeUndefined();
  });

  test('the first of it are the last spoken in, and of the others those that wait longest', () => {
    const copy = new ListCopy([], 10);
    const row = (id: string, lastAt: number, waitingSince: number | null): ThreadRow => ({
      ...{ id, lastAt, waitingSince, version: 1, seq: 1, site: null, contact: null, assignee: null, status: 'open' },
      ...{ contactName: null, email: null, team: null, escalated: false, last: null, marks: [] },
    });
    copy.put([row('a', 1, 5), row('b', 2, 1), row('c', 3, null), row('d', 9, 9), row('e', 8, null), row('f', 0, 3)]);
    expect(copy.first(2).map(({ id }) => id)).toEqual(['d', 'e', 'b', 'f']);
  });
});
