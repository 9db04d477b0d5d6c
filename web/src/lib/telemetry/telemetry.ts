import { SENTRY_DSN_WEB } from '$app/env/public'
import type { HandleClientError } from '@sveltejs/kit/hooks'
import type { Follow } from '@valiant/shared/client/surroundings'
import type * as sentryModule from './sentry.ts'

type Sentry = typeof sentryModule

/** Undefined without a DSN: nothing more is loaded then. The build condition keeps it out of the server. */
const loading = !import.meta.env.SSR && SENTRY_DSN_WEB !== '' ? load() : undefined
let sentry: Sentry | undefined

async function load(): Promise<Sentry | undefined> {
  // A browser may block it: the page works without.
  sentry = await import('./sentry.ts').catch(() => undefined)
  sentry?.start()
  return sentry
}

/** Reports an uncaught error, as soon as Sentry has loaded. */
export const handleError: HandleClientError = (failure) => {
  if (loading === undefined) console.error(failure.error)
  else void loading.then((loaded) => (loaded ? loaded.handleError(failure) : console.error(failure.error)))
}

/** Traces a request through the exchange. */
export const follow: Follow = (name, send) => (sentry === undefined ? send() : sentry.follow(name, send))

/** Sets the user by an id that identifies nobody. */
export function sawVisitor(userId: string | undefined): void {
  void loading?.then((loaded) => loaded?.setUser(userId === undefined ? null : { id: userId }))
}
