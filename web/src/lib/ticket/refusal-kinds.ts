import type { ErrorCode } from '@valiant/shared/protocol/errors'

/** Refusals that the same order would get again. */
export const MUST_CHANGE: ReadonlySet<ErrorCode> = new Set([
  'PRICE_BAND',
  'INSUFFICIENT_FUNDS',
  'INSUFFICIENT_POSITION',
  'INSUFFICIENT_MARGIN',
  'SHORT_NOT_ALLOWED',
  'REDUCE_ONLY_WOULD_INCREASE',
  'MIN_NOTIONAL',
  'INVALID',
])

/** Refusals due to the order itself, not to the moment: those of a preview take the place of its figures. */
export const IS_OF_THE_ORDER: ReadonlySet<ErrorCode> = new Set([
  ...MUST_CHANGE,
  'POST_ONLY_WOULD_CROSS',
  'FOK_NOT_FILLABLE',
  'NO_LIQUIDITY',
  'STOP_WOULD_TRIGGER',
  'MAX_OPEN_ORDERS',
  'SELF_TRADE',
])
