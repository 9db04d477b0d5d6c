import { setTimeout as delay } from 'node:timers/promises'
import { type Client, connectWith } from '@valiant/shared/client/client'
import type { ConnectionState } from '@valiant/shared/client/connection-state'
import { NotConnectedError, OutcomeUnknownError, RequestRefused } from '@valiant/shared/client/errors'
import type { PlaceOrder } from '@valiant/shared/protocol/order'
import { parseId } from '@valiant/shared/units/id'
import { guestCookie } from '../rig/trader.ts'
import {
  IN_FLIGHT_MAX,
  marketOrder,
  nameOf,
  type Quiet,
  quietOf,
  retried,
  RETRY_MS,
  SYMBOL,
  type Trader,
  type TraderOptions,
} from './trader.ts'
import { acked, type SentOrder, refused, type Reported } from './trading-log.ts'

export async function openTrader(options: TraderOptions): Promise<Trader> {
  return await SdkTrader.open(options, await retried(() => guestCookie(options.url)))
}

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

/** A mix of orders that fill at once, are refused, or rest until they are canceled. */
function mixedOrder(clientOrderId: string, i: number, limitPrice: string): PlaceOrder {
  if (i % 5 !== 4) return marketOrder(clientOrderId, i)
  const resting = { clientOrderId, symbol: SYMBOL, qty: '1', side: 'buy', type: 'limit', limitPrice } as const
  return i % 2 === 0 ? resting : { ...resting, timeInForce: 'fok' }
}

/** Ten percent below a price, for a tick of 0.02. */
function tenPercentBelow(bid: string | undefined): string {
  if (bid === undefined || Number(bid) === 0) throw new Error(`expected a bid of ${SYMBOL}`)
  return (Math.floor(Number(bid) * 45) / 50).toFixed(2)
}
