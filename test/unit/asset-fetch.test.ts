// The relay fetches what strangers' pages name: real servers on two loopback addresses, of which one stands for the
// internet and the other for what must never be reached.

import type { lookup as dnsLookup } from 'node:dns';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { fetchPublic, isPrivateAddress, type FetchDoor } from '../../relay/live/asset-fetch.ts';

const PUBLIC = '127.0.0.1';
const PRIVATE = '127.0.0.2';
const isPrivate = (address: string) => address !== PUBLIC;

type Answer = (response: http.ServerResponse, request: http.IncomingMessage) => void;

let port = 0;
let answer: Answer = (response) => void response.end('ok');
let reached: string[] = [];
const servers: http.Server[] = [];

async function serve(host: string, at: number): Promise<number> {
  const server = http.createServer((request, response) => {
    reached.push(host);
    answer(response, request);
  });
  servers.push(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, host, resolve);
  });
  // A listening TCP server's address is never a string.
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  port = await serve(PUBLIC, 0);
  await serve(PRIVATE, port);
});
afterEach(() => {
  reached = [];
  answer = (response) => void response.end('ok');
});
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/** Names and what they resolve to, one answer after the other; the last one stays. */
function names(table: Record<string, string[][]>): typeof dnsLookup {
  const lookup = (
    name: string,
    _: unknown,
    done: (error: Error | null, found: { address: string; family: number }[]) => void,
  ) => {
    const answers = table[name] ?? [];
    const found = (answers.length > 1 ? answers.shift() : answers[0]) ?? [];
    done(
      found.length > 0 ? null : new Error('no such name'),
      found.map((address) => ({ address, family: 4 })),
    );
  };
  // The one form of it that is used.
  return lookup as unknown as typeof dnsLookup;
}

const fetchFrom = (path: string, door: Partial<FetchDoor> = {}, host = `${PUBLIC}:${port}`) =>
  fetchPublic(`http://${host}${path}`, { isPrivate, ...door });

const redirectTo =
  (location: string): Answer =>
  (response, request) =>
    request.url === '/' ? void response.writeHead(302, { location }).end() : void response.end('inside');

describe('[A3] nothing private is reached', () => {
  test('by a redirect, however the address is written', async () => {
    for (const host of [
      '127.0.0.2',
      '2130706434',
      '0x7f000002',
      '0177.0.0.2',
      '127.2',
      '127.0.0.2.',
      '[::ffff:7f00:2]',
      '[::1]',
      'inside.example',
    ]) {
      answer = redirectTo(`http://${host}:${port}/secret`);
      const lookup = names({ 'inside.example': [[PRIVATE]] });
      const fetched = await fetchFrom('/', { lookup });
      expect(fetched.kind, host).toBe('refused');
      expect(reached, host).toEqual([PUBLIC]);
      reached = [];
    }
  });

  test('by a redirect to something that is no web address', async () => {
    for (const location of [
      'file:///etc/passwd',
      'ftp://127.0.0.2/',
      'data:text/css,a',
      '//[',
      'gopher://127.0.0.2/',
    ]) {
      answer = redirectTo(location);
      expect((await fetchFrom('/')).kind, location).toBe('refused');
    }
    expect(reached.every((host) => host === PUBLIC)).toBe(true);
  });

  test('by a name that resolves to another address the second time', async () => {
    answer = redirectTo(`http://rebound.example:${port}/secret`);
    const lookup = names({ 'rebound.example': [[PUBLIC], [PRIVATE]] });
    const fetched = await fetchFrom('/', { lookup }, `rebound.example:${port}`);
    expect(fetched).toEqual({ kind: 'refused', why: 'failed' });
    expect(reached).toEqual([PUBLIC]);
    // One connection asks once: the answer that was looked at is the one that is used.
    reached = [];
    const asks: string[] = [];
    const table = names({ 'rebound.example': [[PUBLIC], [PRIVATE]] });
    const counted = ((...parameters: Parameters<typeof table>) => {
      asks.push(parameters[0]);
      return table(...parameters);
    }) as typeof dnsLookup;
    expect((await fetchFrom('/page', { lookup: counted }, `rebound.example:${port}`)).kind).toBe('fetched');
    expect(asks).toEqual(['rebound.example']);
    expect(reached).toEqual([PUBLIC]);
  });

  test('by a name that has a public address besides', async () => {
    const lookup = names({ 'both.example': [[PRIVATE, PUBLIC]] });
    expect((await fetchFrom('/a', { lookup }, `both.example:${port}`)).kind).toBe('fetched');
    expect(reached).toEqual([PUBLIC]);
  });

  test('which addresses are private', () => {
    const inside = [
      '0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.255.255.255 169.254.169.254 172.16.0.1 172.31.255.255 192.168.1.1',
      '198.18.0.1 224.0.0.1 255.255.255.255 :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:a9fe:a9fe ::127.0.0.1',
      '64:ff9b::7f00:1 64:ff9b:1::1 2002:7f00:1:: 2001::1 fc00::1 fd12::1 fe80::1 fec0::1 ff02::1 localhost 127.1',
    ];
    for (const address of inside.join(' ').split(' ')) expect(isPrivateAddress(address), address).toBe(true);
    for (const address of ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2a00:1450::1', '2606:4700::1111', '::ffff:8.8.8.8'])
      expect(isPrivateAddress(address), address).toBe(false);
  });
});

describe('[A3] a stranger’s server costs little', () => {
  test('redirects without end', async () => {
    answer = (response) => void response.writeHead(302, { location: '/again' }).end();
    expect(await fetchFrom('/')).toEqual({ kind: 'refused', why: 'failed' });
    expect(reached).toHaveLength(4);
  });

  test('a body that never ends, one that comes drop by drop, and an answer that never comes', async () => {
    answer = (response) => {
      response.on('error', () => {});
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(256 * 1024)));
      };
      response.on('drain', more);
      more();
    };
    expect(await fetchFrom('/endless')).toEqual({ kind: 'refused', why: 'too-long' });
    const timers: NodeJS.Timeout[] = [];
    answer = (response) => void timers.push(setInterval(() => response.write('.'), 20));
    expect(await fetchFrom('/drops', { timeoutMs: 300 })).toEqual({ kind: 'refused', why: 'failed' });
    for (const timer of timers) clearInterval(timer);
    answer = () => {};
    expect(await fetchFrom('/silent', { timeoutMs: 300 })).toEqual({ kind: 'refused', why: 'failed' });
  });

  test('a small file that would inflate to a large one stays small', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    answer = (response, request) => {
      expect(request.headers['accept-encoding']).toBeUndefined();
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/css' }).end(bomb);
    };
    const fetched = await fetchFrom('/bomb');
    expect(fetched.kind === 'fetched' && fetched.bytes.byteLength).toBe(bomb.byteLength);
  });
});
