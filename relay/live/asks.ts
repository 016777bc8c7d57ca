// One operator's question to one visitor: may I see your page? Lives until it is answered, taken back, or too old.

import type { OperatorPeer } from './operators.ts';
import type { Visitor } from './visitors.ts';

export type Ask = {
  readonly id: string;
  readonly visitor: Visitor;
  readonly operator: OperatorPeer;
  readonly until: number;
};
