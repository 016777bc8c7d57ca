// A site as the live part needs it; store/ reads it from the database.

import type { HandPolicy } from '../../protocol/hand.ts';
import type { MaskingRules } from '../../protocol/messages.ts';
import type { FilePolicy } from '../dialog/file-kind.ts';

export type Site = {
  readonly id: string;
  readonly account: string;
  /** Public key in the snippet. */
  readonly key: string;
  readonly name: string;
  /** Origins whose pages may carry the widget, as originAllowed (auth/origins.ts) reads them. */
  readonly origins: readonly string[];
  readonly masking: MaskingRules;
  readonly hand: HandPolicy;
  /** What may be sent in its conversations. */
  readonly files: FilePolicy;
};
