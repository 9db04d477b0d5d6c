import { defineConfig } from 'vitest/config'

/** Tests that need a real Postgres, Redis, socket, process or browser say so in their name; the rest run in milliseconds. */
const real = ['{server,shared,db,infra}/**/*.{pg,redis,socket,process}.test.ts', 'test/**/*.test.ts']
/** Whole fleets of servers and what breaks them: they need the machine for themselves. */
const chaos = ['test/{chaos,update}/*.test.ts']

export default defineConfig({
  test: {
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
          maxWorkers: 2,
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
          maxWorkers: 1,
          sequence: { groupOrder: 1 }, // after all others
        },
      },
    ],
  },
})
