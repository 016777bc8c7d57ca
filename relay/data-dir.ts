// The folder that everything is kept in: made at the first start, or a sentence that says why it can't be.

import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** Throws an error for the person who set it. */
export function makeDataDir(dir: string): void {
  try {
    const missing: string[] = [];
    for (let at = path.resolve(dir); !existsSync(at); at = path.dirname(at)) missing.unshift(at);
    // One by one: Node's own recursive way never comes back where the system makes no folders, as in /proc.
    for (const at of missing) make(at);
    if (!statSync(dir).isDirectory()) throw new Error('there is a file of this name');
    accessSync(dir, constants.W_OK);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`TANDEM_DATA: ${dir} can't be used (${why}). Set it to a folder that can be written, or made.`, {
      cause: error,
    });
  }
}

function make(dir: string): void {
  try {
    mkdirSync(dir);
  } catch (error) {
    // Another relay that starts on the same folder was faster.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
