import { setTimeout as delay } from 'node:timers/promises'
import { type Client, connectWith } from '@valiant/shared/client/client'
import type { ConnectionState } from '@valiant/shared/client/connection-state'
import { NotConnectedError, OutcomeUnknownError, RequestRefused } from '@valiant/shared/client/errors'
import type { PlaceOrder } from '@valiant/shared/protocol/order'
import { parseId } from '@valiant/shared/units/id'
import { guestCookie } from '../rig/trader.ts'
import {
  marketOrder,
  nameOf,
  PacedTrader,
  retried,
  RETRY_MS,
  SYMBOL,
  type Trader,
  type TraderOptions,
} from './trader.ts'
import { acked, refused, type Reported } from './trading-log.ts'

export async function openTrader(options: TraderOptions): Promise<Trader> {
  return await SdkTrader.open(options, await retried(() => guestCookie(options.url)))
}

/** Trades with the SDK. */
class SdkTrader extends PacedTrader {
  protected readonly account: number
  readonly #client: Client
  /** A price at which a buy rests. */
  readonly #farBelow: string
  #instanceId: string | undefined
  #isLost = false

  private constructor(options: TraderOptions, client: Client, account: number, farBelow: string) {
    super(options, 'sdk')
    this.#client = client
    this.account = account
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
      trader.quiet.heard()
      options.log.sawPrices(time)
      if (indicative === true) options.log.indicative += 1
    })
    client.on('account', (frame) => options.log.sawFrame(number, frame))
    client.on('status', ({ market }) => options.log.statuses.push({ trader: options.number, at: Date.now(), market }))
    client.on('connection', (state) => trader.#connected(state))
    trader.start()
    return trader
  }

  protected get isConnected(): boolean {
    return this.#client.isLive
  }

  protected orderOf(clientOrderId: string, i: number): PlaceOrder {
    return mixedOrder(clientOrderId, i, this.#farBelow)
  }

  async again(order: PlaceOrder): Promise<Reported> {
    for (;;) {
      const reported = await this.ask(order)
      if (reported.as !== 'not_sent') return reported
      await delay(RETRY_MS)
    }
  }

  override close(): void {
    super.close()
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
    if (isAnother) this.options.log.connections.push({ trader: this.options.number, at: Date.now() })
  }

  protected async settled(reported: Reported): Promise<void> {
    if (reported.as === 'acked' && reported.order.status === 'open') await this.#cancel(reported.order.orderId)
  }

  protected async ask(order: PlaceOrder): Promise<Reported> {
    try {
      return acked(await this.#client.ask('order.place', order))
    } catch (error) {
      return this.#reportedBy(error)
    }
  }

  async #cancel(orderId: string): Promise<void> {
    try {
      const { filledQty, status } = await this.#client.ask('order.cancel', { orderId })
      if (status === 'canceled') this.options.log.canceled.add({ orderId, filledQty })
    } catch (error) {
      this.#reportedBy(error)
    }
  }

  #reportedBy(error: unknown): Reported {
    if (error instanceof RequestRefused) return refused(error.error)
    if (error instanceof NotConnectedError) return { as: 'not_sent' }
    if (!(error instanceof OutcomeUnknownError)) this.options.log.unforeseen.push(error)
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
