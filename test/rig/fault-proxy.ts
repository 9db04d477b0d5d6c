import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A TCP proxy to a server, that a test can cut, freeze, slow down, watch and mend. */
export interface FaultProxy extends AsyncDisposable {
  readonly port: number
  /** Ends all connections and refuses new ones. */
  cut(): void
  /** Nothing gets through, and nobody is told. */
  freeze(): void
  /** What comes back from the server takes so much longer; 0 is as quick as ever. */
  slow(ms: number): void
  /** Has somebody look at what goes to the server; undefined ends that. */
  watch(look: Look | undefined): void
  /** What was frozen goes on; new connections are taken again; nothing is slow or watched. */
  mend(): void
}

/**
 * Says what becomes of bytes on their way to the server, and of their connection: `cut_answer` sends them on and ends
 * the connection when the answer comes, which nobody hears; `cut` sends them on and ends it at once; `freeze` keeps them
 * until the proxy is mended; `hold_answer` sends them on and keeps what comes back on this connection until then.
 */
export type Look = (bytes: Buffer) => 'pass' | 'cut_answer' | 'cut' | 'freeze' | 'hold_answer'

/** @param to where the server is; read anew for each connection */
export async function openFaultProxy(to: { readonly host: string; readonly port: number }): Promise<FaultProxy> {
  const ends = new Set<Socket>()
  const held: (() => void)[] = []
  let state: 'whole' | 'cut' | 'frozen' = 'whole'
  let slowMs = 0
  let look: Look | undefined

  const freeze = () => {
    state = 'frozen'
    for (const end of ends) end.pause()
  }
  const server = createServer({ pauseOnConnect: true }, (near) => {
    if (state === 'cut') {
      near.destroy()
      return
    }
    const far = connect(to.port, to.host)
    let isAnswerCut = false
    let isAnswerHeld = false
    const pass = (from: Socket, bytes: Buffer) => {
      if (from === far) {
        if (isAnswerCut) near.destroy()
        else if (isAnswerHeld) held.push(() => near.write(bytes))
        else if (slowMs === 0) near.write(bytes)
        else setTimeout(() => near.write(bytes), slowMs)
        return
      }
      const verdict = look?.(bytes) ?? 'pass'
      if (verdict === 'freeze') {
        freeze()
        held.push(() => far.write(bytes))
        return
      }
      isAnswerCut ||= verdict === 'cut_answer'
      if (verdict === 'hold_answer' && !isAnswerHeld) {
        isAnswerHeld = true
        held.push(() => (isAnswerHeld = false))
      }
      far.write(bytes)
      // What has been written arrives all the same, or half of it.
      if (verdict === 'cut') near.destroy()
    }
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(one)
      one.on('error', () => undefined)
      one.on('data', (bytes: Buffer) => pass(one, bytes))
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
    freeze,
    slow: (ms) => (slowMs = ms),
    watch: (next) => (look = next),
    mend: () => {
      state = 'whole'
      slowMs = 0
      look = undefined
      for (const send of held.splice(0)) send()
      for (const end of ends) end.resume()
    },
    [Symbol.asyncDispose]: async () => {
      for (const end of ends) end.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
