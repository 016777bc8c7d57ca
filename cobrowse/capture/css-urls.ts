// Addresses in CSS text and in srcset, made absolute and canonical.
//
// How both sides name an asset: `new URL(value, base).href` without its fragment, compared as a string, or what stands
// for it where it tells too much (assets.ts). Everything that capture sends is already absolute, so the mirror needs no
// base but a stylesheet's own address for the text of a stylesheet that it loads by itself.

/** Strings are addresses behind `@import`, and as candidates of an image-set(). */
const CSS_URL =
  /url\(\s*(?:"((?:[^"\\]+|\\[^])*)"|'((?:[^'\\]+|\\[^])*)'|((?:[^"'()\s\\]+|\\[^])*))\s*\)|(@import\s*|image-set\(\s*|\d(?:dpp)?x\s*,\s*)(?:"([^"]*)"|'([^']*)')/gi;

export type Address = {
  /** As it stands in what we send. */
  written: string;
  /** Where the asset is; undefined: nothing to load (data:, url(#id), other schemes). */
  key: string | undefined;
};

/** By which name an asset leaves the page. */
export type NameOf = (key: string) => string;

export function resolveAddress(value: string, base: string, nameOf: NameOf = (key) => key): Address {
  const trimmed = value.trim();
  if (!trimmed || trimmed.startsWith('#') || /^data:/i.test(trimmed)) return { written: trimmed, key: undefined };
  let url: URL;
  try {
    url = new URL(trimmed, base);
  } catch {
    // Not an address: the browser loads nothing for it either.
    return { written: trimmed, key: undefined };
  }
  const written = url.href;
  if (!/^(https?|blob):$/.test(url.protocol)) return { written, key: undefined };
  const { hash } = url;
  url.hash = '';
  // Icons and gradients of the page itself, written out because of a <base>; to load it would be to ask for it again.
  if (hash && [base, location.href].some((own) => own.split('#')[0] === url.href))
    return { written: hash, key: undefined };
  return { written: nameOf(url.href) + hash, key: url.href };
}

function unescapeCss(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\([\da-f]{1,6})\s?|\\([^])/gi, (_, hex: string | undefined, character: string | undefined) =>
    hex ? String.fromCodePoint(Math.min(parseInt(hex, 16), 0x10ffff)) : (character ?? ''),
  );
}

function mapCssUrls(css: string, change: (value: string) => string): string {
  if (!css.includes('url(') && !/url\(|@import|image-set/i.test(css)) return css;
  return css.replace(
    CSS_URL,
    (_, double?: string, single?: string, bare?: string, rule?: string, imported?: string, importedSingle?: string) => {
      const value = change(unescapeCss(double ?? single ?? bare ?? imported ?? importedSingle ?? ''));
      const quoted = `"${value.replace(/["\\\n]/g, (character) => `\\${character === '\n' ? 'a ' : character}`)}"`;
      return rule ? `${rule}${quoted}` : `url(${quoted})`;
    },
  );
}

/** The text with canonical addresses, or the names that they leave by; `nameOf` hears of every asset in it. */
export function rewriteCss(css: string, base: string, nameOf: NameOf): string {
  return mapCssUrls(css, (value) => resolveAddress(value, base, nameOf).written);
}

/** The text with every picture taken out; fonts and imported sheets stay. */
export function dropCssUrls(css: string): string {
  return mapCssUrls(css, (value) =>
    /^#|^data:(font|application)|\.(css|woff2?|[ot]tf|eot)\b/.test(value) ? value : '',
  );
}

const GENERATED =
  /((?:^|[{;\s])(?:content|quotes|--[\w-]+)\s*:)((?:"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|[^;}"'])*)/gi;

/** The text with the words that it would write into the page as `mask` makes them. */
export function maskCssText(css: string, mask: (words: string) => string): string {
  return css.replace(
    GENERATED,
    (_, name: string, value: string) => name + value.replace(/"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'/g, mask),
  );
}

/** Dots for words. Symbols of icon fonts stay: they are no letters, and as escapes they begin with e or f. */
export function maskGenerated(words: string): string {
  return words.replace(/(\\[ef][\da-f]{3})|\\?[\p{L}\p{N}]/giu, (_, icon?: string) => icon ?? '•');
}

/** Of a srcset, only the candidate in use: the mirror's screen may be of another density, and would choose another. */
export function chosenCandidate(srcset: string, inUse: string, base: string, nameOf: NameOf): string {
  for (const match of srcset.matchAll(/([^\s,]\S*[^\s,])(\s+[\d.]+[wxh])?\s*(?:,|$)/g)) {
    const { key } = resolveAddress(match[1] ?? '', base);
    if (key && key === resolveAddress(inUse, base).key) return `${nameOf(key)}${match[2] ?? ''}`;
  }
  return '';
}
