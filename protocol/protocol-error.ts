// What a decoder throws when the other side's bytes are wrong: a kind to decide by, a sentence for the log.

import type { CloseName } from './close-codes.ts';

export type ProtocolErrorKind = 'bad-frame' | 'frame-too-long' | 'payload-too-long' | 'bad-message';

export class ProtocolError extends Error {
  // Declared only: as a field it would bring the build's helper for fields into every file that a visitor loads.
  declare readonly kind: ProtocolErrorKind;
  constructor(kind: ProtocolErrorKind, detail: string) {
    super(`${kind}: ${detail}`);
    this.name = 'ProtocolError';
    this.kind = kind;
  }
}

/** The close code that a peer gets for its error. */
export function closeFor(kind: ProtocolErrorKind): CloseName {
  switch (kind) {
    case 'bad-frame':
      return 'BadFrame';
    case 'frame-too-long':
    case 'payload-too-long':
      return 'FrameTooLong';
    case 'bad-message':
      return 'BadMessage';
  }
}
