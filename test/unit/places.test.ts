import { expect, test } from 'vitest';
import type { Role } from '../../protocol/version.ts';
import { createPlaces, type Share } from '../../relay/auth/places.ts';

function world(options: { maxPeers?: number; maxPerAddress?: number } = {}) {
  const clock = { ms: 0 };
  const told: string[] = [];
  const places = createPlaces({
    maxPeers: 1000,
    maxPerAddress: 10,
    ...options,
    now: () => clock.ms,
    full: (address) => told.push(address),
  });
  const take = (address: string, role: Role = 'visitor') => {
    const got = places.take(role, address);
    return typeof got === 'string' ? got : 'taken';
  };
  const share = (address: string): Share | undefined => {
    const got = places.take('visitor', address);
    if (typeof got === 'string') throw new Error(got);
    return got.share;
  };
  const fill = (count: number, address: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => take(address(index)));
  return { clock, told, places, take, share, fill };
}

test('[P11] one address has so many places and no more; others are not touched', () => {
  const { take, fill, told } = world();
  expect(new Set(fill(10, () => '192.0.2.1'))).toEqual(new Set(['taken']));
  expect(take('192.0.2.1')).toBe('TooManyPeers');
  expect(take('192.0.2.2')).toBe('taken');
  expect(told).toEqual(['192.0.2.1']);
});

test('[P11] all addresses of one IPv6 line are one, and so are the two ways to write an IPv4 address', () => {
  const { take, fill } = world();
  fill(10, (index) => `2001:db8:1:2::${index}`);
  expect(take('2001:db8:1:2:ffff::1')).toBe('TooManyPeers');
  expect(take('2001:db8:1:3::1')).toBe('taken');
  fill(10, () => '::ffff:192.0.2.1');
  expect(take('192.0.2.1')).toBe('TooManyPeers');
});

test('[P11] a place that is left is free again', () => {
  const { places, take, share, fill } = world();
  const one = share('192.0.2.1');
  fill(9, () => '192.0.2.1');
  expect(take('192.0.2.1')).toBe('TooManyPeers');
  places.leave(one);
  expect(take('192.0.2.1')).toBe('taken');
  expect(places.taken).toBe(10);
});

test('[P11] coming and going is bounded too, and comes right with time', () => {
  const { clock, places, share, take } = world();
  for (let visit = 0; visit < 20; visit++) places.leave(share('192.0.2.1'));
  expect(take('192.0.2.1')).toBe('TooMany');
  expect(take('192.0.2.2')).toBe('taken');
  clock.ms += 1000;
  expect(take('192.0.2.1')).toBe('taken');
});

test('[P12] visitors of however many addresses leave places for operators', () => {
  const { take, fill, places } = world({ maxPeers: 100 });
  expect(fill(95, (index) => `192.0.2.${index}`).filter((got) => got === 'taken')).toHaveLength(90);
  for (let operator = 0; operator < 10; operator++) expect(take('192.0.2.1', 'operator')).toBe('taken');
  expect(take('192.0.2.1', 'operator')).toBe('TooManyPeers');
  expect(places.taken).toBe(100);
});

test('[P12] operators are not counted with the visitors behind their address', () => {
  const { take, fill } = world();
  fill(11, () => '192.0.2.1');
  expect(take('192.0.2.1', 'operator')).toBe('taken');
});

test('[P11] whoever runs the relay is told, once a minute at most', () => {
  const { clock, fill, told, take } = world();
  fill(30, () => '192.0.2.1');
  expect(told).toHaveLength(1);
  clock.ms += 60_000;
  take('192.0.2.1');
  expect(told).toHaveLength(2);
});
