import { openSmallHttpServer, type SmallHttpServer } from '../telemetry/small-http-server.ts'

interface HealthServerParts {
  readonly port: number
  readonly host: string
  readonly ready: () => boolean
}

/**
 * Serves `/healthz` and `/readyz`, and nothing else, for an instance without a gateway.
 * @throws {Error} when the port cannot be opened
 */
export function openHealthServer({ port, host, ready }: HealthServerParts): Promise<SmallHttpServer> {
  return openSmallHttpServer({ port, host }, (request, response) => {
    const path = request.url?.split('?')[0] // not `new URL`, which throws for '//'
    const isOk = path === '/readyz' ? ready() : true
    const status = path === '/healthz' || path === '/readyz' ? (isOk ? 200 : 503) : 404
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ ok: status === 200 }))
  })
}
