// Addresses of pages with stars, as admins type them (a site's pages where control pauses; protocol/hand.ts matches them),
// brought into the form in which browsers tell addresses: letters beyond ASCII escaped, scheme and host in small letters.

import { LIMITS } from '../../protocol/limits.ts';

/** A star anywhere, in the host too. */
const ADDRESS = /^(https?|\*):\/\/([^/?#\s]+)([/?#].*)?$/i;

/** Undefined: it would match no page. */
export function canonicalPattern(typed: string): string | undefined {
  const text = typed.trim();
  if (/[\s\\]/.test(text)) return undefined;
  const found = ADDRESS.exec(text);
  if (!found && !/^[/*]/.test(text)) return undefined;
  const [, scheme = '', host = '', rest = ''] = found ?? [];
  const name = found ? canonicalHost(scheme, host) : '';
  if (name === undefined) return undefined;
  // An address of a host alone has a slash at its end.
  const pattern = found ? `${scheme.toLowerCase()}://${name}${escaped(rest.replace(/^(?![/])/, '/'))}` : escaped(text);
  return pattern.length > LIMITS.maxPatternChars ? undefined : pattern;
}

function canonicalHost(scheme: string, host: string): string | undefined {
  if (host.includes('@')) return undefined;
  if (host === '*') return host;
  // No host has this for its own; and a star is none of its letters.
  const STAR = 'tandem--star';
  try {
    // A port that goes without saying is not in an address.
    return new URL(`${scheme.replace('*', 'https')}://${host.replaceAll('*', STAR)}`).host.replaceAll(STAR, '*');
  } catch {
    return undefined;
  }
}

/** As URLs write them; what is escaped already stays. */
function escaped(text: string): string {
  try {
    return text.replace(/[^\x21-\x7e]+/g, encodeURIComponent).replace(/["<>]/g, encodeURIComponent);
  } catch {
    // Half a character.
    return text;
  }
}
