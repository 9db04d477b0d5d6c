import { ERROR_CODES, ERRORS, type Retry } from '@valiant/shared/protocol/errors'
import { expect, it } from 'vitest'
import type { RejectCode } from '../../engine/state.ts'

/** All of them: the compiler says so. */
const RECORDED = Object.keys({
  LIQUIDATING: true,
  MARKET_HALTED: true,
  MARKET_CLOSED: true,
  MIN_NOTIONAL: true,
  MAX_OPEN_ORDERS: true,
  PRICE_BAND: true,
  STOP_WOULD_TRIGGER: true,
  POST_ONLY_WOULD_CROSS: true,
  NO_LIQUIDITY: true,
  SELF_TRADE: true,
  FOK_NOT_FILLABLE: true,
  REDUCE_ONLY_WOULD_INCREASE: true,
  SHORT_NOT_ALLOWED: true,
  INSUFFICIENT_POSITION: true,
  INSUFFICIENT_FUNDS: true,
  INSUFFICIENT_MARGIN: true,
} satisfies Record<RejectCode, true>) as RejectCode[]

it('no refusal that the engine records is described as repeatable under its id', () => {
  const retryOf = (code: RejectCode): Retry => ERRORS[code].retry
  expect(RECORDED.filter((code) => retryOf(code) === 'same_id')).toEqual([])
})

it('whatever may succeed under a new id says so in its cure', () => {
  const underNewId = ERROR_CODES.filter((code) => ERRORS[code].retry === 'new_id')
  expect(underNewId.filter((code) => !ERRORS[code].cure.includes('under a new id'))).toEqual([])
})
