// A page's address as the address bar shows it: what may be elided and what must stay. The host tells where the
// visitor is and the last part which page, so a long address loses its middle.

import { readableUrl } from './visitor-order.ts';

export type AddressParts = { scheme: string; host: string; head: string; tail: string; isSecure: boolean };

/** Characters at the end that always stay. */
const TAIL_CHARS = 18;

export function addressParts(url: string): AddressParts {
  const match = /^([a-z][a-z0-9+.-]*:)(\/\/)?([^/?#]*)(.*)$/is.exec(url);
  const scheme = match?.[1] ?? '';
  const host = match?.[3] ?? '';
  const rest = readableUrl(match ? (match[4] ?? '') : url);
  const cut = rest.length > 2 * TAIL_CHARS ? rest.length - TAIL_CHARS : rest.length;
  return {
    scheme: scheme + (match?.[2] ?? ''),
    host,
    head: rest.slice(0, cut),
    tail: rest.slice(cut),
    isSecure: scheme.toLowerCase() === 'https:',
  };
}

const kB = 1024;

/** Bytes as a number and the unit to name it by. */
export function sizeOf(bytes: number): { unit: 'kB' | 'MB'; value: string } {
  if (bytes < kB * kB) return { unit: 'kB', value: String(Math.ceil(bytes / kB)) };
  return { unit: 'MB', value: (bytes / kB / kB).toFixed(1) };
}
