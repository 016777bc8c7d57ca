// The relay's HTTP API as the console uses it: log in, log out, who am I, change the password; for admins, sites and
// operators. Every answer is one of a few kinds; a network failure or an answer that is not ours (a proxy's error page)
// is `unreachable`, never an exception.

import { grants, handPolicy, type Grant, type HandPolicy } from '../protocol/hand.ts';
import { maskingRules, type MaskingRules } from '../protocol/messages.ts';
import {
  presenceRules,
  siteRouting,
  workingHours,
  type PresenceRules,
  type SiteRouting,
  type WorkingHours,
} from '../protocol/routing.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import {
  flag,
  list,
  maybe,
  number,
  object,
  oneOf,
  orNull,
  signed,
  text,
  type Infer,
  type Schema,
} from '../protocol/schema.ts';
import { sendFile, type SendFile } from './send-file.ts';

const word = text(1024);
const account = object({
  operator: object({ id: word, name: word, login: word, role: oneOf(['admin', 'operator']) }),
  mustChange: flag,
  /** For a console without visitors: what to paste into a site, and the demo shop if this relay serves one. */
  firstSteps: maybe(object({ siteKey: maybe(word), demo: maybe(word) })),
});
export type Account = Infer<typeof account>;

const throttled = object({ retryAfterSec: number(1e6) });
const refused = object({ why: word });

const site = object({
  id: word,
  key: word,
  name: word,
  origins: list(word, 1000),
  masking: maskingRules,
  hand: handPolicy,
  routing: siteRouting,
});
export type SiteEntry = Infer<typeof site>;
const sites = object({ sites: list(site, 10_000) });
const savedSite = object({ site });

const role = oneOf(['admin', 'operator']);
export type Role = Infer<typeof role>;
const operatorEntry = object({
  id: word,
  login: word,
  name: word,
  role,
  may: grants,
  limit: number(1e6),
  disabled: flag,
  fresh: flag,
});
export type OperatorEntry = Infer<typeof operatorEntry>;
const operators = object({ operators: list(operatorEntry, 10_000) });
const addedOperator = object({ id: word, password: word });
const changedOperator = object({ password: maybe(word) });

const teamEntry = object({ id: word, name: word, members: list(word, 10_000), hours: orNull(workingHours) });
export type TeamEntry = Infer<typeof teamEntry>;
const teams = object({ teams: list(teamEntry, 1000), rules: presenceRules });
export type Teams = Infer<typeof teams>;
const savedTeam = object({ team: teamEntry });

const tokenEntry = object({
  id: word,
  name: word,
  rights: list(oneOf(['read', 'write']), 2),
  /** As whom it acts. */
  operator: word,
  createdAt: number(1e14),
  lastUsedAt: orNull(number(1e14)),
});
export type TokenEntry = Infer<typeof tokenEntry>;
const tokens = object({ tokens: list(tokenEntry, 1000) });
const addedToken = object({ id: word, secret: word });
const savedRules = object({ rules: presenceRules });

const count = number(Number.MAX_SAFE_INTEGER);
/** Somebody may have been at the ledger: of an entry only this is sure, and what else is in it is looked at one by one. */
const anything: Schema<unknown> = Object.assign((value: unknown) => value, { spec: [] });
const ledgerEntry = object({
  number: count,
  at: signed(8.64e15),
  hash: word,
  site: word,
  room: word,
  visitor: text(10_000),
  operator: object({ id: word, name: word }),
  url: text(10_000),
  deed: anything,
});
export type LedgerEntry = Infer<typeof ledgerEntry>;
const ledgerPage = object({ entries: list(anything, 1000), next: maybe(count) });
export type LedgerPage = { entries: readonly LedgerEntry[]; next: number | undefined };
const ledgerCheck = object({
  entries: count,
  head: word,
  brokenAt: maybe(count),
  isPart: maybe(flag),
  /** How many there should be. */
  all: count,
});
export type LedgerCheck = Infer<typeof ledgerCheck>;
export type LedgerFilter = {
  room?: string | undefined;
  site?: string | undefined;
  operator?: string | undefined;
  /** Epoch milliseconds: from this one on, up to before that one. */
  from?: number | undefined;
  to?: number | undefined;
  text?: string | undefined;
};

const REFUSALS = [
  'login-taken',
  'bad-login',
  'bad-origin',
  'bad-pattern',
  'bad-zone',
  'bad-hours',
  'name-taken',
  'too-many',
  'unknown',
  'last-admin',
  'bad-form',
] as const;
const cabinetRefusal = object({ why: oneOf(REFUSALS), what: maybe(word) });
export type CabinetRefusal = (typeof REFUSALS)[number];

