import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'

/** Listens until it is closed. */
export interface SmallHttpServer extends AsyncDisposable {
  readonly port: number
}

/**
 * Opens an HTTP server for a few paths, such as probes or metrics.
 * @param at port 0: any free one
 * @throws {Error} when the port cannot be opened
 */
export async function openSmallHttpServer(
  at: { readonly port: number; readonly host: string },
  respond: RequestListener,
): Promise<SmallHttpServer> {
  const server = createServer(respond)
  server.listen(at.port, at.host)
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : at.port,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
