import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createTokens, loadSecret, type DeviceToken, type ResumeToken } from '../../relay/auth/tokens.ts';

const device: DeviceToken = {
  kind: 'device',
  device: 'd-1',
  site: 'demo',
  origin: 'https://shop.example',
  issuedAt: 1_000,
};
const resume: ResumeToken = {
  kind: 'resume',
  room: 'r-1',
  device: 'd-1',
  site: 'demo',
  origin: 'https://shop.example',
  paused: true,
  issuedAt: 1_000,
  expiresAt: 2_000,
};

const SECRET = 'a secret of at least thirty-two characters';

describe('tokens', () => {
  test('what was signed is read again', () => {
    const tokens = createTokens(SECRET, () => 1_500);
    fc.assert(
      fc.property(
        fc.string({ maxLength: 64 }),
        fc.string({ unit: 'grapheme', maxLength: 64 }),
        fc.nat(),
        (a, b, time) => {
          const token: DeviceToken = { kind: 'device', device: a, site: b, origin: a + b, issuedAt: time };
          expect(tokens.readDevice(tokens.sign(token))).toEqual(token);
        },
      ),
      { seed: 1 },
    );
    expect(tokens.readResume(tokens.sign(resume))).toEqual(resume);
  });

  test('another relay with the same secret reads them; one with another secret does not', () => {
    const text = createTokens(SECRET, () => 0).sign(device);
    expect(createTokens(Buffer.from(SECRET), () => 0).readDevice(text)).toEqual(device);
    expect(createTokens(`${SECRET}.`, () => 0).readDevice(text)).toBeUndefined();
  });

  test('one kind never passes for the other', () => {
    const tokens = createTokens(SECRET, () => 0);
    expect(tokens.readResume(tokens.sign(device))).toBeUndefined();
    expect(tokens.readDevice(tokens.sign(resume))).toBeUndefined();
  });

  test('a resume token ends when it says', () => {
    let now = 1_999;
    const tokens = createTokens(SECRET, () => now);
    const text = tokens.sign(resume);
    expect(tokens.readResume(text)).toEqual(resume);
    now = 2_000;
    expect(tokens.readResume(text)).toBeUndefined();
  });

  test('no change of any one character passes, in payload or mac', () => {
    const tokens = createTokens(SECRET, () => 0);
    const text = tokens.sign(device);
    for (let i = 0; i < text.length; i++) {
      for (const char of ['A', 'b', '-', '.', '=', '+', '\u0141', ' ']) {
        const changed = text.slice(0, i) + char + text.slice(i + 1);
        if (changed !== text) expect(tokens.readDevice(changed)).toBeUndefined();
      }
    }
  });

  test('one token has one spelling', () => {
    const tokens = createTokens(SECRET, () => 0);
    const text = tokens.sign(device);
    for (const other of [`${text}=`, ` ${text}`, `${text}\n`, text.replace('.', '=.'), `${text}.`, `${text}${text}`]) {
      expect(tokens.readDevice(other)).toBeUndefined();
    }
  });

  test('nothing that is not a token makes it throw', () => {
    const tokens = createTokens(SECRET, () => 0);
    for (const text of ['', '.', '..', 'a.b', 'null', 'x'.repeat(1_000_000), `${'x'.repeat(50)}.${'é'.repeat(43)}`]) {
      expect(tokens.readDevice(text)).toBeUndefined();
      expect(tokens.readResume(text)).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => tokens.readDevice(text) === undefined),
      { seed: 2 },
    );
  });

  test('a token longer than the wire allows is our bug and is never handed out', () => {
    const tokens = createTokens(SECRET, () => 0);
    expect(() => tokens.sign({ ...device, origin: 'x'.repeat(3000) })).toThrow(/too long/);
  });
});

describe('the secret', () => {
  function folder(): string {
    const made = mkdtempSync(path.join(tmpdir(), 'tandem-secret-'));
    onTestFinished(() => rmSync(made, { recursive: true, force: true }));
    return made;
  }

  test('the configured one is used as it is, and nothing is written', () => {
    const dir = folder();
    expect(loadSecret(dir, SECRET)).toBe(SECRET);
    expect(readdirSync(dir)).toEqual([]);
  });

  test('else one is made once, readable by its owner only', () => {
    const dir = path.join(folder(), 'not', 'there', 'yet');
    const made = loadSecret(dir, undefined);
    expect(made).toHaveLength(48);
    expect(loadSecret(dir, undefined)).toEqual(made);
    expect(readdirSync(dir)).toEqual(['secret']);
    expect(statSync(path.join(dir, 'secret')).mode & 0o777).toBe(0o600);
    expect(loadSecret(folder(), undefined)).not.toEqual(made);
  });

  test('a file that others can read is closed to them', () => {
    const dir = folder();
    loadSecret(dir, undefined);
    chmodSync(path.join(dir, 'secret'), 0o644);
    loadSecret(dir, undefined);
    expect(statSync(path.join(dir, 'secret')).mode & 0o777).toBe(0o600);
  });

  test.each(['', 'short', 'has spaces in it and is long enough to be one'])(
    'a file that holds %j is refused and left as it is',
    (content) => {
      const dir = folder();
      const file = path.join(dir, 'secret');
      writeFileSync(file, content);
      expect(() => loadSecret(dir, undefined)).toThrow(file);
      expect(readFileSync(file, 'utf8')).toBe(content);
    },
  );
});
