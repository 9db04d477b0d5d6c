import { defineConfig } from 'vitest/config'

/** Tests that need a real Postgres, Redis, socket, process or browser say so in their name; the rest run in milliseconds. */
const real = ['{server,shared,db,infra}/**/*.{pg,redis,socket,process}.test.ts', 'test/**/*.test.ts']
/** How long something may take to come true on a busy machine; a second, unless told. */
const expectation = { poll: { timeout: 10_000 } }
/**
 * CI's machine is others' too and may stand still for seconds, so that there a test is tried twice. Those that needed it
 * are named at the end.
 */
const retry = process.env['CI'] === undefined ? 0 : 1
/** Whole fleets of servers and what breaks them: they need the machine for themselves. */
const chaos = ['test/{chaos,update}/*.test.ts']

export default defineConfig({
  test: {
    reporters: ['default', './test/rig/second-tries.ts'],
    projects: [
      {
        test: {
          name: 'pure',
          include: ['{server,shared,bench,infra}/**/*.test.ts', 'web/src/**/*.test.ts'],
          exclude: [...real, '**/node_modules/**'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'real',
          include: real,
          exclude: [...chaos, '**/node_modules/**'],
          globalSetup: ['test/rig/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: expectation,
          retry,
          // Most of their time they wait: with two, two cores were idle more than half of it; with four they are full.
          maxWorkers: 3,
        },
      },
      {
        // The same tests that `real` runs against a server of its own, against the address that VALIANT_ADDRESS names.
        test: { name: 'smoke', include: ['test/smoke/*.test.ts'], testTimeout: 60_000 },
      },
      {
        test: {
          name: 'chaos',
          include: chaos,
          testTimeout: 300_000,
          hookTimeout: 180_000,
          expect: expectation,
          retry,
          maxWorkers: 1,
          sequence: { groupOrder: 1 }, // after all others
        },
      },
    ],
  },
})
