// Puts the relay together: database, tokens, live part, assets, routes, server; and takes it apart again. The clock and
// the randomness that the other files are handed come from here.

import { randomBytes, randomInt } from 'node:crypto';
import path from 'node:path';
import { LIMITS } from '../protocol/limits.ts';
import { createOperators, type Session } from './auth/operators.ts';
import { originAllowed } from './auth/origins.ts';
import { createPlaces } from './auth/places.ts';
import { createTokens, isSame, loadSecret } from './auth/tokens.ts';
import { createCommits } from './dialog/commits.ts';
import { createDialog } from './dialog/dialog.ts';
import { USUAL_FILES } from './dialog/file-kind.ts';
import { createFiles } from './dialog/files.ts';
import { startIndexing } from './dialog/indexing.ts';
import { createPatience } from './dialog/patience.ts';
import { createPictures } from './dialog/pictures.ts';
import { createScanner } from './dialog/scanner.ts';
import { createFileRoutes } from './file-routes.ts';
import { createHandRoutes } from './hand-routes.ts';
import { createApiRoutes } from './api/api-routes.ts';
import { createCabinetRoutes } from './cabinet-routes.ts';
import type { Config } from './config.ts';
import { cookieOf, fromThisMachine } from './http.ts';
import { openAssetStore } from './live/asset-store.ts';
import { fetchPublic, isPrivateAddress } from './live/asset-fetch.ts';
import { createFetchQueue } from './live/fetch-queue.ts';
import { createLive, type Arrival } from './live/live.ts';
import type { Room } from './live/room.ts';
import { createLiveMetrics } from './live/metrics.ts';
import type { OperatorPeer } from './live/operators.ts';
import type { Socket } from './live/peer.ts';
import type { Site } from './live/site.ts';
import { Uploads } from './live/uploads.ts';
import type { Tab } from './live/visitors.ts';
import { reasonOf, type Logger } from './log.ts';
import { createPageRoutes } from './pages.ts';
import { createRoutes, SESSION_COOKIE } from './routes.ts';
import { startServer, type PeerEnd, type Upgrade } from './server.ts';
import { DEMO_SITE_KEY, ensureDemoSite, firstRun, listNames, listRights, listSites } from './store/accounts.ts';
import {
  beginAttachment,
  changeAttachment,
  forgetAttachment,
  listScanning,
  readAttachment,
  readPolicy,
  readSaid,
  takeUnsaid,
  weighOwner,
  weighVisitors,
} from './store/attachments.ts';
import {
  findConversations,
  listThreads,
  openConversation,
  readChanges,
  readConversation,
  readHead,
  readOlder,
  transact,
} from './store/conversations.ts';
import { callerOf } from './store/api-tokens.ts';
import { listOperators, listSitesOf } from './store/cabinet.ts';
import { pageOfConversations } from './store/conversation-pages.ts';
import { openDatabase } from './store/database.ts';
import { openFileFolder } from './store/files.ts';
import { createLedger } from './store/ledger.ts';
import { newId } from './store/id.ts';
import { createRevocations } from './store/revocations.ts';
import {
  beatPresence,
  endPresence,
  endTurn,
  hasReach,
  keepDeclared,
  keepPresence,
  keepReach,
  readLoads,
  readPlan,
  readWaiting,
  readWaits,
  takeTurn,
} from './store/routing.ts';
import { deleteSavedSearch, listSavedSearches, putSavedSearch } from './store/saved-searches.ts';
import { accountsToIndex, CHANGES_AT_ONCE, indexChanges } from './store/search-index.ts';
import { search } from './store/search.ts';

export type Relay = {
  readonly url: string;
  /** What to tell whoever started it for the first time. */
  readonly firstOperator: { login: string; password: string; again: boolean } | undefined;
  /** The demo shop may carry the widget from these origins. */
  allowDemo(origins: readonly string[]): Promise<string>;
  /** Tells peers to come back, waits `drainMs`, closes everything. */
  close(): Promise<void>;
};

const BEAT_TOPIC = 'beat';
const BEAT = JSON.stringify({ t: 'beat' });
/** One frame in so many is timed for the metrics: the clock costs a tenth of what the relay does with a small frame. */
const TIMED_FRAMES = 16;
/** Sites change rarely and are asked for at every hello: read ahead, and again this often. */
const SITES_EVERY_MS = 15_000;
/** How often a relay says that it lives, and after how long without a word its operators are no longer there. */
const PRESENCE_EVERY_MS = 5_000;
const PRESENCE_STALE_MS = 30_000;
const CLOSE_WAIT_MS = 3_000;

