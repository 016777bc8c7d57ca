// Tells consoles who is there: all operators of the account, with how they are and how much they have; at first everybody, then
// whatever has changed, gathered for a moment and told to all consoles of the account alike.

import type { ToOperatorDialog } from '../../protocol/chat.ts';
import { LIMITS } from '../../protocol/limits.ts';
import type { Colleague } from '../../protocol/routing.ts';
import type { OperatorPeer } from '../live/operators.ts';
import type { Load, Plan } from '../store/routing.ts';
import { isWorking } from './hours.ts';
import type { Standing } from './presence.ts';
import { toConsoleText } from './threads.ts';

export type RosterDoor = {
  now(): number;
  after(delayMs: number, task: () => void): () => void;
  plan(): Plan;
  standingOf(operator: string): Standing;
  loads(account: string): Promise<Load[]>;
  failed(error: unknown, where: string): void;
};

type Told = Extract<ToOperatorDialog, { t: 'colleagues' }>;
/** `told`: by operator, what their row said; `teams` likewise. `fresh`: those who have been told nothing yet. */
type Account = {
  readers: Set<OperatorPeer>;
  fresh: Set<OperatorPeer>;
  told: Map<string, string>;
  rules: string;
  isDue: boolean;
  running: Promise<void>;
};

const MINUTE_MS = 60_000;
/** A console refuses a message of more than LIMITS.maxTextBytes. */
const PAGE_CHARS = LIMITS.maxTextBytes / 2;

export class Roster {
  readonly #door: RosterDoor;
  /** Those that any console shows. */
  readonly #accounts = new Map<string, Account>();

  constructor(door: RosterDoor) {
    this.#door = door;
  }

  open(peer: OperatorPeer): void {
    const id = peer.operator.account;
    const account = this.#accounts.get(id) ?? {
      readers: new Set(),
      fresh: new Set(),
      told: new Map(),
      rules: '',
      isDue: false,
      running: Promise.resolve(),
    };
    this.#accounts.set(id, account);
    account.fresh.add(peer);
    this.changed(id, 0);
  }

  close(peer: OperatorPeer): void {
    const account = this.#accounts.get(peer.operator.account);
    account?.readers.delete(peer);
    account?.fresh.delete(peer);
    if (account && account.readers.size + account.fresh.size === 0) this.#accounts.delete(peer.operator.account);
  }

  changed(id: string, delayMs: number = LIMITS.rosterEveryMs): void {
    const account = this.#accounts.get(id);
    if (!account || account.isDue) return;
    account.isDue = true;
    this.#door.after(delayMs, () => {
      account.isDue = false;
      account.running = account.running
        .then(() => this.#flush(id, account))
        .catch((error: unknown) => this.#door.failed(error, 'telling consoles of colleagues'));
    });
  }

  changedAll(): void {
    for (const id of this.#accounts.keys()) this.changed(id);
  }

  async #flush(id: string, account: Account): Promise<void> {
    const loads = new Map((await this.#door.loads(id)).map(({ operator, open }) => [operator, open]));
    const rows = this.#rowsOf(id, loads);
    const now = new Map(rows.map((row) => [row.id, JSON.stringify(row)]));
    const changed = rows.filter((row) => now.get(row.id) !== account.told.get(row.id));
    const gone = [...account.told.keys()].filter((each) => !now.has(each));
    const { teams, idleMs } = this.#rulesOf(id);
    const rules = JSON.stringify([teams, idleMs]);
    const news = rules === account.rules ? {} : { teams, idleMs };
    account.told = now;
    account.rules = rules;
    if (changed.length + gone.length > 0 || 'teams' in news)
      tell(account.readers, pagesOf({ t: 'colleagues', reset: false, put: changed, gone, ...news }));
    tell(account.fresh, pagesOf({ t: 'colleagues', reset: true, put: rows, gone: [], teams, idleMs }));
    for (const peer of account.fresh) account.readers.add(peer);
    account.fresh.clear();
  }

  #rulesOf(account: string): { teams: { id: string; name: string }[]; idleMs: number } {
    const plan = this.#door.plan();
    return {
      teams: [...plan.teams.values()].flatMap(({ id, name, account: its }) => (its === account ? [{ id, name }] : [])),
      idleMs: (plan.rules.get(account)?.idleMinutes ?? 0) * MINUTE_MS,
    };
  }

  #rowsOf(account: string, loads: ReadonlyMap<string, number>): Colleague[] {
    const { operators, teams } = this.#door.plan();
    const mine = [...teams.values()].filter((team) => team.account === account);
    const now = this.#door.now();
    const working = new Set(mine.flatMap((team) => (isWorking(team.hours, now) ? [team.id] : [])));
    return [...operators].flatMap(([id, { account: its, name, declared, limit }]) => {
      if (its !== account) return [];
      const { presence, cause, since } = this.#door.standingOf(id);
      const teamsOf = mine.flatMap((team) => (team.members.has(id) ? [team.id] : []));
      return [
        {
          id,
          name,
          presence,
          declared,
          ...(cause && { cause }),
          since,
          ...(teamsOf.length > 0 && !teamsOf.some((team) => working.has(team)) && { off: 'hours' as const }),
          load: loads.get(id) ?? 0,
          limit,
          teams: teamsOf,
        },
      ];
    });
  }
}

/** Cut by what they weigh, too: a row names all teams of its operator. */
function pagesOf({ put, gone, reset, ...rest }: Told): string[] {
  const groups: (typeof put)[] = [[]];
  let chars = 0;
  for (const row of put) {
    const size = JSON.stringify(row).length;
    const group = groups.at(-1);
    if (!group || group.length === LIMITS.listPageRows || (group.length > 0 && chars + size > PAGE_CHARS)) {
      groups.push([row]);
      chars = size;
    } else {
      group.push(row);
      chars += size;
    }
  }
  const size = LIMITS.listPageRows;
  while (groups.length * size < gone.length) groups.push([]);
  return groups.map((group, at) => {
    const page = { reset: reset && at === 0, put: group, gone: gone.slice(at * size, (at + 1) * size) };
    return toConsoleText(at === 0 ? { ...rest, ...page } : { t: 'colleagues', ...page });
  });
}

function tell(peers: Iterable<OperatorPeer>, pages: readonly string[]): void {
  for (const peer of peers) for (const page of pages) peer.sendText(page);
}
