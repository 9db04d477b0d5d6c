import { TraceHeaders } from '@valiant/shared/protocol/trace'

export type { TraceHeaders } from '@valiant/shared/protocol/trace'

/**
 * Traces requests through the parts of the server, and reports defects. `instrument.ts` sets the implementation before
 * everything else starts. Without a SENTRY_DSN there is none, and each call costs one comparison.
 */
export interface Tracing {
  request<Result>(about: TracedRequest, serve: () => Promise<Result>): Promise<Result>
  note(ids: TraceIds): void
  current(): TraceHeaders | undefined
  command(trace: TraceHeaders, event: string): CommandSpan | undefined
  commit<Result>(batch: TracedBatch, commit: () => Promise<Result>): Promise<Result>
  logFields(): TraceIds
  report(error: unknown, how: { readonly isFatal: boolean; readonly ids: TraceIds }): void
  /** Sends what is still queued, within some seconds. Never rejects. */
  close(): Promise<void>
}

/** Ids, names and outcomes; nothing that identifies a person or shows what they own. */
export type TraceIds = Readonly<Record<string, string | number | undefined>>

/** A request at a gateway. */
interface TracedRequest {
  readonly event: string
  /** The trace headers that the client sent. */
  readonly trace: TraceHeaders | undefined
  /** Undefined over REST, where the HTTP request is already traced. */
  readonly socket: string | undefined
  readonly user: string | undefined
}

/** A command at the exchange, from the time it is taken until its answer is sent. */
export interface CommandSpan {
  end(): void
}

interface TracedBatch {
  readonly number: number
  readonly commands: number
  /** Of the traced commands in the batch. */
  readonly spans: readonly CommandSpan[]
}

let tracing: Tracing | undefined

/** Sets the implementation; called once, before anything that is to be traced. */
export function useTracing(implementation: Tracing): void {
  tracing = implementation
}

export const isTracing = (): boolean => tracing !== undefined

/** Parses the trace headers that a client sent; undefined if they are invalid or tracing is off. */
export function traceHeadersOf(sent: unknown): TraceHeaders | undefined {
  return tracing === undefined ? undefined : TraceHeaders.safeParse(sent).data
}

/** Serves a request in the trace of its client, or in a new one. */
export function traceRequest<Result>(about: TracedRequest, serve: () => Promise<Result>): Promise<Result> {
  return tracing === undefined ? serve() : tracing.request(about, serve)
}

/** Adds ids to the request that is being served: to its span and to errors reported in it. */
export const noteTrace = (ids: TraceIds): void => tracing?.note(ids)

/** The headers with which the next part continues the current trace; undefined when it is not recorded. */
export const currentTrace = (): TraceHeaders | undefined => tracing?.current()

/** Starts the exchange's span of a command; undefined when the command is not traced. */
export const traceCommand = (trace: TraceHeaders | undefined, event: string): CommandSpan | undefined =>
  trace === undefined ? undefined : tracing?.command(trace, event)

/**
 * Commits a batch in the trace of its first traced command. The commit's span links to the spans of the other traced
 * commands and they link to it, so that every trace leads to the SQL statements, which are recorded only once.
 */
export function traceCommit<Result>(batch: TracedBatch, commit: () => Promise<Result>): Promise<Result> {
  return tracing === undefined || batch.spans.length === 0 ? commit() : tracing.commit(batch, commit)
}

/** Sends what is still queued. */
export const endTracing = (): Promise<void> => tracing?.close() ?? Promise.resolve()

/** The ids of the current trace, for log lines. */
export const traceFields = (): TraceIds => tracing?.logFields() ?? {}

export const reportDefect = (error: unknown, how: { readonly isFatal: boolean; readonly ids: TraceIds }): void =>
  tracing?.report(error, how)
