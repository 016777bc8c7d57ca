// What the ledger keeps (store/ledger.ts): one thing that was done, or refused, or allowed, by hand.

import type { Act, Grant, Outcome } from '../../protocol/hand.ts';
import type { Person } from '../../protocol/messages.ts';

export type Deed =
  /** `by`: who gave it or took it back; the relay, when the operator was gone. */
  | { kind: 'grant'; grant: Grant; on: boolean; by: 'visitor' | 'operator' | 'relay' }
  | { kind: 'act'; act: Act; outcome: Outcome }
  /** The visitor has undone what this operator did to a field: what it held before that, and holds now. */
  | { kind: 'undo'; what: string; was: string; now: string }
  /** So many entries of this account could not be kept here. */
  | { kind: 'lost'; count: number };

export type LedgerEntry = {
  account: string;
  /** Epoch milliseconds, by the relay's clock. */
  at: number;
  site: string;
  room: string;
  visitor: string;
  operator: Person;
  /** 0: of the whole room. */
  tab: number;
  /** Where the tab was, as the consoles are told. */
  url: string;
  deed: Deed;
};
