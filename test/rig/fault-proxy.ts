import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A TCP proxy to a server that a test can cut, freeze, slow down, watch and mend. */
export interface FaultProxy extends AsyncDisposable {
  readonly port: number
  /** Ends all connections and refuses new ones. */
  cut(): void
  /** Holds all data back without closing connections. */
  freeze(): void
  /** Delays data from the server by this much; 0 ends that. */
  slow(ms: number): void
  /** Inspects data on its way to the server; undefined ends that. */
  watch(look: Look | undefined): void
  /** Releases held data, accepts connections again, and ends any delay or inspection. */
  mend(): void
}

/**
 * Decides about data on its way to the server and about its connection: `cut_answer` passes it on and ends the connection
 * when the answer comes, which the client does not get; `cut` passes it on and ends the connection at once; `freeze` holds
 * it until the proxy is mended; `hold_answer` passes it on and holds what comes back on this connection until then.
 */
export type Look = (bytes: Buffer) => 'pass' | 'cut_answer' | 'cut' | 'freeze' | 'hold_answer'

/** @param to the server's address, which is read for each new connection */
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
      // Data written before may still arrive, in whole or in part.
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
