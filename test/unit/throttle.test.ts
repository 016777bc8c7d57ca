import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressKey, createThrottle } from '../../relay/auth/throttle.ts';

function atZero(options: { burst: number; everyMs: number; maxKeys?: number }) {
  const clock = { ms: 1_000_000 };
  return { clock, throttle: createThrottle({ ...options, now: () => clock.ms }) };
}

describe('throttle', () => {
  test('lets a burst through, then one per interval, and says how long to wait', () => {
    const { clock, throttle } = atZero({ burst: 3, everyMs: 1000 });
    expect([1, 2, 3, 4].map(() => throttle.take('a'))).toEqual([0, 0, 0, 1000]);
    clock.ms += 400;
    expect(throttle.take('a')).toBe(600);
    clock.ms += 600;
    expect(throttle.take('a')).toBe(0);
    expect(throttle.take('a')).toBe(1000);
  });

  test('keys do not share', () => {
    const { throttle } = atZero({ burst: 1, everyMs: 1000 });
    expect(throttle.take('a')).toBe(0);
    expect(throttle.take('b')).toBe(0);
    expect(throttle.take('a')).toBe(1000);
  });

  test('a refused try costs nothing, and wait takes nothing', () => {
    const { clock, throttle } = atZero({ burst: 1, everyMs: 1000 });
    throttle.take('a');
    for (let i = 0; i < 50; i++) throttle.take('a');
    clock.ms += 1000;
    for (let i = 0; i < 50; i++) expect(throttle.wait('a')).toBe(0);
    expect(throttle.take('a')).toBe(0);
  });

  test('giving back undoes one take, and never makes more than a full bucket', () => {
    const { throttle } = atZero({ burst: 2, everyMs: 1000 });
    throttle.take('a');
    throttle.giveBack('a');
    throttle.giveBack('a');
    expect(throttle.size()).toBe(0);
    expect([1, 2, 3].map(() => throttle.take('a'))).toEqual([0, 0, 1000]);
  });

  test('forgets keys that have filled up again, and the oldest when there are too many', () => {
    const { clock, throttle } = atZero({ burst: 2, everyMs: 1000, maxKeys: 100 });
    for (let i = 0; i < 1000; i++) throttle.take(`key ${i}`);
    expect(throttle.size()).toBeLessThanOrEqual(100);
    throttle.take('key 999');
    expect(throttle.take('key 999')).toBe(1000);
    clock.ms += 10_000;
    for (let i = 0; i < 101; i++) throttle.take(`new ${i}`);
    expect(throttle.wait('key 999')).toBe(0);
    expect(throttle.size()).toBeLessThanOrEqual(101);
  });

  test('a clock that is set back does not lock anybody out for the jump', () => {
    const { clock, throttle } = atZero({ burst: 2, everyMs: 1000 });
    throttle.take('a');
    throttle.take('a');
    clock.ms -= 900_000;
    expect(throttle.wait('a')).toBeLessThanOrEqual(1000);
  });

  test('over any time, no more than the burst and one per interval get through', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 1000 }),
        fc.array(fc.nat({ max: 500 }), { maxLength: 300 }),
        (burst, everyMs, steps) => {
          const { clock, throttle } = atZero({ burst, everyMs });
          const start = clock.ms;
          let taken = 0;
          for (const step of steps) {
            clock.ms += step;
            if (throttle.take('a') === 0) taken++;
          }
          expect(taken).toBeLessThanOrEqual(burst + (clock.ms - start) / everyMs);
        },
      ),
      { seed: 3 },
    );
  });
});

describe('addresses as keys', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['0000:0000:0000:0000:0000:ffff:c000:0207', '192.0.2.7'],
    ['::1', '0:0:0:0::/64'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002:0000:0000:0000:0001', '2001:db8:1:2::/64'],
    ['2001:db8::5', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s is %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });

  test('nothing makes it throw', () => {
    fc.assert(
      fc.property(fc.string(), (text) => typeof addressKey(text) === 'string'),
      { seed: 4 },
    );
  });
});
