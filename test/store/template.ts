// Creates an embedded database once per test run, tables included; suites copy it instead of waiting 5 s each. A vitest
// global setup (vitest.config.ts); a suite gets the folder with inject('databaseTemplate') and copies it to the
// `database` folder of its own data directory.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { createLogger } from '../../relay/log.ts';
import { openDatabase } from '../../relay/store/database.ts';

declare module 'vitest' {
  // Vitest reads the types of what is provided from this interface of its own.
  interface ProvidedContext {
    databaseTemplate: string;
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'tandem-template-'));
  const log = createLogger('warn', (line) => console.warn(line));
  const db = await openDatabase({ databaseUrl: undefined, dataDir }, log);
  await db.close();
  project.provide('databaseTemplate', path.join(dataDir, 'database'));
  return () => rmSync(dataDir, { recursive: true, force: true });
}
