import { fileURLToPath } from 'node:url'
import { Account as WireAccount, LedgerEntry, Position as WirePosition } from '@valiant/shared/protocol/account'
import { Fill as WireFill, Order as WireOrder } from '@valiant/shared/protocol/order'
import { idText } from '@valiant/shared/units/id'
import { describe, expect, test } from 'vitest'
import type { Entry, Fill } from '../../engine/event.ts'
import { markValueCents } from '../../engine/mark.ts'
import type { Account, Order, Position } from '../../engine/state.ts'
import { readInstruments } from '../../instruments.ts'
import { type AccountFigures, toWireAccount } from './account.ts'
import { toWireEntry } from './entry.ts'
import { toWireFill } from './fill.ts'
import { accountId, toWireOrder } from './order.ts'
import { toWirePosition } from './position.ts'
import { averagePrice } from './wire-instrument.ts'

const listed = readInstruments(fileURLToPath(new URL('../../../db/instruments.json', import.meta.url)))
const instrument = listed[0]!
const instrumentOf = (symbol: string) => listed.find(({ wire }) => wire.symbol === symbol)
const { symbol } = instrument.spec
const cent = { ...instrument, tick: { decimals: 2, unit: 1 } }
const ACCOUNT = 123_456

const order: Order = {
  account: ACCOUNT,
  number: 7,
  clientOrderId: 'mine',
  symbol,
  side: 'buy',
  type: 'limit',
  timeInForce: 'gtc',
  postOnly: false,
  selfTrade: 'cancel_maker',
  source: 'web',
  tag: undefined,
  lots: 10,
  limitTicks: 101,
  stopTicks: 0,
  trailTicks: 0,
  trailBps: 0,
  highWaterTicks: 0,
  expireAtMs: undefined,
  reduceOnly: false,
  role: undefined,
  parentNumber: undefined,
  groupNumber: undefined,
  arrivalMidHalfTicks: 200,
  filledLots: 0,
  filledTickLots: 0,
  feeCentBps: 0,
  feesPaidCents: 0,
  heldCents: 0,
  status: 'open',
  reason: undefined,
  rejectCode: undefined,
  priority: 3,
  version: 1,
  createdAtMs: 1,
  updatedAtMs: 2,
  closedAtMs: undefined,
}

describe('an order on the wire', () => {
  test('that rests has no average price, and has its limit and its place in the queue', () => {
    const wire = WireOrder.parse(toWireOrder(order, instrument, 4))
    expect(wire).toMatchObject({
      avgPrice: null,
      status: 'open',
      orderId: idText(ACCOUNT, 7),
      accountId: idText(ACCOUNT, 0),
    })
    expect(Number(wire.limitPrice)).toBeCloseTo(101 * Number(instrument.wire.tickSize))
    expect(Number(wire.queueAhead)).toBeCloseTo(4 * Number(instrument.wire.lotSize))
    expect(wire).not.toHaveProperty('reason')
    expect(wire).not.toHaveProperty('closedAt')
  })
  test('has a remaining quantity of 0 once it is closed, whatever was filled', () => {
    const wire = toWireOrder(
      { ...order, filledLots: 3, filledTickLots: 301, status: 'canceled', reason: 'user', closedAtMs: 5 },
      instrument,
      4,
    )
    expect(Number(wire.remainingQty)).toBe(0)
    expect(wire).toMatchObject({ status: 'canceled', reason: 'user', closedAt: 5 })
    expect(wire).not.toHaveProperty('queueAhead')
  })
  test('has the prices of its type, and no others', () => {
    const pricesOf = (more: Partial<Order>) => {
      const wire = WireOrder.parse(toWireOrder({ ...order, limitTicks: 0, ...more }, cent))
      const { limitPrice, stopPrice, trailAmount, trailPercent, highWater } = wire
      return { limitPrice, stopPrice, trailAmount, trailPercent, highWater }
    }
    expect(pricesOf({ type: 'market' })).toEqual({})
    expect(pricesOf({ type: 'stop', stopTicks: 99 })).toEqual({ stopPrice: '0.99' })
    expect(pricesOf({ type: 'stop_limit', stopTicks: 99, limitTicks: 98 })).toEqual({
      stopPrice: '0.99',
      limitPrice: '0.98',
    })
    const trailing = { type: 'trailing_stop', stopTicks: 95, highWaterTicks: 100 } as const
    expect(pricesOf({ ...trailing, trailBps: 500 })).toEqual({
      ...{ stopPrice: '0.95', trailPercent: '5', highWater: '1.00' },
    })
    expect(pricesOf({ ...trailing, trailBps: 25 })).toMatchObject({ trailPercent: '0.25' })
    expect(pricesOf({ ...trailing, trailBps: 1_050 })).toMatchObject({ trailPercent: '10.5' })
    expect(pricesOf({ ...trailing, trailTicks: 5 })).toMatchObject({ trailAmount: '0.05' })
    // A held leg is not armed yet: only its trailing distance is known.
    expect(pricesOf({ type: 'trailing_stop', status: 'held', trailBps: 5 })).toEqual({ trailPercent: '0.05' })
  })
  test('that is a leg names its entry, its group and its role', () => {
    const leg = { reduceOnly: true, role: 'stop_loss', parentNumber: 3, groupNumber: 3, expireAtMs: 77 } as const
    expect(WireOrder.parse(toWireOrder({ ...order, ...leg, timeInForce: 'day' }, instrument))).toMatchObject({
      ...{ reduceOnly: true, role: 'stop_loss', parentOrderId: idText(ACCOUNT, 3), groupId: idText(ACCOUNT, 3) },
      ...{ timeInForce: 'day', expireAt: 77 },
    })
    const alone = toWireOrder(order, instrument)
    for (const field of ['role', 'parentOrderId', 'groupId', 'expireAt']) expect(alone).not.toHaveProperty(field)
  })
})

