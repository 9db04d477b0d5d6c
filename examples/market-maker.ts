/**
 * A small market maker: quotes one lot size on both sides of the middle, moves its quotes with the market, and cancels
 * them when it is stopped with Ctrl-C.
 *
 *     npx node examples/market-maker.ts http://localhost:3000 NOVA
 */
import { isClosed } from '@valiant/shared/client/account-mirror'
import { type Client, connect } from '@valiant/shared/client/client'
import { NotConnectedError, OutcomeUnknownError, RequestRefused } from '@valiant/shared/client/errors'
import { newRequestId } from '@valiant/shared/client/request-id'
import type { ErrorCode } from '@valiant/shared/protocol/errors'
import type { Side } from '@valiant/shared/protocol/fields'
import type { Instrument } from '@valiant/shared/protocol/market-data'
import { formatSteps, stepOf } from '@valiant/shared/units/decimal'

/** Half of the quoted spread, in ticks. */
const HALF_SPREAD_TICKS = 5
/** A quote is moved when it is further away from its place than this. */
const SLACK_TICKS = 2
const UPDATE_MS = 500
/** If this program dies, the exchange cancels its orders after this time. */
const DEAD_MAN_MS = 10_000

interface MyQuote {
  readonly clientOrderId: string
  readonly ticks: number
  /** Set while it is not known whether the order exists; after this time the answer of `order.get` is final. */
  unknownUntil?: number | undefined
}

type Outcome<Data> =
  | { readonly is: 'done'; readonly data: Data }
  | { readonly is: 'refused'; readonly code: ErrorCode | 'NOT_CONNECTED' }
  | { readonly is: 'unknown'; readonly finalAt: number | undefined }

/** How a request ended. */
async function outcomeOf<Data>(request: Promise<Data>): Promise<Outcome<Data>> {
  try {
    return { is: 'done', data: await request }
  } catch (error) {
    if (error instanceof NotConnectedError) return { is: 'refused', code: 'NOT_CONNECTED' }
    if (error instanceof OutcomeUnknownError) return { is: 'unknown', finalAt: error.finalAt }
    if (!(error instanceof RequestRefused)) throw error
    console.log(`${error.error.code}: ${error.message}`)
    return { is: 'refused', code: error.error.code }
  }
}

/** Quotes one instrument. A quote is dropped only when its order is certainly not in the book, or not any more. */
class MarketMaker {
  readonly #client: Client
  readonly #instrument: Instrument
  readonly #isOpen: () => boolean
  readonly #quotes = new Map<Side, MyQuote>()
  #middle: number | undefined

  constructor(client: Client, instrument: Instrument, isOpen: () => boolean) {
    this.#isOpen = isOpen
    this.#client = client
    this.#instrument = instrument
    client.book(instrument.symbol, 10, ({ bids: [bid], asks: [ask] }) => {
      this.#middle = bid && ask ? Math.round((bid[0] + ask[0]) / 2) : undefined
    })
    client.on('account', ({ orders, fills }) => {
      for (const { side, qty, price } of fills) console.log(`${side} ${qty} at ${price}`)
      for (const order of orders) if (isClosed(order)) this.#forget(order.side, order.clientOrderId)
    })
  }

