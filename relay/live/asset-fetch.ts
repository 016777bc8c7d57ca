// Fetches a public asset that the visitor's page may not read itself (no CORS). Guarded: the address comes from a
// stranger's page, so it must not reach anything private, be large, be slow, or be anything but an asset.
//
// Easy to get wrong: the address is checked in the connection's own lookup, not before it, or a name that resolves
// differently the second time would slip through; each redirect is checked anew.

import { lookup as dnsLookup } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { BlockList, isIP } from 'node:net';
import { LIMITS } from '../../protocol/limits.ts';

/** For all of it, redirects included. */
const TIMEOUT_MS = 10_000;
const REDIRECTS = 3;

const privateAddresses = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  privateAddresses.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of [
  ['::', 96],
  ['64:ff9b::', 32],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const)
  privateAddresses.addSubnet(net, prefix, 'ipv6');

/** Whether an IP address is one that the public internet can't mean. Anything that is no IP address counts as private. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return true;
  return privateAddresses.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

export type Fetched =
  | { kind: 'fetched'; bytes: Uint8Array; type: string; url: string }
  | { kind: 'refused'; why: 'address' | 'too-long' | 'status' | 'failed' };

export type FetchDoor = {
  /** Not to be reached: `isPrivateAddress`, or nothing at all in a site's own intranet. */
  isPrivate(address: string): boolean;
  readonly lookup?: typeof dnsLookup;
  readonly timeoutMs?: number;
};

export async function fetchPublic(address: string, door: FetchDoor): Promise<Fetched> {
  const signal = AbortSignal.timeout(door.timeoutMs ?? TIMEOUT_MS);
  let url = address;
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    const result = await fetchOnce(url, door, signal);
    if (!('redirect' in result)) return result;
    url = result.redirect;
  }
  return { kind: 'refused', why: 'failed' };
}

function fetchOnce(address: string, door: FetchDoor, signal: AbortSignal): Promise<Fetched | { redirect: string }> {
  const { isPrivate, lookup = dnsLookup } = door;
  if (!URL.canParse(address)) return Promise.resolve({ kind: 'refused', why: 'address' });
  const url = new URL(address);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return Promise.resolve({ kind: 'refused', why: 'address' });
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  // A literal is connected to without a lookup. Decimal, hex and short forms have become ordinary ones in `new URL`.
  if (isIP(literal) !== 0 && isPrivate(literal)) return Promise.resolve({ kind: 'refused', why: 'address' });
  const client = url.protocol === 'https:' ? https : http;
  return new Promise((resolve) => {
    const refuse = (why: 'address' | 'too-long' | 'status' | 'failed') => {
      resolve({ kind: 'refused', why });
      request.destroy();
    };
    const request = client.get(
      url,
      {
        agent: false,
        signal,
        headers: { accept: 'text/css,image/*,font/*;q=0.9,*/*;q=0.1', 'user-agent': 'Tandem (asset fetch)' },
        lookup(hostname, lookupOptions, done) {
          lookup(hostname, { ...lookupOptions, all: true }, (error, found) => {
            if (error) return done(error, '', 0);
            const usable = found.filter((entry) => !isPrivate(entry.address));
            const [first] = usable;
            if (!first) return done(new Error('private address'), '', 0);
            // Node asks for one address or for all, depending on its happy-eyeballs setting; its type knows only one.
            if (lookupOptions.all) return (done as unknown as (e: null, all: typeof usable) => void)(null, usable);
            return done(null, first.address, first.family);
          });
        },
      },
      (response) => {
        const status = response.statusCode ?? 0;
        const { location } = response.headers;
        if (status >= 300 && status < 400 && location !== undefined) {
          response.destroy();
          resolve(
            URL.canParse(location, url.href)
              ? { redirect: new URL(location, url).href }
              : { kind: 'refused', why: 'status' },
          );
          return;
        }
        if (status !== 200) return refuse('status');
        const pieces: Buffer[] = [];
        let bytes = 0;
        response.on('data', (piece: Buffer) => {
          bytes += piece.byteLength;
          if (bytes > LIMITS.maxAssetBytes) refuse('too-long');
          else pieces.push(piece);
        });
        response.on('end', () => {
          const type = response.headers['content-type'] ?? '';
          resolve({ kind: 'fetched', bytes: new Uint8Array(Buffer.concat(pieces)), type, url: url.href });
        });
        response.on('error', () => refuse('failed'));
      },
    );
    request.on('error', () => refuse('failed'));
  });
}
