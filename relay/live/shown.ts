// What a visitor's page says of itself, made fit to be shown to operators: a stranger wrote it, and the live list, the
// tab strip and the address bar show it beside words of our own. The one place where that is done; what a tab keeps has
// been through here.

import type { Page } from '../../protocol/messages.ts';

/** All tabs of a room must fit into one message (LIMITS.maxTextBytes), however JSON escapes what is in them. */
const MAX_SHOWN_URL_CHARS = 1024;
const MAX_SHOWN_TITLE_CHARS = 256;

/** Controls (C0, C1), line and paragraph separators, whatever turns the direction of text, and halves of characters. No
 * honest address or title needs one; in a message each control is six bytes, and an override turns `gpj.exe` round. */
const UNSHOWN = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

export function shownText(text: string, maxChars: number): string {
  const clean = text.replace(UNSHOWN, '');
  // The cut may leave half a character at its end.
  return clean.length > maxChars ? `${clean.slice(0, maxChars - 1).replace(UNSHOWN, '')}…` : clean;
}

/** A field's value: its lines stay. */
export function shownLines(text: string): string {
  return text
    .split('\n')
    .map((line) => shownText(line, line.length))
    .join('\n');
}

/** `origin`: that of the socket, which the browser vouches for. An address elsewhere is a lie, or that of a page without
 * one of its own (about:blank): then only the origin is known. */
export function shownPage(page: Page, origin: string): Page {
  const url = page.url.startsWith(`${origin}/`) ? page.url : `${origin}/`;
  return {
    ...page,
    url: shownText(url, MAX_SHOWN_URL_CHARS),
    title: shownText(page.title, MAX_SHOWN_TITLE_CHARS),
  };
}
