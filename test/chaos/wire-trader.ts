import { setTimeout as delay } from 'node:timers/promises'
import type { ErrorCode } from '@valiant/shared/protocol/errors'
import type { Answer } from '@valiant/shared/protocol/events'
import type { PlacedOrder, PlaceOrder } from '@valiant/shared/protocol/order'
import { parseId } from '@valiant/shared/units/id'
import { guestCookie, openSocket, type TraderSocket } from '../rig/trader.ts'
import { answerText } from './trails.ts'
import { marketOrder, nameOf, PacedTrader, retried, RETRY_MS, type Trader, type TraderOptions } from './trader.ts'
import { acked, refused, type Reported } from './trading-log.ts'

/** After this time it stops sending an order again. */
const GIVE_UP_MS = 60_000
const ANSWER_MS_MAX = 6_000

export async function openWireTrader(options: TraderOptions): Promise<Trader> {
  return await WireTrader.open(options, await retried(() => guestCookie(options.url)))
}

/**
 * Trades without the SDK, over plain Socket.IO: it sees every answer on the wire, and sends orders with an unknown outcome
 * again under their ids, as the protocol says.
 */
class WireTrader extends PacedTrader {
  protected account = 0
  readonly #cookie: string
  #socket: TraderSocket | undefined
  #isOver = false

  private constructor(options: TraderOptions, cookie: string) {
    super(options, 'wire')
    this.#cookie = cookie
  }

  static async open(options: TraderOptions, cookie: string): Promise<WireTrader> {
    const trader = new WireTrader(options, cookie)
    await trader.#connect()
    const account = await retried(async () => {
      const answer = await trader.#socket?.emitWithAck('account', {})
      if (answer?.ok !== true) throw new Error('expected an account')
      return answer.data.account
    })
    trader.account = parseId(account.id)?.account ?? 0
    trader.start()
    return trader
  }

  protected get isConnected(): boolean {
    return this.#socket?.connected === true
  }

  /** Only market orders: resting orders are covered by traders with the SDK, which cancel them. */
  protected orderOf(clientOrderId: string, i: number): PlaceOrder {
    return marketOrder(clientOrderId, i)
  }

  protected settled(): Promise<void> {
    return Promise.resolve()
  }

  again(order: PlaceOrder): Promise<Reported> {
    return this.ask(order)
  }

  override close(): void {
    super.close()
    this.#isOver = true
    this.#socket?.disconnect()
  }

  /** Opens a socket that checks the epoch of every frame, and another one when it is lost. */
  async #connect(): Promise<void> {
    const note = (step: string) => this.options.log.trails.note(nameOf(this.options), step)
    while (!this.#isOver) {
      note('connects')
      const socket = await openSocket(this.options.url, this.#cookie).catch((error: unknown) => {
        note(String(error))
        return undefined
      })
      if (socket === undefined) {
        await delay(RETRY_MS)
        continue
      }
      // Checked per stream: an account frame of the new epoch may overtake the last prices of the old one.
      const epochs = new Map<string, number>()
      socket.onAny((event: string, frame: { epoch?: number }) => {
        if (event === 'quotes') this.quiet.heard()
        if (frame.epoch === undefined || event === 'welcome') return
        const epoch = epochs.get(event) ?? 0
        if (frame.epoch < epoch) {
          this.options.log.staleFrames.push(`${event} of epoch ${frame.epoch} after ${epoch}`)
        }
        epochs.set(event, Math.max(epoch, frame.epoch))
      })
      socket.once('server.closing', ({ afterMs }) => setTimeout(() => socket.disconnect(), afterMs))
      socket.once('disconnect', (reason) => {
        note(`lost: ${reason}`)
        void this.#connect()
      })
      this.#socket = socket
      socket.emit('subscribe', { channel: 'quotes' }, (answer) => note(`subscribe: ${answerText(answer)}`))
      return
    }
  }

  protected async ask(order: PlaceOrder): Promise<Reported> {
    const giveUpAt = Date.now() + GIVE_UP_MS
    let isDoubtful = false
    while (Date.now() < giveUpAt) {
      const answer = await this.#answerTo(order)
      if (answer?.ok === true) return acked(answer.data)
      if (answer?.error.code === 'TIMEOUT') this.options.log.timeouts += 1
      // An instance that refuses one copy does not know what happened to earlier copies.
      const isCertain = answer?.error.outcome === 'not_executed' && !(isDoubtful && isTemporary(answer.error.code))
      if (answer !== undefined && isCertain) return refused(answer.error)
      isDoubtful ||= answer?.error.outcome !== 'not_executed'
      await delay(RETRY_MS)
    }
    return { as: 'unknown' }
  }

  /** @returns undefined if the socket was lost before the answer or no answer came */
  async #answerTo(order: PlaceOrder): Promise<Answer<PlacedOrder> | undefined> {
    const socket = this.#socket
    if (socket?.connected !== true) return undefined
    const { trails } = this.options.log
    trails.note(order.clientOrderId, 'order.place')
    return await new Promise((resolve) => {
      const lost = () => {
        clearTimeout(patience)
        trails.note(order.clientOrderId, 'lost, or no answer')
        resolve(undefined)
      }
      const patience = setTimeout(lost, ANSWER_MS_MAX)
      socket.once('disconnect', lost)
      socket.emit('order.place', order, (answer) => {
        clearTimeout(patience)
        socket.off('disconnect', lost)
        trails.note(order.clientOrderId, answerText(answer))
        resolve(answer)
      })
    })
  }
}

/** A refusal before the exchange checked whether it knows the id. */
const isTemporary = (code: ErrorCode): boolean => ['UNAVAILABLE', 'RATE_LIMITED', 'UNAUTHENTICATED'].includes(code)
