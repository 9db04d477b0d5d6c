import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { RejectCode, Rejection } from '../../engine/state.ts'
import { readInstruments } from '../../instruments.ts'
import { accountRefusal, refusal } from './refusal.ts'

const [VLNT] = readInstruments(fileURLToPath(new URL('../../../db/instruments.json', import.meta.url)))

/** The figures that the engine returns with each code. */
const REJECTIONS: Readonly<Record<RejectCode, Omit<Rejection, 'code'>>> = {
  LIQUIDATING: {},
  MARKET_HALTED: {},
  MARKET_CLOSED: {},
  MIN_NOTIONAL: { minCents: 100 },
  MAX_OPEN_ORDERS: { max: 200 },
  PRICE_BAND: { lowTicks: 8_000, highTicks: 8_800 },
  STOP_WOULD_TRIGGER: { lastTicks: 8_410 },
  POST_ONLY_WOULD_CROSS: { bestTicks: 8_401 },
  NO_LIQUIDITY: {},
  SELF_TRADE: {},
  FOK_NOT_FILLABLE: { fillableLots: 7 },
  REDUCE_ONLY_WOULD_INCREASE: { maxLots: 3 },
  SHORT_NOT_ALLOWED: {},
  INSUFFICIENT_POSITION: { requiredLots: 10, availableLots: 4 },
  INSUFFICIENT_FUNDS: { requiredCents: 12_345, availableCents: 10_000 },
  INSUFFICIENT_MARGIN: { requiredCents: 12_345, availableCents: 10_000 },
}

test.each(Object.entries(REJECTIONS) as [RejectCode, Omit<Rejection, 'code'>][])(
  '%s has a complete sentence with its figures, and its outcome is not_executed',
  (code, figures) => {
    if (VLNT === undefined) throw new Error('expected an instrument')
    const error = refusal({ code, ...figures }, VLNT)
    expect(error).toMatchObject({ code, outcome: 'not_executed' })
    expect(error.message).toMatch(/^[A-Z].{15,}\.$/)
    expect(error.message).not.toContain('undefined')
    expect(Object.keys(error.details ?? {})).toHaveLength(Object.keys(figures).length)
  },
)

test('figures are decimals of the instrument and of money', () => {
  if (VLNT === undefined) throw new Error('expected an instrument')
  const details = (code: RejectCode) => refusal({ code, ...REJECTIONS[code] }, VLNT).details
  expect(details('PRICE_BAND')).toEqual({ low: '80.00', high: '88.00' })
  expect(details('STOP_WOULD_TRIGGER')).toEqual({ last: '84.10' })
  expect(details('REDUCE_ONLY_WOULD_INCREASE')).toEqual({ maxQty: '3' })
  expect(details('INSUFFICIENT_POSITION')).toEqual({ required: '10', available: '4' })
  expect(details('INSUFFICIENT_FUNDS')).toEqual({ required: '123.45', available: '100.00' })
})

test('every sentence is also true of an order that was not amended, which stays open and holds the same', () => {
  if (VLNT === undefined) throw new Error('expected an instrument')
  for (const [code, figures] of Object.entries(REJECTIONS) as [RejectCode, Omit<Rejection, 'code'>][]) {
    const { message } = refusal({ code, ...figures }, VLNT)
    expect(message).not.toMatch(/nothing is held|no money is held|not placed\./i)
  }
  expect(refusal({ code: 'PRICE_BAND', ...REJECTIONS.PRICE_BAND }, VLNT).message).toBe(
    'A buy limit must be at most 88.00 and a sell limit at least 80.00 right now. Nothing was traded, and no more is held than before.',
  )
})

test('the sentence for no liquidity is also true of a sell order', () => {
  if (VLNT === undefined) throw new Error('expected an instrument')
  expect(refusal({ code: 'NO_LIQUIDITY' }, VLNT).message).toBe(
    'There is nothing in VLNT to trade against inside the price band.',
  )
})

test('a refused short sale names the reason: the instrument or the account', () => {
  if (VLNT === undefined) throw new Error('expected an instrument')
  const message = (shortable: boolean) =>
    refusal({ code: 'SHORT_NOT_ALLOWED' }, { ...VLNT, wire: { ...VLNT.wire, shortable } }).message
  expect(message(false)).toBe('VLNT cannot be sold short.')
  expect(message(true)).toBe(
    'An entry that sells opens a short, which a cash account cannot have: leave out takeProfit and stopLoss, or trade on margin.',
  )
})

test('the refusal of an account operation does not mention an order', () => {
  const funds = accountRefusal({ code: 'INSUFFICIENT_FUNDS', requiredCents: 5_000, availableCents: 100 })
  expect(funds).toMatchObject({
    message: '50.00 USD were asked for and 1.00 USD are free.',
    details: { required: '50.00' },
  })
  for (const code of ['LIQUIDATING', 'INSUFFICIENT_MARGIN', 'INSUFFICIENT_POSITION'] as const) {
    expect(accountRefusal({ code }).message).toMatch(/account/)
  }
})
