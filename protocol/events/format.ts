// What both ends of the events' encoding agree on: symbols, leads, the dictionary, the bounds of the tables. The format
// itself is described in protocol/README.md; every number here is part of the wire (test/golden).

/** A shape is a list of symbols: a key, then what stands there, and so on, objects within it written out. A structural
 * symbol is negative in memory and this number on the wire. A constant needs no bytes in the object; the others say what
 * the object's values are. */
export const END = 0;
export const LEAVE = -1;
export const ENTER = -2;
export const NULL = -3;
export const TRUE = -4;
export const FALSE = -5;
/** An array without items. */
export const EMPTY = -6;
export const ARRAY = -7;
export const TEXT = -8;
export const WHOLE = -9;
/** Any other number: its digits as a text. */
export const FLOAT = -10;
/** A node's id, as a difference to the last one. */
export const ID = -11;
/** A node's id, one more than the last one. */
export const NEXT_ID = -12;
/** Names another node: a difference to the last id. */
export const NEAR_ID = -13;
/** Differences to the last of their own. */
export const TIME = -14;
export const ROOT_ID = -15;
/** On the wire only: a name that comes for the first time; a small number that is part of the shape; names in order. */
export const NEW_NAME = 16;
export const NUMBER = 17;
export const FIRST_NAME = 18;
/** Names from here on take two bytes. */
export const FAR_NAMES = 192;

/** What stands in an array: a shape that is known, in one byte or from FAR_SHAPES on in two; or one that is made here; or,
 * before one that is made here, that all shapes are forgotten; else the symbol of it, added to this. */
export const FAR_SHAPES = 192;
export const DEFINE = 224;
export const RESET = 225;
export const SYMBOLS = 256;

/** A text: its length below LONG_TEXT; its length as a varint behind that; what it has in common with the last one in its
 * place; that one again; or, from TABLE on, its row of the table, in two bytes. */
export const LONG_TEXT = 237;
export const LIKE_LAST = 238;
export const SAME_AS_LAST = 239;
export const TABLE = 240;

/** Texts of 3 … this many characters go into the table: SVG paths and class lists of today's frameworks are in, prose and
 * data URLs are not. */
export const LEAST_TABLE_CHARS = 3;
export const MAX_TABLE_CHARS = 400;
/** A text of at most so many characters is kept for the next one in its place: somebody types into a long paragraph. */
export const MAX_LAST_CHARS = 4000;
/** To say what is in common takes two bytes more than a length alone. */
export const LEAST_COMMON = 4;
/** Steps in the tree of shapes; past it all shapes are forgotten. */
export const MAX_STEPS = 8000;
/** Symbols of one shape: an element of about 1,900 attributes. */
export const MAX_PATH = 4000;
/** Arrays within arrays: levels of a page. As much as capture takes from a frame. */
export const MAX_DEPTH = 1024;
/** Larger numbers are written as text: what is made of them on the way must stay whole. */
export const MAX_WHOLE = 2 ** 51;
/** Of a name or number that becomes part of the shape. */
export const MAX_FOLDED_CHARS = 40;
export const MAX_FOLDED_NUMBER = 100;

/** A list's form, in the lowest bit of its first number. */
export const PACKED = 0;
/** What has halves of surrogate pairs, is nested too deep or fits no other bound goes as JSON; the tables are empty then. */
export const JSON_FORM = 1;

/** How what stands under some keys of rrweb's events is written. */
export const KEY_ID = 1;
export const KEY_NEAR_ID = 2;
export const KEY_TIME = 3;
export const KEY_ROOT_ID = 4;
/** The value is part of the shape. */
export const KEY_FOLDED = 5;

/** Keys with a kind of their own. A Map: a key may be `constructor`. */
export const KEY_KINDS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    id: KEY_ID,
    parentId: KEY_NEAR_ID,
    nextId: KEY_NEAR_ID,
    styleId: KEY_NEAR_ID,
    timestamp: KEY_TIME,
    rootId: KEY_ROOT_ID,
    type: KEY_FOLDED,
    source: KEY_FOLDED,
    tagName: KEY_FOLDED,
    tag: KEY_FOLDED,
  }),
);

/** Names that most pages use, the ones of rrweb's events first. Append only with a new version: their places are the wire. */
export const NAMES =
  'type data timestamp id source texts attributes removes adds parentId nextId node tagName childNodes textContent value ' +
  'isSVG style class div span p a li ul button input label img svg path g tr td th table tbody thead section h1 h2 h3 h4 ' +
  'i b strong em small form select option textarea header footer main nav article ol html head body meta title link ' +
  'script iframe canvas video br hr rect circle line text use href src alt name content rel width height for role ' +
  'tabindex placeholder checked disabled hidden selected aria-label aria-hidden aria-expanded aria-controls data-id lang d ' +
  'viewBox fill stroke stroke-width transform x y x1 x2 y1 y2 cx cy r xmlns color display left top opacity ' +
  'background-color position visibility _cssText rr_scrollTop rr_scrollLeft isStyle rootId isShadowHost isShadow isCustom ' +
  'isAttachIframe publicId systemId initialOffset isChecked tag payload start end ranges startOffset endOffset property ' +
  'remove set index rule styleId charset';

/** The row of the table that a text has. A Map would cost several times as much with texts that never come again; here
 * the newer one just takes the row. A few characters tell most texts apart. */
export function rowOf(text: string): number {
  const { length } = text;
  let hash = length;
  hash = Math.imul(hash, 31) + text.charCodeAt(0);
  hash = Math.imul(hash, 31) + text.charCodeAt(length >> 2);
  hash = Math.imul(hash, 31) + text.charCodeAt(length >> 1);
  hash = Math.imul(hash, 31) + text.charCodeAt(length - 2);
  hash = Math.imul(hash, 31) + text.charCodeAt(length - 1);
  return (Math.imul(hash, 0x9e3779b1) >>> 20) & 4095;
}
