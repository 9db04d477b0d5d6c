import { handleErrorWithSentry, sentryHandle } from '@sentry/sveltekit'
import type { Handle, HandleServerError } from '@sveltejs/kit/hooks'

/** Loaded by hooks.server.ts alone, where the server has a Sentry to tell: that one, which it has started. */

/** Names the request after its route, and has the page go on with its trace. Its type is one that SvelteKit 3 has moved. */
export const handle = sentryHandle({ injectFetchProxyScript: false }) as Handle

export const handleError = handleErrorWithSentry<HandleServerError>()
