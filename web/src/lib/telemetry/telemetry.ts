import { SENTRY_DSN_WEB } from '$app/env/public'
import type { HandleClientError } from '@sveltejs/kit/hooks'
import type { Follow } from '@valiant/shared/client/surroundings'
import type * as sentryModule from './sentry.ts'

type Sentry = typeof sentryModule

/** Undefined where nobody is told: then nothing more is loaded. The condition of the build keeps it out of the server. */
const loading = !import.meta.env.SSR && SENTRY_DSN_WEB !== '' ? load() : undefined
let sentry: Sentry | undefined

async function load(): Promise<Sentry | undefined> {
  // Kept away, by the visitor's browser perhaps, the page is as it is without.
  sentry = await import('./sentry.ts').catch(() => undefined)
  sentry?.start()
  return sentry
}

/** Tells an error that nobody has caught, and what came before there was somebody to tell it to. */
export const handleError: HandleClientError = (failure) => {
  if (loading === undefined) console.error(failure.error)
  else void loading.then((loaded) => (loaded ? loaded.handleError(failure) : console.error(failure.error)))
}

/** Follows a request through the exchange. */
export const follow: Follow = (name, send) => (sentry === undefined ? send() : sentry.follow(name, send))

/** Whose page it is, by an id that names nobody. */
export function sawVisitor(userId: string | undefined): void {
  void loading?.then((loaded) => loaded?.setUser(userId === undefined ? null : { id: userId }))
}
