import { once } from 'node:events'
import { createServer } from 'node:http'

/** Answers `/healthz` and `/readyz`, and nothing else, for an instance without a gateway. */
export interface HealthServer extends AsyncDisposable {
  readonly port: number
}

/** @throws {Error} when the address cannot be had */
export async function openHealthServer(at: {
  readonly port: number
  readonly host: string
  readonly ready: () => boolean
}): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0] // `new URL` throws at '//', and nobody would catch it here
    const isOk = path === '/readyz' ? at.ready() : true
    const status = path === '/healthz' || path === '/readyz' ? (isOk ? 200 : 503) : 404
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ ok: status === 200 }))
  })
  server.listen(at.port, at.host)
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : at.port,
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
      if (server.listening) await once(server, 'close')
    },
  }
}
