// rrweb's events → bytes, on the visitor's main thread. Any JSON value goes in and comes out the same; what is short is
// what rrweb's events look like. The format: README.md, "Events". The other end: event-decoder.ts.
//
// Made for speed: an object is walked once, with for-in; each of its keys is a step in a tree of known shapes, and the
// step taken last is tried first, so that what repeats costs comparisons and no look-ups. Texts are strung together as
// one string, which the browser makes UTF-8 of in one call.
//
// Easy to get wrong: numbers and texts are written during the walk, before the object's shape is known, so they stand in
// a column of their own; arrays come last, so that a node's id precedes its children's. The decoder changes its tables at
// the same points; one change more here, and all that follows means something else.

import {
  ARRAY,
  DEFINE,
  EMPTY,
  END,
  ENTER,
  FALSE,
  FAR_NAMES,
  FAR_SHAPES,
  FIRST_NAME,
  FLOAT,
  ID,
  JSON_FORM,
  KEY_FOLDED,
  KEY_ID,
  KEY_KINDS,
  KEY_NEAR_ID,
  KEY_ROOT_ID,
  KEY_TIME,
  LEAST_COMMON,
  LEAST_TABLE_CHARS,
  LEAVE,
  LIKE_LAST,
  LONG_TEXT,
  MAX_DEPTH,
  MAX_FOLDED_CHARS,
  MAX_FOLDED_NUMBER,
  MAX_LAST_CHARS,
  MAX_PATH,
  MAX_STEPS,
  MAX_TABLE_CHARS,
  MAX_WHOLE,
  NAMES,
  NEAR_ID,
  NEW_NAME,
  NEXT_ID,
  NULL,
  NUMBER,
  PACKED,
  RESET,
  ROOT_ID,
  rowOf,
  SAME_AS_LAST,
  SYMBOLS,
  TABLE,
  TEXT,
  TIME,
  TRUE,
  WHOLE,
} from './events/format.ts';

export type EventEncoder = {
  /** One list of events as bytes; lists may be concatenated. `fresh`: what earlier ones held is forgotten. Never throws. */
  encode(events: readonly unknown[], fresh: boolean): Uint8Array<ArrayBuffer>;
};

type Fields = Readonly<Record<string, unknown>>;
type Mark = string | number;

/** A place in the tree of shapes: what has been seen of an object so far. */
type Step = {
  readonly mark: Mark;
  readonly up: Step | undefined;
  readonly length: number;
  /** How what stands under this key is written. */
  readonly keyKind: number;
  /** By which the decoder knows it; -1: not yet. The same for the shape that ends here. */
  number: number;
  shape: number;
  /** Of those that stood here. */
  lastText: string;
  /** The one taken last. */
  lastMark: Mark;
  last: Step | undefined;
  /** All of them, once there are two. */
  next: Map<Mark, Step> | undefined;
};

type Column = { bytes: Uint8Array<ArrayBuffer>; at: number };

const FIRST_BYTES = 1024;
/** A column that has grown past this is given back after use. */
const KEPT_BYTES = 64 * 1024;
/** Below it the calls of the browser's own that long texts need took a third of all encoding (a rich editor, typed into). */
const SHORT_CHARS = 200;
const LONE_SURROGATE = /[\ud800-\udfff]/u;

const isHigh = (code: number) => code >> 10 === 0x36;