  async run(stop: AbortSignal): Promise<void> {
    const { symbol } = this.#instrument
    while (!stop.aborted) {
      const { connection } = this.#client
      if (connection.phase === 'closed') throw new Error(connection.message ?? 'the connection is closed')
      if (this.#isOpen() && this.#client.isLive) {
        await outcomeOf(this.#client.ask('cancelAfter', { timeoutMs: DEAD_MAN_MS, symbols: [symbol] }))
        await this.#quote('buy')
        await this.#quote('sell')
      }
      await new Promise((resolve) => setTimeout(resolve, UPDATE_MS))
    }
    await this.#stop()
  }

  /** Leaves the dead man's switch on unless all orders are certainly gone. */
  async #stop(): Promise<void> {
    const canceled = await outcomeOf(this.#client.ask('order.cancelAll', { symbol: this.#instrument.symbol }))
    const isUnknown = [...this.#quotes.values()].some(({ unknownUntil }) => unknownUntil !== undefined)
    if (canceled.is === 'done' && !isUnknown) {
      await outcomeOf(this.#client.ask('cancelAfter', { timeoutMs: 0 }))
    } else {
      console.log(`The exchange cancels what is left within ${DEAD_MAN_MS / 1_000} s.`)
    }
  }

  /** Moves one quote to its place. */
  async #quote(side: Side): Promise<void> {
    if (this.#middle === undefined) return
    const { symbol, tickSize, minQty } = this.#instrument
    const ticks = side === 'buy' ? this.#middle - HALF_SPREAD_TICKS : this.#middle + HALF_SPREAD_TICKS
    const old = this.#quotes.get(side)
    if (old && !(await this.#isFree(side, old, ticks))) return
    // A cash account sells only what it holds.
    const isHeld = this.#client.account?.positions.some((position) => position.symbol === symbol) === true
    if (side === 'sell' && !isHeld) return
    const clientOrderId = newRequestId()
    this.#quotes.set(side, { clientOrderId, ticks })
    const limitPrice = formatSteps(ticks, stepOf(tickSize))
    const placed = await outcomeOf(
      this.#client.ask('order.place', {
        ...{ clientOrderId, symbol, side, type: 'limit', qty: minQty, limitPrice, postOnly: true },
      }),
    )
    if (placed.is === 'unknown') this.#quotes.set(side, { clientOrderId, ticks, unknownUntil: placed.finalAt ?? 0 })
    else if (placed.is === 'refused' || isClosed(placed.data)) this.#forget(side, clientOrderId)
  }

  /** Whether the old quote is gone, so that a new one can be placed. Cancels it if it is in the wrong place. */
  async #isFree(side: Side, old: MyQuote, ticks: number): Promise<boolean> {
    const { clientOrderId, unknownUntil } = old
    if (unknownUntil !== undefined) {
      const isFinal = this.#client.serverNow() > unknownUntil
      const found = await outcomeOf(this.#client.ask('order.get', { clientOrderId }))
      if (found.is === 'done' && !isClosed(found.data)) old.unknownUntil = undefined
      else if (found.is === 'done' || (isFinal && found.is === 'refused' && found.code === 'NOT_FOUND')) {
        this.#forget(side, clientOrderId)
      } else return false
    } else if (Math.abs(old.ticks - ticks) > SLACK_TICKS) {
      const canceled = await outcomeOf(this.#client.ask('order.cancel', { clientOrderId }))
      const isGone = canceled.is === 'refused' && (canceled.code === 'ORDER_CLOSED' || canceled.code === 'NOT_FOUND')
      // Anything else is tried again at the next update.
      if (canceled.is === 'done' || isGone) this.#forget(side, clientOrderId)
    }
    return !this.#quotes.has(side)
  }

  #forget(side: Side, clientOrderId: string): void {
    if (this.#quotes.get(side)?.clientOrderId === clientOrderId) this.#quotes.delete(side)
  }
}

/** Opens a guest account with practice money. @returns its cookie */
async function signIn(url: string): Promise<string> {
  const response = await fetch(`${url}/api/auth/sign-in/anonymous`, {
    method: 'POST',
    headers: { origin: url, 'content-type': 'application/json' },
    body: '{}',
  }).catch((error: unknown) => {
    const cause = error instanceof Error ? (error.cause ?? error) : error
    throw new Error(`cannot reach ${url}: ${cause instanceof Error ? cause.message : String(cause)}`)
  })
  if (!response.ok) throw new Error(`no account at ${url}: ${response.status} ${(await response.text()).slice(0, 200)}`)
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}

async function main(url: string, symbol: string): Promise<void> {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  const client = connect({ url, extraHeaders: { origin: url, cookie: await signIn(url) } })
  try {
    let isOpen = false
    client.on('status', ({ market }) => {
      isOpen = market === 'open'
    })
    const instrument = (await client.ask('instruments', {})).find((one) => one.symbol === symbol)
    if (instrument === undefined) throw new Error(`${symbol} is not listed`)
    await new MarketMaker(client, instrument, () => isOpen).run(stop.signal)
  } finally {
    client.close()
  }
}

const [url = 'http://localhost:3000', symbol = 'NOVA'] = process.argv.slice(2)
try {
  await main(url.replace(/\/$/, ''), symbol) // as copied from a browser
} catch (error) {
  console.error(`market-maker: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
