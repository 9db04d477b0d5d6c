import type { OrderType, TimeInForce } from '@valiant/shared/protocol/fields'
import type { PlaceOrder } from '@valiant/shared/protocol/order'
import { plainDecimal, stepsOf } from './number-input.ts'
import { centsOf, type Scale } from './scale.ts'

/** The contents of the ticket's fields, numbers as number-input.ts stores them. A field that the type lacks keeps its text. */
export interface Draft {
  readonly side: 'buy' | 'sell'
  readonly type: OrderType
  /** The limit. */
  readonly priceText: string
  /** The price that a stop waits for. */
  readonly stopText: string
  readonly trailText: string
  readonly trailUnit: 'amount' | 'percent'
  readonly qtyText: string
  /** Whether the quantity was typed in the instrument or in dollars. */
  readonly unit: 'qty' | 'money'
  readonly timeInForce: TimeInForce
  /** The expiry of a gtd order: "2026-11-27T14:30", UTC. */
  readonly expireText: string
  readonly postOnly: boolean
  readonly reduceOnly: boolean
  /** Take profit and stop loss are open. */
  readonly hasExits: boolean
  readonly takeProfitText: string
  readonly stopLossText: string
}

/** In the order of their keys. */
export const ORDER_TYPES = [
  'limit',
  'market',
  'stop',
  'stop_limit',
  'trailing_stop',
] as const satisfies readonly OrderType[]

export const EMPTY_DRAFT: Draft = {
  side: 'buy',
  type: 'limit',
  priceText: '',
  stopText: '',
  trailText: '',
  trailUnit: 'percent',
  qtyText: '',
  unit: 'qty',
  timeInForce: 'gtc',
  expireText: '',
  postOnly: false,
  reduceOnly: false,
  hasExits: false,
  takeProfitText: '',
  stopLossText: '',
}

/** An order without its id. */
export type OrderContent = Omit<PlaceOrder, 'clientOrderId'>

/** The price fields of a draft for this order. */
export const pricedOf = ({ side, type, limitPrice, stopPrice, trailAmount, trailPercent }: OrderContent) =>
  ({
    side,
    type,
    priceText: limitPrice ?? '',
    stopText: stopPrice ?? '',
    trailText: trailPercent ?? trailAmount ?? '',
    trailUnit: trailPercent === undefined ? 'amount' : 'percent',
  }) as const

export const hasLimit = ({ type }: Pick<Draft, 'type'>): boolean => type === 'limit' || type === 'stop_limit'
export const hasStop = ({ type }: Pick<Draft, 'type'>): boolean => type === 'stop' || type === 'stop_limit'

/** The times in force of each type, its default first. */
const DURATIONS: Readonly<Record<OrderType, readonly TimeInForce[]>> = {
  limit: ['gtc', 'day', 'gtd', 'ioc', 'fok'],
  market: ['ioc', 'fok'],
  stop: ['gtc', 'day', 'gtd'],
  stop_limit: ['gtc', 'day', 'gtd', 'ioc'],
  trailing_stop: ['gtc', 'day', 'gtd'],
}
const DURATION_LABELS: Readonly<Record<TimeInForce, string>> = {
  gtc: 'Until cancelled',
  day: 'Today',
  gtd: 'Until a date',
  ioc: 'At once only',
  fok: 'All or nothing',
}

/** The label of a time in force for a type: a stop limit first waits for its trigger in any case. */
export const durationLabelOf = (type: OrderType, duration: TimeInForce): string =>
  type === 'stop_limit' && duration === 'ioc' ? 'At its trigger only' : DURATION_LABELS[duration]

export const durationsOf = (type: OrderType, served: readonly TimeInForce[]): readonly TimeInForce[] =>
  DURATIONS[type].filter((duration) => served.includes(duration))

/** The chosen time in force, or the type's default if the type does not have it. */
export function durationOf({ type, timeInForce }: Pick<Draft, 'type' | 'timeInForce'>): TimeInForce {
  const [usual = 'gtc'] = DURATIONS[type]
  return DURATIONS[type].includes(timeInForce) ? timeInForce : usual
}

/** Whether it may rest in the book: only then do the queue and post only make sense. */
export const mayRest = (draft: Pick<Draft, 'type' | 'timeInForce'>): boolean =>
  draft.type === 'limit' && !['ioc', 'fok'].includes(durationOf(draft))

/** Lots that a draft asks for; dollars are rounded down to a lot. */
export function lotsOf({ unit, qtyText }: Pick<Draft, 'unit' | 'qtyText'>, scale: Scale, ticks: number) {
  if (unit === 'qty') return stepsOf(qtyText, scale.lot)
  const cents = typedCents(qtyText)
  if (cents === undefined) return undefined
  const lotCents = scale.valueCents(ticks, 1)
  return lotCents === 0n ? 0 : Number(BigInt(cents) / lotCents)
}

/** Cents of a typed amount; digits past the cent are dropped. */
export function typedCents(text: string): number | undefined {
  const plain = plainDecimal(text)
  return plain === undefined ? undefined : centsOf(plain.replace(/(\.\d\d)\d+$/, '$1'))
}
