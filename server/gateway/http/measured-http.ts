import type { Server as HttpServer } from 'node:http'
import type { Socket } from 'node:net'
import type { Request, RequestHandler } from 'express'
import type { GatewayMetrics } from '../../telemetry/gateway-metrics.ts'

const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const SIGN_IN = /^\/api\/auth\/(sign-in\/anonymous|sign-in|sign-up)(\/|$)/
const KINDS: Readonly<Record<string, string>> = {
  'sign-in/anonymous': 'guest',
  'sign-in': 'sign_in',
  'sign-up': 'sign_up',
}

type HttpMetrics = Pick<GatewayMetrics, 'httpRequests' | 'httpSeconds' | 'signIns' | 'rateLimited'>

/** Counts and times all requests that pass here, once they are answered or aborted. */
export function measureHttp(metrics: HttpMetrics): RequestHandler {
  return (request, response, next) => {
    const beganMs = performance.now()
    const path = request.path // routers change it
    response.once('close', () => {
      const method = METHODS.includes(request.method) ? request.method : 'other'
      const route = routeOf(request)
      const status = response.writableFinished ? `${Math.floor(response.statusCode / 100)}xx` : 'aborted'
      metrics.httpRequests.inc({ method, route, status })
      metrics.httpSeconds.observe({ method, route }, (performance.now() - beganMs) / 1_000)
      if (request.method === 'POST') countSignIn(metrics, path, response.statusCode)
    })
    next()
  }
}

/** Only route patterns, so that there are as many labels as routes. */
function routeOf({ route, baseUrl }: Request): string {
  const pattern: unknown = (route as { path?: unknown } | undefined)?.path
  if (typeof pattern === 'string') return `${baseUrl}${pattern.replace('{*any}', '*')}`
  return baseUrl === '' ? 'page' : `${baseUrl}/*`
}

function countSignIn({ signIns, rateLimited }: HttpMetrics, path: string, status: number): void {
  const kind = KINDS[SIGN_IN.exec(path)?.[1] ?? '']
  if (kind === undefined) return
  if (status === 200) signIns.inc({ kind })
  else if (status === 429) rateLimited.inc({ limit: kind === 'guest' ? 'guests' : 'sign_ins' })
}

/** The bytes of all connections of a server since its start. */
export class NetworkBytes {
  readonly #open = new Set<Socket>()
  #sent = 0
  #received = 0

  constructor(httpServer: HttpServer) {
    httpServer.on('connection', (socket) => {
      this.#open.add(socket)
      socket.once('close', () => {
        this.#open.delete(socket)
        this.#sent += socket.bytesWritten
        this.#received += socket.bytesRead
      })
    })
  }

  get sent(): number {
    return [...this.#open].reduce((sum, { bytesWritten }) => sum + bytesWritten, this.#sent)
  }

  get received(): number {
    return [...this.#open].reduce((sum, { bytesRead }) => sum + bytesRead, this.#received)
  }
}
