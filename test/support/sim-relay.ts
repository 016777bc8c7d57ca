// The real live part with fake outside: what server.ts and the store would be, in one process.

import { GRANTS, OPEN_POLICY, type Grant } from '../../protocol/hand.ts';
import type { LedgerEntry } from '../../relay/live/deed.ts';
import { USUAL_FILES } from '../../relay/dialog/file-kind.ts';
import { createLive, type Live } from '../../relay/live/live.ts';
import { createLiveMetrics } from '../../relay/live/metrics.ts';
import type { Operator, OperatorPeer } from '../../relay/live/operators.ts';
import type { Socket } from '../../relay/live/peer.ts';
import type { Revocation } from '../../relay/live/revoked.ts';
import type { Site } from '../../relay/live/site.ts';
import type { Tab } from '../../relay/live/visitors.ts';
import { createTokens } from '../../relay/auth/tokens.ts';
import type { Clock, Network, RelayEnd } from './fake-world.ts';
import type { Random } from './random.ts';

export const SITE: Site = {
  id: 'site1',
  account: 'account1',
  key: 'key1',
  name: 'Shop',
  origins: ['https://shop.example'],
  masking: { privateByDefault: false },
  hand: OPEN_POLICY,
  files: USUAL_FILES,
};
export const OTHER_SITE: Site = { ...SITE, id: 'site2', account: 'account2', key: 'key2' };

export const operatorCalled = (id: string, account = 'account1'): Operator => ({
  id,
  account,
  name: id,
  login: id,
  role: 'operator',
});

export type SimRelay = {
  live: Live;
  metrics: ReturnType<typeof createLiveMetrics>;
  /** What would be in the database. */
  ledger: LedgerEntry[];
  /** As the database has them; a test that changes one calls `live.setUpAnew`. */
  sites: Site[];
  /** Who may less than everything. */
  rights: Map<string, readonly Grant[]>;
  acceptVisitor(origin?: string): (socket: Socket) => RelayEnd;
  acceptOperator(operator: Operator): (socket: Socket) => RelayEnd;
  /** A fault of the relay's own; a test that makes one puts its own in. */
  failed(error: unknown, where: string): void;
  stop(): void;
};

/** What outlives a relay: the table of revocations. Writing takes time, and a relay that dies meanwhile has written
 * nothing. `runs`: how often it was started. */
export type SimStore = { readonly rows: Revocation[]; writeMs: number; runs?: number };

/** `secret` stays the same over restarts, as the file in the data folder does, and so does `store`. */
export function startSimRelay(
  clock: Clock,
  network: Network,
  random: Random,
  store: SimStore = { rows: [], writeMs: 0 },
  times = { graceMs: 20_000, unwatchedMs: 30_000 },
): SimRelay {
  let stopped = false;
  const tokens = createTokens('a secret for the simulation, long enough', () => clock.now());
  const metrics = createLiveMetrics();
  const ledger: LedgerEntry[] = [];
  let id = 0;
  // Not drawn by lot: how long an id is decides what a full line still takes, and a seed would not say all.
  const run = (store.runs ?? 0) + 1;
  store.runs = run;
  const live = createLive(
    {
      now: () => clock.now(),
      after: (ms, task) => clock.after(ms, task),
      soon: (task) => network.soon(task),
      randomInt: (below) => random.below(below),
      randomId: () => `id${run}-${id++}`,
      publish: (topic, data) => network.publish(topic, data),
      metrics,
      // Conversations are tried on the real relay.
      dialog: {
        visitorHere: () => undefined,
        visitorSays: () => undefined,
        visitorGone: () => undefined,
        operatorSays: () => undefined,
        operatorHere: () => undefined,
        operatorGone: () => undefined,
      },
      siteByKey: (key) => relay.sites.find((site) => site.key === key),
      sitesOf: (account) => relay.sites.filter((site) => site.account === account),
      mayOf: (operator) => relay.rights.get(operator) ?? GRANTS,
      originAllowed: (origin, site) => origin !== undefined && site.origins.includes(origin),
      signDevice: (proof) => tokens.sign({ kind: 'device', ...proof, issuedAt: clock.now() }),
      readDevice: (token) => tokens.readDevice(token),
      signResume: (proof) =>
        tokens.sign({ kind: 'resume', ...proof, issuedAt: clock.now(), expiresAt: clock.now() + 300_000 }),
      readResume: (token) => tokens.readResume(token),
      keepRevocation(revocation, kept) {
        clock.after(store.writeMs, () => {
          if (stopped) return;
          store.rows.push(revocation);
          kept();
        });
      },
      ledger: (entry) => void ledger.push(entry),
      assetType: () => undefined,
      fetchAsset: () => {},
      log: () => {},
      failed: (error, where) => relay.failed(error, where),
    },
    { ...times, codeMs: 60_000 },
  );
  live.learn(store.rows);
  const tick = () => {
    if (stopped) return;
    live.tick();
    clock.after(1000, tick);
  };
  clock.after(1000, tick);
  const relay: SimRelay = {
    live,
    metrics,
    ledger,
    sites: [SITE, OTHER_SITE],
    rights: new Map(),
    acceptVisitor:
      (origin = 'https://shop.example') =>
      (socket) => {
        let tab: Tab | undefined;
        const arrival = { socket, origin, userAgent: 'Mozilla/5.0 (X11; Linux) Firefox/120', address: '10.0.0.1' };
        return {
          text(data) {
            if (tab) live.visitorText(tab, data);
            else tab = live.visitorHello(arrival, data);
          },
          bytes(data) {
            if (tab) live.visitorFrame(tab, data);
          },
          drained() {},
          closed() {
            if (tab) live.visitorGone(tab);
          },
        };
      },
    acceptOperator: (operator) => (socket) => {
      const peer: OperatorPeer = live.operatorHere(socket, operator, `session of ${operator.id}`, '10.0.0.2');
      return {
        text: (data) => live.operatorText(peer, data),
        bytes() {},
        drained: () => live.operatorDrained(peer),
        closed: () => live.operatorGone(peer),
      };
    },
    stop() {
      stopped = true;
    },
    failed(error) {
      throw error;
    },
  };
  return relay;
}
