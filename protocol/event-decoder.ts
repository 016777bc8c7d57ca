// Bytes → rrweb's events, in the console: the other end of event-encoder.ts. The bytes may come from anybody: lengths are
// checked before they are believed, tables and depth are bounded as the encoder's are, and what a few bytes unfold to is
// counted over the whole payload, since a shape or a text that is known costs a byte or two each time.
//
// Easy to get wrong: a piece of a string keeps the whole string alive in some engines, so what stays in the table, and
// what the caller may keep, is copied; and `__proto__` may be a key like any other.

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
  LEAST_TABLE_CHARS,
  LEAVE,
  LIKE_LAST,
  LONG_TEXT,
  MAX_DEPTH,
  MAX_FOLDED_NUMBER,
  MAX_LAST_CHARS,
  MAX_PATH,
  MAX_STEPS,
  MAX_TABLE_CHARS,
  NAMES,
  NEAR_ID,
  NEW_NAME,
  NEXT_ID,
  NULL,
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
import { LIMITS } from './limits.ts';
import { ProtocolError } from './protocol-error.ts';

export type EventDecoder = {
  /** The events of a payload's lists, in the order in which the lists were encoded. `fresh`: as the encoder was told.
   * Throws ProtocolError; the tables are then empty, and only a payload that begins afresh makes sense again. */
  decode(bytes: Uint8Array, fresh: boolean): unknown[];
};

type Fields = Record<string, unknown>;
type Mark = string | number;
/** What a shape does, key by key; LEAVE has none. */
type Part = { readonly key: string; readonly mark: Mark; readonly place: Step };
type Shape = readonly Part[];
type Step = { readonly mark: Mark; readonly up: Step | undefined; readonly length: number; lastText: string };

/** Of one payload. A page of 250,000 elements (the most that capture takes) has about a third of it. */
const MAX_VALUES = 16_000_000;

function bad(detail: string): ProtocolError {
  return new ProtocolError('bad-message', `events: ${detail}`);
}

