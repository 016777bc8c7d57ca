// What a schema of ours (protocol/schema.ts) takes, in the words of JSON Schema, for the API's own description. It is made
// from what the schema was made of, so the two can't differ.

import type { Schema } from '../../protocol/schema.ts';

export type JsonSchema = Record<string, unknown>;
type Spec = readonly unknown[];

export function jsonSchemaOf(schema: Schema<unknown>): JsonSchema {
  return ofSpec(schema.spec);
}

/** Of an object's schema: its fields, and which of them must be there. */
export function fieldsOf(schema: Schema<unknown>): { name: string; spec: Spec; required: boolean }[] {
  const [kind, fields] = schema.spec;
  if (kind !== 'object') throw new Error('only objects have fields');
  // As `object` writes it.
  return Object.entries(fields as Record<string, Spec>).map(([name, spec]) => ({
    name,
    spec: spec[0] === 'maybe' ? (spec[1] as Spec) : spec,
    required: spec[0] !== 'maybe',
  }));
}

export function ofSpec(spec: Spec): JsonSchema {
  const [kind, of, more, pattern] = spec;
  // As the functions of schema.ts write them.
  switch (kind) {
    case 'text':
      return {
        type: 'string',
        maxLength: of,
        ...(more === 0 ? {} : { minLength: more }),
        ...(pattern === 'undefined' ? {} : { pattern: String(pattern).replace(/^\/(.*)\/[a-z]*$/, '$1') }),
      };
    case 'number':
      return { type: 'number', minimum: 0, maximum: of };
    case 'signed':
      return { type: 'number', minimum: -(of as number), maximum: of };
    case 'whole':
      return { type: 'integer', minimum: 0, maximum: of };
    case 'flag':
      return { type: 'boolean' };
    case 'oneOf':
      return { type: 'string', enum: of };
    case 'list':
      return { type: 'array', items: ofSpec(of as Spec), maxItems: more };
    case 'maybe':
      return ofSpec(of as Spec);
    case 'orNull':
      return { anyOf: [ofSpec(of as Spec), { type: 'null' }] };
    case 'object': {
      const fields = Object.entries(of as Record<string, Spec>);
      const required = fields.filter(([, field]) => field[0] !== 'maybe').map(([name]) => name);
      return {
        type: 'object',
        properties: Object.fromEntries(fields.map(([name, field]) => [name, ofSpec(field)])),
        ...(required.length > 0 ? { required } : {}),
      };
    }
    default:
      throw new Error(`a schema of kind ${String(kind)} has no words here`);
  }
}
