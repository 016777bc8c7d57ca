// How a picture names the text of a style sheet that goes beside it, as an asset: by a comment that stands where the text
// would stand. The name says what the text is (a fingerprint of it), so that it is the same on every page and for every
// visitor of a site; what the room has under it is found by the hash of its bytes, as with every asset.
//
// The visitor's page writes it (cobrowse/capture/named-sheets.ts), the mirror reads it (cobrowse/mirror/sheets.ts). To
// whoever knows nothing of it, it is an empty sheet.

const HEAD = '/*tandem-sheet ';
const TAIL = '*/';
/** In place of a path, at the origin whose page has the sheet: frames of other origins are believed for their own. It
 * begins as all names that lead nowhere do (cobrowse/capture/assets.ts). */
const PATH = '/tandem-asset-sheet-';
const MOST_CHARS = 400;

/** An asset's name for a text with this fingerprint. */
export function sheetName(origin: string, fingerprint: string): string {
  return origin + PATH + fingerprint;
}

/** Whether an asset has the name of a sheet's text. */
export function isSheetName(url: string): boolean {
  return url.includes(PATH);
}

/** What stands in place of the text. */
export function referToSheet(name: string): string {
  return HEAD + name + TAIL;
}

/** The name in what stands in place of a text; undefined: it is a text itself. */
export function sheetNamed(text: string): string | undefined {
  if (!text.startsWith(HEAD) || text.length > MOST_CHARS || !text.endsWith(TAIL)) return undefined;
  const name = text.slice(HEAD.length, -TAIL.length);
  return isSheetName(name) ? name : undefined;
}
