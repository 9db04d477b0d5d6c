import { setTimeout as delay } from 'node:timers/promises'
import { type Client, connectWith } from '@valiant/shared/client/client'
import type { ConnectionState } from '@valiant/shared/client/connection-state'
import { NotConnectedError, OutcomeUnknownError, RequestRefused } from '@valiant/shared/client/errors'
import type { ErrorCode } from '@valiant/shared/protocol/errors'
import type { Answer } from '@valiant/shared/protocol/events'
import type { PlacedOrder, PlaceOrder } from '@valiant/shared/protocol/order'
import { parseId } from '@valiant/shared/units/id'
import { guestCookie, openSocket, type TraderSocket } from '../rig/trader.ts'
import { answerText } from './trails.ts'
import { acked, type SentOrder, refused, type Reported, type TradingLog } from './trading-log.ts'

export const SYMBOL = 'NOVA'
const IN_FLIGHT_MAX = 8
/** After this time a WireTrader stops sending an order again. */
const GIVE_UP_MS = 60_000
const RETRY_MS = 300
const OPEN_ATTEMPTS_MAX = 60
const ANSWER_MS_MAX = 6_000

/** Fills at once, or is refused without a position. */
const marketOrder = (clientOrderId: string, i: number): PlaceOrder => ({
  clientOrderId,
  symbol: SYMBOL,
  qty: String(1 + (i % 3)),
  type: 'market',
  side: i % 2 === 0 ? 'buy' : 'sell',
})

/** A mix of orders that fill at once, are refused, or rest until they are canceled. */
function mixedOrder(clientOrderId: string, i: number, limitPrice: string): PlaceOrder {
  if (i % 5 !== 4) return marketOrder(clientOrderId, i)
  const resting = { clientOrderId, symbol: SYMBOL, qty: '1', side: 'buy', type: 'limit', limitPrice } as const
  return i % 2 === 0 ? resting : { ...resting, timeInForce: 'fok' }
}

/** Sends an order every `paceMs`, whether or not earlier ones are answered. */
export interface Trader {
  readonly longestQuietMs: number
  /** When prices were last received, by this machine's clock. */
  readonly heardAt: number
  /** Resets `longestQuietMs`. */
  restartClock(): void
  /** Stops sending, and waits for all outcomes. */
  finish(): Promise<void>
  /** Sends an order again with the same id and content. */
  again(order: PlaceOrder): Promise<Reported>
  close(): void
}

export interface TraderOptions {
  readonly url: string
  readonly number: number
  readonly prefix: string
  readonly paceMs: number
  readonly log: TradingLog
}

export async function openTrader(options: TraderOptions): Promise<Trader> {
  return await SdkTrader.open(options, await retried(() => guestCookie(options.url)))
}

export async function openWireTrader(options: TraderOptions): Promise<Trader> {
  return await WireTrader.open(options, await retried(() => guestCookie(options.url)))
}

/** Retries for a while: after a fault it may take a moment until everything works again. */
async function retried<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt === OPEN_ATTEMPTS_MAX) throw error
      await delay(RETRY_MS)
    }
  }
}

const nameOf = ({ number }: TraderOptions): string => `trader ${number}`

/** Measures the time between frames of prices at the receiver. */
class Quiet {
  heardAt = 0
  readonly #longer: (ms: number) => void
  #lastAt = performance.now()
  #longestMs = 0

  /** @param longer called with each gap that is longer than all before */
  constructor(longer: (ms: number) => void) {
    this.#longer = longer
  }

