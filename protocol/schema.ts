// A few combinators that say what a message must be, check it on receipt, and give its TypeScript type. Our own, because
// the visitor's page pays for it by the byte and the relay by the message: measured beside valibot on these very
// schemas, a fifth of the bytes (docs/decisions/2026-11-21-own-schemas.md).
//
// A checked value is a copy with the declared fields only: nothing undeclared is passed on, and a key named __proto__
// reaches no prototype, since only declared names are ever read.

import { LIMITS } from './limits.ts';
import { ProtocolError } from './protocol-error.ts';

/** Checks a value and gives a clean copy of it, or throws ProtocolError('bad-message'). `path` is where it stands. */
export type Schema<T> = {
  (value: unknown, path: string): T;
  /** What it was made from, for the golden test; carries no behaviour. */
  readonly spec: readonly unknown[];
};

export type Infer<S> = S extends Schema<infer T> ? T : never;

function fail(path: string, want: string): never {
  throw new ProtocolError('bad-message', `${path}: expected ${want}`);
}

function schema<T>(spec: readonly unknown[], check: (value: unknown, path: string) => T): Schema<T> {
  return Object.assign(check, { spec });
}

/** Text of at most `max` UTF-16 units, not shorter than `min`, fitting `pattern`. */
export function text(max: number, min = 0, pattern?: RegExp): Schema<string> {
  return schema(['text', max, min, String(pattern)], (value, path) =>
    typeof value === 'string' && value.length >= min && value.length <= max && (!pattern || pattern.test(value))
      ? value
      : fail(path, `text of ${min} to ${max}`),
  );
}

/** A finite number from 0 to `max`. */
export function number(max: number): Schema<number> {
  return schema(['number', max], (value, path) =>
    typeof value === 'number' && value >= 0 && value <= max ? value : fail(path, `a number to ${max}`),
  );
}

/** A whole number from 0 to `max`. */
export function whole(max: number): Schema<number> {
  return schema(['whole', max], (value, path) =>
    Number.isInteger(value) && number(max)(value, path) >= 0 ? Number(value) : fail(path, 'a whole number'),
  );
}

/** A finite number from -`max` to `max`. */
export function signed(max: number): Schema<number> {
  return schema(['signed', max], (value, path) =>
    typeof value === 'number' && Math.abs(value) <= max ? value : fail(path, `a number of -${max} to ${max}`),
  );
}

export const flag: Schema<boolean> = /* @__PURE__ */ schema(['flag'], (value, path) =>
  typeof value === 'boolean' ? value : fail(path, 'true or false'),
);

export function oneOf<const T extends string>(words: readonly T[]): Schema<T> {
  return schema(
    ['oneOf', words],
    (value, path) => words.find((word) => word === value) ?? fail(path, words.join(' | ')),
  );
}

export function list<T>(item: Schema<T>, max: number): Schema<T[]> {
  return schema(['list', item.spec, max], (value, path) =>
    Array.isArray(value) && value.length <= max
      ? value.map((each, index) => item(each, `${path}.${index}`))
      : fail(path, `a list of at most ${max}`),
  );
}

/** May be absent. */
export function maybe<T>(inner: Schema<T>): Schema<T | undefined> {
  return schema(['maybe', inner.spec], (value, path) => (value === undefined ? undefined : inner(value, path)));
}

export function orNull<T>(inner: Schema<T>): Schema<T | null> {
  return schema(['orNull', inner.spec], (value, path) => (value === null ? null : inner(value, path)));
}

type Fields = Record<string, Schema<unknown>>;
type Plain<T> = { [K in keyof T]: T[K] } & {};
type Optional<F> = { [K in keyof F]: undefined extends Infer<F[K]> ? K : never }[keyof F];
export type Shape<F> = Plain<
  { [K in Exclude<keyof F, Optional<F>>]: Infer<F[K]> } & { [K in Optional<F>]?: Infer<F[K]> }
>;

function own(value: unknown, key: string, path: string): unknown {
  if (typeof value !== 'object' || value === null) return fail(path, 'an object');
  // Not Object.hasOwn: visitors' browsers may be of 2020.
  return Object.prototype.hasOwnProperty.call(value, key) ? Reflect.get(value, key) : undefined;
}

export function object<F extends Fields>(fields: F): Schema<Shape<F>> {
  return schema(['object', specs(fields)], (value, path) => {
    const copy: Record<string, unknown> = {};
    own(value, '', path);
    for (const key in fields) {
      const checked = fields[key]?.(own(value, key, path), `${path}.${key}`);
      if (checked !== undefined) copy[key] = checked;
    }
    // Every field was put there by its own schema.
    return copy as Shape<F>;
  });
}

type Variants = Record<string, Fields>;
export type Message<V extends Variants> = { [K in keyof V & string]: Plain<{ t: K } & Shape<V[K]>> }[keyof V & string];

/** One of several objects, told apart by their `t`. */
export function messages<V extends Variants>(variants: V): Schema<Message<V>> {
  const kinds = new Map<unknown, Schema<object>>();
  for (const t in variants) kinds.set(t, object(variants[t] ?? {}));
  return schema(
    ['messages', Object.fromEntries(Object.entries(variants).map(([t, fields]) => [t, specs(fields)]))],
    (value, path) => {
      const t = own(value, 't', path);
      const kind = kinds.get(t) ?? fail(path, 'a known t');
      return { t, ...kind(value, String(t)) } as Message<V>;
    },
  );
}

function specs(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, field.spec]));
}

/** Reads a text frame: JSON that is what `schema` says, or ProtocolError. */
export function parser<T>(schema: Schema<T>): (json: string) => T {
  return (json) => {
    if (json.length > LIMITS.maxTextBytes) throw new ProtocolError('bad-message', `${json.length} characters`);
    let value: unknown;
    try {
      value = JSON.parse(json);
    } catch {
      throw new ProtocolError('bad-message', 'not JSON');
    }
    return schema(value, 'message');
  };
}
