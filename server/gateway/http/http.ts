import { randomUUID } from 'node:crypto'
import { createServer, type Server as HttpServer } from 'node:http'
import compression from 'compression'
import express, { type Express, type RequestHandler, type Router } from 'express'
import helmet from 'helmet'
import { pinoHttp } from 'pino-http'
import type { PageSource } from '@valiant/shared/protocol/page'
import type { IncomingMessage } from 'node:http'
import { ADDRESS_HEADER, AUTH_PATHS, type Auth } from '../../auth/auth.ts'
import type { GatewayMetrics } from '../../telemetry/gateway-metrics.ts'
import type { Logger } from '../../telemetry/logger.ts'
import { noteTrace } from '../../telemetry/tracing.ts'
import type { ClientAddress } from '../sessions/client-address.ts'
import { measureHttp } from './measured-http.ts'
import type { Origins } from './origin.ts'
import { answerErrors, notServed } from './http-answers.ts'
import { failure, foundOrigin } from '../answering/wire-error.ts'

interface HttpParts {
  readonly api: Router
  readonly auth: Auth
  /** SvelteKit's handler; without it there are no pages. */
  readonly page: RequestHandler | undefined
  readonly pageSourceOf: (request: IncomingMessage) => PageSource
  readonly origins: Origins
  readonly clientAddress: ClientAddress
  /** Whether this instance may take traffic. */
  readonly ready: () => boolean
  readonly https: boolean
  readonly bodyBytesMax: number
  readonly logger: Logger
  readonly metrics: GatewayMetrics
}

const AUTH_METHODS: readonly string[] = ['GET', 'POST']
/** Longer than a load balancer keeps an idle connection, so that this side never closes one that is about to be used. */
const KEEP_ALIVE_MS = 75_000
/** How long a client may take for a request, of at most some 16 KB each; its connection is closed otherwise. */
const HTTP_TIMES = { headersMs: 15_000, requestMs: 30_000, checkMs: 5_000 }

/**
 * An HTTP server that does not listen yet; its app is mounted by `serveHttp`.
 * @param times within which a request's headers, then all of it, must have arrived; how often that is checked
 */
export function openHttpServer({ headersMs, requestMs, checkMs } = HTTP_TIMES): {
  httpServer: HttpServer
  app: Express
} {
  const app = express()
  const httpServer = createServer(
    {
      // Clients that ask to upgrade to HTTP/2, as Java's does, are answered over HTTP/1.1.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: checkMs,
    },
    app,
  )
  return { httpServer, app }
}

/** Mounts everything: health, sign-in, REST, and the pages last. */
export function serveHttp(app: Express, parts: HttpParts): void {
  const { api, auth, page, origins, clientAddress, ready, https, bodyBytesMax, logger } = parts
  app.disable('x-powered-by')
  app.set('query parser', 'simple')
  app.get('/healthz', (_request, response) => void response.json({ ok: true }))
  app.get('/readyz', (_request, response) => {
    const isReady = ready()
    response.status(isReady ? 200 : 503).json({ ok: isReady })
  })
  app.use(requestLog(logger))
  app.use(measureHttp(parts.metrics))
  app.use(
    helmet({
      // The page's own policy is SvelteKit's, which knows the nonce of its scripts.
      contentSecurityPolicy: false,
      strictTransportSecurity: https,
      frameguard: { action: 'deny' },
    }),
  )
  app.all('/api/auth/{*any}', async (request, response) => {
    const isServed = AUTH_PATHS.includes(request.path.slice('/api/auth/'.length))
    // better-auth fails on methods that the web's `Request` does not know.
    if (!isServed || !AUTH_METHODS.includes(request.method)) throw notServed(request)
    const length = Number(request.headers['content-length'] ?? 0)
    if (length > bodyBytesMax || request.headers['transfer-encoding'] !== undefined) {
      throw failure('PAYLOAD_TOO_LARGE', `Expected a body of a known length of at most ${bodyBytesMax} bytes.`)
    }
    const { method, headers } = request
    const origin = origins.of(headers)
    // Without a cookie there is nobody to act for: a program may sign in without an Origin.
    if (method !== 'GET' && (origin === 'foreign' || (origin === 'none' && headers.cookie !== undefined))) {
      throw failure('FORBIDDEN', `Expected the exchange's own Origin, found ${foundOrigin(headers.origin)}.`)
    }
    // Overwrites whatever the client sends under this name, since better-auth trusts it.
    request.headers[ADDRESS_HEADER] = clientAddress(request)
    response.set('cache-control', 'no-store')
    await auth.handle(request, response)
  })
  app.use('/api', api)
  if (page !== undefined) {
    // Only pages: answers are small, and few programs accept compression. Static files are compressed when they are built.
    app.use(compression())
    app.use((request, response, next) => {
      Object.assign(request, { valiant: parts.pageSourceOf(request) })
      return page(request, response, next)
    })
  }
  app.use(answerErrors(logger))
}

/** Logs one line per request, with an id; successful ones only at `debug`. */
function requestLog(logger: Logger): RequestHandler {
  const log = pinoHttp({
    logger,
    genReqId: () => randomUUID(),
    customLogLevel: (_request, { statusCode }, error) => (error !== undefined || statusCode >= 500 ? 'warn' : 'debug'),
    serializers: {
      req: ({ id, method, url }: { id: string; method: string; url: string }) => ({
        id,
        method,
        url: url.split('?')[0],
      }),
      res: ({ statusCode }: { statusCode: number }) => ({ statusCode }),
      // For each 5xx pino-http makes an error, whose stack is its own; a defect is logged with its stack by `answerErrors`.
      err: ({ type, message }: { type: string; message: string }) => ({ type, message }),
    },
  })
  return (request, response, next) => {
    log(request, response)
    noteTrace({ request: typeof request.id === 'object' ? undefined : request.id })
    next()
  }
}
