// The numbers of rrweb's event format (@rrweb/types 2.1.6), and the guards through which untrusted JSON is read. The
// packages' own types are not used: they promise what a hostile stream does not keep.

export const EVENT = { FullSnapshot: 2, Incremental: 3, Meta: 4, Custom: 5 } as const;

export const SOURCE = {
  Mutation: 0,
  Scroll: 3,
  ViewportResize: 4,
  Input: 5,
  StyleSheetRule: 8,
  StyleDeclaration: 13,
  Selection: 14,
  AdoptedStyleSheet: 15,
  CustomElement: 16,
} as const;

export const NODE = { Document: 0, DocumentType: 1, Element: 2, Text: 3, Cdata: 4, Comment: 5 } as const;

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Ids are positive integers; rrweb says -1 and -2 for "none" and "ignored". */
export function idIn(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : undefined;
}
