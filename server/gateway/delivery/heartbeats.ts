import { HEARTBEAT_MS } from '@valiant/shared/protocol/limits'
import type { ValiantServer } from '../valiant-socket.ts'
import type { FanOut } from './fan-out.ts'

export interface HeartbeatsParts {
  readonly io: ValiantServer
  readonly fanOut: Pick<FanOut, 'sendTo' | 'inCompany'>
  readonly epoch: () => number
  /** The newest seq of an account's frames; undefined if none has been seen here. */
  readonly seqOf: (account: number) => number | undefined
}

/** Sends every socket a heartbeat a second, with the newest seq of its account. */
export class Heartbeats implements Disposable {
  readonly #parts: HeartbeatsParts
  readonly #timer: NodeJS.Timeout
  #beats = 0

  constructor(parts: HeartbeatsParts) {
    this.#parts = parts
    this.#timer = setInterval(() => parts.fanOut.inCompany(() => this.#beat()), HEARTBEAT_MS)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #beat(): void {
    const { io, fanOut, epoch, seqOf } = this.#parts
    this.#beats += 1
    const beat = { time: Date.now(), counter: this.#beats, epoch: epoch() }
    const bySeq = Map.groupBy(io.of('/').sockets.values(), ({ data: { identity } }) =>
      identity === undefined ? undefined : seqOf(identity.account),
    )
    for (const [accountSeq, sockets] of bySeq) {
      fanOut.sendTo(sockets, 'heartbeat', accountSeq === undefined ? beat : { ...beat, accountSeq })
    }
  }
}
