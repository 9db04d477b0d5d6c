import { withoutValues } from './statement.ts'

/**
 * What an event may tell of a request or a visitor is named here, field by field, and everything else stays: an address,
 * a cookie, a header, a body or a sum of money that some part of the library collects is no exception, whichever it is.
 */

/** As much of Sentry's event as is looked at; both ends have a type of their own for the whole. */
export interface TelemetryEvent {
  message?: string
  transaction?: string
  user?: { id?: string | number }
  request?: { url?: string; method?: string }
  tags?: Readonly<Record<string, unknown>>
  contexts?: Readonly<Record<string, object | undefined>>
  exception?: { values?: { value?: string; stacktrace?: { frames?: { vars?: unknown }[] } }[] }
  spans?: { op?: string; description?: string; data: Readonly<Record<string, unknown>> }[]
}

const FIELDS: readonly string[] = [
  ...['event_id', 'type', 'timestamp', 'start_timestamp', 'level', 'platform', 'server_name', 'release', 'environment'],
  ...['sdk', 'transaction_info', 'measurements', 'debug_meta', 'sdkProcessingMetadata', 'fingerprint'],
]
const CONTEXTS: readonly string[] = ['runtime', 'os', 'app', 'browser']
const TAGS: readonly string[] = [
  'event',
  'request',
  'socket',
  'order',
  'client_order',
  'outcome',
  'path',
  'role',
  'where',
]
/** Of spans: what was done and how it ended, never with what. */
const ATTRIBUTES: readonly string[] = [
  ...TAGS,
  ...['sentry.op', 'sentry.origin', 'sentry.source', 'sentry.sample_rate', 'sentry.idle_span_finish_reason'],
  ...['db.system', 'db.system.name', 'db.operation', 'db.operation.name', 'db.name', 'db.postgresql.plan'],
  ...['http.method', 'http.request.method', 'http.route', 'http.status_code', 'http.response.status_code'],
  ...['express.type', 'express.name', 'batch', 'commands', 'error.type', 'network.protocol.name'],
]
const STATEMENTS: readonly string[] = ['db.statement', 'db.query.text']

const EMAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g
const IPV4 = /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])/g
const IPV6 = /(?<![\w:$])(?:(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}|[0-9a-f:]*::[0-9a-f:.]*)(?!\w)/gi
/** Keys, cookies and session tokens; ids of ours are shorter, those of traces and requests stand in fields of their own. */
const TOKEN = /[A-Za-z0-9_%.+/=-]{33,}/g
/** As the terminal writes it. `$1` is a parameter of a statement. */
const MONEY = /\$\d[\d,]*\.\d\d|\$\d{1,3}(?:,\d{3})+/g

/** A text of ours or of a library, without what may be somebody's. */
export const impersonalText = (text: string): string =>
  text
    .replaceAll(EMAIL, '[email]')
    .replaceAll(IPV6, '[address]')
    .replaceAll(IPV4, '[address]')
    .replaceAll(MONEY, '[money]')
    .replaceAll(TOKEN, '[token]')

/** The event with nothing in it that says who somebody is, or what they have. The user's id stays: it names nobody. */
export function scrubbed<Event extends TelemetryEvent>(event: Event): Event {
  const kept: TelemetryEvent = picked<unknown>(Object.entries(event), FIELDS)
  const { message, transaction, user, request, tags, contexts, exception, spans } = event
  if (message !== undefined) kept.message = impersonalText(message)
  if (transaction !== undefined) kept.transaction = withoutQuery(transaction)
  if (user?.id !== undefined) kept.user = { id: user.id }
  if (request !== undefined) kept.request = requestOf(request)
  if (tags !== undefined) kept.tags = picked(Object.entries(tags), TAGS)
  if (contexts !== undefined) kept.contexts = contextsOf(contexts)
  if (exception !== undefined) kept.exception = exceptionOf(exception)
  if (spans !== undefined) kept.spans = spans.map(spanOf)
  // What is left out may be left out: in Sentry's type of an event every field may be absent.
  return kept as Event
}

const requestOf = ({ url, method }: NonNullable<TelemetryEvent['request']>) => ({
  ...(url !== undefined && { url: withoutQuery(url) }),
  ...(method !== undefined && { method }),
})

function contextsOf(contexts: NonNullable<TelemetryEvent['contexts']>): TelemetryEvent['contexts'] {
  const kept = picked(Object.entries(contexts), CONTEXTS)
  const trace = contexts['trace'] as { data?: Readonly<Record<string, unknown>> } | undefined
  if (trace === undefined) return kept
  return { ...kept, trace: { ...trace, ...(trace.data && { data: attributesOf(trace.data) }) } }
}

function exceptionOf({ values = [] }: NonNullable<TelemetryEvent['exception']>): TelemetryEvent['exception'] {
  return {
    values: values.map(({ stacktrace, ...one }) => ({
      ...one,
      ...(one.value !== undefined && { value: impersonalText(one.value) }),
      ...(stacktrace && {
        stacktrace: { ...stacktrace, frames: stacktrace.frames?.map(({ vars: _vars, ...frame }) => frame) ?? [] },
      }),
    })),
  }
}

function spanOf<Span extends NonNullable<TelemetryEvent['spans']>[number]>(span: Span): Span {
  const { op = '', description } = span
  const shown = op.startsWith('db') ? withoutValues : (text: string) => impersonalText(withoutQuery(text))
  return {
    ...span,
    ...(description !== undefined && { description: shown(description) }),
    data: attributesOf(span.data),
  }
}

function attributesOf(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = picked(Object.entries(data), ATTRIBUTES)
  for (const name of STATEMENTS) {
    const statement = data[name]
    if (typeof statement === 'string') kept[name] = withoutValues(statement)
  }
  return kept
}

/** Paths are ours; what stands behind them is the visitor's. */
const withoutQuery = (url: string): string => url.split(/[?#]/, 1)[0] ?? ''

function picked<Value>(fields: readonly [string, Value][], names: readonly string[]): Record<string, Value> {
  return Object.fromEntries(fields.filter(([name, value]) => names.includes(name) && value !== undefined))
}
