// HTTP addresses of the cabinet: operators, teams, sites and the ledger, for admins of the account.

import { ProtocolError } from '../protocol/protocol-error.ts';
import type { Schema } from '../protocol/schema.ts';
import type { Session } from './auth/operators.ts';
import { cookieOf, json, readJson, type HttpReply, type HttpRequest, type Route } from './http.ts';
import { SESSION_COOKIE } from './routes.ts';
import { addToken, listTokens, newTokenForm, revokeToken, revokeTokenForm } from './store/api-tokens.ts';
import {
  addOperator,
  changeOperator,
  changeOperatorForm,
  listOperators,
  listSitesOf,
  newOperatorForm,
  saveSite,
  siteForm,
  type Refused,
} from './store/cabinet.ts';
import type { Database } from './store/database.ts';
import {
  dropTeam,
  dropTeamForm,
  listTeams,
  readRules,
  rulesForm,
  saveRules,
  saveTeam,
  teamForm,
} from './store/teams.ts';
import { BEGINNING, checkLedger, lengthOfLedger, searchLedger, type LedgerQuery } from './store/ledger.ts';

export type CabinetDoor = {
  readonly db: Database;
  signedIn(cookie: string | undefined): Promise<Session | undefined>;
  endSessions(operator: string): Promise<void>;
  /** The live part must know of a new or changed site at once. */
  sitesChanged(): Promise<void>;
  /** And of what operators may do. */
  rightsChanged(): Promise<void>;
  /** And of who answers what: teams, limits, sites, rules. */
  planChanged(): Promise<void>;
};

const FORM_BYTES = 64 * 1024;
const LEDGER_PAGE = 100;
const MOST_LEDGER_PAGE = 1000;
/** Some tenths of a second, so that somebody who waits sees it go on. */
const CHECK_PART = 5000;
const MAX_SEARCH_CHARS = 200;

