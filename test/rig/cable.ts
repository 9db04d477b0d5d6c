import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A TCP cable to a server, that a test can cut, freeze and mend. */
export interface Cable extends AsyncDisposable {
  readonly port: number
  /** Ends all connections and refuses new ones. */
  cut(): void
  /** Nothing gets through, and nobody is told. */
  freeze(): void
  /** What was frozen goes on; new connections are taken again. */
  mend(): void
}

export async function openCable(to: { readonly host: string; readonly port: number }): Promise<Cable> {
  const ends = new Set<Socket>()
  let state: 'whole' | 'cut' | 'frozen' = 'whole'
  const server = createServer({ pauseOnConnect: true }, (near) => {
    if (state === 'cut') {
      near.destroy()
      return
    }
    const far = connect(to.port, to.host)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(one)
      one.on('error', () => undefined)
      one.on('data', (bytes) => void other.write(bytes))
      one.on('close', () => {
        ends.delete(one)
        other.destroy()
      })
      if (state === 'frozen') one.pause()
      else one.resume()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('expected a port')
  return {
    port: address.port,
    cut: () => {
      state = 'cut'
      for (const end of ends) end.destroy()
    },
    freeze: () => {
      state = 'frozen'
      for (const end of ends) end.pause()
    },
    mend: () => {
      state = 'whole'
      for (const end of ends) end.resume()
    },
    [Symbol.asyncDispose]: async () => {
      for (const end of ends) end.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