test('an average price has four decimals more than the tick, half up', () => {
  expect(averagePrice(200n, 3n, { decimals: 2, unit: 1 })).toBe('0.666667')
  expect(averagePrice(1n, 1n, { decimals: 2, unit: 5 })).toBe('0.050000')
  expect(averagePrice(1n, 20_000n, { decimals: 0, unit: 1 })).toBe('0.0001')
  expect(averagePrice(3n, 2n, { decimals: 0, unit: 20 })).toBe('30.0000')
})

test('a fill names its order and its trade', () => {
  const fill: Fill = {
    account: ACCOUNT,
    number: 9,
    orderNumber: 7,
    clientOrderId: 'mine',
    symbol,
    side: 'buy',
    ticks: 100,
    lots: 3,
    valueCents: 300,
    feeCents: 1,
    liquidity: 'taker',
    realizedCents: -250,
    tradeId: 4_000_000_017,
    timeMs: 3,
  }
  expect(WireFill.parse(toWireFill(fill, instrument))).toMatchObject({
    fillId: idText(ACCOUNT, 9),
    orderId: idText(ACCOUNT, 7),
    tradeId: '4000000017',
    fee: '0.01',
    realizedPnl: '-2.50',
  })
})

describe('a ledger entry', () => {
  const OTHER = 654_321
  const entry: Entry = {
    account: ACCOUNT,
    number: 11,
    counter: OTHER,
    counterNumber: 5,
    kind: 'trade',
    asset: 'USD',
    amount: -12_345,
    balanceAfter: 9_987_655,
    counterBalanceAfter: 12_345,
    orderNumber: 7,
    fillNumber: 9,
    counterOrderNumber: 2,
    counterFillNumber: undefined,
    timeMs: 3,
  }
  test('in cash has two decimals', () => {
    const wire = LedgerEntry.parse(toWireEntry(entry, ACCOUNT, instrumentOf))
    expect(wire).toEqual({
      ...{ entryId: idText(ACCOUNT, 11), time: 3, kind: 'trade', asset: 'USD', amount: '-123.45' },
      ...{ balanceAfter: '99876.55', orderId: idText(ACCOUNT, 7), fillId: idText(ACCOUNT, 9) },
    })
  })
  test('is the opposite for the other account in it', () => {
    expect(LedgerEntry.parse(toWireEntry(entry, OTHER, instrumentOf))).toEqual({
      ...{ entryId: idText(OTHER, 5), time: 3, kind: 'trade', asset: 'USD', amount: '123.45' },
      ...{ balanceAfter: '123.45', orderId: idText(OTHER, 2) },
    })
  })
  test('says why, where there is a note', () => {
    const dividend = { ...entry, kind: 'dividend', note: 'VLNT 0.25 per share' } as const
    expect(LedgerEntry.parse(toWireEntry(dividend, ACCOUNT, instrumentOf)).note).toBe('VLNT 0.25 per share')
  })
  test('in an instrument is a quantity', () => {
    const wire = toWireEntry({ ...entry, asset: symbol, amount: 3, balanceAfter: 3 }, ACCOUNT, instrumentOf)
    expect(Number(wire.amount)).toBeCloseTo(3 * Number(instrument.wire.lotSize))
  })
  test('throws for an asset that is not listed, for a third account and for the exchange itself', () => {
    expect(() => toWireEntry({ ...entry, asset: 'NOPE' }, ACCOUNT, instrumentOf)).toThrow(/NOPE/)
    expect(() => toWireEntry(entry, 77, instrumentOf)).toThrow(/account 77/)
    expect(() => toWireEntry({ ...entry, counterBalanceAfter: undefined }, OTHER, instrumentOf)).toThrow(/balance/)
  })
})