/** `toJson`: for what can't be packed; in a page that may have changed JSON.stringify, one that it has not reached. */
export function createEventEncoder(toJson: (value: unknown) => string = JSON.stringify): EventEncoder {
  const utf8 = new TextEncoder();
  const createColumn = (): Column => ({ bytes: new Uint8Array(FIRST_BYTES), at: 0 });
  let structure = createColumn();
  let values = createColumn();
  const head = createColumn();
  let text = '';
  /** Arrays of the objects being written, from the innermost's first on. */
  const arrays: (readonly unknown[])[] = [];

  let root: Step;
  let steps: number;
  let numbers: number;
  let shapes: number;
  let names: Map<string, number>;
  let table: string[];
  let lastId: number;
  let lastTime: number;
  let lastRoot: number;

  const createStep = (mark: Mark, up?: Step): Step => {
    steps++;
    return {
      mark,
      up,
      length: up ? up.length + 1 : 0,
      keyKind: (typeof mark === 'string' && KEY_KINDS.get(mark)) || 0,
      number: -1,
      shape: -1,
      lastText: '',
      lastMark: END,
      last: undefined,
      next: undefined,
    };
  };

  const forgetShapes = () => {
    steps = shapes = 0;
    numbers = 1;
    names = new Map();
    for (const name of NAMES.split(' ')) names.set(name, names.size);
    root = createStep(END);
    root.number = 0;
  };

  const forget = () => {
    forgetShapes();
    table = Array<string>(4096).fill('');
    lastId = lastTime = lastRoot = 0;
  };

  const put = (column: Column, byte: number) => {
    if (column.at === column.bytes.length) {
      const { bytes } = column;
      column.bytes = new Uint8Array(bytes.length * 2);
      column.bytes.set(bytes);
    }
    column.bytes[column.at++] = byte;
  };

  const varint = (column: Column, value: number) => {
    while (value > 127) {
      put(column, (value & 127) | 128);
      value = value > 0x7fffffff ? Math.floor(value / 128) : value >> 7;
    }
    put(column, value);
  };

  /** Small ones of either sign are short. */
  const signed = (value: number) => varint(values, value < 0 ? -2 * value - 1 : 2 * value);

  /** One byte below `far`, else two. */
  const index = (column: Column, value: number, near: number, far: number) => {
    if (near + value < far) return put(column, near + value);
    const rest = near + value - far;
    put(column, far + (rest >> 8));
    put(column, rest & 255);
  };

  const textual = (value: string, place: Step) => {
    const { length } = value;
    const { lastText } = place;
    if (value === lastText) return put(values, SAME_AS_LAST);
    place.lastText = length <= MAX_LAST_CHARS ? value : '';
    if (length >= LEAST_TABLE_CHARS && length <= MAX_TABLE_CHARS) {
      const row = rowOf(value);
      if (table[row] === value) {
        put(values, TABLE + (row >> 8));
        return put(values, row & 255);
      }
      table[row] = value;
    }
    const most = Math.min(length, lastText.length);
    let head = 0;
    while (head < most && value.charCodeAt(head) === lastText.charCodeAt(head)) head++;
    let tail = 0;
    const ahead = lastText.length - length;
    while (tail < most - head && value.charCodeAt(length - 1 - tail) === lastText.charCodeAt(ahead + length - 1 - tail))
      tail++;
    // Half a surrogate pair would be no text.
    if (head > 0 && isHigh(value.charCodeAt(head - 1))) head--;
    if (tail > 0 && isHigh(value.charCodeAt(length - tail - 1))) tail--;
    if (head + tail >= LEAST_COMMON) {
      put(values, LIKE_LAST);
      varint(values, head);
      varint(values, tail);
      varint(values, length - head - tail);
      text += value.slice(head, length - tail);
      return;
    }
    if (length < LONG_TEXT) put(values, length);
    else {
      put(values, LONG_TEXT);
      varint(values, length);
    }
    text += value;
  };

  const isWhole = (value: number) =>
    (value | 0) === value || (Math.floor(value) === value && Math.abs(value) < MAX_WHOLE);

  const take = (from: Step, mark: Mark): Step => {
    const { last } = from;
    if (last && from.lastMark === mark) return last;
    let step = from.next?.get(mark);
    if (!step) {
      if (from.length === MAX_PATH) throw Error();
      step = createStep(mark, from);
      if (last) (from.next ??= new Map([[from.lastMark, last]])).set(mark, step);
    }
    from.lastMark = mark;
    from.last = step;
    return step;
  };

  /** Writes what is neither an object nor an array; says how it was written. */
  const scalar = (value: unknown, place: Step): Mark => {
    const { keyKind } = place;
    if (typeof value === 'string') {
      if (keyKind === KEY_FOLDED && value.length <= MAX_FOLDED_CHARS) return value;
      textual(value, place);
      return TEXT;
    }
    if (typeof value !== 'number' || !Number.isFinite(value))
      return value === true ? TRUE : value === false ? FALSE : NULL;
    if (!isWhole(value)) {
      textual(String(value), place);
      return FLOAT;
    }
    switch (keyKind) {
      case KEY_ID: {
        const step = value - lastId;
        lastId = value;
        if (step === 1) return NEXT_ID;
        signed(step);
        return ID;
      }
      case KEY_NEAR_ID:
        signed(value - lastId);
        return NEAR_ID;
      case KEY_TIME:
        signed(value - lastTime);
        lastTime = value;
        return TIME;
      case KEY_ROOT_ID:
        signed(value - lastRoot);
        lastRoot = value;
        return ROOT_ID;
      case KEY_FOLDED:
        if (value >= 0 && value <= MAX_FOLDED_NUMBER) return value;
    }
    signed(value);
    return WHOLE;
  };

  const walk = (fields: Fields, from: Step): Step => {
    let at = from;
    for (const key in fields) {
      const value = fields[key];
      if (value === undefined || typeof value === 'function' || typeof value === 'symbol') continue;
      at = take(at, key);
      if (typeof value !== 'object' || value === null) at = take(at, scalar(value, at));
      else if (!Array.isArray(value)) at = take(walk(value as Fields, take(at, ENTER)), LEAVE);
      else if (value.length === 0) at = take(at, EMPTY);
      else {
        arrays.push(value);
        at = take(at, ARRAY);
      }
    }
    return at;
  };

  const define = (shape: Step) => {
    put(structure, DEFINE);
    const path: Step[] = [];
    let known = shape;
    for (; known.number < 0 && known.up; known = known.up) path.push(known);
    varint(structure, known.number);
    for (let step = path.pop(); step; step = path.pop()) {
      step.number = numbers++;
      const { mark } = step;
      if (typeof mark === 'string') {
        const name = names.get(mark);
        if (name !== undefined) index(structure, name, FIRST_NAME, FAR_NAMES);
        else {
          names.set(mark, names.size);
          put(structure, NEW_NAME);
          varint(structure, mark.length);
          for (let at = 0; at < mark.length; at++) varint(structure, mark.charCodeAt(at));
        }
      } else if (mark < 0) put(structure, -mark);
      else {
        put(structure, NUMBER);
        put(structure, mark);
      }
    }
    put(structure, END);
    shape.shape = shapes++;
  };

  const items = (list: readonly unknown[], depth: number) => {
    if (depth > MAX_DEPTH) throw Error();
    varint(structure, list.length);
    for (let at = 0; at < list.length; at++) {
      const value = list[at];
      if (typeof value !== 'object' || value === null) put(structure, SYMBOLS + Number(scalar(value, root)));
      else if (Array.isArray(value)) {
        put(structure, SYMBOLS + ARRAY);
        items(value, depth + 1);
      } else {
        if (steps > MAX_STEPS) {
          put(structure, RESET);
          forgetShapes();
        }
        const first = arrays.length;
        const shape = walk(value as Fields, root);
        if (shape.shape < 0) define(shape);
        else index(structure, shape.shape, 0, FAR_SHAPES);
        const end = arrays.length;
        for (let next = first; next < end; next++) items(arrays[next] ?? [], depth + 1);
        arrays.length = first;
      }
    }
  };

  /** The columns, one behind the other, behind their lengths. */
  const finish = (form: number, tail: Uint8Array): Uint8Array<ArrayBuffer> => {
    head.at = 0;
    varint(head, structure.at * 2 + form);
    varint(head, values.at);
    varint(head, tail.length);
    const bytes = new Uint8Array(head.at + structure.at + values.at + tail.length);
    let at = 0;
    const add = (from: Uint8Array, length: number) => {
      // A view of a few bytes costs more than to copy them.
      if (length > 100) bytes.set(from.subarray(0, length), at);
      else for (let next = 0; next < length; next++) bytes[at + next] = from[next] ?? 0;
      at += length;
    };
    add(head.bytes, head.at);
    add(structure.bytes, structure.at);
    add(values.bytes, values.at);
    add(tail, tail.length);
    if (structure.bytes.length > KEPT_BYTES) structure = createColumn();
    if (values.bytes.length > KEPT_BYTES) values = createColumn();
    structure.at = values.at = arrays.length = 0;
    text = '';
    return bytes;
  };

  const ascii = (): Uint8Array | undefined => {
    const bytes = new Uint8Array(text.length);
    for (let at = 0; at < bytes.length; at++) {
      const code = text.charCodeAt(at);
      if (code > 127) return undefined;
      bytes[at] = code;
    }
    return bytes;
  };

  forget();
  return {
    encode(events, fresh) {
      if (fresh) forget();
      try {
        // A page that puts something into every object: JSON knows whose it is.
        for (const _ in {}) throw Error();
        items(events, 0);
        const short = text.length < SHORT_CHARS && ascii();
        if (!short && LONE_SURROGATE.test(text)) throw Error();
        return finish(PACKED, short || utf8.encode(text));
      } catch {
        structure.at = values.at = 0;
        forget();
        let json = '[]';
        try {
          json = toJson(events);
        } catch {
          // Endless, or deeper than the browser can go: no event that the mirror could show.
        }
        return finish(JSON_FORM, utf8.encode(json));
      }
    },
  };
}
