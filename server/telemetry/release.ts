import { readFileSync } from 'node:fs'

/** The version of package.json. */
export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

/** The release in reports to Sentry: the one that the image was built from, otherwise the version. */
export const releaseOf = ({ SENTRY_RELEASE }: { readonly SENTRY_RELEASE?: string | undefined }): string =>
  SENTRY_RELEASE ?? `valiant@${version()}`
