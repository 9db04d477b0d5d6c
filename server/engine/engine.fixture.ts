import { ordersOf } from './book/drawing.fixture.ts'
import type { Book } from './book/book.ts'
import { type AccountNumber, FIRST_USER_ACCOUNT, type PlaceOrder, type Side } from './command.ts'
import { Engine } from './engine.ts'
import type { EngineEvents } from './event.ts'
import type { InstrumentSpec } from './instrument.ts'
import type { Rejection } from './state.ts'

/** For tests: a share with a tick of one cent, fees of 2 and 5 bps, and a price band of 5 %. */
export const SHARE: InstrumentSpec = {
  symbol: 'VLNT',
  lotName: 'share',
  centsPerTickLot: 1,
  maxTicks: 100_000,
  minLots: 1,
  maxLots: 1_000_000,
  minNotionalCents: 100,
  makerBps: 2,
  takerBps: 5,
  priceBandBps: 500,
  initialMarginBps: 5_000,
  maintenanceMarginBps: 2_500,
  shortable: true,
  borrowBps: 150,
}
/** A coin whose tick is worth 2 cents per lot. */
export const COIN: InstrumentSpec = {
  ...SHARE,
  symbol: 'VCN-USD',
  lotName: '0.5 VCN',
  centsPerTickLot: 2,
  makerBps: 5,
  takerBps: 10,
}

export const ANN: AccountNumber = FIRST_USER_ACCOUNT
export const BEN: AccountNumber = FIRST_USER_ACCOUNT + 1
/** The result of a drain when nothing has happened. */
export const NO_EVENTS: EngineEvents = {
  trades: [],
  entries: [],
  fills: [],
  orders: [],
  positions: [],
  accounts: [],
  deadMen: [],
}
export const START_MS = 1_000_000
export const START_CENTS = 100_000_00

/**
 * An engine with the house's orders as drawn, and Ann and Ben with 100,000.00 each. Its events so far are drained.
 * @param drawing the book of the share
 */
export function engineOf(
  drawing = '',
  {
    openOrdersMax = 200,
    ...options
  }: { openOrdersMax?: number; endsPerQuantumMax?: number; makeBook?: (maxTicks: number) => Book } = {},
) {
  const limits = { instruments: [SHARE, COIN], maxOpenOrdersPerInstrument: openOrdersMax }
  const engine = new Engine({ ...limits, ...options })
  engine.beginEpoch(1)
  engine.apply({ kind: 'account.open', account: ANN, name: 'Ann', startingCents: START_CENTS }, START_MS)
  engine.apply({ kind: 'account.open', account: BEN, name: 'Ben', startingCents: START_CENTS }, START_MS)
  for (const { side, ticks, lots } of ordersOf(drawing)) engine.house(SHARE.symbol).place(side, ticks, lots, 0)
  engine.drain()
  return engine
}

/** Gives an account lots that cost 1.00 each, without a trade. Call it before placing orders. */
export function give(engine: Engine, account: AccountNumber, lots: number, symbol = SHARE.symbol): void {
  engine.restore.position({ account, symbol, lots, costCents: lots * 100, realizedCents: 0, heldLots: 0 })
}

type OrderFields = Partial<PlaceOrder> & { readonly side: Side; readonly lots: number }
let orders = 0

/** An order of Ann's with defaults: gtc at a limit or with a trigger, otherwise ioc at market. */
export function orderOf(fields: OrderFields): PlaceOrder {
  const isMarket = (fields.type ?? (fields.limitTicks === undefined ? 'market' : 'limit')) === 'market'
  return {
    kind: 'order.place',
    account: ANN,
    clientOrderId: `order-${++orders}`,
    symbol: SHARE.symbol,
    type: isMarket ? 'market' : 'limit',
    limitTicks: 0,
    timeInForce: isMarket ? 'ioc' : 'gtc',
    postOnly: false,
    selfTrade: 'cancel_maker',
    source: 'api',
    ...fields,
  }
}

/** Places an order that must be accepted. */
export function place(engine: Engine, fields: OrderFields) {
  const result = engine.apply(orderOf(fields), START_MS)
  if (!result.ok) throw new Error(result.rejection.code)
  return result
}

/** Places an order that must be refused. */
export function refusalOf(engine: Engine, fields: OrderFields): Rejection | undefined {
  const result = engine.apply(orderOf(fields), START_MS)
  return result.ok ? undefined : result.rejection
}

/** The house trades one lot with itself at a price inside the spread. */
export function tradeAt(engine: Engine, ticks: number, symbol = SHARE.symbol): void {
  const house = engine.house(symbol)
  house.place('sell', ticks, 1, 0)
  house.take('buy', 1, ticks, START_MS)
}
