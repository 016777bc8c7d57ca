// What a site's owner lets operators do by hand, and what each operator may: both are set up in the console while visits go
// on, so they are asked for where they are needed and not kept. What follows a change is here, too. Rules: [G9] in
// relay/README.md; what a room does with them is hands.ts's.
//
// Easy to get wrong: the question for the view says what a yes also allows, so a page must know the policy before it asks;
// it is with the welcome, for "show my screen" asks the relay for nothing. A site with an open policy tells nothing at all.

import type { Grant, HandPolicy, ToHand } from '../../protocol/hand.ts';
import type { OperatorPeer } from './operators.ts';
import type { Site } from './site.ts';
import type { Tab, Visitor } from './visitors.ts';

export type PoliciesDoor = {
  siteByKey(key: string): Site | undefined;
  /** What this operator may ask visitors for. */
  mayOf(operator: string): readonly Grant[];
};

export class Policies {
  #door: PoliciesDoor;

  constructor(door: PoliciesDoor) {
    this.#door = door;
  }

  /** As it is now; of a site that was removed, as it was. */
  of({ key, hand }: Site): HandPolicy {
    return this.#door.siteByKey(key)?.hand ?? hand;
  }

  mayOf(operator: string): readonly Grant[] {
    return this.#door.mayOf(operator);
  }

  /** For the welcome of this tab, of a site whose question asks for more than the view. */
  welcome(tab: Tab): { hand?: string } {
    const policy = this.of(tab.visitor.site);
    if (givenBy(policy).length === 0) return {};
    tab.policy = textOf(policy);
    return { hand: tab.policy };
  }

  /** Before a question or a visit, and when something of it has changed. */
  tell(tab: Tab): void {
    const policy = this.of(tab.visitor.site);
    const isOpen = givenBy(policy).length === 0 && policy.pausedAt.length === 0;
    const text = textOf(policy);
    if (tab.policy === text || (isOpen && tab.policy === '')) return;
    tab.policy = text;
    tab.socket.text(text);
  }

  /** Sites or operators are others. Consoles whose rights are others come back, to be told. */
  changed(visitors: Iterable<Visitor>, operators: Iterable<OperatorPeer>): void {
    for (const { room, tabs } of visitors) {
      for (const tab of tabs) if (tab.policy !== '' || room) this.tell(tab);
      room?.narrow();
    }
    for (const peer of [...operators])
      if (!isSame(peer.may, this.mayOf(peer.operator.id))) peer.socket.close('RightsChanged');
  }
}

/** What nobody may have, nobody is given. */
function givenBy({ allowed, given }: HandPolicy): Grant[] {
  return given.filter((grant) => allowed.includes(grant));
}

function textOf({ allowed, given, pausedAt }: HandPolicy): string {
  const policy: HandPolicy = { allowed, given: givenBy({ allowed, given, pausedAt }), pausedAt };
  return JSON.stringify({ t: 'hand', say: { t: 'policy', policy } } satisfies ToHand);
}

function isSame(some: readonly Grant[], others: readonly Grant[]): boolean {
  return some.length === others.length && some.every((grant) => others.includes(grant));
}
