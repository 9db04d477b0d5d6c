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

/** Loaded only by telemetry.ts, and only where a DSN is set: it is larger than the rest of a first view. */

const isTracing = SENTRY_TRACES_SAMPLE_RATE > 0

/** Starts Sentry in this page. Integrations are listed one by one: the library's defaults collect much more. */
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

/** Each request gets its own trace; otherwise everything done on a page would be one long trace. */
export const follow: Follow = (name, send) => {
  if (!isTracing) return send()
  return startNewTrace(() =>
    startSpan({ name, op: 'ui.action', forceTransaction: true }, () => {
      const { 'sentry-trace': sentry, baggage } = getTraceData()
      return send(sentry === undefined ? undefined : { sentry, ...(baggage !== undefined && { baggage }) })
    }),
  )
}
