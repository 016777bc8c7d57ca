// Visitors' tokens: who a device is, and which visit a tab belongs to, signed so that the relay need not remember. All
// of it is synchronous: after a restart 15,000 visitors come back in seconds, each with a token to check.
//
//   text = payload '.' mac      payload: base64url of a JSON array      mac: base64url of HMAC-SHA256(key, payload)
//
// Each kind has a key of its own, derived from the secret: a resume token can never pass for a device token. Easy to get
// wrong: the mac is compared as text, because Buffer reads base64url leniently and would accept many spellings of one
// token. What a token says is not permission: the caller still compares site and origin with those of the socket.

import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export type DeviceToken = { kind: 'device'; device: string; site: string; origin: string; issuedAt: number };
export type ResumeToken = {
  kind: 'resume';
  room: string;
  device: string;
  site: string;
  origin: string;
  /** The visitor had paused: a relay that restarted must not show more than the visitor wanted. */
  paused: boolean;
  issuedAt: number;
  expiresAt: number;
};

/** Leave to send and fetch files of one's own conversation. */
export type PassToken = { kind: 'pass'; device: string; site: string; origin: string; expiresAt: number };
/** Whoever has it may fetch this one file, as long as that device may: it stands in an address. */
export type FileToken = { kind: 'file'; file: string; account: string; device: string; expiresAt: number };

export type Tokens = {
  sign(token: DeviceToken | ResumeToken | PassToken | FileToken): string;
  /** undefined: malformed, forged, or of another kind. Never throws. */
  readDevice(text: string): DeviceToken | undefined;
  /** undefined also when it has expired. */
  readResume(text: string): ResumeToken | undefined;
  readPass(text: string): PassToken | undefined;
  readFile(text: string): FileToken | undefined;
};

/** What the schema of the wire lets through (protocol/messages.ts). */
const MAX_TOKEN_CHARS = 2048;
const MAC_CHARS = 43;

/** In a time that does not tell how much of it is right. */
export function isSame(given: string, right: string): boolean {
  // Characters outside ASCII make more bytes than characters; timingSafeEqual throws on unequal lengths.
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

export function createTokens(secret: string | Buffer, now: () => number): Tokens {
  // 'v1' is the form of the payload: whoever changes that raises it, and old tokens become unknown ones.
  const keyFor = (kind: string) => Buffer.from(hkdfSync('sha256', secret, '', `tandem ${kind} token v1`, 32));
  const keys = { device: keyFor('device'), resume: keyFor('resume'), pass: keyFor('pass'), file: keyFor('file') };

  const mac = (key: Buffer, payload: string) => createHmac('sha256', key).update(payload).digest('base64url');

  const open = (key: Buffer, text: string): readonly unknown[] | undefined => {
    if (typeof text !== 'string' || text.length > MAX_TOKEN_CHARS) return undefined;
    const dot = text.length - MAC_CHARS - 1;
    if (dot < 1 || text[dot] !== '.') return undefined;
    const payload = text.slice(0, dot);
    if (!isSame(text.slice(dot + 1), mac(key, payload))) return undefined;
    try {
      const value: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
      return Array.isArray(value) ? value : undefined;
    } catch {
      // Signed by us and yet not JSON: a form of the payload that this version doesn't know.
      return undefined;
    }
  };

  return {
    sign(token) {
      const payload = Buffer.from(JSON.stringify(fieldsOf(token))).toString('base64url');
      const text = `${payload}.${mac(keys[token.kind], payload)}`;
      if (text.length > MAX_TOKEN_CHARS)
        throw new Error(`a ${token.kind} token of ${text.length} characters is too long`);
      return text;
    },
    readDevice(text) {
      const [device, site, origin, issuedAt] = open(keys.device, text) ?? [];
      if (!isText(device) || !isText(site) || !isText(origin) || !isTime(issuedAt)) return undefined;
      return { kind: 'device', device, site, origin, issuedAt };
    },
    readResume(text) {
      const [room, device, site, origin, paused, issuedAt, expiresAt] = open(keys.resume, text) ?? [];
      if (!isText(room) || !isText(device) || !isText(site) || !isText(origin)) return undefined;
      if (typeof paused !== 'boolean' || !isTime(issuedAt) || !isTime(expiresAt) || expiresAt <= now())
        return undefined;
      return { kind: 'resume', room, device, site, origin, paused, issuedAt, expiresAt };
    },
    readPass(text) {
      const [device, site, origin, expiresAt] = open(keys.pass, text) ?? [];
      if (!isText(device) || !isText(site) || !isText(origin) || !isTime(expiresAt) || expiresAt <= now())
        return undefined;
      return { kind: 'pass', device, site, origin, expiresAt };
    },
    readFile(text) {
      const [file, account, device, expiresAt] = open(keys.file, text) ?? [];
      if (!isText(file) || !isText(account) || !isText(device) || !isTime(expiresAt) || expiresAt <= now())
        return undefined;
      return { kind: 'file', file, account, device, expiresAt };
    },
  };
}

function fieldsOf(token: Parameters<Tokens['sign']>[0]): unknown[] {
  switch (token.kind) {
    case 'device':
      return [token.device, token.site, token.origin, token.issuedAt];
    case 'resume':
      return [token.room, token.device, token.site, token.origin, token.paused, token.issuedAt, token.expiresAt];
    case 'pass':
      return [token.device, token.site, token.origin, token.expiresAt];
    case 'file':
      return [token.file, token.account, token.device, token.expiresAt];
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/**
 * The secret that signs tokens: the configured one, else one kept in `dataDir`, made at the first start. Losing it costs
 * visitors their identity, so it is never made anew when the file is there but can't be used.
 */
export function loadSecret(dataDir: string, configured: string | undefined): string | Buffer {
  if (configured !== undefined) return configured;
  const file = path.join(dataDir, 'secret');
  mkdirSync(dataDir, { recursive: true });
  // Written aside and linked: two relays at once end up with one secret, and a crash never leaves half of one.
  const fresh = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(fresh, `${randomBytes(48).toString('base64url')}\n`, { mode: 0o600, flag: 'wx', flush: true });
    linkSync(fresh, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(fresh, { force: true });
  }
  const text = readFileSync(file, 'utf8').trim();
  if (!/^[\w-]{43,}$/.test(text)) {
    throw new Error(
      `${file} does not hold a secret; restore it from a backup, or delete it to make visitors new to you`,
    );
  }
  if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
  return Buffer.from(text, 'base64url');
}
