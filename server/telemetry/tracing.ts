import { TraceHeaders } from '@valiant/shared/protocol/trace'

export type { TraceHeaders } from '@valiant/shared/protocol/trace'

/**
 * How a request is followed through the parts, and where defects are told. Whoever watches puts itself here before all
 * else starts (`instrument.ts`); until then, and for ever without a SENTRY_DSN, nothing is followed and each call only
 * sees that.
 */
export interface Tracing {
  request<Result>(about: TracedRequest, serve: () => Promise<Result>): Promise<Result>
  note(ids: TraceIds): void
  current(): TraceHeaders | undefined
  command(trace: TraceHeaders, event: string): CommandSpan | undefined
  commit<Result>(batch: TracedBatch, commit: () => Promise<Result>): Promise<Result>
  logFields(): TraceIds
  report(error: unknown, how: { readonly isFatal: boolean; readonly ids: TraceIds }): void
  /** Sends what is left, within some seconds. Never rejects. */
  close(): Promise<void>
}

/** Ids, names and outcomes; nothing that says who somebody is or what they have. */
export type TraceIds = Readonly<Record<string, string | number | undefined>>

/** A request at a gateway. */
export interface TracedRequest {
  readonly event: string
  /** What its client sent with it. */
  readonly trace: TraceHeaders | undefined
  /** Undefined over REST, where the HTTP request is followed already. */
  readonly socket: string | undefined
  readonly user: string | undefined
}

/** A command at the exchange, from its taking up until its answer leaves. */
export interface CommandSpan {
  end(): void
}

export interface TracedBatch {
  readonly number: number
  readonly commands: number
  /** Of the commands in it that are followed. */
  readonly spans: readonly CommandSpan[]
}

let tracing: Tracing | undefined

/** Begins to watch; called once, before anything that is to be watched. */
export function watchWith(watcher: Tracing): void {
  tracing = watcher
}

/** Whether anybody watches. */
export const isWatched = (): boolean => tracing !== undefined

/** What a client sent as a trace; undefined for what is none, or where nobody watches. */
export function traceHeadersOf(sent: unknown): TraceHeaders | undefined {
  return tracing === undefined ? undefined : TraceHeaders.safeParse(sent).data
}

/** Serves a request under its client's trace, or one of its own. */
export function traceRequest<Result>(about: TracedRequest, serve: () => Promise<Result>): Promise<Result> {
  return tracing === undefined ? serve() : tracing.request(about, serve)
}

/** Adds ids to the request that is being served: its span, and what is told of errors in it. */
export const noteTrace = (ids: TraceIds): void => tracing?.note(ids)

/** What the next part needs to go on with the present trace; undefined when it is not recorded. */
export const currentTrace = (): TraceHeaders | undefined => tracing?.current()

/** Begins the exchange's part of a command's trace; undefined when the command is not followed. */
export const traceCommand = (trace: TraceHeaders | undefined, event: string): CommandSpan | undefined =>
  trace === undefined ? undefined : tracing?.command(trace, event)

/**
 * Commits a batch. A batch is of many commands and has one commit: it stands in the trace of the first command that is
 * followed, as its part, with links to the others', and theirs link to it. So each trace leads to the statements, which
 * are told once and take as long as they took.
 */
export function traceCommit<Result>(batch: TracedBatch, commit: () => Promise<Result>): Promise<Result> {
  return tracing === undefined || batch.spans.length === 0 ? commit() : tracing.commit(batch, commit)
}

/** Sends what is left to be told. */
export const endTracing = (): Promise<void> => tracing?.close() ?? Promise.resolve()

/** What a log line says of the present trace. */
export const traceFields = (): TraceIds => tracing?.logFields() ?? {}

/** Tells a defect. */
export const reportDefect = (error: unknown, how: { readonly isFatal: boolean; readonly ids: TraceIds }): void =>
  tracing?.report(error, how)