type Unreachable = { kind: 'unreachable' };
export type WhoAmI = { kind: 'in'; account: Account } | { kind: 'out' } | Unreachable;
export type LoginAnswer =
  { kind: 'in'; account: Account } | { kind: 'wrong' } | { kind: 'throttled'; retryAfterSec: number } | Unreachable;
export type PasswordAnswer =
  { kind: 'throttled' } | { kind: 'done' } | { kind: 'refused'; why: string } | { kind: 'out' } | Unreachable;

/** `forbidden`: no longer an admin. `what`: the part of the form that was refused. */
export type CabinetAnswer<T> =
  | { kind: 'done'; value: T }
  | { kind: 'refused'; why: CabinetRefusal; what: string | undefined }
  | { kind: 'out' }
  | { kind: 'forbidden' }
  | Unreachable;
export type SiteForm = {
  id?: string;
  name: string;
  origins: readonly string[];
  masking: MaskingRules;
  hand: HandPolicy;
  routing: SiteRouting;
};
export type NewOperator = { name: string; login: string; role: Role; may: readonly Grant[]; limit: number };
export type OperatorChange = {
  id: string;
  name?: string;
  role?: Role;
  may?: readonly Grant[];
  limit?: number;
  disabled?: boolean;
  newPassword?: true;
  endSessions?: true;
};

/** Without an id: a new one. */
export type NewToken = { name: string; rights: readonly ('read' | 'write')[] };
export type TeamForm = { id?: string; name: string; members: readonly string[]; hours: WorkingHours | null };

export type RelayHttp = {
  sendFile: SendFile;
  me(): Promise<WhoAmI>;
  login(login: string, password: string): Promise<LoginAnswer>;
  logout(): Promise<void>;
  changePassword(old: string, fresh: string): Promise<PasswordAnswer>;
  sites(): Promise<CabinetAnswer<readonly SiteEntry[]>>;
  /** Without an id: a new site. */
  saveSite(form: SiteForm): Promise<CabinetAnswer<SiteEntry>>;
  operators(): Promise<CabinetAnswer<readonly OperatorEntry[]>>;
  /** The one-time password is told here and never again. */
  addOperator(form: NewOperator): Promise<CabinetAnswer<{ id: string; password: string }>>;
  changeOperator(change: OperatorChange): Promise<CabinetAnswer<{ password?: string | undefined }>>;
  teams(): Promise<CabinetAnswer<Teams>>;
  saveTeam(form: TeamForm): Promise<CabinetAnswer<TeamEntry>>;
  dropTeam(id: string): Promise<CabinetAnswer<unknown>>;
  saveRules(rules: PresenceRules): Promise<CabinetAnswer<PresenceRules>>;
  tokens(): Promise<CabinetAnswer<TokenEntry[]>>;
  /** The secret is not told again. */
  addToken(form: NewToken): Promise<CabinetAnswer<{ id: string; secret: string }>>;
  revokeToken(id: string): Promise<CabinetAnswer<unknown>>;
  /** Newest first. `before`: the `next` of the page before. */
  ledger(filter: LedgerFilter, limit: number, before?: number): Promise<CabinetAnswer<LedgerPage>>;
  /** Some thousand entries of the chain, from where the answer before has ended. */
  checkLedger(from?: Pick<LedgerCheck, 'entries' | 'head'>): Promise<CabinetAnswer<LedgerCheck>>;
};

/** Longer than any honest answer (argon2 takes about 100 ms); a dead network otherwise keeps a form busy for minutes. */
const PATIENCE_MS = 15_000;
const UNREACHABLE: Unreachable = { kind: 'unreachable' };

type Answer = { status: number; body: unknown; retryAfterSec: number };

