import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { readConfig } from '../config.ts'
import { addEnvFile } from '../env-file.ts'
import type * as sentry from './sentry.ts'

/*
 * The first import of main.ts. With a SENTRY_DSN it instruments pg, Express, ioredis and node:http before anything uses
 * them; without one, no code of Sentry is loaded.
 *
 * This works because it comes first and loads synchronously. All four modules are CommonJS or built into Node and are
 * patched in place, so later imports get the patched module, whether by `import` or by `require`. An `await` here would let
 * the other imports of main.ts run first. `node server/main.ts` is therefore enough to start: no --import, and no loader
 * hooks that would slow down the loading of every module.
 */

const config = settings()
if (config?.SENTRY_DSN !== undefined) {
  const require = createRequire(import.meta.url)
  const { startSentry } = require('./sentry.ts') as typeof sentry
  startSentry({ ...config, SENTRY_DSN: config.SENTRY_DSN })
  // Sentry patches a module when `require` loads it; `import` would bypass the patch.
  for (const name of ['pg', 'express', 'ioredis']) require(name)
}

/** Undefined when they are invalid: main.ts reads them again and reports the error. */
function settings(): ReturnType<typeof readConfig> | undefined {
  try {
    addEnvFile(process.env, fileURLToPath(new URL('../..', import.meta.url)))
    return readConfig(process.env)
  } catch {
    return undefined
  }
}
