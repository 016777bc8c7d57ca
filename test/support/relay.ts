// Starts the built relay (dist/relay/main.js) as a child process, the way `npm start` does, in a folder and on a port of
// its own, and logs operators in. A fresh embedded database takes seconds to create, so one is made per machine and
// version of the schema, and copied.

import { fork, type ChildProcess } from 'node:child_process';
import { createHash, randomInt } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const main = path.join(root, 'dist/relay/main.js');

export type TestRelay = {
  readonly url: string;
  readonly shop: string | undefined;
  readonly pid: number;
  readonly dataDir: string;
  readonly firstOperator: { login: string; password: string } | undefined;
  /** Everything it has written to its log. */
  log(): string;
  /** SIGTERM, waits for the end; the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL: as if the machine had lost power. */
  kill(): Promise<void>;
};

type Started = { url: string; shop?: string; firstOperator?: { login: string; password: string } };

/** Where dist/relay/main.js puts what it makes of the migrations; a copy of it is a database ready to use. */
async function templateData(): Promise<string> {
  const migrations = path.join(root, 'dist/relay/migrations');
  const hash = createHash('sha256');
  for (const name of readdirSync(migrations, { recursive: true, encoding: 'utf8' }).sort()) {
    if (name.endsWith('.sql')) hash.update(readFileSync(path.join(migrations, name)));
  }
  const folder = path.join(os.tmpdir(), `tandem-test-data-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  const mine = mkdtempSync(path.join(os.tmpdir(), 'tandem-template-'));
  const relay = await spawnRelay(mine, {});
  await relay.stop();
  rmSync(path.join(mine, 'secret'), { force: true });
  try {
    renameSync(mine, folder);
  } catch {
    // Another test file was faster; its copy is as good.
    rmSync(mine, { recursive: true, force: true });
  }
  return folder;
}

function spawnRelay(dataDir: string, env: Record<string, string>): Promise<TestRelay> {
  if (!existsSync(main)) throw new Error('dist/relay/main.js is not built; run `npm run build` first');
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(TANDEM_|DATABASE_URL)/.test(name)),
  );
  const child: ChildProcess = fork(main, [], {
    cwd: dataDir,
    execArgv: ['--enable-source-maps'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...clean, TANDEM_DATA: dataDir, TANDEM_PORT: '0', TANDEM_DEMO_PORT: 'off', ...env },
  });
  let log = '';
  const keep = (piece: Buffer) => {
    log = (log + piece.toString()).slice(-200_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return new Promise((resolve, reject) => {
    void exited.then((code) => reject(new Error(`the relay ended with ${code} before it was ready:\n${log}`)));
    child.once('message', (message) => {
      // What main.ts sends once it listens.
      const started = message as Started;
      child.unref();
      resolve({
        url: started.url,
        shop: started.shop,
        pid: child.pid ?? 0,
        dataDir,
        firstOperator: started.firstOperator,
        log: () => log,
        async stop() {
          child.kill('SIGTERM');
          return exited;
        },
        async kill() {
          child.kill('SIGKILL');
          await exited;
        },
      });
    });
  });
}

/** A free port below the range from which the system takes ports for outgoing connections: a relay that is to come back
 * on its own port must not find it lent to somebody's client meanwhile. */
export async function steadyPort(): Promise<string> {
  for (;;) {
    const port = 20_000 + randomInt(12_000);
    const isFree = await new Promise<boolean>((resolve) => {
      const probe = net.createServer();
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (isFree) return String(port);
  }
}

/** `dataDir`: that of an earlier relay, to start it again on the same data. */
export async function startTestRelay(
  options: { env?: Record<string, string>; dataDir?: string } = {},
): Promise<TestRelay> {
  let { dataDir } = options;
  if (dataDir === undefined) {
    const made = mkdtempSync(path.join(os.tmpdir(), 'tandem-relay-'));
    // Not when the relay stops: a test may start it again on the same data.
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    dataDir = made;
    if (options.env?.['DATABASE_URL'] === undefined) {
      mkdirSync(dataDir, { recursive: true });
      cpSync(await templateData(), dataDir, { recursive: true });
    }
  }
  return spawnRelay(dataDir, options.env ?? {});
}

async function post(relay: TestRelay, address: string, body: unknown, cookie?: string): Promise<Response> {
  return fetch(relay.url + address, {
    method: 'POST',
    headers: { origin: relay.url, 'content-type': 'application/json', ...(cookie === undefined ? {} : { cookie }) },
    body: JSON.stringify(body),
  });
}

function cookieFrom(response: Response): string {
  const cookie = response.headers.get('set-cookie')?.split(';')[0];
  if (cookie === undefined) throw new Error(`no cookie: ${response.status}`);
  return cookie;
}

export const PASSWORD = 'correct horse battery';

/** Logs in, changing the one-time password to PASSWORD when it is asked for. The cookie. */
export async function logIn(relay: TestRelay, login: string, password: string): Promise<string> {
  const response = await post(relay, '/api/login', { login, password });
  if (!response.ok) throw new Error(`login of ${login}: ${response.status} ${await response.text()}`);
  const cookie = cookieFrom(response);
  const { mustChange } = (await response.json()) as { mustChange: boolean };
  if (!mustChange) return cookie;
  const changed = await post(relay, '/api/password', { old: password, new: PASSWORD }, cookie);
  if (!changed.ok) throw new Error(`new password: ${changed.status} ${await changed.text()}`);
  return logIn(relay, login, PASSWORD);
}

/** The first operator, ready to work. */
export async function logInFirst(relay: TestRelay): Promise<string> {
  const first = relay.firstOperator;
  return logIn(relay, first?.login ?? 'admin', first?.password ?? PASSWORD);
}

/** A site of the first operator's account that takes the widget from these origins: its id and key. */
export async function addSite(
  relay: TestRelay,
  cookie: string,
  origins: readonly string[],
  masking?: unknown,
): Promise<{ id: string; key: string }> {
  const response = await post(
    relay,
    '/api/sites',
    { name: 'Test site', origins, ...(masking ? { masking } : {}) },
    cookie,
  );
  if (!response.ok) throw new Error(`new site: ${response.status} ${await response.text()}`);
  const { site } = (await response.json()) as { site: { id: string; key: string } };
  return site;
}

/** A further operator, ready to work: the cookie. */
export async function addOperator(relay: TestRelay, cookie: string, login: string, name: string): Promise<string> {
  const response = await post(relay, '/api/operators', { login, name, role: 'operator' }, cookie);
  if (!response.ok) throw new Error(`new operator: ${response.status} ${await response.text()}`);
  const { password } = (await response.json()) as { password: string };
  return logIn(relay, login, password);
}
