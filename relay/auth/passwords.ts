// Passwords and logins: one form for each, how a password is hashed, what is good enough, and one-time passwords. The
// only file that imports argon2. Easy to get wrong: the same letters can be typed in several encodings (й is one
// character on Windows and two on a Mac), so both are normalised before they are compared or hashed.

import { randomInt } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

const MIN_PASSWORD_CHARS = 10;
/** Far above any honest one; bounds the work that a stranger can ask for. */
export const MAX_PASSWORD_CHARS = 256;
const MAX_LOGIN_CHARS = 120;

/** OWASP's first choice for argon2id: 19 MiB, two passes; about 25 ms of one core here. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Without letters and digits that look alike, so that it can be read out or typed from a screen. */
const CLEAR = 'abcdefghjkmnpqrstuvwxyz23456789';

export function canonicalLogin(text: string): string | undefined {
  const login = text.normalize('NFKC').trim().toLowerCase();
  return login.length > 0 && login.length <= MAX_LOGIN_CHARS ? login : undefined;
}

export type PasswordProblem = 'too-short' | 'too-long';

export function passwordProblem(password: string): PasswordProblem | undefined {
  const chars = password.normalize('NFKC').length;
  if (chars < MIN_PASSWORD_CHARS) return 'too-short';
  return chars > MAX_PASSWORD_CHARS ? 'too-long' : undefined;
}

export async function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFKC'), COST);
}

export async function passwordFits(passwordHash: string, password: string): Promise<boolean> {
  return verify(passwordHash, password.normalize('NFKC'));
}

/** 16 characters in groups of four: 79 bits. */
export function oneTimePassword(): string {
  const group = () => Array.from({ length: 4 }, () => CLEAR[randomInt(CLEAR.length)] ?? '').join('');
  return Array.from({ length: 4 }, group).join('-');
}
