import * as Sentry from '@sentry/node'
import { scrubbed } from '@valiant/shared/telemetry/scrub'
import type { Config } from '../config.ts'
import { Budget, Repeats } from './quota.ts'
import { releaseOf } from './release.ts'
import { type CommandSpan, type TraceIds, type Tracing, useTracing } from './tracing.ts'

// Only `instrument.ts` loads this file.

/** HTTP requests that are not traced: probes, metrics, static files. */
const UNTRACED = /^\/(?:healthz|readyz|metrics|_app\/)/
const CLOSE_MS = 2_000
/** A span with this attribute has already been sampled. */
const SAMPLE_RATE = Sentry.SEMANTIC_ATTRIBUTE_SENTRY_SAMPLE_RATE

type SentrySettings = Pick<Config, 'SENTRY_ENVIRONMENT' | 'SENTRY_TRACES_SAMPLE_RATE' | 'SENTRY_RELEASE' | 'ROLE'> & {
  readonly SENTRY_DSN: string
}

/** Starts Sentry for the server. */
export function startSentry(settings: SentrySettings): void {
  const rate = settings.SENTRY_TRACES_SAMPLE_RATE
  const repeats = new Repeats()
  const budget = new Budget()
  Sentry.init({
    dsn: settings.SENTRY_DSN,
    environment: settings.SENTRY_ENVIRONMENT,
    release: releaseOf(settings),
    initialScope: { tags: { role: settings.ROLE } },
    registerEsmLoaderHooks: false, // see instrument.ts
    defaultIntegrations: false,
    integrations: rate > 0 ? tracingIntegrations() : reportingIntegrations(),
    ...(rate > 0 && { tracesSampler: samplerAt(rate) }),
    maxBreadcrumbs: 0,
    beforeSend: (event) => (repeats.isDue(event, Date.now()) ? scrubbed(event) : null),
    beforeSendTransaction: (event) => (!isLateSpan(event) && budget.take(Date.now()) ? scrubbed(event) : null),
  })
  useTracing(rate > 0 ? tracing(rate) : reporting)
}

/** Listed one by one, because the default ones collect much more. */
const commonIntegrations = () => [
  Sentry.eventFiltersIntegration(),
  Sentry.functionToStringIntegration(),
  Sentry.linkedErrorsIntegration(),
  Sentry.contextLinesIntegration(),
  Sentry.nodeContextIntegration({ cloudResource: false, culture: false, device: false }),
  Sentry.requestDataIntegration({
    include: { cookies: false, data: false, headers: false, ip: false, query_string: false, url: true },
  }),
  // An uncaught exception ends the process as it does without Sentry, after it has been reported.
  Sentry.onUncaughtExceptionIntegration(),
]

const HTTP: Parameters<typeof Sentry.httpIntegration>[0] = {
  breadcrumbs: false,
  maxIncomingRequestBodySize: 'none',
  trackIncomingRequestsAsSessions: false,
  tracePropagation: false,
  ignoreIncomingRequests: (path) => UNTRACED.test(path),
  ignoreOutgoingRequests: () => true,
}

const reportingIntegrations = () => [...commonIntegrations(), Sentry.httpIntegration({ ...HTTP, spans: false })]

const tracingIntegrations = () => [
  ...commonIntegrations(),
  Sentry.httpIntegration({ ...HTTP, spans: true }),
  Sentry.expressIntegration(),
  Sentry.postgresIntegration(),
  Sentry.redisIntegration(),
]

type Sampler = NonNullable<NonNullable<Parameters<typeof Sentry.init>[0]>['tracesSampler']>

const samplerAt =
  (rate: number): Sampler =>
  ({ name, attributes, parentSampled }) => {
    // Connecting, reconnecting and subscribing belong to no request.
    if (/^redis\b/.test(name)) return 0
    if (attributes?.[SAMPLE_RATE] !== undefined) return 1
    return parentSampled === undefined ? rate : Number(parentSampled)
  }

