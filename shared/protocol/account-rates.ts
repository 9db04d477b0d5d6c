/** How fast an account may trade, as an operator sets it. */
export interface OrderRate {
  readonly ordersPerSecond: number
  readonly ordersBurst: number
}

/**
 * What an account may do beside orders, of what it may order. Cancels have a bucket of their own, twice as large: a program in
 * trouble can always get out. What opens, moves and resets money is seldom.
 */
const SHARE = { order: 1, cancel: 2, account: 0.1 } as const
export type RateKind = keyof typeof SHARE
/** A tenth of little would be none. */
const ACCOUNT_BURST_MIN = 10

/** Requests of a kind, on average and at once. */
export function rateOf(
  kind: RateKind,
  { ordersPerSecond, ordersBurst }: OrderRate,
): { perSecond: number; burst: number } {
  const perSecond = Math.max(1, Math.floor(ordersPerSecond * SHARE[kind]))
  const burst = Math.floor(ordersBurst * SHARE[kind])
  return { perSecond, burst: kind === 'account' ? Math.max(ACCOUNT_BURST_MIN, burst) : burst }
}
