import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Registry } from 'prom-client'
import type { Logger } from './logger.ts'

/** Answers `/metrics`, and nothing else, until it is closed. */
export interface MetricsServer extends AsyncDisposable {
  readonly port: number
}

interface MetricsServerParts {
  readonly registry: Registry
  /** 0: any free one. */
  readonly port: number
  readonly host: string
  readonly log: Logger
}

/** @throws {Error} when the address cannot be had */
export async function openMetricsServer({ registry, port, host, log }: MetricsServerParts): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const isAsked = request.method === 'GET' && request.url?.split('?')[0] === '/metrics'
    if (!isAsked) {
      response.writeHead(404).end()
      return
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      (error: unknown) => {
        log.error({ err: error }, 'metrics: they could not be read')
        response.writeHead(500).end()
      },
    )
  })
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
      if (server.listening) await once(server, 'close')
    },
  }
}
