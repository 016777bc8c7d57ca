import { DrizzleQueryError } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import type { LogLevel } from '../../relay/config.ts';
import { createLogger, reasonOf } from '../../relay/log.ts';

function collect(level: LogLevel, format: 'text' | 'json' = 'text') {
  const lines: string[] = [];
  const now = () => new Date('2030-01-02T03:04:05.678Z');
  return { lines, log: createLogger(level, (line) => lines.push(line), { format, now }) };
}

describe('errors', () => {
  test('what a query was given stays out of the log, however the error tells it', () => {
    const cause = Object.assign(new Error('invalid input syntax for type uuid: "secret-value"'), { code: '22P02' });
    cause.name = 'PostgresError';
    const failed = new DrizzleQueryError('insert into "operator" values ($1)', ['$argon2id$secret-hash'], cause);
    const said = reasonOf(failed);
    expect(said).not.toMatch(/secret/);
    expect(said).toContain('22P02');
    expect(said).toContain('insert into "operator" values ($1)');
    expect(reasonOf(cause)).not.toMatch(/secret/);
  });

  test('any other error says what it is and where', () => {
    const error = new Error('no such thing');
    expect(reasonOf(error)).toMatch(/^Error: no such thing\n\s+at /);
    expect(reasonOf('a text')).toBe('a text');
  });
});

describe('log', () => {
  test('writes its level and the more urgent ones', () => {
    const { lines, log } = collect('warn');
    log.error('one');
    log.warn('two');
    log.info('three');
    log.debug('four');
    expect(lines.map((line) => line.split(' ').at(-1))).toEqual(['one', 'two']);
  });

  test('a line for people', () => {
    const { lines, log } = collect('info');
    log.info('listening', { port: 8787, host: '127.0.0.1', tls: false, note: 'two words', nothing: undefined });
    expect(lines).toEqual([
      '2030-01-02T03:04:05.678Z info  listening port=8787 host=127.0.0.1 tls=false note="two words"',
    ]);
  });

  test('nothing that is logged starts a line or a colour of its own', () => {
    const { lines, log } = collect('info');
    log.info('agent\n2030 error forged', { agent: 'x\r\ny\u001b[31m\u009b31m\u2028z', plain: 'a=b c' });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
    expect(lines[0]).toContain('plain="a=b c"');
  });

  test('long values are cut', () => {
    const { lines, log } = collect('info');
    log.info('x'.repeat(100_000), { agent: 'y'.repeat(100_000) });
    expect(lines[0]?.length).toBeLessThan(1200);
  });

  test('JSON for collectors: one object per line; fields can not pass for time, level or message', () => {
    const { lines, log } = collect('info', 'json');
    log.warn('real', { level: 'debug', message: 'forged', time: 'never', ok: true, agent: 'a\nb' });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('\n');
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      time: '2030-01-02T03:04:05.678Z',
      level: 'warn',
      message: 'real',
      ok: true,
      agent: 'a\nb',
    });
  });
});