  heard(): void {
    this.heardAt = Date.now()
    const now = performance.now()
    const ms = now - this.#lastAt
    this.#lastAt = now
    if (ms <= this.#longestMs) return
    this.#longestMs = ms
    this.#longer(Math.round(ms))
  }

  get longestMs(): number {
    return Math.round(Math.max(this.#longestMs, performance.now() - this.#lastAt))
  }

  restart(): void {
    this.#lastAt = performance.now()
    this.#longestMs = 0
  }
}

const quietOf = (options: TraderOptions): Quiet =>
  new Quiet((ms) => options.log.trails.note(nameOf(options), `prices again after ${ms} ms`))

/** Trades with the SDK. */
class SdkTrader implements Trader {
  readonly #options: TraderOptions
  readonly #client: Client
  readonly #account: number
  /** A price at which a buy rests. */
  readonly #farBelow: string
  readonly #quiet: Quiet
  readonly #pending = new Set<Promise<void>>()
  #timer: NodeJS.Timeout | undefined
  #count = 0
  #instanceId: string | undefined
  #isLost = false

  private constructor(options: TraderOptions, client: Client, account: number, farBelow: string) {
    this.#options = options
    this.#quiet = quietOf(options)
    this.#client = client
    this.#account = account
    this.#farBelow = farBelow
  }

  static async open(options: TraderOptions, cookie: string): Promise<SdkTrader> {
    const openTransport = options.log.trails.openTransportOf(nameOf(options))
    const client = connectWith({ openTransport }, { url: options.url, extraHeaders: { cookie, origin: options.url } })
    const { account } = await retried(() => client.ask('account', {}))
    const number = parseId(account.id)?.account ?? 0
    const subscribed = await retried(() => client.ask('subscribe', { channel: 'ticker', symbols: [SYMBOL] }))
    const [ticker] = subscribed as { bid: string }[]
    const trader = new SdkTrader(options, client, number, tenPercentBelow(ticker?.bid))
    client.subscribe({ channel: 'quotes' }, ({ indicative, time }) => {
      trader.#quiet.heard()
      options.log.sawPrices(time)
      if (indicative === true) options.log.indicative += 1
    })
    client.on('account', (frame) => options.log.sawFrame(number, frame))
    client.on('status', ({ market }) => options.log.statuses.push({ trader: options.number, at: Date.now(), market }))
    client.on('connection', (state) => trader.#connected(state))
    trader.#timer = setInterval(() => trader.#place(), options.paceMs)
    return trader
  }

  get longestQuietMs(): number {
    return this.#quiet.longestMs
  }

  get heardAt(): number {
    return this.#quiet.heardAt
  }

  restartClock(): void {
    this.#quiet.restart()
  }

  async finish(): Promise<void> {
    clearInterval(this.#timer)
    while (this.#pending.size > 0) await Promise.all(this.#pending)
  }

  async again(order: PlaceOrder): Promise<Reported> {
    for (;;) {
      const reported = await this.#ask(order)
      if (reported.as !== 'not_sent') return reported
      await delay(RETRY_MS)
    }
  }

  close(): void {
    clearInterval(this.#timer)
    this.#client.close()
  }

  /** Counts each connection after the first, whether or not the one before was lost. */
  #connected(state: ConnectionState): void {
    if (state.phase !== 'live') {
      this.#isLost = true
      return
    }
    const isAnother = this.#instanceId !== undefined && (this.#isLost || this.#instanceId !== state.instanceId)
    this.#isLost = false
    this.#instanceId = state.instanceId
    if (isAnother) this.#options.log.connections.push({ trader: this.#options.number, at: Date.now() })
  }

  #place(): void {
    if (!this.#client.isLive || this.#pending.size >= IN_FLIGHT_MAX) return
    const { number, prefix, log } = this.#options
    const i = this.#count++
    const order = mixedOrder(`${prefix}-${number}-${i}`, i + number, this.#farBelow)
    const sent: SentOrder = {
      trader: number,
      by: 'sdk',
      account: this.#account,
      order,
      sentAt: Date.now(),
      reported: undefined,
      reportedAt: 0,
    }
    log.add(sent)
    const pending = this.#ask(order).then(async (reported) => {
      log.setOutcome(sent, reported)
      if (reported.as === 'acked' && reported.order.status === 'open') await this.#cancel(reported.order.orderId)
    })
    this.#pending.add(pending)
    void pending.finally(() => this.#pending.delete(pending))
  }

  async #ask(order: PlaceOrder): Promise<Reported> {
    try {
      return acked(await this.#client.ask('order.place', order))
    } catch (error) {
      return this.#reportedBy(error)
    }
  }

  async #cancel(orderId: string): Promise<void> {
    try {
      const { filledQty, status } = await this.#client.ask('order.cancel', { orderId })
      if (status === 'canceled') this.#options.log.canceled.add({ orderId, filledQty })
    } catch (error) {
      this.#reportedBy(error)
    }
  }

  #reportedBy(error: unknown): Reported {
    if (error instanceof RequestRefused) return refused(error.error)
    if (error instanceof NotConnectedError) return { as: 'not_sent' }
    if (!(error instanceof OutcomeUnknownError)) this.#options.log.unforeseen.push(error)
    return { as: 'unknown' }
  }
}

/**
 * Trades without the SDK, over plain Socket.IO: it sees every answer on the wire, and sends orders with an unknown outcome
 * again under their ids, as the protocol says.
 */
class WireTrader implements Trader {
  readonly #options: TraderOptions
  readonly #cookie: string
  readonly #quiet: Quiet
  readonly #pending = new Set<Promise<void>>()
  #account = 0
  #socket: TraderSocket | undefined
  #timer: NodeJS.Timeout | undefined
  #isOver = false
  #count = 0

  private constructor(options: TraderOptions, cookie: string) {
    this.#options = options
    this.#quiet = quietOf(options)
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
    trader.#account = parseId(account.id)?.account ?? 0
    trader.#timer = setInterval(() => trader.#place(), options.paceMs)
    return trader
  }

  get longestQuietMs(): number {
    return this.#quiet.longestMs
  }

  get heardAt(): number {
    return this.#quiet.heardAt
  }

  restartClock(): void {
    this.#quiet.restart()
  }

  async finish(): Promise<void> {
    clearInterval(this.#timer)
    while (this.#pending.size > 0) await Promise.all(this.#pending)
  }

  again(order: PlaceOrder): Promise<Reported> {
    return this.#ask(order)
  }

  close(): void {
    this.#isOver = true
    clearInterval(this.#timer)
    this.#socket?.disconnect()
  }

  /** Opens a socket that checks the epoch of every frame, and another one when it is lost. */
  async #connect(): Promise<void> {
    const note = (step: string) => this.#options.log.trails.note(nameOf(this.#options), step)
    while (!this.#isOver) {
      note('connects')
      const socket = await openSocket(this.#options.url, this.#cookie).catch((error: unknown) => {
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
        if (event === 'quotes') this.#quiet.heard()
        if (frame.epoch === undefined || event === 'welcome') return
        const epoch = epochs.get(event) ?? 0
        if (frame.epoch < epoch) {
          this.#options.log.staleFrames.push(`${event} of epoch ${frame.epoch} after ${epoch}`)
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

  #place(): void {
    if (this.#socket?.connected !== true || this.#pending.size >= IN_FLIGHT_MAX) return
    const { number, prefix, log } = this.#options
    const i = this.#count++
    // Only market orders: resting orders are covered by the SdkTraders, which cancel them.
    const order = marketOrder(`${prefix}-${number}-${i}`, i + number)
    const sent: SentOrder = {
      trader: number,
      by: 'wire',
      account: this.#account,
      order,
      sentAt: Date.now(),
      reported: undefined,
      reportedAt: 0,
    }
    log.add(sent)
    const pending = this.#ask(order).then((reported) => log.setOutcome(sent, reported))
    this.#pending.add(pending)
    void pending.finally(() => this.#pending.delete(pending))
  }

  async #ask(order: PlaceOrder): Promise<Reported> {
    const giveUpAt = Date.now() + GIVE_UP_MS
    let isDoubtful = false
    while (Date.now() < giveUpAt) {
      const answer = await this.#answerTo(order)
      if (answer?.ok === true) return acked(answer.data)
      if (answer?.error.code === 'TIMEOUT') this.#options.log.timeouts += 1
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
    const { trails } = this.#options.log
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

/** Ten percent below a price, for a tick of 0.02. */
function tenPercentBelow(bid: string | undefined): string {
  if (bid === undefined || Number(bid) === 0) throw new Error(`expected a bid of ${SYMBOL}`)
  return (Math.floor(Number(bid) * 45) / 50).toFixed(2)
}
