// The ledger's entries as an admin reads them: what is one line, what is two, and what goes into the file.

import { expect, test } from 'vitest';
import type { LedgerEntry } from '../../operator-ui/relay-http.ts';
import {
  cell,
  csvLine,
  deedWords,
  operatorWords,
  lineOf,
  linesOf,
  targetWords,
} from '../../operator-ui/state/ledger-lines.ts';
import { en } from '../../operator-ui/texts/en.ts';
import { ru } from '../../operator-ui/texts/ru.ts';

const CITY = 'text field “City”';
let number = 0;
function entry(deed: unknown, more: Partial<LedgerEntry> = {}): LedgerEntry {
  number++;
  const operator = { id: 'op-1', name: 'Anna' };
  return {
    number,
    at: number * 1000,
    hash: 'h',
    site: 's',
    room: 'r',
    visitor: 'v',
    operator,
    url: 'https://a/',
    deed,
    ...more,
  };
}
const act = (said: object, outcome: object = { done: true, what: CITY }) => ({ kind: 'act', act: said, outcome });
const key = (key: string, was: string, now: string) =>
  act({ t: 'key', key, code: '', mods: 0 }, { done: true, what: CITY, was, now });
/** As the relay gives them: newest first. */
const read = (...entries: LedgerEntry[]) =>
  linesOf([...entries].reverse()).map((line) => [deedWords(line, en.ledger), line.more, line.was, line.now, line.why]);

test('keys and text at one target are one line, with the value before the first and after the last', () => {
  expect(
    read(
      entry(key('K', '', 'K')),
      entry(key('ö', 'K', 'Kö')),
      entry(act({ t: 'text', text: 'ln' }, { done: true, what: CITY, was: 'Kö', now: 'Köln' })),
      entry(act({ t: 'key', key: 'Enter' })),
    ),
  ).toEqual([['Typed', 'Köln[Enter]', '', 'Köln', undefined]]);
});

test('another target, operator, visit or page, a refusal, or a while later is another line', () => {
  const other = { operator: { id: 'op-2', name: 'Boris' } };
  const lines = read(
    entry(key('a', '', 'a')),
    entry(key('b', 'a', 'ab'), { room: 'r2' }),
    entry(key('c', 'ab', 'abc'), { room: 'r2', ...other }),
    entry(key('d', 'abc', 'abcd'), { room: 'r2', ...other, url: 'https://b/' }),
    entry(act({ t: 'key', key: 'e' }, { done: false, what: CITY, why: 'paused' })),
    entry(act({ t: 'key', key: 'f' }, { done: true, what: 'button “Buy”' })),
    entry(act({ t: 'key', key: 'g' }, { done: true, what: 'button “Buy”' }), { at: 1e9 }),
  );
  expect(lines.map(([, more]) => more)).toEqual(['g', 'f', 'e', 'd', 'c', 'b', 'a']);
});

test('a press and its release are one; two of them two; a drag keeps what it changed', () => {
  const press = (what: string) => act({ t: 'down' }, { done: true, what });
  const release = (what: string, more: object = {}) => act({ t: 'up' }, { done: true, what, ...more });
  expect(
    read(
      entry(press('checkbox “Gift”')),
      entry(release('checkbox “Gift”', { was: 'off', now: 'on' })),
      entry(press('button “Buy”')),
      entry(release('button “Buy”')),
    ),
  ).toEqual([
    ['Pressed', '', undefined, undefined, undefined],
    ['Pressed', '', 'off', 'on', undefined],
  ]);
});

test('grants, undoing, what was lost, and what somebody has changed', () => {
  const said = (deed: unknown, words = en.ledger) => deedWords(lineOf(entry(deed)), words);
  expect(said({ kind: 'grant', grant: 'control', on: true, by: 'visitor' })).toBe(
    'Visitor allowed: control of mouse and keyboard',
  );
  expect(said({ kind: 'grant', grant: 'point', on: false, by: 'relay' }, ru.ledger)).toBe(
    'Больше не разрешено: указывать (Сервер: оператора уже не было)',
  );
  expect(said({ kind: 'undo', what: CITY, was: 'a', now: 'b' })).toBe('The visitor has undone a change');
  expect(said({ kind: 'wish', grant: 'control' })).toBe(
    'Wished without watching the visit: control of mouse and keyboard',
  );
  const refused = { act: { t: 'text', text: '' }, outcome: { done: false, why: 'not-granted' } };
  expect(said({ kind: 'act', ...refused, times: 49 })).toBe('Entered text · 49 times');
  const foreign = lineOf(entry({ kind: 'act', ...refused, isForeign: true }));
  expect(operatorWords(foreign, ru.ledger)).toBe('Anna (из другого аккаунта)');
  expect(said({ kind: 'lost', count: 3 })).toBe('3 entries were lost');
  for (const broken of [null, 7, {}, { kind: 'act' }, { kind: 'act', act: 'x', outcome: null }, { kind: 'new' }])
    expect(said(broken)).toBe(en.ledger.unreadable);
  expect(targetWords('button “Купить”', ru.ledger)).toBe('кнопка «Купить»');
});

test.each([
  ['=1+1', `"'=1+1"`],
  ['+49 30', `"'+49 30"`],
  ['-2', `"'-2"`],
  ['@SUM(A1)', `"'@SUM(A1)"`],
  ['\t=1', `"'\t=1"`],
  ['say "hi", then\ngo', '"say ""hi"", then\ngo"'],
  ['1=1', '"1=1"'],
])('in the file, %j is text', (value, written) => {
  expect(cell(value)).toBe(written);
});

test('a line of the file has a value for each column', () => {
  const line = csvLine(entry(key('=', '=a', '@b'), { number: 5, at: 0 }), en.ledger, 'Shop');
  expect(line).toBe(
    `5,"1970-01-01T00:00:00.000Z","Anna","Pressed a key","text field “City”","'=","'=a","'@b","Done","Shop","https://a/","r","v","h"\r\n`,
  );
  expect(line.split('","').length + 1).toBe(en.ledger.columns.length);
  expect(ru.ledger.columns).toHaveLength(en.ledger.columns.length);
});
