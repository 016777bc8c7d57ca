// Which origins may open a visitor's socket for a site: exact origins, or a wildcard for subdomains. Pure; called in the
// upgrade of every visitor. Easy to get wrong: browsers send origins in one canonical form (lower case, punycode, no
// default port), people type them in others; so the list is brought into that form and the header must already be in
// it. 'null' (sandboxed frames, files, redirects) is never allowed: anybody can have it.

/** Longer than the longest host name (253) with scheme and port. */
const MAX_ORIGIN_CHARS = 300;

type Pattern = { readonly kind: 'exact'; readonly origin: string } | Wildcard;
type Wildcard = {
  readonly kind: 'subdomains';
  readonly protocol: string;
  /** With its leading dot: '.example.com'. */
  readonly suffix: string;
  readonly port: string;
};

/** True if a browser's Origin header names one of `allowed` ('https://shop.example', 'https://*.example.com'). */
export function originAllowed(origin: string | undefined, allowed: readonly string[]): boolean {
  if (origin === undefined || origin.length > MAX_ORIGIN_CHARS) return false;
  const url = httpOrigin(origin);
  if (!url || url.origin !== origin) return false;
  return allowed.some((text) => {
    const pattern = readPattern(text);
    return pattern !== undefined && fits(url, pattern);
  });
}

/** The form in which an entry of a site's list is kept; undefined: not an origin, or a wildcard that is too wide. */
export function canonicalOrigin(text: string): string | undefined {
  const pattern = readPattern(text);
  if (!pattern) return undefined;
  if (pattern.kind === 'exact') return pattern.origin;
  return `${pattern.protocol}//*${pattern.suffix}${pattern.port === '' ? '' : `:${pattern.port}`}`;
}

function fits(url: URL, pattern: Pattern): boolean {
  if (pattern.kind === 'exact') return url.origin === pattern.origin;
  // One character at least before the dot: the bare domain is not a subdomain of itself.
  return (
    url.protocol === pattern.protocol &&
    url.port === pattern.port &&
    url.hostname.endsWith(pattern.suffix) &&
    url.hostname.length > pattern.suffix.length
  );
}

function readPattern(text: string): Pattern | undefined {
  const entry = text.trim();
  const star = entry.indexOf('*');
  if (star < 0) {
    const url = httpOrigin(entry);
    return url && { kind: 'exact', origin: url.origin };
  }
  // The star stands once, as the first label. It is replaced before parsing because a URL's host may not hold one.
  if (!/^https?:\/\/\*\./i.test(entry) || entry.indexOf('*', star + 1) >= 0) return undefined;
  const url = httpOrigin(entry.replace('*.', 'any.'));
  if (!url) return undefined;
  const suffix = url.hostname.slice('any'.length);
  // '*.com' would let in everybody. (That '*.co.uk' does so too is left to whoever types it.)
  if (!suffix.slice(1).includes('.') || /^\.[\d.]+$/.test(suffix)) return undefined;
  return { kind: 'subdomains', protocol: url.protocol, suffix, port: url.port };
}

/** An http(s) address with nothing after its host and port. */
function httpOrigin(text: string): URL | undefined {
  if (!/^https?:\/\/[^/?#@\\\s]+\/?$/i.test(text) || !URL.canParse(text)) return undefined;
  return new URL(text);
}
