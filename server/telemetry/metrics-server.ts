import type { Registry } from 'prom-client'
import type { Logger } from './logger.ts'
import { openSmallHttpServer, type SmallHttpServer } from './small-http-server.ts'

interface MetricsServerParts {
  readonly registry: Registry
  /** 0: any free one. */
  readonly port: number
  readonly host: string
  readonly log: Logger
}

/** Serves `/metrics`, and nothing else, until it is closed. @throws {Error} when the port cannot be opened */
export function openMetricsServer({ registry, port, host, log }: MetricsServerParts): Promise<SmallHttpServer> {
  return openSmallHttpServer({ port, host }, (request, response) => {
    const isScrape = request.method === 'GET' && request.url?.split('?')[0] === '/metrics'
    if (!isScrape) {
      response.writeHead(404).end()
      return
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      (error: unknown) => {
        log.error({ err: error }, 'metrics: cannot collect them')
        response.writeHead(500).end()
      },
    )
  })
}
