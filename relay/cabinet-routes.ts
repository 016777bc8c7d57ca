// HTTP addresses of the cabinet: operators, sites and the ledger, for admins of the account.

import { ProtocolError } from '../protocol/protocol-error.ts';
import type { Schema } from '../protocol/schema.ts';
import type { Session } from './auth/operators.ts';
import { cookieOf, json, readJson, type HttpReply, type HttpRequest, type Route } from './http.ts';
import { SESSION_COOKIE } from './routes.ts';
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
import { checkLedger, readLedger } from './store/ledger.ts';

export type CabinetDoor = {
  readonly db: Database;
  signedIn(cookie: string | undefined): Promise<Session | undefined>;
  endSessions(operator: string): Promise<void>;
  /** The live part must know of a new or changed site at once. */
  sitesChanged(): Promise<void>;
};

const FORM_BYTES = 64 * 1024;
const LEDGER_PAGE = 100;

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
      return result.kind === 'ok' ? json(200, { id: result.id, password: result.password }) : refused(result);
    }),
    form('/api/operators/change', changeOperatorForm, async ({ operator }, filled) => {
      const result = await changeOperator(door.db, operator.account, filled);
      if (result.kind === 'refused') return refused(result);
      if (result.isOut) await door.endSessions(filled.id);
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
      return json(200, { site: result.site });
    }),
    {
      // Newest first, a page at a time: `before` is the `number` of the last entry of the page before, `room` one room's.
      method: 'GET',
      path: '/api/ledger',
      answer: (request) =>
        forAdmin(request, async ({ operator }) => {
          const query = new URLSearchParams(request.query);
          const [room, from] = [query.get('room'), query.get('before')];
          if (room !== null && !/^[\w-]{1,64}$/.test(room))
            return json(400, { why: 'bad-form', text: '`room` is the id of a room.' });
          const before = from === null ? undefined : Number(from);
          if (before !== undefined && !Number.isSafeInteger(before))
            return json(400, { why: 'bad-form', text: '`before` is the number of an entry.' });
          const entries = await readLedger(door.db, operator.account, {
            ...(room === null ? {} : { room }),
            ...(before === undefined ? {} : { before }),
            limit: LEDGER_PAGE,
          });
          return json(200, { entries });
        }),
    },
    {
      method: 'GET',
      path: '/api/ledger/check',
      answer: (request) =>
        forAdmin(request, async ({ operator }) => json(200, await checkLedger(door.db, operator.account))),
    },
  ];
}
