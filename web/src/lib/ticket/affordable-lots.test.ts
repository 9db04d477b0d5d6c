import { describe, expect, test } from 'vitest'
import type { AccountSnapshot } from '@valiant/shared/protocol/account'
import type { Instrument, Level } from '@valiant/shared/protocol/market-data'
import { formatCents } from '@valiant/shared/units/cents'
import { ordersOf } from '../../../../server/engine/book/drawing.fixture.ts'
import type { PlaceOrder } from '../../../../server/engine/command.ts'
import { ANN, engineOf, refusalOf, SHARE, START_MS, tradeAt } from '../../../../server/engine/engine.fixture.ts'
import { toMargin } from '../../../../server/engine/risk/margin.fixture.ts'
import { affordableLots, type Priced } from './affordable-lots.ts'
import { EMPTY_DRAFT } from './draft.ts'
import { scaleOf } from './scale.ts'

/** A spread of two ticks, and further levels inside the band. */
const MARKET = `
  bid   | price  | ask
        | 101.00 | 90000
        | 100.05 | 700
        | 100.02 | 500
   500  | 100.00 |
   700  |  99.97 |
  90000 |  99.00 |      `
const LAST = 10_001

const scale = scaleOf({ tickSize: '0.01', lotSize: '1' })
const instrument = { ...SHARE, maxQty: '1000000' } as unknown as Instrument
const levels = (side: 'buy' | 'sell'): Level[] =>
  ordersOf(MARKET)
    .filter((order) => order.side === side)
    .map(({ ticks, lots }) => [ticks, lots])
const book = { bids: levels('buy'), asks: levels('sell') }

type Mode = 'cash' | 'margin'
type Typed = Partial<Priced>

function floor(mode: Mode) {
  const engine = engineOf(MARKET)
  if (mode === 'margin') toMargin(engine, ANN)
  tradeAt(engine, LAST)
  engine.quantum(START_MS)
  return engine
}

/** Lots that the ticket takes for so many percent of the money. */
function sized(mode: Mode, typed: Typed, percent = 100): number {
  const buyingPower = formatCents(floor(mode).buyingPower(ANN))
  const account = { account: { mode, buyingPower } } as AccountSnapshot
  return affordableLots({ ...EMPTY_DRAFT, ...typed }, percent, { account, instrument, scale, book, lastTicks: LAST })
}

/** Whether the exchange takes so many lots of it. */
function isTaken(mode: Mode, { side = 'buy', type = 'limit', ...texts }: Typed, lots: number): boolean {
  const { priceText = '', stopText = '', trailText = '', trailUnit } = texts
  const trail = Math.round(Number(trailText) * 100)
  const command: Partial<PlaceOrder> = {
    type,
    ...(priceText === '' ? {} : { limitTicks: scale.ticks(priceText) ?? 0 }),
    ...(stopText === '' ? {} : { stopTicks: scale.ticks(stopText) ?? 0 }),
    ...(trail === 0 ? {} : trailUnit === 'percent' ? { trailBps: trail } : { trailTicks: trail }),
  }
  return refusalOf(floor(mode), { side, lots, ...command }) === undefined
}

const LIMIT = { type: 'limit', priceText: '100.02' } as const
const FAR = { type: 'limit', priceText: '98.00' } as const
const STOP = { type: 'stop', stopText: '103.00' } as const
const STOP_LIMIT = { type: 'stop_limit', stopText: '103.00', priceText: '104.00' } as const
const TRAIL = { type: 'trailing_stop', trailText: '10', trailUnit: 'percent' } as const
const TRAIL_AMOUNT = { type: 'trailing_stop', trailText: '2.00', trailUnit: 'amount' } as const
const MARKET_ORDER = { type: 'market' } as const
const SALE = { side: 'sell' } as const

describe('the exchange accepts the largest quantity the ticket offers, and little more', () => {
  test.each<[Mode, Typed]>([
    ['cash', MARKET_ORDER],
    ['cash', LIMIT],
    ['cash', FAR],
    ['cash', STOP],
    ['cash', STOP_LIMIT],
    ['cash', TRAIL],
    ['cash', TRAIL_AMOUNT],
    ['margin', MARKET_ORDER],
    ['margin', LIMIT],
    ['margin', FAR],
    ['margin', STOP],
    ['margin', STOP_LIMIT],
    ['margin', TRAIL],
    ['margin', TRAIL_AMOUNT],
    ['margin', { ...SALE, ...MARKET_ORDER }],
    ['margin', { ...SALE, type: 'limit', priceText: '100.00' }],
    ['margin', { ...SALE, type: 'limit', priceText: '102.00' }],
    ['margin', { ...SALE, type: 'stop', stopText: '97.00' }],
    ['margin', { ...SALE, ...TRAIL }],
  ])('%s %j', (mode, typed) => {
    const lots = sized(mode, typed)
    expect(lots).toBeGreaterThan(0)
    expect(isTaken(mode, typed, lots)).toBe(true)
    expect(isTaken(mode, typed, Math.ceil(lots * 1.011))).toBe(false)
  })
})

test('a percentage of the money is rounded down to a lot', () => {
  // 10,000.00 at 100.02, and 5 bp of it as the fee.
  expect(sized('cash', LIMIT, 10)).toBe(99)
  expect(sized('cash', MARKET_ORDER, 1)).toBe(9)
})

test('without offers, or a price to trail, nothing can be afforded', () => {
  const account = { account: { mode: 'cash', buyingPower: '1000.00' } } as AccountSnapshot
  const around = { account, instrument, scale, book: { bids: [], asks: [] }, lastTicks: 0 }
  expect(affordableLots({ ...EMPTY_DRAFT, ...MARKET_ORDER }, 100, around)).toBe(0)
  expect(affordableLots({ ...EMPTY_DRAFT, ...TRAIL }, 100, around)).toBe(0)
})