export function createCabinetRoutes(door: CabinetDoor): Route[] {
  const forAdmin = async (request: HttpRequest, act: (session: Session) => Promise<HttpReply>) => {
    const session = await door.signedIn(cookieOf(request, SESSION_COOKIE));
    if (!session || session.operator.mustChange) return json(401, { why: 'signed-out', text: 'Log in first.' });
    if (session.operator.role !== 'admin') return json(403, { why: 'not-allowed', text: 'Only an admin may do this.' });
    return act(session);
  };
  const refused = ({ why, what }: Refused) => json(400, { why, what });
  const ownPage = (request: HttpRequest): number | HttpReply =>
    request.header('origin') === request.origin
      ? FORM_BYTES
      : json(403, { why: 'foreign-page', text: 'This may only be sent by the console itself.' });

  /** A POST whose body is this form. */
  const form = <T>(path: string, schema: Schema<T>, act: (session: Session, form: T) => Promise<HttpReply>): Route => ({
    method: 'POST',
    path,
    bodyLimit: ownPage,
    answer: (request, body) =>
      forAdmin(request, async (session) => {
        let filled: T;
        try {
          filled = schema(readJson(body), 'form');
        } catch (error) {
          if (!(error instanceof ProtocolError) && !(error instanceof SyntaxError)) throw error;
          return json(400, { why: 'bad-form', text: error.message });
        }
        return act(session, filled);
      }),
  });

  return [
    {
      method: 'GET',
      path: '/api/operators',
      answer: (request) =>
        forAdmin(request, async ({ operator }) =>
          json(200, { operators: await listOperators(door.db, operator.account) }),
        ),
    },
    form('/api/operators', newOperatorForm, async ({ operator }, filled) => {
      const result = await addOperator(door.db, operator.account, filled);
      if (result.kind === 'refused') return refused(result);
      await door.rightsChanged();
      await door.planChanged();
      return json(200, { id: result.id, password: result.password });
    }),
    form('/api/operators/change', changeOperatorForm, async ({ operator }, filled) => {
      const result = await changeOperator(door.db, operator.account, filled);
      if (result.kind === 'refused') return refused(result);
      if (result.isOut) await door.endSessions(filled.id);
      if (filled.may || filled.disabled !== undefined) await door.rightsChanged();
      await door.planChanged();
      return json(200, { password: result.password });
    }),
    {
      method: 'GET',
      path: '/api/sites',
      answer: (request) =>
        forAdmin(request, async ({ operator }) => json(200, { sites: await listSitesOf(door.db, operator.account) })),
    },
    form('/api/sites', siteForm, async ({ operator }, filled) => {
      const result = await saveSite(door.db, operator.account, filled);
      if (result.kind === 'refused') return refused(result);
      await door.sitesChanged();
      await door.planChanged();
      return json(200, { site: result.site });
    }),
    {
      method: 'GET',
      path: '/api/tokens',
      answer: (request) =>
        forAdmin(request, async ({ operator }) => json(200, { tokens: await listTokens(door.db, operator.account) })),
    },
    form('/api/tokens', newTokenForm, async ({ operator }, filled) => {
      const made = await addToken(door.db, { account: operator.account, operator: operator.id }, filled, Date.now());
      return made ? json(200, made) : json(400, { why: 'too-many', text: 'Revoke tokens that are not used any more.' });
    }),
    form('/api/tokens/revoke', revokeTokenForm, async ({ operator }, { id }) => {
      const isGone = await revokeToken(door.db, operator.account, id, Date.now());
      return isGone ? json(200, {}) : json(400, { why: 'unknown' });
    }),
    {
      method: 'GET',
      path: '/api/teams',
      answer: (request) =>
        forAdmin(request, async ({ operator: { account } }) =>
          json(200, { teams: await listTeams(door.db, account), rules: await readRules(door.db, account) }),
        ),
    },
    form('/api/teams', teamForm, async ({ operator }, filled) => {
      const result = await saveTeam(door.db, operator.account, filled);
      if (result.kind === 'refused') return refused(result);
      await door.planChanged();
      return json(200, { team: result.team });
    }),
    form('/api/teams/drop', dropTeamForm, async ({ operator }, { id }) => {
      const result = await dropTeam(door.db, operator.account, id);
      if (result.kind === 'refused') return refused(result);
      await door.planChanged();
      return json(200, {});
    }),
    form('/api/presence-rules', rulesForm, async ({ operator }, rules) => {
      await saveRules(door.db, operator.account, rules);
      await door.planChanged();
      return json(200, { rules });
    }),
    {
      // Newest first, a page at a time: `before` is the `next` of the page before. The rest says which entries.
      method: 'GET',
      path: '/api/ledger',
      answer: (request) =>
        forAdmin(request, async ({ operator }) => {
          const query = readLedgerQuery(new URLSearchParams(request.query));
          if (typeof query === 'string') return json(400, { why: 'bad-form', text: query });
          return json(200, await searchLedger(door.db, operator.account, query));
        }),
    },
    {
      // The whole chain; or a part of it, from where an earlier answer has ended (`entries` and `head` of that one).
      method: 'GET',
      path: '/api/ledger/check',
      answer: (request) =>
        forAdmin(request, async ({ operator }) => {
          const query = new URLSearchParams(request.query);
          const [entries, head] = [Number(query.get('entries')), query.get('head') ?? BEGINNING];
          if (!Number.isSafeInteger(entries) || entries < 0 || !/^[0-9a-f]{64}$/.test(head))
            return json(400, { why: 'bad-form', text: '`entries` and `head` are those of the answer before.' });
          if (!query.has('part')) return json(200, await checkLedger(door.db, operator.account));
          const checked = await checkLedger(door.db, operator.account, { from: { entries, head }, most: CHECK_PART });
          return json(200, { ...checked, all: await lengthOfLedger(door.db, operator.account) });
        }),
    },
  ];
}

type Asked = LedgerQuery & { text?: string };

/** A sentence: what is wrong with it. */
function readLedgerQuery(query: URLSearchParams): Asked | string {
  const asked: Asked = { limit: Math.min(Number(query.get('limit') ?? LEDGER_PAGE) || LEDGER_PAGE, MOST_LEDGER_PAGE) };
  if (!Number.isInteger(asked.limit) || asked.limit < 1) return '`limit` is a number.';
  for (const name of ['room', 'site', 'operator'] as const) {
    const id = query.get(name);
    if (id === null) continue;
    // Operators' ids are of the database's own kind, which takes no others.
    if (!(name === 'operator' ? /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/ : /^[\w-]{1,64}$/).test(id))
      return `\`${name}\` is the id of one.`;
    asked[name] = id;
  }
  for (const name of ['from', 'to', 'before'] as const) {
    const number = query.get(name);
    if (number === null) continue;
    // The last moment that a Date can hold.
    if (!/^\d{1,16}$/.test(number) || Number(number) > 8.64e15) return `\`${name}\` is a number.`;
    asked[name] = Number(number);
  }
  const text = query.get('text');
  if (text !== null && text.length > MAX_SEARCH_CHARS) return '`text` is too long.';
  if (text) asked.text = text;
  return asked;
}
