// The only file that names @rrweb/record. Its .d.ts re-exports from the package `rrweb`, which is not installed (it
// would bring the player), so TypeScript sees `any`: what we use is declared here, from its 2.1.6 source.
//
// Easy to get wrong: `record` and its mirror are one per window. Node ids go on counting over restarts, so an id is
// never given twice in one page load; the mirror starts empty at each record().

import { record as untyped } from '@rrweb/record';
import type { eventWithTime } from '@rrweb/types';

export type NodeIds = {
  /** -1: not recorded; -2: left out. */
  getId(node: Node | null | undefined): number;
  getNode(id: number): Node | null;
  /** Called by rrweb before and after it reads a node: see veil.ts. */
  hasNode(node: Node): boolean;
};

type RecordOptions = {
  emit(event: eventWithTime): void;
  /** True: the error is dealt with. */
  errorHandler(error: unknown): boolean;
  blockSelector: string;
  /** Fields whose input events rrweb leaves alone. */
  ignoreSelector: string;
  maskInputFn(text: string, element: HTMLElement): string;
  inlineStylesheet: true;
  recordAfter: 'DOMContentLoaded';
  sampling: { mousemove: false; mouseInteraction: false; scroll: number; input: 'all' };
};

type Record = { (options: RecordOptions): (() => void) | undefined; mirror: NodeIds };

// See the header: the package's own type is unusable.
export const record = untyped as Record;

/** rrweb's numbers; its enums would come with a module of their own. */
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
} as const;
export const NODE = { Document: 0, Element: 2, Text: 3, Comment: 5 } as const;
