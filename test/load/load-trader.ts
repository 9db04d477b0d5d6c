import { setTimeout as delay } from 'node:timers/promises'
import { LightSocket } from './light-socket.ts'

/** An order without an answer after this time counts as NO_ANSWER. */
const ANSWER_MS_MAX = 10_000

interface Traded {
  /** From emit to acknowledgement, in ms. */
  readonly acks: readonly number[]
  /** Codes of refused orders; `NO_ANSWER` for those without an answer. */
  readonly codes: readonly string[]
}

let made = 0

/** Buys a lot with a market order and sells it again, at a steady rate, whether or not the last order is answered. */
export class LoadTrader {
  readonly #socket: LightSocket
  readonly #symbol: string
  readonly #name: string
  #orders = 0

  private constructor(socket: LightSocket, symbol: string) {
    this.#socket = socket
    this.#symbol = symbol
    this.#name = `load-${process.pid}-${++made}`
  }

  static async open(at: {
    readonly port: number
    readonly cookie: string
    readonly symbol: string
  }): Promise<LoadTrader> {
    return new LoadTrader(await LightSocket.open(at), at.symbol)
  }

  /** @param pace `after`: seconds before the first order, so that traders do not act at the same time */
  async trade(pace: { readonly seconds: number; readonly perSecond: number; readonly after: number }): Promise<Traded> {
    const acks: number[] = []
    const codes: string[] = []
    const due: Promise<void>[] = []
    const began = performance.now() + 1_000 * pace.after
    const count = Math.floor((pace.seconds - pace.after) * pace.perSecond)
    for (let at = 0; at < count; at++) {
      const early = began + (1_000 * at) / pace.perSecond - performance.now()
      if (early > 0) await delay(early)
      due.push(this.#order(acks, codes))
    }
    await Promise.all(due)
    return { acks, codes }
  }

  async #order(acks: number[], codes: string[]): Promise<void> {
    const number = ++this.#orders
    const began = performance.now()
    const answered = this.#socket.ask('order.place', {
      clientOrderId: `${this.#name}-${number}`,
      symbol: this.#symbol,
      side: number % 2 === 1 ? 'buy' : 'sell',
      qty: '1',
      type: 'market',
    })
    const answer = await Promise.race([answered, delay(ANSWER_MS_MAX, undefined, { ref: false })])
    if (answer === undefined) codes.push('NO_ANSWER')
    else {
      acks.push(performance.now() - began)
      if (!answer.ok) codes.push(answer.error.code)
    }
  }
}
