// What a failed query tells: the database can't be had for now, or it refuses what it was given and always will.

/** Classes of SQLSTATE: 22 data, 23 constraints, and 54 limits. */
export function isUnfit(error: unknown): boolean {
  return /^(22|23|54)...$/.test(codeOf(error));
}

/** There is one of that name already. */
export function isTaken(error: unknown): boolean {
  return codeOf(error) === '23505';
}

/** 08 connection, 40 given up for another's sake, 53 resources, 57 it is going down or coming up; else the driver's or the
 * socket's words. */
export function isAway(error: unknown): boolean {
  return /^((08|40|53|57)...|CONNECT\w*|E(CONN\w*|PIPE|NOENT|TIMEDOUT|HOSTUNREACH|AI_AGAIN|NOTFOUND))$/.test(
    codeOf(error),
  );
}

/** It took longer than it may (`statement_timeout`), or somebody cancelled it. */
export function isCutOff(error: unknown): boolean {
  return codeOf(error) === '57014';
}

/** The driver's, also where another library has put its own error around it. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return codeOf(error.cause);
}