/**
 * Whether a transaction is only a span that ended after its own transaction was sent, for example an entry that Redis
 * confirms after the exchange has answered. The library turns such a span into another transaction.
 */
const isLateSpan = ({ contexts }: Sentry.Event): boolean =>
  contexts?.trace?.data?.['sentry.parent_span_already_sent'] === true

class SentryCommand implements CommandSpan {
  readonly span: Sentry.Span
  constructor(span: Sentry.Span) {
    this.span = span
  }
  end(): void {
    this.span.end()
  }
}

const spanOf = (command: CommandSpan | undefined): Sentry.Span | undefined =>
  command instanceof SentryCommand ? command.span : undefined

/** Reports errors only. */
const reporting: Tracing = {
  request: (about, serve) =>
    Sentry.withIsolationScope((scope) => {
      scope.setTags({ event: about.event, socket: about.socket })
      if (about.user !== undefined) scope.setUser({ id: about.user })
      return serve()
    }),
  note: (ids) => void Sentry.getIsolationScope().setTags(ids),
  current: () => undefined,
  command: () => undefined,
  commit: (_batch, commit) => commit(),
  logFields: () => ({}),
  report: (error, { isFatal, ids }) =>
    void Sentry.captureException(error, { level: isFatal ? 'fatal' : 'error', tags: { ...ids } }),
  close: async () => {
    await Sentry.close(CLOSE_MS)
  },
}

/** Reports errors and traces. */
const tracing = (rate: number): Tracing => ({
  ...reporting,
  request: (about, serve) =>
    reporting.request(about, () => {
      const { event, socket, trace } = about
      const ids = attributesOf({ event, socket })
      if (socket === undefined) return Sentry.startSpan({ name: event, op: 'function', attributes: ids }, serve)
      const traced = (sampled: Record<string, number> = {}) => {
        const attributes = { ...ids, ...sampled }
        return Sentry.startSpan({ name: event, op: 'websocket.server', forceTransaction: true, attributes }, serve)
      }
      if (trace !== undefined) {
        if (trace.sentry.endsWith('-0')) return serve()
        return Sentry.continueTrace({ sentryTrace: trace.sentry, baggage: trace.baggage }, () => traced())
      }
      // Sampled here, because a span that is not recorded costs as much as one that is.
      return Math.random() < rate ? traced({ [SAMPLE_RATE]: rate }) : serve()
    }),
  note: (ids) => {
    reporting.note(ids)
    Sentry.getActiveSpan()?.setAttributes(attributesOf(ids))
  },
  current: () => {
    const span = Sentry.getActiveSpan()
    if (!span?.isRecording()) return undefined
    const baggage = Sentry.spanToBaggageHeader(span)
    return { sentry: Sentry.spanToTraceHeader(span), ...(baggage !== undefined && { baggage }) }
  },
  command: ({ sentry, baggage }, event) => {
    const span = Sentry.continueTrace({ sentryTrace: sentry, baggage }, () =>
      Sentry.startInactiveSpan({
        name: `exchange ${event}`,
        op: 'queue.process',
        forceTransaction: true,
        attributes: { event },
      }),
    )
    return span.isRecording() ? new SentryCommand(span) : undefined
  },
  commit: ({ number, commands, spans }, commit) => {
    const [first, ...others] = spans.flatMap((command) => spanOf(command) ?? [])
    if (first === undefined) return commit()
    const links = others.map((other) => ({ context: other.spanContext() }))
    const about = { name: 'commit batch', op: 'exchange.commit', attributes: { batch: number, commands }, links }
    return Sentry.withActiveSpan(first, () =>
      Sentry.startSpan(about, (span) => {
        for (const other of others) other.addLink({ context: span.spanContext() })
        return commit()
      }),
    )
  },
  logFields: () => {
    const span = Sentry.getActiveSpan()?.spanContext()
    return { trace_id: span?.traceId, span_id: span?.spanId }
  },
})

const attributesOf = (ids: TraceIds): Record<string, string | number> =>
  Object.fromEntries(Object.entries(ids).filter((entry): entry is [string, string | number] => entry[1] !== undefined))
