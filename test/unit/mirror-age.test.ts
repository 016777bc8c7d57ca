// How old the operator's picture is (cobrowse/mirror/age.ts); titles quote its rules.

import { describe, expect, test } from 'vitest';
import { createAge, createLack } from '../../cobrowse/mirror/age.ts';

/** A visitor's page whose clock began at another time, and an operator's. */
function setUp(pageBegan = -123_456) {
  let time = 1_000_000;
  const age = createAge(() => time);
  return {
    age,
    after: (ms: number) => void (time += ms),
    /** A change that was sent just now, and is shown so much later. */
    change(tookMs: number, waited = 0) {
      const at = time - pageBegan;
      time += tookMs;
      age.shown({ at, waited });
    },
  };
}

describe('mirror age', () => {
  test.each([-5_000_000, 0, 5_000_000])(
    '[MA1] a page whose clock is %i ms off: only what took longer counts',
    (off) => {
      const { age, change } = setUp(off);
      change(20);
      expect(age.ms()).toBe(0);
      change(520);
      expect(age.ms()).toBeCloseTo(500, 0);
      change(20, 300);
      expect(age.ms()).toBeCloseTo(300, 0);
    },
  );

  test('[MA1] a way that gets longer and longer does not become the measure', () => {
    const { age, change } = setUp();
    for (let tookMs = 10; tookMs <= 8000; tookMs += 10) change(tookMs);
    expect(age.ms()).toBeGreaterThan(7000);
  });

  test('[MA2] clocks that do not run alike: after an hour nothing is wrong', () => {
    let time = 0;
    const age = createAge(() => time);
    for (let second = 0; second < 3600; second++) {
      time = second * 1000;
      // A hundred microseconds a second slower.
      age.shown({ at: time * 0.9999, waited: 0 });
      expect(age.ms()).toBeLessThan(1);
    }
  });

  test('[MA2] the next page’s clock begins anew', () => {
    const { age, change, after } = setUp();
    change(10);
    age.restart();
    after(3_600_000);
    age.shown({ at: 40, waited: 0 });
    expect(age.ms()).toBe(0);
  });

  test('[MA4] the worst since it was asked; then the last one’s, for a while', () => {
    const { age, change, after } = setUp();
    change(10);
    change(910);
    change(410);
    expect(age.ms()).toBeCloseTo(900, 0);
    expect(age.ms()).toBeCloseTo(400, 0);
    after(10_000);
    expect(age.ms()).toBe(0);
  });

  test('[MA3] what the relay has said is there and did not come', () => {
    let time = 0;
    const lack = createLack(() => time);
    lack.told(10);
    lack.reached(10);
    expect(lack.ms()).toBe(0);
    lack.told(15);
    time = 700;
    expect(lack.ms()).toBe(700);
    lack.told(20);
    time = 1500;
    lack.reached(15);
    // How old it was when it came; and what is still missing since.
    expect(lack.ms()).toBe(1500);
    expect(lack.ms()).toBe(800);
    lack.reached(20);
    lack.ms();
    expect(lack.ms()).toBe(0);
    // A relay that has restarted counts from 1.
    lack.told(21);
    lack.restart();
    lack.told(3);
    lack.reached(3);
    time = 9000;
    lack.ms();
    expect(lack.ms()).toBe(0);
  });
});
