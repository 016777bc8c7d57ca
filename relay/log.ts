// The relay's log: one line per event, to wherever `write` puts it. Levels mean what style rule E6 says: error: someone
// must act; warn: recovered, unusual; info: one line per lifecycle change; debug: the rest.
//
// Never page content, chat text, tokens or passwords: the logger can't tell them from other text, so callers must not
// hand them in. What it does hold: a field stays on its line and is cut at a bound, so that a visitor's user agent or
// an address can neither forge a line nor fill the disk.

import type { LogLevel } from './config.ts';

export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

export type Logger = {
  error(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  debug(message: string, fields?: Fields): void;
};

export type LogOptions = {
  /** text for people, json for collectors. */
  readonly format?: 'text' | 'json';
  readonly now?: () => Date;
};

const RANK: Readonly<Record<LogLevel, number>> = { error: 0, warn: 1, info: 2, debug: 3 };

/** Long enough for an address or an error's message; a stack belongs to a debugger. */
const MAX_FIELD_CHARS = 500;

export function createLogger(level: LogLevel, write: (line: string) => void, options: LogOptions = {}): Logger {
  const { format = 'text', now = () => new Date() } = options;
  const at =
    (mine: LogLevel) =>
    (message: string, fields: Fields = {}) => {
      if (RANK[mine] > RANK[level]) return;
      const time = now().toISOString();
      write(format === 'json' ? jsonLine(time, mine, message, fields) : textLine(time, mine, message, fields));
    };
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}

/** An error as a field. What a query was given is left out (the driver's message holds it whole: names, addresses, the
 * hash of a password), and so is the value that PostgreSQL quotes after a colon. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const name = 'code' in error ? `${error.name} ${String(error.code)}` : error.name;
  if ('query' in error) {
    const cause = error.cause === undefined ? name : reasonOf(error.cause);
    return `${cause.split('\n')[0] ?? ''} in the query ${String(error.query)}`;
  }
  const isDatabase = error.name === 'PostgresError';
  const says = isDatabase ? error.message.replace(/: ".*$/s, '') : error.message;
  const at = isDatabase ? [] : (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [`${name}: ${says}`, ...at].join('\n');
}

function jsonLine(time: string, level: LogLevel, message: string, fields: Fields): string {
  const line: Record<string, string | number | boolean | undefined> = {};
  for (const [name, value] of Object.entries(fields)) line[name] = typeof value === 'string' ? cut(value) : value;
  // Last, so that a field can't pass for the time or the level.
  return JSON.stringify({ ...line, time, level, message: cut(message) });
}

function textLine(time: string, level: LogLevel, message: string, fields: Fields): string {
  let line = `${time} ${level.padEnd(5)} ${printable(cut(message))}`;
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    line += ` ${name}=${typeof value === 'string' ? quoted(cut(value)) : String(value)}`;
  }
  return line;
}

function cut(text: string): string {
  return text.length > MAX_FIELD_CHARS ? `${text.slice(0, MAX_FIELD_CHARS)}…` : text;
}

function quoted(text: string): string {
  return /^[\w./:@+-]+$/.test(text) ? text : printable(JSON.stringify(text));
}

/** No control characters: they would start lines and colours of their own on a terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
