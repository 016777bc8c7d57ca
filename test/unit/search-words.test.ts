// What is typed into the search field in parts, what is shown of a message that was found, and the stretch of a conversation around it.

import { expect, test } from 'vitest';
import { LIMITS } from '../../protocol/limits.ts';
import { excerptOf, MARK, partsOf, plainOf } from '../../relay/store/search-words.ts';
import { atOfDate, dateOf, filterOf, markedPieces } from '../../operator-ui/state/search-chips.ts';
import { Stretch } from '../../operator-ui/state/stretch.ts';
import { someMessage } from '../support/some-threads.ts';

const kinds = (phrase: string) =>
  partsOf(phrase).map(({ text, isPhrase, isOpen }) => [text, isPhrase ? 'phrase' : isOpen ? 'open' : 'word']);

test('words, phrases in all quotation marks, and a last word that may go on', () => {
  expect(kinds('Где ЗАКАЗ')).toEqual([
    ['где', 'word'],
    ['заказ', 'open'],
  ]);
  expect(kinds('заказ ')).toEqual([['заказ', 'word']]);
  expect(kinds('ёж a')).toEqual([
    ['еж', 'word'],
    // One letter begins half of all words.
    ['a', 'word'],
  ]);
  for (const phrase of ['"blue kettle" x', '«blue kettle» x', '“blue kettle” x', '„blue kettle“ x'])
    expect(kinds(phrase), phrase).toEqual([
      ['blue kettle', 'phrase'],
      ['x', 'word'],
    ]);
  // Not closed yet, empty, and nothing at all.
  expect(kinds('say "blue ket')).toEqual([
    ['say', 'word'],
    ['blue ket', 'phrase'],
  ]);
  for (const empty of ['', '  ', '""', '" "', '«»']) expect(kinds(empty)).toEqual([]);
  expect(kinds('w '.repeat(1000)).length).toBeLessThan(50);
});

test('one form of a text is as long as the text, whatever the letters', () => {
  for (const text of ['ЁЖ', 'İstanbul', 'ẞ', '😀A', 'ΑΣ', 'ﬁ']) expect(plainOf(text)).toHaveLength(text.length);
});

const { begin, end } = MARK;
const shown = (text: string, marked: string) => {
  const { excerpt, marks } = excerptOf(text, marked);
  expect(excerpt.length).toBeLessThanOrEqual(LIMITS.maxExcerptChars);
  return { excerpt, found: marks.flatMap((from, at) => (at % 2 === 0 ? [excerpt.slice(from, marks[at + 1])] : [])) };
};

test('an excerpt begins shortly before what was found, in whole characters, and says where that is', () => {
  expect(shown('my red kettle', `my ${begin}red${end} kettle`)).toEqual({ excerpt: 'my red kettle', found: ['red'] });
  const before = 'nothing of it here. '.repeat(40);
  const far = shown(
    `${before}the kettle is red\nand new`,
    `${before}the ${begin}kettle${end} is ${begin}red${end}\nand new`,
  );
  expect(far.excerpt).toMatch(/^….{0,24}the kettle is red and new$/);
  expect(far.found).toEqual(['kettle', 'red']);
  // Where most of it is, not where the first is.
  const two = shown(`red ${before}red red`, `${begin}red${end} ${before}${begin}red${end} ${begin}red${end}`);
  expect(two.found).toEqual(['red', 'red']);
  const emoji = '😀'.repeat(300);
  const whole = shown(`${emoji}kettle${emoji}`, `${emoji}${begin}kettle${end}${emoji}`);
  expect(whole.found).toEqual(['kettle']);
  expect(whole.excerpt).not.toMatch(/\p{Cs}/u);
  expect(shown('x'.repeat(10_000), 'x'.repeat(10_000)).found).toEqual([]);
});

test('an excerpt is shown whole, whatever its marks say', () => {
  expect(markedPieces('a red kettle', [2, 5])).toEqual([
    { text: 'a ', isMarked: false },
    { text: 'red', isMarked: true },
    { text: ' kettle', isMarked: false },
  ]);
  for (const marks of [[], [5, 2], [0], [200, 4], [3, 3], [0, 12, 4, 6], [7, 100]])
    expect(
      markedPieces('a red kettle', marks)
        .map(({ text }) => text)
        .join(''),
      String(marks),
    ).toBe('a red kettle');
});

test('of the chips only what has a value is asked, in the form that the relay takes', () => {
  expect(filterOf('  tea ', { status: 'open', waiting: false, person: ' ', id: '#AB', least: undefined })).toEqual({
    phrase: 'tea ',
    status: 'open',
  });
  expect(filterOf('', { person: ' Maria ', id: ' #00Ab-Cd ' })).toEqual({ person: 'Maria', id: '00ab-cd' });
  expect(filterOf('x'.repeat(999), {}).phrase).toHaveLength(LIMITS.maxPhraseChars);
  const from = atOfDate('2026-03-01', false) ?? 0;
  expect(dateOf(from)).toBe('2026-03-01');
  expect(dateOf((atOfDate('2026-03-01', true) ?? 0) + 1)).toBe('2026-03-02');
  for (const text of ['', '2026', '0000-00-00', 'x'.repeat(20)]) expect(atOfDate(text, false)).toBeUndefined();
});

test('around a message far back: both directions, without hole, also when long messages come in small pieces', () => {
  const all = Array.from({ length: 2000 }, (_, index) => someMessage(index + 1, index));
  /** As the relay answers; at most `most` of those asked for. */
  const answer = (stretch: Stretch, most: number) => {
    let left = 100;
    let asks = true;
    while (asks && left-- > 0) {
      const before = stretch.asks ?? 0;
      const messages = all.slice(Math.max(0, before - 1 - most), before - 1);
      asks = stretch.add({ before, messages, more: (messages[0]?.seq ?? 1) > 1 });
    }
    const seqs = stretch.messages.map(({ seq }) => seq);
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, index) => (seqs[0] ?? 0) + index));
    return seqs;
  };
  for (const most of [100, 7, 1]) {
    const stretch = new Stretch(500);
    expect(stretch.messages).toEqual([]);
    const around = answer(stretch, most);
    expect(around).toContain(500);
    expect(around.at(-1)).toBeGreaterThan(500);
    const last = around.at(-1) ?? 0;
    expect(stretch.askNewer()).toBe(true);
    expect(stretch.askNewer()).toBe(false);
    expect(answer(stretch, most).at(-1)).toBeGreaterThan(last);
    expect(stretch.askOlder()).toBe(true);
    expect(answer(stretch, most)[0]).toBeLessThan(around[0] ?? 0);
    // An answer to something else changes nothing.
    expect(stretch.add({ before: 3, messages: all.slice(0, 2), more: false })).toBe(false);
    stretch.change([{ ...someMessage(500, 0), version: 9000, body: { text: 'edited' } }]);
    expect(stretch.messages.find(({ seq }) => seq === 500)?.body.text).toBe('edited');
  }
  const beginning = new Stretch(3);
  expect(answer(beginning, 100)[0]).toBe(1);
  expect([beginning.hasOlder, beginning.askOlder()]).toEqual([false, false]);
});
