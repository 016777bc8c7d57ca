// The relay's settings, read once from the environment; the only file of the relay that looks there. Owns each name,
// its default and what is allowed; knows nothing of what the settings are used for.
//
// Easy to get wrong: an empty value counts as not set (compose files pass unset variables on as ''). A wrong value's
// text is repeated in the message except for secrets and the database address, which carry passwords. A name that
// starts with TANDEM_ and is not known is an error: a misspelt setting that is silently ignored costs an evening.

import { accessSync, constants } from 'node:fs';
import { LIMITS } from '../protocol/limits.ts';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

export type Config = {
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
  /** How browsers reach this relay, without a slash at the end; undefined: as the request says. */
  readonly publicUrl: string | undefined;
  readonly dataDir: string;
  /** PostgreSQL; undefined: the embedded database under `dataDir`. */
  readonly databaseUrl: string | undefined;
  /** undefined: the demo shop is off. */
  readonly demoPort: number | undefined;
  /** File paths. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** Believe X-Forwarded-For and X-Forwarded-Proto. Only behind a proxy that sets them itself. */
  readonly trustProxy: boolean;
  /** Signs visitors' tokens; undefined: one is made and kept in `dataDir`. */
  readonly secret: string | undefined;
  /** Lets a collector elsewhere read the metrics; undefined: only this machine may. */
  readonly metricsToken: string | undefined;
  readonly logLevel: LogLevel;
  /** Open sockets of both roles; one more is closed with TooManyPeers. */
  readonly maxPeers: number;
  /** Visitors' sockets of one address (IPv4, or an IPv6 line's /64). */
  readonly maxPeersPerAddress: number;
  readonly graceMs: number;
  readonly unwatchedMs: number;
  readonly codeMs: number;
  /** How long one upload of a visitor's asset may take. */
  readonly uploadMs: number;
  /** Disk that cached style sheets, images and fonts may take. */
  readonly assetCacheBytes: number;
  /** Disk that files of visitors' messages may take. */
  readonly visitorFilesBytes: number;
  /** ClamAV's daemon: a socket's path, or host:port. Undefined: files are not looked at for viruses. */
  readonly clamav: string | undefined;
  /** How long a shutdown waits for peers to hear of it. */
  readonly drainMs: number;
  /** The asset fetcher may reach private addresses: for intranets and tests, never on the open internet. */
  readonly fetchPrivate: boolean;
};

type Read<T> = { readonly value: T } | { readonly wrong: string };
type Reader<T> = (text: string) => Read<T>;
type Environment = Readonly<Record<string, string | undefined>>;

/** Set for test runs and inherited by a relay that a test starts; not settings of the relay. */
const NOT_OURS = ['TANDEM_FUZZ', 'TANDEM_FUZZ_MS'];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const GB = 1024 ** 3;

function wholeNumber(least: number, most: number): Reader<number> {
  return (text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return { value };
    return { wrong: `must be a whole number from ${least} to ${most}, but is ${JSON.stringify(text)}` };
  };
}

const port = wholeNumber(0, 65_535);

function portOrOff(text: string): Read<number | undefined> {
  if (text === 'off') return { value: undefined };
  const read = port(text);
  return 'value' in read ? read : { wrong: read.wrong.replace('must be', "must be 'off' or") };
}

function flag(text: string): Read<boolean> {
  if (['1', 'true', 'yes', 'on'].includes(text)) return { value: true };
  if (['0', 'false', 'no', 'off'].includes(text)) return { value: false };
  return { wrong: `must be 1 or 0 (true, false, yes, no, on and off are understood), but is ${JSON.stringify(text)}` };
}

function anyText(text: string): Read<string> {
  return { value: text };
}

function hostName(text: string): Read<string> {
  if (/^[A-Za-z0-9.:_-]+$/.test(text)) return { value: text };
  return {
    wrong: `must be a host name or an address such as 127.0.0.1 or 0.0.0.0, without port, but is ${JSON.stringify(text)}`,
  };
}

function publicUrl(text: string): Read<string> {
  const allowed = `must be an address such as https://help.example.com, without a path, but is ${JSON.stringify(text)}`;
  if (!URL.canParse(text)) return { wrong: allowed };
  const url = new URL(text);
  const bare =
    url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  return (url.protocol === 'https:' || url.protocol === 'http:') && bare ? { value: url.origin } : { wrong: allowed };
}

function databaseUrl(text: string): Read<string> {
  if (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text)) return { value: text };
  return {
    wrong:
      'must be a PostgreSQL address such as postgres://name:password@host:5432/database (with any of : / ? # @ % in the password written as %3A and so on)',
  };
}

function socketAddress(text: string): Read<string> {
  if (/^\/./.test(text) || /^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]):\d{1,5}$/.test(text)) return { value: text };
  return {
    wrong: `must be a socket's path such as /run/clamav/clamd.ctl, or host:port such as 127.0.0.1:3310, but is ${JSON.stringify(text)}`,
  };
}

function secret(text: string): Read<string> {
  if (text.length >= 32) return { value: text };
  return { wrong: `must have at least 32 characters, but has ${text.length}; make one with: openssl rand -base64 48` };
}

const LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];

