import type { Interval } from '@valiant/shared/protocol/market-data'

/** The bar's buttons in order, which the keys 1 to 9 follow; 30m is in the menu beside them. */
export const BAR_INTERVALS = ['1s', '5s', '15s', '1m', '5m', '15m', '1h', '4h', '1d'] as const satisfies Interval[]
export const MENU_INTERVALS = ['30m'] as const satisfies Interval[]
/** Those that fit the bar on a phone. */
export const PHONE_INTERVALS = ['1m', '5m', '15m', '1h', '1d'] as const satisfies Interval[]

/** The interval of a digit key. */
export const intervalOfKey = (key: string): Interval | undefined =>
  /^[1-9]$/.test(key) ? BAR_INTERVALS[Number(key) - 1] : undefined

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Length of a bar. Not from the protocol's table, whose module would load all schemas into the page. */
export const intervalMs = (interval: Interval): number =>
  Number.parseInt(interval, 10) * UNIT_MS[interval.slice(-1) as keyof typeof UNIT_MS]

/** Whether its bars are a day or longer. */
export const isOfDays = (interval: Interval): boolean => intervalMs(interval) >= UNIT_MS.d
