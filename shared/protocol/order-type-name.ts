import type { OrderType } from './fields.ts'

const NAMES: Readonly<Record<OrderType, string>> = {
  market: 'a market order',
  limit: 'a limit order',
  stop: 'a stop',
  stop_limit: 'a stop-limit',
  trailing_stop: 'a trailing stop',
}
/** A type of order in a sentence: "a stop-limit". */
export const nameOf = (type: OrderType): string => NAMES[type]