describe('a position', () => {
  const spec = { ...instrument.spec, centsPerTickLot: 5 }
  const five = { spec, tick: { decimals: 2, unit: 1 }, lot: { decimals: 0, unit: 5 } }
  const position: Position = { account: ACCOUNT, symbol, lots: 3, costCents: 1_500, realizedCents: 20, heldLots: 0 }
  test('is valued at the mark, to the cent', () => {
    expect(WirePosition.parse(toWirePosition(position, five, { markMicroTicks: 101_500_000 }))).toEqual({
      symbol,
      qty: '15',
      avgPrice: '1.000000',
      markPrice: '1.015000',
      value: '15.23', // 15.225
      realizedPnl: '0.20',
      unrealizedPnl: '0.23',
    })
  })
  test('that is empty has a value of 0', () => {
    const wire = toWirePosition({ ...position, lots: 0, costCents: 0 }, five, { markMicroTicks: 101_500_000 })
    expect(wire).toMatchObject({ qty: '0', avgPrice: '0.000000', value: '0.00', unrealizedPnl: '0.00' })
  })
  test('that is short has a negative value and loses as the mark rises', () => {
    expect(markValueCents(-3, 101_500_000, five.spec.centsPerTickLot)).toBe(-1_523)
    const short = { ...position, lots: -3, costCents: -1_500 }
    const figures = { markMicroTicks: 101_500_000, liquidationTicks: 150 }
    expect(WirePosition.parse(toWirePosition(short, five, figures))).toMatchObject({
      ...{ qty: '-15', avgPrice: '1.000000', value: '-15.23', unrealizedPnl: '-0.23', liquidationPrice: '1.50' },
    })
  })
})

describe('an account', () => {
  const account: Account = {
    account: ACCOUNT,
    name: 'Guest 4821',
    mode: 'cash',
    marginState: 'ok',
    cashCents: 10_000_000,
    heldCents: 123_456,
    realizedCents: -1,
    feesPaidCents: 7,
    resets: 0,
    seq: 4,
    orderNumber: 1,
    fillNumber: 1,
    entryNumber: 1,
    createdAtMs: 0,
  }
  const figures: AccountFigures = {
    ...{
      equityCents: 10_000_001,
      unrealizedCents: -5,
      marginUsedCents: 0,
      positionMarginCents: 0,
      maintenanceCents: 0,
    },
  }
  test('in cash mode has the cash that open orders do not hold as buying power', () => {
    const wire = WireAccount.parse(toWireAccount(account, figures))
    expect(wire).toEqual({
      ...{ id: accountId(ACCOUNT), name: 'Guest 4821', resets: 0, currency: 'USD', mode: 'cash' },
      ...{ cash: '100000.00', held: '1234.56', buyingPower: '98765.44', equity: '100000.01', marginUsed: '0.00' },
      ...{ realizedPnl: '-0.01', unrealizedPnl: '-0.05', feesPaid: '0.07' },
    })
  })
  test('in margin mode has the equity that is not used as margin as buying power', () => {
    const margin = { ...account, mode: 'margin', marginState: 'warning' } as const
    const used = { marginUsedCents: 700_000, positionMarginCents: 500_000, maintenanceCents: 250_000 }
    expect(WireAccount.parse(toWireAccount(margin, { ...figures, ...used }))).toMatchObject({
      ...{ mode: 'margin', marginState: 'warning', held: '2000.00', buyingPower: '93000.01', marginUsed: '7000.00' },
      maintenanceMargin: '2500.00',
    })
    const over = toWireAccount(margin, { ...figures, ...used, equityCents: -100 })
    expect(over).toMatchObject({ equity: '-1.00', buyingPower: '-7001.00' })
  })
})
