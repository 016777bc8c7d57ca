import { describe, expect, test } from 'vitest';
import type { LogLevel } from '../../relay/config.ts';
import { createLogger } from '../../relay/log.ts';

function collect(level: LogLevel, format: 'text' | 'json' = 'text') {
  const lines: string[] = [];
  const now = () => new Date('2030-01-02T03:04:05.678Z');
  return { lines, log: createLogger(level, (line) => lines.push(line), { format, now }) };
}

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
