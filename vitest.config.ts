import { defineConfig } from 'vitest/config'
import LongestFirst from './test/rig/longest-first.ts'
import { PATIENCE_MS } from './test/rig/patience.ts'

/** Tests that need a real Postgres, Redis, socket, process or browser say so in their name; the rest run in milliseconds. */
const real = ['{server,shared,db,infra}/**/*.{pg,redis,socket,process}.test.ts', 'test/**/*.test.ts']
/** Vitest's default is a second. */
const expectation = { poll: { timeout: PATIENCE_MS } }
/**
 * CI's machine is shared and may stall for seconds, so a failed test gets a second try there. The reporter lists those that
 * needed it.
 */
const retry = process.env['CI'] === undefined ? 0 : 1
/** Fleets of servers and the faults they meet: these need the machine for themselves. */
const chaos = ['test/{chaos,update}/*.test.ts']

export default defineConfig({
  test: {
    reporters: ['default', './test/rig/second-tries.ts'],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'pure',
          include: ['{server,shared,bench,infra}/**/*.test.ts', 'web/src/**/*.test.ts'],
          exclude: [...real, '**/node_modules/**'],
          testTimeout: 60_000,
          expect: expectation,
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
          // They mostly wait: two workers leave two cores idle more than half of the time; four saturate them.
          maxWorkers: 3,
        },
      },
      {
        // The tests that `real` runs against a server of its own, run against VALIANT_ADDRESS.
        test: { name: 'smoke', include: ['test/smoke/*.test.ts'], testTimeout: 60_000, expect: expectation },
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
