/** How fast an account may trade, as an operator sets it. */
export interface OrderRate {
  readonly ordersPerSecond: number
  readonly ordersBurst: number
}

/**
 * The rate of each kind of request, as a fraction of the account's order rate. Cancels have their own bucket, twice as
 * large, so that a program in trouble can always cancel. Opening accounts, moving money and resetting are rare.
 */
const SHARE = { order: 1, cancel: 2, account: 0.1 } as const
export type RateKind = keyof typeof SHARE
/** A tenth of a small burst would round down to nothing. */
const ACCOUNT_BURST_MIN = 10

/** The average rate and the burst allowed for one kind of request. */
export function rateOf(
  kind: RateKind,
  { ordersPerSecond, ordersBurst }: OrderRate,
): { perSecond: number; burst: number } {
  const perSecond = Math.max(1, Math.floor(ordersPerSecond * SHARE[kind]))
  const burst = Math.floor(ordersBurst * SHARE[kind])
  return { perSecond, burst: kind === 'account' ? Math.max(ACCOUNT_BURST_MIN, burst) : burst }
}
