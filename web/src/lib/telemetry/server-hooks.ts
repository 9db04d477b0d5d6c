import { handleErrorWithSentry, sentryHandle } from '@sentry/sveltekit'
import type { Handle, HandleServerError } from '@sveltejs/kit/hooks'

/** Loaded only by hooks.server.ts, where the server has started Sentry; it uses that instance. */

/** Names the request after its route and continues its trace in the page. SvelteKit 3 has moved the type. */
export const handle = sentryHandle({ injectFetchProxyScript: false }) as Handle

export const handleError = handleErrorWithSentry<HandleServerError>()