export function createEventDecoder(): EventDecoder {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  let first: Step;
  let steps: Step[];
  let shapes: Shape[];
  let names: string[];
  let texts: (string | undefined)[];
  let lastId: number;
  let lastTime: number;
  let lastRoot: number;
  /** What is left of the payload's allowance. */
  let valuesLeft: number;
  let charsLeft: number;
  /** The list being read. */
  let structure: Column;
  let values: Column;
  let text: string;
  let textAt: number;

  const forgetShapes = () => {
    first = { mark: END, up: undefined, length: 0, lastText: '' };
    steps = [first];
    shapes = [];
    names = NAMES.split(' ');
  };

  const forget = () => {
    forgetShapes();
    texts = Array<undefined>(4096).fill(undefined);
    lastId = lastTime = lastRoot = 0;
  };

  const count = (many: number) => {
    valuesLeft -= many;
    if (valuesLeft < 0) throw bad('too many values');
  };

  const index = (column: Column, lead: number, near: number, far: number) =>
    lead < far ? lead - near : far - near + ((lead - far) << 8) + column.byte();

  /** Before it is made: a few bytes may ask for a lot. */
  const countChars = (many: number) => {
    charsLeft -= many;
    if (charsLeft < 0) throw bad('too much text');
  };

  const literal = (length: number): string => {
    if (length > text.length - textAt) throw bad('a text is longer than what is left');
    textAt += length;
    return text.slice(textAt - length, textAt);
  };

  const textual = (place: Step): string => {
    const found = spelled(place.lastText);
    place.lastText = found.length <= MAX_LAST_CHARS ? found : '';
    return found;
  };

  const spelled = (last: string): string => {
    const lead = values.byte();
    if (lead >= SAME_AS_LAST) {
      const known = lead === SAME_AS_LAST ? last : texts[((lead - TABLE) << 8) + values.byte()];
      if (known === undefined) throw bad('a text that is not in the table');
      countChars(known.length);
      return known;
    }
    const head = lead === LIKE_LAST ? values.varint() : 0;
    const tail = lead === LIKE_LAST ? values.varint() : 0;
    if (head + tail > last.length) throw bad('more in common than there is');
    const length = lead < LONG_TEXT ? lead : values.varint();
    countChars(head + length + tail);
    const middle = literal(length);
    const found =
      head + tail === 0 ? copyOf(middle) : copyOf(last.slice(0, head) + middle + last.slice(last.length - tail));
    if (found.length >= LEAST_TABLE_CHARS && found.length <= MAX_TABLE_CHARS) texts[rowOf(found)] = found;
    return found;
  };

  const whole = (last: number): number => {
    const value = last + values.signed();
    if (!Number.isSafeInteger(value)) throw bad('a number is too large');
    return value;
  };

  const name = (): string => {
    const length = structure.varint();
    // Each is a byte at least.
    if (length > structure.left()) throw bad('a name is longer than what is left');
    countChars(length);
    let made = '';
    for (let at = 0; at < length; at++) {
      const code = structure.varint();
      if (code > 0xffff) throw bad('a name holds no character');
      made += String.fromCharCode(code);
    }
    names.push(made);
    return made;
  };

  const markOf = (lead: number): Mark => {
    if (lead >= FIRST_NAME) {
      const known = names[index(structure, lead, FIRST_NAME, FAR_NAMES)];
      if (known === undefined) throw bad('a name that is not in the table');
      return known;
    }
    if (lead === NEW_NAME) return name();
    if (lead < NEW_NAME) return -lead;
    const value = structure.byte();
    if (value > MAX_FOLDED_NUMBER) throw bad(`unknown number ${value}`);
    return value;
  };

  const define = (): Shape => {
    if (shapes.length > MAX_STEPS) throw bad('too many shapes');
    let step = steps[structure.varint()];
    if (!step) throw bad('a shape that begins nowhere');
    for (let lead = structure.byte(); lead !== END; lead = structure.byte()) {
      if (step.length === MAX_PATH || steps.length > MAX_STEPS + MAX_PATH) throw bad('a shape is too long');
      step = { mark: markOf(lead), up: step, length: step.length + 1, lastText: '' };
      steps.push(step);
    }
    const shape = shapeOf(step);
    // To look at it takes as long as to make an object of it.
    count(step.length);
    shapes.push(shape);
    return shape;
  };

  const scalar = (mark: Mark, place: Step): unknown => {
    switch (mark) {
      case NULL:
        return null;
      case TRUE:
      case FALSE:
        return mark === TRUE;
      case EMPTY:
        return [];
      case TEXT:
        return textual(place);
      case WHOLE:
        return whole(0);
      case FLOAT: {
        const digits = textual(place);
        const value = Number(digits);
        if (String(value) !== digits || !Number.isFinite(value)) throw bad('no number');
        return value;
      }
      case NEXT_ID:
        return ++lastId;
      case ID:
        return (lastId = whole(lastId));
      case NEAR_ID:
        return whole(lastId);
      case TIME:
        return (lastTime = whole(lastTime));
      case ROOT_ID:
        return (lastRoot = whole(lastRoot));
      default:
        throw bad(`unknown symbol ${mark}`);
    }
  };

  const object = (shape: Shape, depth: number): Fields => {
    count(1 + shape.length);
    const made: Fields = {};
    const outer: Fields[] = [];
    const arrays: unknown[][] = [];
    let fields = made;
    for (const { key, mark, place } of shape) {
      if (mark === LEAVE) {
        fields = outer.pop() ?? made;
        continue;
      }
      let value: unknown;
      let inner: Fields | undefined;
      if (typeof mark === 'string' || mark >= 0) value = mark;
      else if (mark === ENTER) value = inner = {};
      else if (mark === ARRAY) {
        const list: unknown[] = [];
        arrays.push(list);
        value = list;
      } else value = scalar(mark, place);
      if (key === '__proto__')
        Object.defineProperty(fields, key, { value, enumerable: true, configurable: true, writable: true });
      else fields[key] = value;
      if (!inner) continue;
      outer.push(fields);
      fields = inner;
    }
    for (const list of arrays) items(list, depth + 1);
    return made;
  };

  const items = (list: unknown[], depth: number) => {
    if (depth > MAX_DEPTH) throw bad('nested too deep');
    const length = structure.varint();
    // Each is a byte at least.
    if (length > structure.left()) throw bad('a list is longer than what is left');
    count(length);
    for (let at = 0; at < length; at++) list.push(item(depth));
  };

  const item = (depth: number): unknown => {
    let lead = structure.byte();
    if (lead === RESET) {
      forgetShapes();
      lead = structure.byte();
      if (lead !== DEFINE) throw bad('a shape that is not in the table');
    }
    if (lead < DEFINE) {
      const shape = shapes[index(structure, lead, 0, FAR_SHAPES)];
      if (!shape) throw bad('a shape that is not in the table');
      return object(shape, depth);
    }
    if (lead === DEFINE) return object(define(), depth);
    const mark = lead - SYMBOLS;
    if (mark !== ARRAY) return scalar(mark, first);
    const list: unknown[] = [];
    items(list, depth + 1);
    return list;
  };

  /** JSON nests as deep as it likes: the mirror has a bound of its own. */
  const parsed = (json: string): unknown[] => {
    const list: unknown = JSON.parse(json);
    if (!Array.isArray(list)) throw bad('not a list');
    return list as unknown[];
  };

  const unpack = (bytes: Uint8Array): unknown[] => {
    const events: unknown[] = [];
    const payload = createColumn(bytes);
    while (payload.left() > 0) {
      const head = payload.varint();
      const form = head % 2;
      const lengths = [Math.floor(head / 2), payload.varint(), payload.varint()] as const;
      structure = createColumn(payload.take(lengths[0]));
      values = createColumn(payload.take(lengths[1]));
      const tail = payload.take(lengths[2]);
      text = utf8.decode(tail);
      textAt = 0;
      const list: unknown[] = [];
      if (form === JSON_FORM) {
        forget();
        countChars(text.length);
        for (const event of parsed(text)) list.push(event);
        textAt = text.length;
      } else items(list, 0);
      if (structure.left() > 0 || values.left() > 0 || textAt < text.length) throw bad('more bytes than are needed');
      for (const event of list) events.push(event);
    }
    return events;
  };

  forget();
  return {
    decode(bytes, fresh) {
      if (fresh) forget();
      valuesLeft = MAX_VALUES;
      charsLeft = LIMITS.maxInflatedBytes;
      try {
        return unpack(bytes);
      } catch (error) {
        forget();
        // Of the text decoder or of JSON: what they were given is no text of theirs.
        throw error instanceof ProtocolError ? error : bad('no text');
      } finally {
        text = '';
        structure = values = createColumn(new Uint8Array());
      }
    },
  };
}