export async function startRelay(
  config: Config,
  log: Logger,
  folders: { widget: string; console: string },
): Promise<Relay> {
  const now = () => Date.now();
  const database = await openDatabase(config, log);
  const firstOperator = await firstRun(database);
  let sites: Site[] = await listSites(database);
  let rights = await listRights(database);
  const readSites = async () => {
    const before = JSON.stringify(sites);
    sites = await listSites(database);
    if (JSON.stringify(sites) !== before) live.setUpAnew();
  };
  let names = await listNames(database);
  const readNames = async () => {
    names = await listNames(database);
  };
  const readRights = async () => {
    const before = JSON.stringify([...rights]);
    rights = await listRights(database);
    if (JSON.stringify([...rights]) !== before) live.setUpAnew();
  };

  /** This run of it, among others on this database. */
  const me = newId();
  let plan = await readPlan(database);
  // Whatever ran on this database before does not any more: an embedded one is one relay's.
  if (database.kind === 'embedded') await beatPresence(database, me, 0);
  let reading: Promise<void> = Promise.resolve();
  /** One after the other: what was read first must not be kept last. */
  const planAnew = () =>
    (reading = reading
      .catch(() => undefined)
      .then(async () => {
        plan = await readPlan(database);
        dialog.desk.planned();
      }));
  let presences: Promise<void> = Promise.resolve();

  /** Address of the demo shop, when it is served. */
  let demo: string | undefined;

  const tokens = createTokens(loadSecret(config.dataDir, config.secret), now);
  const metrics = createLiveMetrics();
  const assets = await openAssetStore({
    dir: path.join(config.dataDir, 'assets'),
    maxBytes: config.assetCacheBytes,
    now,
  });
  const failed = (error: unknown, where: string) => log.error('failed', { where, error: reasonOf(error) });

  const timers = new Set<NodeJS.Timeout>();
  const after = (delayMs: number, task: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      task();
    }, delayMs);
    timers.add(timer);
    return () => {
      clearTimeout(timer);
      timers.delete(timer);
    };
  };
  const every = (everyMs: number, where: string, task: () => void) =>
    after(everyMs, () => {
      try {
        task();
      } catch (error) {
        // One bad round must not stop the clock for everybody.
        failed(error, where);
      }
      every(everyMs, where, task);
    });

  const fetchQueue = createFetchQueue<Room>({
    store: assets,
    fetch: (url) => fetchPublic(url, { isPrivate: config.fetchPrivate ? () => false : isPrivateAddress }),
    now,
    after,
    done: (room, entries, bytes) => live.assetFetched(room, entries, bytes),
    failed: (error) => failed(error, 'fetching an asset'),
  });

  const revocations = createRevocations({ db: database, log, now, after });
  const ledger = createLedger({ db: database, log, after });
  const commits = createCommits({
    transact: (account, entries, at) => transact(database, account, entries, at),
    committed: (account, changes) => dialog.committed(account, changes),
    log,
    now,
    after,
  });
  const patiently = createPatience({ log, after });
  const dialog = createDialog({
    now,
    maxPerAddress: config.maxPeersPerAddress,
    after,
    failed,
    run: (account, conversation, command) => commits.run(account, conversation, command),
    open: (from) => patiently(() => openConversation(database, from, now())),
    find: (devices) => patiently(() => findConversations(database, devices)),
    read: (account, id, from) => patiently(() => readConversation(database, account, id, from)),
    older: (account, id, from) => patiently(() => readOlder(database, account, id, from)),
    threads: (account, which) => patiently(() => listThreads(database, account, which)),
    changes: (account, from, limit) => patiently(() => readChanges(database, account, from, limit)),
    head: (account) => patiently(() => readHead(database, account)),
    operatorOf: (id) => names.get(id),
    signPass: (of) => tokens.sign({ kind: 'pass', ...of, expiresAt: now() + LIMITS.filePassMs }),
    newId: () => newId(now()),
    plan: () => plan,
    waiting: (account, sites, limit) => readWaiting(database, account, sites, limit),
    loads: (account) => readLoads(database, account),
    waits: (account, which) => readWaits(database, account, which),
    takeTurn: (account, ms) => takeTurn(database, account, me, ms),
    endTurn: (account) => endTurn(database, account, me),
    hasReach: (account, conversation) => patiently(() => hasReach(database, account, conversation)),
    keepReach: (account, conversation, reach) => keepReach(database, account, conversation, reach),
    async keepDeclared(operator, declared) {
      await patiently(() => keepDeclared(database, operator, declared));
      await patiently(planAnew);
    },
    keepPresence({ id: operator, account }, presence) {
      const who = { account, operator, relay: me };
      presences = presences
        .then(() => patiently(() => keepPresence(database, who, presence ?? null)))
        .catch((error: unknown) => failed(error, 'keeping how an operator is there'));
    },
    search: (asked) => search(database, asked),
    savedSearches: (who) => listSavedSearches(database, who),
    saveSearch: (who, saved) => putSavedSearch(database, who, saved),
    forgetSearch: (who, id) => deleteSavedSearch(database, who, id),
  });
  const indexing = startIndexing({
    accounts: () => accountsToIndex(database),
    index: (account) => indexChanges(database, account, CHANGES_AT_ONCE),
    log,
    now,
    after,
  });
  const pictures = createPictures();
  const files = createFiles({
    store: await openFileFolder(path.join(config.dataDir, 'files')),
    begin: (owner, file) => beginAttachment(database, owner, file, now()),
    read: (id) => readAttachment(database, id),
    change: (id, from, to) => changeAttachment(database, id, from, to),
    forget: (id) => forgetAttachment(database, id),
    weigh: (owner, since) => weighOwner(database, owner, since),
    weighVisitors: () => weighVisitors(database),
    listScanning: (limit) => listScanning(database, limit),
    takeUnsaid: (before, limit) => takeUnsaid(database, before, limit),
    scan: config.clamav === undefined ? undefined : createScanner(config.clamav),
    draw: (bytes) => pictures.draw(bytes),
    mostVisitorBytes: config.visitorFilesBytes,
    log,
    now,
    after,
  });
  await files.start();
  const live = createLive(
    {
      dialog,
      now,
      after,
      soon: (task) => void setImmediate(task),
      randomInt: (below) => randomInt(below),
      randomId: () => randomBytes(15).toString('base64url'),
      publish: (topic, data) => server.publish(topic, data),
      metrics,
      siteByKey: (key) => sites.find((site) => site.key === key),
      sitesOf: (account) => sites.filter((site) => site.account === account),
      mayOf: (operator) => rights.get(operator) ?? [],
      originAllowed: (origin, site) => originAllowed(origin, site.origins),
      signDevice: (proof) => tokens.sign({ kind: 'device', ...proof, issuedAt: now() }),
      readDevice: (token) => tokens.readDevice(token),
      signResume: (proof) =>
        tokens.sign({ kind: 'resume', ...proof, issuedAt: now(), expiresAt: now() + LIMITS.resumeTokenMs }),
      readResume: (token) => tokens.readResume(token),
      keepRevocation: (revocation, kept) => revocations.keep(revocation, kept),
      ledger: (entry) => ledger.write(entry),
      assetType: (site, hash) => assets.type(site, hash),
      fetchAsset: (room, url) => fetchQueue.add(room, url),
      log: (message, fields) => log.debug(message, fields as Record<string, string>),
      failed,
    },
    { graceMs: config.graceMs, unwatchedMs: config.unwatchedMs, codeMs: config.codeMs },
  );
  const readRevocations = async () => live.learn(await revocations.read());
  // Before the first page comes back with a proof.
  await readRevocations();
  const operators = createOperators({ db: database, log, now, ended: (session) => live.sessionEnded(session) });
  const signedIn = (cookie: string | undefined) => operators.sessionOf(cookie);

  const open = new Set<Socket>();
  /** Connections that have not said hello, and until when they may take. */
  const arrivals = new Map<Socket, number>();

  const visitorEnd = (socket: Socket, upgrade: Upgrade): PeerEnd => {
    arrivals.set(socket, now() + LIMITS.helloMs);
    return new VisitorEnd(socket, { socket, ...upgrade });
  };
  let untimedFrames = 0;
  /** A class: there is one per visitor. */
  class VisitorEnd implements PeerEnd {
    #socket: Socket;
    #arrival: Arrival | undefined;
    #tab: Tab | undefined;
    constructor(socket: Socket, arrival: Arrival) {
      this.#socket = socket;
      this.#arrival = arrival;
    }
    text(data: string) {
      if (this.#tab) return live.visitorText(this.#tab, data);
      if (!this.#arrival) return;
      arrivals.delete(this.#socket);
      this.#tab = live.visitorHello(this.#arrival, data);
      this.#arrival = undefined;
    }
    bytes(data: Uint8Array) {
      if (!this.#tab) return this.#socket.close('BadFrame');
      untimedFrames += 1;
      if (untimedFrames < TIMED_FRAMES) return live.visitorFrame(this.#tab, data);
      untimedFrames = 0;
      const began = performance.now();
      live.visitorFrame(this.#tab, data);
      metrics.relayTime.observe((performance.now() - began) / 1000);
    }
    drained() {}
    closed() {
      open.delete(this.#socket);
      arrivals.delete(this.#socket);
      if (this.#tab) live.visitorGone(this.#tab);
      this.#tab = undefined;
      this.#arrival = undefined;
    }
  }

  const operatorEnd = (socket: Socket, upgrade: Upgrade, session: Session): PeerEnd => {
    const peer: OperatorPeer = live.operatorHere(socket, session.operator, session.sessionId, upgrade.address);
    return {
      text(data) {
        operators.touch(session.sessionId);
        live.operatorText(peer, data);
      },
      bytes: () => socket.close('BadFrame'),
      drained: () => live.operatorDrained(peer),
      closed() {
        open.delete(socket);
        live.operatorGone(peer);
      },
    };
  };
  const deaf: PeerEnd = { text() {}, bytes() {}, drained() {}, closed() {} };

  const server = await startServer({
    host: config.host,
    port: config.port,
    tls: config.tls,
    trustProxy: config.trustProxy,
    publicUrl: config.publicUrl,
    places: createPlaces({
      maxPeers: config.maxPeers,
      maxPerAddress: config.maxPeersPerAddress,
      now,
      full: (address) =>
        log.warn('an address has as many connections as one may have, further ones are refused', {
          address,
          setting: 'TANDEM_MAX_PEERS_PER_ADDRESS, or TANDEM_TRUST_PROXY if it is a proxy',
        }),
    }),
    failed,
    after,
    dropped: () => metrics.framesDropped.add(1),
    async admit(upgrade) {
      // The cookie is same-site, but a page of another port of this host is same-site too: the origin decides.
      if (upgrade.origin !== upgrade.ownOrigin) return undefined;
      return signedIn(cookieOf({ header: () => upgrade.cookie }, SESSION_COOKIE));
    },
    connected(socket, upgrade, admitted) {
      socket.subscribe(BEAT_TOPIC);
      open.add(socket);
      if (upgrade.role === 'visitor') return visitorEnd(socket, upgrade);
      // What `admit` above returned.
      const session = admitted as Session | undefined;
      if (session && !session.operator.mustChange) return operatorEnd(socket, upgrade, session);
      socket.close('LoggedOut');
      return deaf;
    },
    routes: [
      ...createRoutes({
        live,
        assets,
        uploadMs: config.uploadMs,
        siteById: (id) => sites.find((site) => site.id === id),
        login: (input) => operators.login(input),
        signedIn,
        logout: (token) => operators.logout(token),
        changePassword: (change) => operators.changePassword(change),
        async health() {
          try {
            await database.sql`select 1`;
            return { ok: true, details: { database: database.kind, peers: server.peers } };
          } catch (error) {
            failed(error, 'health');
            return { ok: false, details: { database: 'not answering' } };
          }
        },
        metrics: () => metrics.write(),
        mayReadMetrics(request) {
          if (config.metricsToken !== undefined)
            return isSame(request.header('authorization') ?? '', `Bearer ${config.metricsToken}`);
          // A proxy in front may pass on strangers' requests as its own.
          const isProxied = config.trustProxy || config.publicUrl !== undefined;
          return !isProxied && fromThisMachine(request);
        },
        refusedLogin: () => metrics.refusedLogins.add(1),
        firstSteps(account) {
          const mine = sites.filter((site) => site.account === account);
          // The customer's own site, once there is one.
          const site = mine.find(({ key }) => key !== DEMO_SITE_KEY) ?? mine[0];
          return { ...(site ? { siteKey: site.key } : {}), ...(demo === undefined ? {} : { demo }) };
        },
      }),
      ...createHandRoutes({ live, signedIn, uploadMs: config.uploadMs }),
      ...createFileRoutes({
        files,
        uploads: new Uploads(),
        uploadMs: config.uploadMs,
        tokens,
        siteById: (id) => sites.find((site) => site.id === id),
        originAllowed: (origin, site) => originAllowed(origin, site.origins),
        signedIn,
        policyOf: async (account, conversation) => {
          const found = await readPolicy(database, account, conversation);
          return found && (found.files ?? USUAL_FILES);
        },
        readSaid: (id, reader) => readSaid(database, id, reader),
        now,
      }),
      ...createCabinetRoutes({
        db: database,
        signedIn,
        endSessions: (operator) => operators.endSessions(operator),
        sitesChanged: readSites,
        rightsChanged: async () => {
          await readRights();
          await readNames();
        },
        planChanged: planAnew,
      }),
      ...createApiRoutes({
        now,
        callerOf: (secret) => callerOf(database, secret, now()),
        run: (account, conversation, command) => commits.run(account, conversation, command),
        conversations: (account, filter, page) => pageOfConversations(database, account, filter, page),
        messages: (account, conversation, from) => readOlder(database, account, conversation, from),
        changes: (account, from, limit) => readChanges(database, account, from, limit),
        operatorOf: (id) => names.get(id),
        operators: async (account) =>
          (await listOperators(database, account)).map(({ id, name, role, disabled }) => ({
            id,
            name,
            role,
            disabled,
          })),
        sites: async (account) =>
          (await listSitesOf(database, account)).map(({ id, name, origins }) => ({ id, name, origins: [...origins] })),
      }),
      ...(await createPageRoutes(folders)),
    ],
  });
  metrics.gauge('tandem_peers', 'Open sockets', () => server.peers);
  metrics.gauge('tandem_resident_bytes', 'Resident memory of the process', () => process.memoryUsage.rss());

  every(1000, 'tick', () => {
    live.tick();
    const at = now();
    for (const [socket, until] of arrivals) if (until <= at) socket.close('HelloTimeout');
  });
  every(LIMITS.beatMs, 'beat', () => server.publishText(BEAT_TOPIC, BEAT));
  every(SITES_EVERY_MS, 'sites', () => void readSites().catch((error: unknown) => failed(error, 'reading sites')));
  every(SITES_EVERY_MS, 'rights', () => void readRights().catch((error: unknown) => failed(error, 'reading rights')));

  every(SITES_EVERY_MS, 'names', () => void readNames().catch((error: unknown) => failed(error, 'reading names')));

  every(SITES_EVERY_MS, 'plan', () => void planAnew().catch((error: unknown) => failed(error, 'reading who answers')));
  every(1000, 'desk', () => dialog.desk.tick());
  every(
    PRESENCE_EVERY_MS,
    'presence',
    () =>
      void beatPresence(database, me, PRESENCE_STALE_MS).then(
        (elsewhere) => dialog.desk.learnElsewhere(elsewhere),
        (error: unknown) => failed(error, 'hearing of operators at other relays'),
      ),
  );

  // Of other relays on this database: what they end while this one runs.
  every(
    SITES_EVERY_MS,
    'revocations',
    () => void readRevocations().catch((error: unknown) => failed(error, 'reading what has ended')),
  );

  const scheme = config.tls ? 'https' : 'http';
  const host = config.host === '0.0.0.0' ? '127.0.0.1' : config.host.includes(':') ? `[${config.host}]` : config.host;
  let closing: Promise<void> | undefined;

  return {
    url: config.publicUrl ?? `${scheme}://${host}:${server.port}`,
    firstOperator,
    async allowDemo(origins) {
      [demo] = origins;
      await ensureDemoSite(database, origins);
      await readSites();
      return DEMO_SITE_KEY;
    },
    close() {
      closing ??= (async () => {
        server.stopListening();
        for (const socket of [...open]) socket.close('GoingAway');
        const until = now() + config.drainMs;
        while (server.peers > 0 && now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
        await indexing.close();
        for (const timer of timers) clearTimeout(timer);
        server.close();
        pictures.close();
        await files.close();
        await commits.close();
        // What waits for a database that is away is not waited for.
        await Promise.race([presences, new Promise((resolve) => setTimeout(resolve, CLOSE_WAIT_MS))]);
        await endPresence(database, me).catch((error: unknown) => failed(error, 'ending presence'));
        await revocations.close();
        await ledger.close();
        await database.close();
      })();
      return closing;
    },
  };
}
