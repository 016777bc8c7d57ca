// Whose picture a room has of a tab, and when a page counts as one that can't be captured.

import { describe, expect, test } from 'vitest';
import { DuePicture, type DueStep } from '../../relay/live/due-picture.ts';

const SHOWN = { received: 5, isVisible: true };
const HIDDEN = { received: 5, isVisible: false };

/** A tab of a room, second by second. `bornAt`: of its document. */
function tab(bornAt = 0) {
  const due = new DuePicture();
  let now = 60_000;
  const steps: DueStep[] = [];
  return {
    due,
    steps,
    get now() {
      return now;
    },
    load() {
      bornAt = now - 500;
      due.back(SHOWN.received, now);
    },
    /** To one that the browser has kept: its clock goes on. */
    goBack(to: number) {
      bornAt = to;
      due.back(SHOWN.received, now);
    },
    reconnect: () => due.back(SHOWN.received, now),
    /** `probes`: every two seconds, as a page does that is not busy. */
    pass(seconds: number, options: { probes?: boolean; seen?: { received: number; isVisible: boolean } } = {}) {
      const { probes = true, seen = SHOWN } = options;
      for (let second = 0; second < seconds; second++) {
        now += 1000;
        if (probes && second % 2 === 0) due.probed(now - bornAt, now);
        const step = due.tick(seen, now);
        if (!step) continue;
        steps.push(step);
        if (step !== 'blank') due.asked(now);
      }
    },
  };
}

describe('[RM16] another document', () => {
  test('is known by its clock, and its failing said after it was asked', () => {
    const { due, steps, load, pass } = tab();
    pass(10);
    load();
    pass(8);
    expect(steps).toEqual(['blank']);
    pass(40);
    expect(steps.slice(0, 3)).toEqual(['blank', 'ask', 'give-up']);
    expect(steps.filter((step) => step === 'give-up')).toHaveLength(1);
    expect(due.isBlank).toBe(true);
    due.begun();
    expect(due.isBlank).toBe(false);
    steps.length = 0;
    pass(60);
    expect(steps).toEqual([]);
  });

  test('that says nothing at all is one, too', () => {
    const { steps, load, pass } = tab();
    pass(10);
    load();
    pass(200, { probes: false });
    expect(steps.slice(0, 3)).toEqual(['blank', 'give-up', 'ask']);
  });

  test('that sends its picture is asked for nothing', () => {
    const { due, steps, load, pass } = tab();
    pass(10);
    for (let page = 0; page < 5; page++) {
      load();
      pass(3);
      due.begun();
      pass(30);
    }
    expect(steps).toEqual([]);
  });

  test('that the visitor went back to is not the one between, and is asked once if it sends nothing by itself', () => {
    const { due, steps, load, goBack, pass } = tab();
    pass(10);
    load();
    due.begun();
    pass(10);
    expect(due.isCertain(SHOWN.received)).toBe(true);
    goBack(0);
    pass(3);
    expect(due.isCertain(SHOWN.received)).toBe(false);
    expect(steps).toEqual([]);
    pass(12);
    expect(steps).toEqual(['ask']);
    due.begun();
    expect(due.isCertain(SHOWN.received)).toBe(true);
    pass(60);
    expect(steps).toEqual(['ask']);
  });

  test('that the visitor went back to before the one between gave a sign of life is not taken for that one', () => {
    const { due, steps, load, goBack, pass } = tab();
    pass(10);
    load();
    due.begun();
    pass(1, { probes: false });
    goBack(0);
    pass(8);
    expect(due.isBlank).toBe(true);
    expect(due.isCertain(SHOWN.received)).toBe(false);
    pass(6);
    expect(steps).toEqual(['blank', 'ask']);
    due.begun();
    expect(due.isCertain(SHOWN.received)).toBe(true);
    // And again, forth and back.
    steps.length = 0;
    pass(10);
    goBack(60_000 + 10_000);
    pass(3);
    due.begun();
    goBack(0);
    pass(20);
    expect(steps).toContain('ask');
  });

  test('that is busy with a large picture for long is not said to fail, nor one that is hidden', () => {
    const { steps, load, pass } = tab();
    pass(10);
    load();
    pass(25, { probes: false });
    expect(steps).toEqual(['blank']);
    const hidden = tab();
    hidden.pass(10);
    hidden.load();
    hidden.pass(300, { seen: HIDDEN });
    expect(hidden.steps).not.toContain('give-up');
    expect(hidden.steps).not.toContain('blank');
  });
});

describe('[RM16] the same document', () => {
  test('after a lost link is known by its clock', () => {
    const { steps, reconnect, pass } = tab();
    pass(10);
    for (let loss = 0; loss < 5; loss++) {
      reconnect();
      pass(30);
    }
    expect(steps).toEqual([]);
  });

  test('or by what it goes on with', () => {
    const { steps, reconnect, pass } = tab();
    reconnect();
    pass(60, { probes: false, seen: { received: 6, isVisible: true } });
    expect(steps).toEqual([]);
  });

  test('keeps its picture while another is due', () => {
    const one = tab();
    one.pass(10);
    one.due.want(one.now);
    one.due.asked(one.now);
    one.reconnect();
    one.pass(30);
    expect(one.steps).not.toContain('blank');
    expect(one.steps).toContain('ask');
  });
});

test('a question that the limit forbade is put at the next opportunity, also to a page that is hidden', () => {
  const one = tab();
  one.due.want(one.now);
  one.pass(1, { seen: HIDDEN });
  expect(one.steps).toEqual(['ask']);
});

test('a page that says itself what fails is not asked', () => {
  const one = tab();
  one.pass(10);
  one.load();
  expect(one.due.refused()).toBe(true);
  expect(one.due.isBlank).toBe(true);
  expect(one.due.refused()).toBe(false);
  one.pass(100);
  expect(one.steps).toEqual([]);
  const same = tab();
  same.due.expect(same.now);
  expect(same.due.refused()).toBe(false);
});
