// Who answers: operators' presence, teams, and what is handed out to whom. Puts presence.ts, router.ts, roster.ts and ahead.ts
// together, so that each hears of what the others cause: whatever changes who can answer goes to all of them.

import type { FromOperatorDialog } from '../../protocol/chat.ts';
import { USUAL_PRESENCE, type Declared } from '../../protocol/routing.ts';
import type { Operator, OperatorPeer } from '../live/operators.ts';
import type { Tab } from '../live/visitors.ts';
import type { Change } from '../store/conversations.ts';
import type { Elsewhere } from '../store/routing.ts';
import { Ahead, AHEAD_EVERY_MS, type AheadDoor } from './ahead.ts';
import { isWorking } from './hours.ts';
import { PresenceBook, type Standing } from './presence.ts';
import { Roster, type RosterDoor } from './roster.ts';
import { Router, type RouterDoor } from './router.ts';

export type DeskDoor = Omit<RouterDoor & RosterDoor & AheadDoor, 'standingOf'> & {
  /** For all their devices, and after a restart. When it resolves, the plan has it. */
  keepDeclared(operator: string, declared: Declared): Promise<void>;
  /** At this relay; undefined: not any more. Kept in the order of the calls. */
  keepPresence(operator: Operator, presence: Declared | undefined): void;
};

export type DeskSay = Extract<FromOperatorDialog, { t: 'colleagues' | 'declare' | 'touched' }>;

export class Desk {
  readonly #door: DeskDoor;
  readonly #presence: PresenceBook;
  readonly #roster: Roster;
  readonly #router: Router;
  readonly #ahead: Ahead;
  #working = '';
  #aheadAt = 0;

  constructor(door: DeskDoor) {
    this.#door = door;
    this.#presence = new PresenceBook({
      now: door.now,
      after: door.after,
      declaredOf: (id) => this.#declaredOf(id),
      rulesOf: (account) => door.plan().rules.get(account) ?? USUAL_PRESENCE,
      changed: (operator, { presence }) => {
        door.keepPresence(operator, presence === 'gone' ? undefined : presence);
        this.#changed(operator.account);
      },
    });
    const all = { ...door, standingOf: (id: string): Standing => this.#presence.of(id) };
    this.#roster = new Roster(all);
    this.#router = new Router(all);
    this.#ahead = new Ahead(all);
  }

  standingOf(operator: string): Standing {
    return this.#presence.of(operator);
  }

  operatorHere(peer: OperatorPeer): void {
    this.#presence.opened(peer);
  }

  operatorGone(peer: OperatorPeer): void {
    this.#roster.close(peer);
    this.#presence.closed(peer);
  }

  async operatorSays(peer: OperatorPeer, say: DeskSay): Promise<void> {
    const { operator } = peer;
    switch (say.t) {
      case 'colleagues':
        return say.on ? this.#roster.open(peer) : this.#roster.close(peer);
      case 'touched':
        return this.#presence.touched(peer, say.on ? 'touched' : say.locked === true ? 'locked' : 'idle');
      case 'declare':
        if (this.#declaredOf(operator.id) === say.presence) return;
        await this.#door.keepDeclared(operator.id, say.presence);
        return;
    }
  }

  /** The tab's visitor looks at the chat. */
  visitorLooks(tab: Tab, reader: { conversation: string | undefined; reachable: boolean }): void {
    this.#ahead.open(tab, reader);
  }
  visitorGone(tab: Tab): void {
    this.#ahead.close(tab);
  }
  learn(tab: Tab, what: { conversation?: string; reachable?: boolean }): void {
    this.#ahead.learn(tab, what);
  }

  committed(account: string, changes: readonly Change[]): void {
    for (const { conversation, messages } of changes)
      if (conversation.assignee !== null && messages.some(({ by }) => by.kind === 'contact'))
        this.#presence.wrote(conversation.assignee, conversation.id);
    // Answers and notes give nobody more, or less, to do.
    const isMoved = (kind: string) => changes.some(({ messages }) => messages.some((one) => one.kind === kind));
    const isAsked = changes.some(({ messages }) => messages.some(({ by }) => by.kind === 'contact'));
    if (isMoved('system') || isAsked) this.#router.changed(account);
    if (isMoved('system')) this.#roster.changed(account);
    if (isMoved('system') || isMoved('text')) this.#ahead.changed(account);
  }

  /** The plan was read anew. */
  planned(): void {
    for (const id of this.#door.plan().operators.keys()) this.#presence.lookAgain(id);
    this.#changedAll();
  }

  /** How operators are at other relays. */
  learnElsewhere(elsewhere: readonly Elsewhere[]): void {
    const changed = this.#presence.learn(
      new Map(elsewhere.map(({ operator, presence, since }) => [operator, { presence, since }])),
    );
    const { operators } = this.#door.plan();
    for (const account of new Set(changed.map((id) => operators.get(id)?.account))) if (account) this.#changed(account);
  }

  /** Every second or so. */
  tick(): void {
    const now = this.#door.now();
    this.#presence.tick();
    this.#router.tick();
    const working = [...this.#door.plan().teams.values()].map(({ hours }) => Number(isWorking(hours, now))).join('');
    // Hours have begun somewhere, or ended.
    if (working !== this.#working) this.#changedAll();
    else if (now - this.#aheadAt >= AHEAD_EVERY_MS) {
      this.#aheadAt = now;
      this.#ahead.changedAll();
    }
    this.#working = working;
  }

  #declaredOf(operator: string): Declared {
    return this.#door.plan().operators.get(operator)?.declared ?? 'online';
  }

  #changed(account: string): void {
    this.#roster.changed(account);
    this.#router.changed(account);
    this.#ahead.changed(account);
  }

  #changedAll(): void {
    this.#roster.changedAll();
    this.#ahead.changedAll();
    for (const account of new Set([...this.#door.plan().sites.values()].map((site) => site.account)))
      this.#router.changed(account);
  }
}
