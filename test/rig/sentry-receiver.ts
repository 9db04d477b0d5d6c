import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'

/** The parts of Sentry's events that tests look at. */
export interface SentryEvent {
  readonly transaction?: string
  readonly release?: string
  readonly environment?: string
  readonly level?: string
  readonly user?: Readonly<Record<string, unknown>>
  readonly tags?: Readonly<Record<string, string>>
  readonly exception?: { readonly values: readonly { readonly type: string; readonly value: string }[] }
  readonly contexts: {
    readonly trace: {
      readonly trace_id: string
      readonly span_id: string
      readonly parent_span_id?: string
      readonly op?: string
      readonly links?: readonly { readonly trace_id: string }[]
    }
  }
  readonly spans?: readonly {
    readonly op?: string
    readonly description?: string
    readonly data: Readonly<Record<string, unknown>>
    readonly start_timestamp: number
    readonly timestamp: number
    readonly links?: readonly { readonly trace_id: string }[]
  }[]
}

/** Stands in for Sentry: receives envelopes from servers and pages, and keeps them. */
export interface SentryReceiver extends AsyncDisposable {
  readonly origin: string
  /** The DSN for a sender; project numbers tell senders apart. */
  dsn(project: number): string
  /** Whole envelopes as received, decompressed. */
  readonly envelopes: readonly string[]
  /** Errors in order of arrival. */
  errors(project?: number): readonly SentryEvent[]
  transactions(project?: number): readonly SentryEvent[]
}

export async function startSentryReceiver(): Promise<SentryReceiver> {
  const envelopes: string[] = []
  const received: { readonly project: number; readonly type: string; readonly event: SentryEvent }[] = []
  const take = async (request: IncomingMessage) => {
    const body = await buffer(request)
    const envelope = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString()
    if (request.method !== 'POST') return
    envelopes.push(envelope)
    const project = Number(/^\/api\/(\d+)\/envelope\//.exec(request.url ?? '')?.[1])
    // A header of the envelope, then for each item its header and its body, one line each.
    const [, ...lines] = envelope.split('\n')
    for (let i = 0; i + 1 < lines.length; i += 2) {
      const { type } = JSON.parse(lines[i] ?? '') as { type: string }
      received.push({ project, type, event: JSON.parse(lines[i + 1] ?? '') as SentryEvent })
    }
  }
  const server = createServer((request, response) => {
    response.setHeader('access-control-allow-origin', '*')
    response.setHeader('access-control-allow-headers', '*')
    take(request).then(
      () => response.end('{}'),
      (error: unknown) => response.writeHead(400).end(String(error)),
    )
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('expected a port')
  const of = (type: string) => (project?: number) =>
    received.filter((one) => one.type === type && (project ?? one.project) === one.project).map(({ event }) => event)
  return {
    origin: `http://localhost:${address.port}`,
    dsn: (project) => `http://key@localhost:${address.port}/${project}`,
    envelopes,
    errors: of('event'),
    transactions: of('transaction'),
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
