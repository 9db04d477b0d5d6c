import { Account as WireAccount, LedgerEntry, Position as WirePosition } from '@valiant/shared/protocol/account'
import { Fill as WireFill, Order as WireOrder } from '@valiant/shared/protocol/order'
import { idText } from '@valiant/shared/units/id'
import { describe, expect, test } from 'vitest'
import type { Entry, Fill } from '../../engine/event.ts'
import type { Account, Order, Position } from '../../engine/state.ts'
import { readInstruments } from '../../instruments.ts'
import { toWireAccount } from './account.ts'
import { toWireEntry } from './entry.ts'
import { toWireFill } from './fill.ts'
import { accountId, toWireOrder } from './order.ts'
import { toWirePosition, valueCents } from './position.ts'
import { averagePrice } from './wire-instrument.ts'

const listed = readInstruments(new URL('../../../db/instruments.json', import.meta.url).pathname)
const instrument = listed[0]!
const instrumentOf = (symbol: string) => listed.find(({ wire }) => wire.symbol === symbol)
const { symbol } = instrument.spec
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
  test('that rests has no average price and shows its limit and its place', () => {
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
  test('has nothing remaining once it is closed, whatever it filled', () => {
    const wire = toWireOrder(
      { ...order, filledLots: 3, filledTickLots: 301, status: 'canceled', reason: 'user', closedAtMs: 5 },
      instrument,
      4,
    )
    expect(Number(wire.remainingQty)).toBe(0)
    expect(wire).toMatchObject({ status: 'canceled', reason: 'user', closedAt: 5 })
    expect(wire).not.toHaveProperty('queueAhead')
  })
  test('at the market shows no limit price', () => {
    expect(toWireOrder({ ...order, type: 'market', limitTicks: 0 }, instrument)).not.toHaveProperty('limitPrice')
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
  const entry: Entry = {
    account: ACCOUNT,
    number: 11,
    movementAccount: ACCOUNT,
    movementNumber: 11,
    kind: 'trade',
    asset: 'USD',
    amount: -12_345,
    balanceAfter: 9_987_655,
    orderNumber: 7,
    fillNumber: 9,
    timeMs: 3,
  }
  test('in cash has two decimals', () => {
    const wire = LedgerEntry.parse(toWireEntry(entry, instrumentOf))
    expect(wire).toMatchObject({ amount: '-123.45', balanceAfter: '99876.55', fillId: idText(ACCOUNT, 9) })
  })
  test('in an instrument is a quantity', () => {
    const wire = toWireEntry({ ...entry, asset: symbol, amount: 3, balanceAfter: 3 }, instrumentOf)
    expect(Number(wire.amount)).toBeCloseTo(3 * Number(instrument.wire.lotSize))
  })
  test('of what is not listed, or of the house, is a defect', () => {
    expect(() => toWireEntry({ ...entry, asset: 'NOPE' }, instrumentOf)).toThrow(/NOPE/)
    expect(() => toWireEntry({ ...entry, balanceAfter: undefined }, instrumentOf)).toThrow(/balance/)
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
  test('that is empty is worth nothing', () => {
    const wire = toWirePosition({ ...position, lots: 0, costCents: 0 }, five, { markMicroTicks: 101_500_000 })
    expect(wire).toMatchObject({ qty: '0', avgPrice: '0.000000', value: '0.00', unrealizedPnl: '0.00' })
  })
  test('that is short is worth less than nothing', () => {
    expect(valueCents(-3, 101_500_000, five)).toBe(-1_523)
  })
})

test('an account has what its open orders do not bind to spend', () => {
  const account: Account = {
    account: ACCOUNT,
    name: 'Guest 4821',
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
  const wire = WireAccount.parse(toWireAccount(account, { equityCents: 10_000_001, unrealizedCents: -5 }))
  expect(wire).toMatchObject({
    id: accountId(ACCOUNT),
    cash: '100000.00',
    held: '1234.56',
    buyingPower: '98765.44',
    equity: '100000.01',
    realizedPnl: '-0.01',
    unrealizedPnl: '-0.05',
    mode: 'cash',
  })
})
