import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { readConfig } from '../config.ts'
import { addEnvFile } from '../env-file.ts'
import type * as sentry from './sentry.ts'

/*
 * The first import of main.ts. With a SENTRY_DSN it puts Sentry into pg, Express, ioredis and node:http before anything
 * uses them; without one nothing of Sentry is loaded.
 *
 * It works by being first and by loading synchronously. All four are CommonJS or Node's own and are patched in place, so
 * whoever imports them later gets what was patched, by `import` as by `require`; an `await` here would let the other
 * imports of main.ts go ahead. So `node server/main.ts` is all there is to start: no --import, and no loader hooks that
 * every module of the process would have to pass.
 */

const config = settings()
if (config?.SENTRY_DSN !== undefined) {
  const require = createRequire(import.meta.url)
  const { startSentry } = require('./sentry.ts') as typeof sentry
  startSentry({ ...config, SENTRY_DSN: config.SENTRY_DSN })
  // Each is patched when it is loaded by `require`: an `import` would pass the patches by.
  for (const name of ['pg', 'express', 'ioredis']) require(name)
}

/** Undefined when they are wrong: main.ts reads them too, and says what is wrong. */
function settings(): ReturnType<typeof readConfig> | undefined {
  try {
    addEnvFile(process.env, fileURLToPath(new URL('../..', import.meta.url)))
    return readConfig(process.env)
  } catch {
    return undefined
  }
}
