/**
 * A small market maker: quotes one lot size on both sides of the middle, moves its quotes with the market, and cancels
 * them when it is stopped with Ctrl-C.
 *
 *     npx node examples/market-maker.ts http://localhost:3000 NOVA
 */
import { connect } from '@valiant/shared/client/client'
import { NotConnectedError, OutcomeUnknownError, RequestRefused } from '@valiant/shared/client/errors'
import { newRequestId } from '@valiant/shared/client/request-id'
import type { Side } from '@valiant/shared/protocol/fields'

const [url = 'http://localhost:3000', symbol = 'NOVA'] = process.argv.slice(2)
/** Half of the spread that it asks for, in ticks. */
const HALF_SPREAD_TICKS = 5
/** It moves a quote that is further off than this. */
const SLACK_TICKS = 2
const LOOK_MS = 500
/** Should this program die, the exchange cancels what it left after so long. */
const DEAD_MAN_MS = 10_000

/** A guest with practice money. */
async function signIn(): Promise<string> {
  const response = await fetch(`${url}/api/auth/sign-in/anonymous`, {
    method: 'POST',
    headers: { origin: url, 'content-type': 'application/json' },
    body: '{}',
  })
  if (!response.ok) throw new Error(`no account: ${response.status} ${await response.text()}`)
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}

interface MyQuote {
  readonly clientOrderId: string
  readonly ticks: number
}

const client = connect({ url, extraHeaders: { origin: url, cookie: await signIn() } })
const instrument = (await client.ask('instruments', {})).find((one) => one.symbol === symbol)
if (instrument === undefined) throw new Error(`${symbol} is not listed`)
const { tickSize, minQty } = instrument
const decimals = tickSize.split('.')[1]?.length ?? 0
const priceOf = (ticks: number): string => (ticks * Number(tickSize)).toFixed(decimals)

const quotes = new Map<Side, MyQuote>()
let middle: number | undefined
let isOpen = true

client.book(symbol, 10, ({ bids: [bid], asks: [ask] }) => {
  middle = bid && ask ? Math.round((bid[0] + ask[0]) / 2) : undefined
})
client.on('status', ({ market }) => (isOpen = market === 'open'))
client.on('account', ({ orders, fills }) => {
  for (const { side, qty, price } of fills) console.log(`${side} ${qty} at ${price}`)
  // A quote that is at its end is put up anew.
  for (const { side, clientOrderId, remainingQty } of orders) {
    if (remainingQty === '0' && quotes.get(side)?.clientOrderId === clientOrderId) quotes.delete(side)
  }
})

/** Puts one quote where it belongs. */
async function quote(side: Side): Promise<void> {
  if (middle === undefined) return
  // A cash account sells what it holds.
  const isHeld = client.account?.positions.some((position) => position.symbol === symbol) === true
  if (side === 'sell' && !isHeld) return
  const ticks = side === 'buy' ? middle - HALF_SPREAD_TICKS : middle + HALF_SPREAD_TICKS
  const old = quotes.get(side)
  if (old !== undefined && Math.abs(old.ticks - ticks) <= SLACK_TICKS) return
  if (old !== undefined) {
    quotes.delete(side)
    await settled(client.ask('order.cancel', { clientOrderId: old.clientOrderId }))
  }
  const clientOrderId = newRequestId()
  quotes.set(side, { clientOrderId, ticks })
  const content = { clientOrderId, symbol, side, type: 'limit', qty: minQty, limitPrice: priceOf(ticks) } as const
  const isPlaced = await settled(client.ask('order.place', { ...content, postOnly: true }))
  if (!isPlaced && quotes.get(side)?.clientOrderId === clientOrderId) quotes.delete(side)
}

/** What became of a request. */
async function settled(request: Promise<unknown>): Promise<boolean> {
  try {
    await request
    return true
  } catch (error) {
    if (error instanceof RequestRefused) console.log(`${error.error.code}: ${error.message}`)
    else if (error instanceof OutcomeUnknownError)
      console.log(`${error.id}: not known yet; account frames will show it`)
    else if (!(error instanceof NotConnectedError)) throw error
    return false
  }
}

async function run(stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    if (isOpen && client.isLive) {
      await settled(client.ask('cancelAfter', { timeoutMs: DEAD_MAN_MS, symbols: [symbol] }))
      await quote('buy')
      await quote('sell')
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
  await settled(client.ask('order.cancelAll', { symbol }))
  await settled(client.ask('cancelAfter', { timeoutMs: 0 }))
  client.close()
}

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
await run(stop.signal)
