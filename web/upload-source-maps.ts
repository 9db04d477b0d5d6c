import { execFileSync } from 'node:child_process'
import { globSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import SentryCli from '@sentry/cli'

/**
 * The last step of a build. Where SENTRY_AUTH_TOKEN is set, the page's source maps go to Sentry, for SENTRY_RELEASE;
 * SENTRY_ORG, SENTRY_PROJECT and SENTRY_URL say where to, and are read by sentry-cli itself. Then they are removed: what
 * lies in the folder is served. An upload that fails is told and stops no release: errors then name minified places.
 */
const { SENTRY_AUTH_TOKEN, SENTRY_RELEASE } = process.env
const served = join(import.meta.dirname, 'build/client')

if (SENTRY_AUTH_TOKEN) {
  if (!SENTRY_RELEASE)
    throw new Error('SENTRY_AUTH_TOKEN: expected SENTRY_RELEASE beside it, the release to upload for')
  const where = ['--release', SENTRY_RELEASE, '--url-prefix', '~/_app/immutable', join(served, '_app/immutable')]
  try {
    execFileSync(SentryCli.getPath(), ['sourcemaps', 'upload', ...where], { stdio: 'inherit' })
  } catch (error) {
    console.error(`The source maps of ${SENTRY_RELEASE} were not uploaded: ${String(error)}`)
  }
  for (const map of globSync('**/*.map', { cwd: served })) rmSync(join(served, map))
}
