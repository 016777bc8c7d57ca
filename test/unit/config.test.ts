import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../protocol/limits.ts';
import { parseConfig, type Config } from '../../relay/config.ts';

function configOf(env: Record<string, string | undefined>): Config {
  const parsed = parseConfig(env);
  if ('errors' in parsed) throw new Error(parsed.errors.join('\n'));
  return parsed.config;
}

function errorsOf(env: Record<string, string | undefined>): string[] {
  const parsed = parseConfig(env);
  return 'errors' in parsed ? parsed.errors : [];
}

describe('settings', () => {
  test('an empty environment gives the defaults', () => {
    expect(configOf({ PATH: '/bin', HOME: '/root' })).toEqual({
      port: 8787,
      host: '127.0.0.1',
      publicUrl: undefined,
      dataDir: './data',
      databaseUrl: undefined,
      demoPort: 8788,
      tls: undefined,
      trustProxy: false,
      secret: undefined,
      logLevel: 'info',
      maxPeers: 50_000,
      maxPeersPerAddress: 1000,
      graceMs: LIMITS.graceMs,
      unwatchedMs: LIMITS.unwatchedMs,
      codeMs: LIMITS.codeMs,
      uploadMs: 180_000,
      assetCacheBytes: 2 * 1024 ** 3,
      visitorFilesBytes: 20 * 1024 ** 3,
      clamav: undefined,
      drainMs: 1500,
      fetchPrivate: false,
    });
  });

  test('every setting is read', () => {
    const secret = 'x'.repeat(32);
    const config = configOf({
      TANDEM_PORT: '0',
      TANDEM_HOST: '::',
      TANDEM_PUBLIC_URL: 'https://Help.Example.com/',
      TANDEM_DATA: '/srv/tandem',
      DATABASE_URL: 'postgres://a:b@db/tandem',
      TANDEM_DEMO_PORT: 'off',
      TANDEM_TLS_CERT: 'cert.pem',
      TANDEM_TLS_KEY: 'key.pem',
      TANDEM_TRUST_PROXY: 'yes',
      TANDEM_SECRET: secret,
      TANDEM_METRICS_TOKEN: secret,
      TANDEM_LOG_LEVEL: 'debug',
      TANDEM_MAX_PEERS: '10',
      TANDEM_MAX_PEERS_PER_ADDRESS: '9',
      TANDEM_GRACE_MS: '11',
      TANDEM_UNWATCHED_MS: '12',
      TANDEM_CODE_MS: '13',
      TANDEM_UPLOAD_MS: '16',
      TANDEM_ASSET_CACHE_BYTES: '14',
      TANDEM_VISITOR_FILES_BYTES: '17',
      TANDEM_CLAMAV: '/run/clamav/clamd.ctl',
      TANDEM_DRAIN_MS: '15',
      TANDEM_FETCH_PRIVATE: '1',
    });
    expect(config).toEqual({
      port: 0,
      host: '::',
      publicUrl: 'https://help.example.com',
      dataDir: '/srv/tandem',
      databaseUrl: 'postgres://a:b@db/tandem',
      demoPort: undefined,
      tls: { cert: 'cert.pem', key: 'key.pem' },
      trustProxy: true,
      secret,
      metricsToken: secret,
      logLevel: 'debug',
      maxPeers: 10,
      maxPeersPerAddress: 9,
      graceMs: 11,
      unwatchedMs: 12,
      codeMs: 13,
      uploadMs: 16,
      assetCacheBytes: 14,
      visitorFilesBytes: 17,
      clamav: '/run/clamav/clamd.ctl',
      drainMs: 15,
      fetchPrivate: true,
    });
  });

  test('an empty or blank value counts as not set', () => {
    expect(configOf({ TANDEM_PORT: '', TANDEM_SECRET: '  ', TANDEM_PUBLIC_URL: '' })).toEqual(configOf({}));
  });

  test.each([
    ['TANDEM_PORT', '80800', '0 to 65535'],
    ['TANDEM_PORT', '-1', '0 to 65535'],
    ['TANDEM_PORT', '8787.5', '0 to 65535'],
    ['TANDEM_PORT', '0x50', '0 to 65535'],
    ['TANDEM_DEMO_PORT', 'no', "'off'"],
    ['TANDEM_HOST', 'http://localhost', '127.0.0.1'],
    ['TANDEM_PUBLIC_URL', 'help.example.com', 'https://help.example.com'],
    ['TANDEM_PUBLIC_URL', 'ftp://help.example.com', 'https://help.example.com'],
    ['TANDEM_PUBLIC_URL', 'https://help.example.com/tandem', 'without a path'],
    ['TANDEM_TRUST_PROXY', 'maybe', '1 or 0'],
    ['TANDEM_LOG_LEVEL', 'verbose', 'error, warn, info, debug'],
    ['TANDEM_MAX_PEERS', '0', '1 to'],
    ['TANDEM_CLAMAV', 'localhost', 'host:port'],
    ['TANDEM_DRAIN_MS', '1e3', '0 to 60000'],
  ])('%s=%s is refused, naming it, what is allowed and what it was', (name, value, allowed) => {
    const errors = errorsOf({ [name]: value });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(name);
    expect(errors[0]).toContain(allowed);
    expect(errors[0]).toContain(value);
  });

  test('secrets are not repeated in messages', () => {
    const errors = errorsOf({ TANDEM_SECRET: 'tooshort-and-secret', DATABASE_URL: 'mysql://root:hunter2@db' });
    expect(errors).toHaveLength(2);
    expect(errors.join()).not.toMatch(/tooshort|hunter2/);
  });

  test('all wrong settings are told at once', () => {
    expect(errorsOf({ TANDEM_PORT: 'a', TANDEM_LOG_LEVEL: 'b', TANDEM_TLS_KEY: 'c' })).toHaveLength(3);
  });

  test('half a TLS pair is refused', () => {
    expect(errorsOf({ TANDEM_TLS_CERT: 'cert.pem' })[0]).toMatch(/TANDEM_TLS_CERT and TANDEM_TLS_KEY/);
    expect(errorsOf({ TANDEM_TLS_KEY: 'key.pem' })[0]).toMatch(/TANDEM_TLS_CERT and TANDEM_TLS_KEY/);
  });

  test('relay and demo shop on one port are refused; two free ports are not', () => {
    expect(errorsOf({ TANDEM_PORT: '8788' })[0]).toMatch(/must differ/);
    expect(errorsOf({ TANDEM_PORT: '0', TANDEM_DEMO_PORT: '0' })).toEqual([]);
  });

  test.each([
    ['TANDEM_PROT', 'TANDEM_PORT'],
    ['TANDEM_DATABASE', 'TANDEM_DATA'],
    ['TANDEM_PUBLICURL', 'TANDEM_PUBLIC_URL'],
    ['tandem_secret', 'TANDEM_SECRET'],
  ])('%s is refused and %s proposed', (wrong, meant) => {
    const errors = errorsOf({ [wrong]: '1' });
    expect(errors).toEqual([`${wrong} is no setting of Tandem; did you mean ${meant}?`]);
  });

  test("the test runner's own variables are no mistakes", () => {
    expect(errorsOf({ TANDEM_FUZZ: '1' })).toEqual([]);
  });
});
