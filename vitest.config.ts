import { defineConfig } from 'vitest/config'

/** Tests that need a real Postgres, Redis, socket, process or browser say so in their name; the rest run in milliseconds. */
const real = ['{server,shared,db}/**/*.{pg,redis,socket,process}.test.ts', 'test/**/*.test.ts']

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'pure',
          include: ['{server,shared,bench}/**/*.test.ts', 'web/src/**/*.test.ts'],
          exclude: [...real, '**/node_modules/**'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'real',
          include: real,
          globalSetup: ['test/rig/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
    ],
  },
})
