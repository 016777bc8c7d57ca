// A conversation's copy under every order, loss and doubling of what the relay says: it ends as the conversation is.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Message } from '../../protocol/dialog.ts';
import { createThreadCopy, type OlderMessages, type ThreadState } from '../../protocol/thread-copy.ts';

const message = (seq: number, version: number): Message => ({
  id: String(seq),
  seq,
  version,
  by: { kind: 'contact' },
  kind: 'text',
  body: { text: `${seq} at ${version}` },
  at: 0,
});

/** A relay's side: each step adds messages or edits one; it can say any change, and answer. */
function createThread(steps: readonly number[]) {
  const all: Message[] = [];
  const changes: ThreadState[] = [];
  steps.forEach((step, at) => {
    const version = at + 1;
    const touched =
      step <= 0 && all.length > 0
        ? [message((-step % all.length) + 1, version)]
        : Array.from({ length: Math.max(1, step) }, (_, index) => message(all.length + index + 1, version));
    for (const one of touched) all[one.seq - 1] = one;
    changes.push({ from: at, version, seq: all.length, messages: touched, more: false });
  });
  return {
    all,
    changes,
    older: (before: number, most: number): OlderMessages => ({
      before,
      messages: all.slice(Math.max(0, before - 1 - most), before - 1),
      more: before - 1 > most,
    }),
    /** As the relay would have answered after that many changes. */
    answer(version: number, upTo: number, most: number): ThreadState {
      const then = createThread(steps.slice(0, upTo)).all;
      const newer = then.filter((one) => one.version > version);
      const base = { version: upTo, seq: then.length };
      if (newer.length <= most && version > 0) return { ...base, from: version, messages: newer, more: false };
      return { ...base, from: 0, messages: then.slice(-most), more: then.length > most };
    },
  };
}

test('[V3] whatever is lost, late, doubled or out of order on the way, asking makes it whole', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -5, max: 3 }), { minLength: 1, maxLength: 30 }),
      fc.array(fc.record({ what: fc.nat(), late: fc.nat(10), isLost: fc.boolean() }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 8 }),
      (steps, sent, most) => {
        const thread = createThread(steps);
        const copy = createThreadCopy();
        copy.asked();
        let pending = thread.answer(0, 1, most);
        let isPending = true;
        for (const { what, late, isLost } of sent) {
          const change = thread.changes[what % thread.changes.length];
          if (change && !isLost && copy.apply(change)) {
            // It answers with what it knew some changes ago, but never less than it has told.
            pending = thread.answer(copy.version, Math.max(change.version, thread.changes.length - late), most);
            isPending = true;
          }
          if (isPending && late < 5) {
            isPending = false;
            if (copy.apply(pending)) {
              pending = thread.answer(copy.version, thread.changes.length, most);
              isPending = true;
            }
          }
        }
        // A new link.
        copy.asked();
        expect(copy.apply(thread.answer(copy.version, thread.changes.length, most))).toBe(false);
        while (copy.hasOlder) {
          copy.addOlder(thread.older(copy.messages[0]?.seq ?? 0, most));
        }
        expect(copy.messages).toEqual(thread.all);
        expect([copy.version, copy.seq]).toEqual([thread.changes.length, thread.all.length]);
      },
    ),
    { numRuns: 2000, seed: 1 },
  );
});

test('older messages that were read before a change of them, which has been told already', () => {
  // Ten messages, then the third is edited.
  const thread = createThread([10, -2]);
  const before = createThread([10]);
  const copy = createThreadCopy();
  copy.asked();
  copy.apply(thread.answer(0, 1, 4));
  const [edit] = thread.changes.slice(1);
  if (edit) expect(copy.apply(edit)).toBe(false);
  copy.addOlder(before.older(7, 6));
  expect(copy.messages).toEqual(thread.all);
  expect(copy.hasOlder).toBe(false);
});

test('older messages of a place where nothing begins any more leave no hole', () => {
  const thread = createThread([20, 20]);
  const copy = createThreadCopy();
  copy.asked();
  copy.apply(thread.answer(0, 1, 5));
  const late = thread.older(copy.messages[0]?.seq ?? 0, 5);
  // More was missed than goes at once: it begins anew, further on.
  copy.asked();
  copy.apply(thread.answer(1, 2, 5));
  copy.addOlder(late);
  expect(copy.messages.map(({ seq }) => seq)).toEqual([36, 37, 38, 39, 40]);
  expect(copy.hasOlder).toBe(true);
});
