import { withoutValues } from './statement.ts'

/**
 * An allowlist of what a telemetry event may contain. Everything that is not named here is removed: addresses, cookies,
 * headers, bodies and amounts of money, whichever part of the Sentry library collects them.
 */

/**
 * The fields of Sentry's event that are read here. Browser and server SDK each have their own type for the whole event.
 */
interface TelemetryEvent {
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
/** Span attributes: what was done and how it ended, never the data involved. */
const ATTRIBUTES: readonly string[] = [
  ...TAGS,
  ...['sentry.op', 'sentry.origin', 'sentry.source', 'sentry.sample_rate', 'sentry.idle_span_finish_reason'],
  ...['db.system', 'db.system.name', 'db.operation', 'db.operation.name', 'db.name', 'db.postgresql.plan'],
  ...['http.method', 'http.request.method', 'http.route', 'http.status_code', 'http.response.status_code'],
  ...['express.type', 'express.name', 'batch', 'commands', 'error.type', 'network.protocol.name'],
]
const STATEMENTS: readonly string[] = ['db.statement', 'db.query.text']

/** Tried only where a run of such characters begins: tried at each of them, it would take quadratic time. */
const EMAIL = /(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g
const IPV4 = /(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])/g
const IPV6 = /(?<![\w:$])(?:(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}|[0-9a-f:]*::[0-9a-f:.]*)(?!\w)/gi
/** Keys, cookies and session tokens. Our own ids are shorter; trace and request ids have fields of their own. */
const TOKEN = /[A-Za-z0-9_%.+/=-]{33,}/g
/** Amounts in the format of the web terminal. `$1` is a statement parameter, not money. */
const MONEY = /\$\d[\d,]*\.\d\d|\$\d{1,3}(?:,\d{3})+/g

/** Removes possibly personal data from a message, ours or a library's. */
export const scrubbedText = (text: string): string =>
  text
    .replaceAll(EMAIL, '[email]')
    .replaceAll(IPV6, '[address]')
    .replaceAll(IPV4, '[address]')
    .replaceAll(MONEY, '[money]')
    .replaceAll(TOKEN, '[token]')

/**
 * Removes everything from an event that identifies a person or shows what they own. The user id stays, because it is
 * not personal data by itself.
 */
export function scrubbed<Event extends TelemetryEvent>(event: Event): Event {
  const kept: TelemetryEvent = picked<unknown>(Object.entries(event), FIELDS)
  const { message, transaction, user, request, tags, contexts, exception, spans } = event
  if (message !== undefined) kept.message = scrubbedText(message)
  if (transaction !== undefined) kept.transaction = withoutQuery(transaction)
  if (user?.id !== undefined) kept.user = { id: user.id }
  if (request !== undefined) kept.request = requestOf(request)
  if (tags !== undefined) kept.tags = picked(Object.entries(tags), TAGS)
  if (contexts !== undefined) kept.contexts = contextsOf(contexts)
  if (exception !== undefined) kept.exception = exceptionOf(exception)
  if (spans !== undefined) kept.spans = spans.map(spanOf)
  // Every field of Sentry's event type is optional, so an event with fewer fields still has that type.
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
      ...(one.value !== undefined && { value: scrubbedText(one.value) }),
      ...(stacktrace && {
        stacktrace: { ...stacktrace, frames: stacktrace.frames?.map(({ vars: _vars, ...frame }) => frame) ?? [] },
      }),
    })),
  }
}

function spanOf<Span extends NonNullable<TelemetryEvent['spans']>[number]>(span: Span): Span {
  const { op = '', description } = span
  const shown = op.startsWith('db') ? withoutValues : (text: string) => scrubbedText(withoutQuery(text))
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

/** Paths are the application's; query and fragment may contain a visitor's data. */
const withoutQuery = (url: string): string => url.split(/[?#]/, 1)[0] ?? ''

function picked<Value>(fields: readonly [string, Value][], names: readonly string[]): Record<string, Value> {
  return Object.fromEntries(fields.filter(([name, value]) => names.includes(name) && value !== undefined))
}
