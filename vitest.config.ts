// Which tests exist, and how each kind is run. One project per kind: `vitest run --project unit`.
//
//   unit     pure parts, the simulation, golden bytes and the fuzzers on fixed seeds; no network, no build needed
//   store    the database, on PGlite and, where one answers, on PostgreSQL
//   wire     black box against the built relay (run `tsx build.ts` first)
//   browser  real browsers against the built product
//   chaos    the loss test of conversations for as long as TANDEM_CHAOS_MS says; only when asked for by name
//   fuzz     the fuzzers again with fresh seeds, for as long as TANDEM_FUZZ_MS says; only when asked for by name
//
// Easy to get wrong: TANDEM_FUZZ=1 is what tells a fuzzer to take fresh seeds; in `unit` it must stay unset, or a
// failure can't be repeated. Tests wait for conditions and never for times, so the timeouts here are only for hangs.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Two projects may run at once on a machine of two cores; more workers only slow each other down.
    maxWorkers: 2,
    pool: 'forks',
    // Never: a test that passes the second time hides what was wrong the first time.
    retry: 0,
    // The default of one second is less than a loaded machine may stand still.
    expect: { poll: { timeout: 60_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/{unit,sim,golden,fuzz}/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'store',
          include: ['test/store/**/*.test.ts'],
          globalSetup: ['test/store/template.ts'],
          // Creating a PGlite cluster takes 5 to 7 s, and was seen to take 30 while browsers loaded the machine.
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'wire',
          include: ['test/wire/**/*.test.ts'],
          // The first one to start a relay creates the database, too.
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          // Most of a file's time is waiting: two at once take little more than half as long as one after the other.
          testTimeout: 180_000,
          hookTimeout: 240_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'chaos',
          include: ['test/wire/loss.test.ts'],
          env: { TANDEM_CHAOS: '1' },
          testTimeout: 0,
        },
      },
      {
        extends: true,
        test: {
          name: 'fuzz',
          include: ['test/fuzz/**/*.test.ts'],
          env: { TANDEM_FUZZ: '1' },
          testTimeout: 0,
        },
      },
    ],
  },
});
