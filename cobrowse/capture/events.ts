// rrweb's event format as capture writes it: the numbers of @rrweb/types 2.1.6, whose enums would come with a module of
// their own.

export const EVENT = { FullSnapshot: 2, Incremental: 3, Meta: 4, Custom: 5 } as const;
export const SOURCE = {
  Mutation: 0,
  Scroll: 3,
  ViewportResize: 4,
  Input: 5,
  StyleSheetRule: 8,
  Selection: 14,
  AdoptedStyleSheet: 15,
  CustomElement: 16,
} as const;
export const NODE = { Document: 0, DocumentType: 1, Element: 2, Text: 3, Cdata: 4, Comment: 5 } as const;

/** A node as it leaves. rrweb's own type says the same as a union of what each kind of node has. */
export type Serial = {
  type: number;
  id: number;
  /** Of documents and elements. */
  childNodes?: Serial[];
  tagName?: string;
  attributes?: Attributes;
  textContent?: string;
  isSVG?: true;
  isShadowHost?: true;
  isShadow?: true;
  isCustom?: true;
  /** Of a frame's document; undefined in the page's own. */
  rootId?: number | undefined;
  compatMode?: string;
  name?: string;
  publicId?: string;
  systemId?: string;
};

export type Attributes = { [name: string]: unknown };

export type Add = { parentId: number; nextId: number | null; node: Serial };
export type Remove = { parentId: number; id: number; isShadow?: true };

/** What one batch does to nodes. */
export type Batch = {
  adds: Add[];
  removes: Remove[];
  texts: { id: number; value: string }[];
  attributes: { id: number; attributes: Attributes }[];
};