type Column = ReturnType<typeof createColumn>;

/** Bytes that are read from front to back, and not past their end. */
function createColumn(bytes: Uint8Array) {
  const end = bytes.length;
  let at = 0;
  const need = (many: number) => {
    if (many > end - at) throw bad('cut off');
  };
  const byte = () => {
    const value = bytes[at];
    if (value === undefined) throw bad('cut off');
    at++;
    return value;
  };
  const varint = () => {
    let value = 0;
    let scale = 1;
    for (;;) {
      const next = byte();
      value += (next & 127) * scale;
      if (next < 128) break;
      scale *= 128;
      if (scale > Number.MAX_SAFE_INTEGER) throw bad('a number is too long');
    }
    if (value > Number.MAX_SAFE_INTEGER) throw bad('a number is too large');
    return value;
  };
  return {
    left: () => end - at,
    byte,
    varint,
    signed: () => {
      const value = varint();
      return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
    },
    take: (many: number) => {
      need(many);
      at += many;
      return bytes.subarray(at - many, at);
    },
  };
}

/** Keys and what stands under them must take turns, and each object that is entered be left, or bytes are wrong. */
function shapeOf(last: Step): Shape {
  const path: Step[] = [];
  for (let step: Step = last; step.up; step = step.up) path.push(step);
  const parts: Part[] = [];
  let open = 0;
  let key: Step | undefined;
  for (let step = path.pop(); step; step = path.pop()) {
    const { mark } = step;
    if (key) {
      if (mark === LEAVE) throw bad('a key without a value');
      // A key's mark is a text: see below.
      parts.push({ key: String(key.mark), mark, place: key });
      key = undefined;
      if (mark === ENTER) open++;
    } else if (typeof mark === 'string') key = step;
    else if (mark === LEAVE && open > 0) {
      parts.push({ key: '', mark, place: step });
      open--;
    } else throw bad('a value without a key');
  }
  if (key || open > 0) throw bad('half an object');
  return parts;
}

/** Engines copy short pieces of a string anyway. */
const SHORT = 12;

/** A string of its own: joining writes the pieces into a new one. */
function copyOf(text: string): string {
  return text.length <= SHORT ? text : [text.slice(0, 1), text.slice(1)].join('');
}