async function ask(path: string, body?: unknown): Promise<Answer | undefined> {
  try {
    const response = await fetch(path, {
      method: body === undefined ? 'GET' : 'POST',
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      cache: 'no-store',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await response.text();
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      // No body, or not JSON: the status alone decides.
      parsed = undefined;
    }
    return { status: response.status, body: parsed, retryAfterSec: Number(response.headers.get('retry-after')) || 0 };
  } catch {
    // Offline, refused, or out of patience.
    return undefined;
  }
}

/** The answer's body if it is what it should be. */
function read<T>(schema: Schema<T>, { body }: Answer): T | undefined {
  try {
    return schema(body, 'answer');
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

async function askCabinet<T>(schema: Schema<T>, path: string, body?: unknown): Promise<CabinetAnswer<T>> {
  const answer = await ask(path, body);
  switch (answer?.status) {
    case 200: {
      const value = read(schema, answer);
      return value === undefined ? UNREACHABLE : { kind: 'done', value };
    }
    case 400: {
      const no = read(cabinetRefusal, answer);
      return no ? { kind: 'refused', why: no.why, what: no.what } : UNREACHABLE;
    }
    case 401:
      return { kind: 'out' };
    case 403:
      return { kind: 'forbidden' };
    default:
      return UNREACHABLE;
  }
}

function readEntry(value: unknown): LedgerEntry {
  const found = read(ledgerEntry, { status: 200, body: value, retryAfterSec: 0 });
  if (found) return found;
  const broken = value as { number?: unknown; at?: unknown } | null;
  const numberOf = (part: unknown) => (typeof part === 'number' && Number.isFinite(part) ? part : 0);
  return {
    number: numberOf(broken?.number),
    at: numberOf(broken?.at),
    hash: '',
    site: '',
    room: '',
    visitor: '',
    operator: { id: '', name: '' },
    url: '',
    deed: { kind: 'unreadable' },
  };
}

function inside<T, U>(answer: CabinetAnswer<T>, take: (value: T) => U): CabinetAnswer<U> {
  return answer.kind === 'done' ? { kind: 'done', value: take(answer.value) } : answer;
}

export function createRelayHttp(): RelayHttp {
  return {
    sendFile,
    async me() {
      const answer = await ask('/api/me');
      if (!answer) return UNREACHABLE;
      if (answer.status === 401) return { kind: 'out' };
      const found = answer.status === 200 ? read(account, answer) : undefined;
      return found ? { kind: 'in', account: found } : UNREACHABLE;
    },
    async login(login, password) {
      const answer = await ask('/api/login', { login, password });
      if (!answer) return UNREACHABLE;
      if (answer.status === 401 || answer.status === 400) return { kind: 'wrong' };
      if (answer.status === 429) {
        return {
          kind: 'throttled',
          retryAfterSec: Math.ceil(read(throttled, answer)?.retryAfterSec ?? (answer.retryAfterSec || 30)),
        };
      }
      const found = answer.status === 200 ? read(account, answer) : undefined;
      return found ? { kind: 'in', account: found } : UNREACHABLE;
    },
    async logout() {
      await ask('/api/logout', {});
    },
    async changePassword(old, fresh) {
      const answer = await ask('/api/password', { old, new: fresh });
      if (!answer) return UNREACHABLE;
      if (answer.status === 200 || answer.status === 204) return { kind: 'done' };
      if (answer.status === 401) return { kind: 'out' };
      if (answer.status === 429) return { kind: 'throttled' };
      if (answer.status !== 400) return UNREACHABLE;
      return { kind: 'refused', why: read(refused, answer)?.why ?? '' };
    },
    sites: async () => inside(await askCabinet(sites, '/api/sites'), (found) => found.sites),
    saveSite: async (form) => inside(await askCabinet(savedSite, '/api/sites', form), (saved) => saved.site),
    operators: async () => inside(await askCabinet(operators, '/api/operators'), (found) => found.operators),
    addOperator: (form) => askCabinet(addedOperator, '/api/operators', form),
    changeOperator: (change) => askCabinet(changedOperator, '/api/operators/change', change),
    teams: () => askCabinet(teams, '/api/teams'),
    saveTeam: async (form) => inside(await askCabinet(savedTeam, '/api/teams', form), (saved) => saved.team),
    dropTeam: (id) => askCabinet(object({}), '/api/teams/drop', { id }),
    saveRules: async (rules) =>
      inside(await askCabinet(savedRules, '/api/presence-rules', rules), (saved) => saved.rules),
    tokens: async () => inside(await askCabinet(tokens, '/api/tokens'), (found) => found.tokens),
    addToken: (form) => askCabinet(addedToken, '/api/tokens', form),
    revokeToken: (id) => askCabinet(object({}), '/api/tokens/revoke', { id }),
    async ledger(filter, limit, before) {
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries({ ...filter, limit, before }))
        if (value !== undefined && value !== '') query.set(name, String(value));
      return inside(await askCabinet(ledgerPage, `/api/ledger?${query}`), ({ entries, next }) => ({
        entries: entries.map(readEntry),
        next,
      }));
    },
    checkLedger: ({ entries, head } = { entries: 0, head: '0'.repeat(64) }) =>
      askCabinet(ledgerCheck, `/api/ledger/check?part=1&entries=${entries}&head=${head}`),
  };
}