function logLevel(text: string): Read<LogLevel> {
  const value = LEVELS.find((level) => level === text);
  return value ? { value } : { wrong: `must be one of ${LEVELS.join(', ')}, but is ${JSON.stringify(text)}` };
}

export function parseConfig(env: Environment): { config: Config } | { errors: string[] } {
  const errors: string[] = [];
  const known: string[] = [...NOT_OURS];

  function read<T, D>(name: string, reader: Reader<T>, missing: D): T | D {
    known.push(name);
    const text = env[name]?.trim() ?? '';
    if (text === '') return missing;
    const result = reader(text);
    if ('value' in result) return result.value;
    errors.push(`${name} ${result.wrong}`);
    return missing;
  }

  const cert = read('TANDEM_TLS_CERT', anyText, undefined);
  const key = read('TANDEM_TLS_KEY', anyText, undefined);
  if ((cert === undefined) !== (key === undefined)) {
    errors.push('TANDEM_TLS_CERT and TANDEM_TLS_KEY must both be set (paths of PEM files), or neither');
  }

  const config: Config = {
    port: read('TANDEM_PORT', port, 8787),
    host: read('TANDEM_HOST', hostName, '127.0.0.1'),
    publicUrl: read('TANDEM_PUBLIC_URL', publicUrl, undefined),
    dataDir: read('TANDEM_DATA', anyText, './data'),
    databaseUrl: read('DATABASE_URL', databaseUrl, undefined),
    demoPort: read('TANDEM_DEMO_PORT', portOrOff, 8788),
    tls: cert !== undefined && key !== undefined ? { cert, key } : undefined,
    trustProxy: read('TANDEM_TRUST_PROXY', flag, false),
    secret: read('TANDEM_SECRET', secret, undefined),
    metricsToken: read('TANDEM_METRICS_TOKEN', secret, undefined),
    logLevel: read('TANDEM_LOG_LEVEL', logLevel, 'info'),
    // 6 kB each (the `idle` bench) makes 300 MB: what a small machine has left beside the embedded database.
    maxPeers: read('TANDEM_MAX_PEERS', wholeNumber(1, 1_000_000), 50_000),
    // An office or a provider's shared address holds hundreds of visitors; one stranger must not hold them all.
    maxPeersPerAddress: read('TANDEM_MAX_PEERS_PER_ADDRESS', wholeNumber(1, 1_000_000), 1000),
    graceMs: read('TANDEM_GRACE_MS', wholeNumber(0, HOUR_MS), LIMITS.graceMs),
    unwatchedMs: read('TANDEM_UNWATCHED_MS', wholeNumber(0, HOUR_MS), LIMITS.unwatchedMs),
    codeMs: read('TANDEM_CODE_MS', wholeNumber(1, DAY_MS), LIMITS.codeMs),
    // The largest asset (8 MB) at 360 kbit/s. A shorter time would never let it through a poor line; each one holds a place.
    uploadMs: read('TANDEM_UPLOAD_MS', wholeNumber(1, HOUR_MS), 180_000),
    assetCacheBytes: read('TANDEM_ASSET_CACHE_BYTES', wholeNumber(0, 1024 * GB), 2 * GB),
    visitorFilesBytes: read('TANDEM_VISITOR_FILES_BYTES', wholeNumber(0, 1024 * GB), 20 * GB),
    clamav: read('TANDEM_CLAMAV', socketAddress, undefined),
    drainMs: read('TANDEM_DRAIN_MS', wholeNumber(0, 60_000), 1500),
    fetchPrivate: read('TANDEM_FETCH_PRIVATE', flag, false),
  };

  if (config.port !== 0 && config.port === config.demoPort) {
    errors.push(
      `TANDEM_PORT and TANDEM_DEMO_PORT are both ${config.port}; they must differ (TANDEM_DEMO_PORT=off is allowed)`,
    );
  }
  for (const name of Object.keys(env)) {
    if (!/^tandem_/i.test(name) || known.includes(name)) continue;
    errors.push(`${name} is no setting of Tandem; did you mean ${nearest(name.toUpperCase(), known)}?`);
  }
  return errors.length > 0 ? { errors } : { config };
}

/** The settings of this process; also checks that the files they name can be read. */
export function readConfig(): { config: Config } | { errors: string[] } {
  const parsed = parseConfig(process.env);
  if ('errors' in parsed) return parsed;
  const { tls } = parsed.config;
  const files = tls ? [['TANDEM_TLS_CERT', tls.cert] as const, ['TANDEM_TLS_KEY', tls.key] as const] : [];
  const errors = files.flatMap(([name, file]) => {
    try {
      accessSync(file, constants.R_OK);
      return [];
    } catch (error) {
      return [`${name} names ${file}, which can't be read: ${error instanceof Error ? error.message : String(error)}`];
    }
  });
  return errors.length > 0 ? { errors } : parsed;
}

function nearest(name: string, names: readonly string[]): string {
  let best = 'TANDEM_PORT';
  let least = Infinity;
  for (const candidate of names) {
    if (!candidate.startsWith('TANDEM_') || NOT_OURS.includes(candidate)) continue;
    const far = distance(name, candidate);
    if (far < least) [best, least] = [candidate, far];
  }
  return best;
}

/** Levenshtein: how many letters must be added, taken away or changed. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
