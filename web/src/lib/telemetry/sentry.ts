import { SENTRY_DSN_WEB, SENTRY_ENVIRONMENT, SENTRY_RELEASE, SENTRY_TRACES_SAMPLE_RATE } from '$app/env/public'
import {
  browserTracingIntegration,
  dedupeIntegration,
  eventFiltersIntegration,
  functionToStringIntegration,
  getTraceData,
  globalHandlersIntegration,
  handleErrorWithSentry,
  init,
  linkedErrorsIntegration,
  startNewTrace,
  startSpan,
} from '@sentry/sveltekit'
import type { HandleClientError } from '@sveltejs/kit/hooks'
import type { Follow } from '@valiant/shared/client/surroundings'
import { scrubbed } from '@valiant/shared/telemetry/scrub'

export { setUser } from '@sentry/sveltekit'

/** Loaded by telemetry.ts alone, and only where there is somebody to tell: it is larger than the rest of a first view. */

const isTracing = SENTRY_TRACES_SAMPLE_RATE > 0

/** Starts Sentry in this page. Integrations are named one by one: those of the library collect much more. */
export function start(): void {
  init({
    dsn: SENTRY_DSN_WEB,
    environment: SENTRY_ENVIRONMENT,
    release: SENTRY_RELEASE,
    defaultIntegrations: false,
    integrations: [
      eventFiltersIntegration(),
      functionToStringIntegration(),
      globalHandlersIntegration(),
      linkedErrorsIntegration(),
      dedupeIntegration(),
      ...(isTracing ? [browserTracingIntegration({ enableInp: false, enableLongAnimationFrame: false })] : []),
    ],
    ...(isTracing && { tracesSampleRate: SENTRY_TRACES_SAMPLE_RATE }),
    maxBreadcrumbs: 0,
    beforeSend: scrubbed,
    beforeSendTransaction: scrubbed,
  })
}

export const handleError = handleErrorWithSentry<HandleClientError>()

/** Each request has a trace of its own: all that is done on a page would be one long one else. */
export const follow: Follow = (name, send) => {
  if (!isTracing) return send()
  return startNewTrace(() =>
    startSpan({ name, op: 'ui.action', forceTransaction: true }, () => {
      const { 'sentry-trace': sentry, baggage } = getTraceData()
      return send(sentry === undefined ? undefined : { sentry, ...(baggage !== undefined && { baggage }) })
    }),
  )
}
