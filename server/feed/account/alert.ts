import type { Alert, FiredAlert } from '@valiant/shared/protocol/alerts'
import { formatSteps } from '@valiant/shared/units/decimal'
import { idText, parseId } from '@valiant/shared/units/id'
import type { WireInstrument } from './wire-instrument.ts'

/** A price alert in ticks, as it is stored. */
interface StoredAlert {
  readonly id: number
  readonly symbol: string
  readonly op: 'above' | 'below'
  readonly ticks: number
  readonly note: string | undefined
  readonly createdAtMs: number
  readonly firedAtMs?: number | undefined
  readonly tradeTicks?: number | undefined
}

/** Converts an alert to its wire format. */
export function toWireAlert(alert: StoredAlert, instrument: Pick<WireInstrument, 'tick'>): Alert {
  const { symbol, op, ticks, note, createdAtMs, firedAtMs, tradeTicks } = alert
  return {
    alertId: alertId(alert.id),
    symbol,
    op,
    price: formatSteps(ticks, instrument.tick),
    ...(note !== undefined && { note }),
    createdAt: createdAtMs,
    ...(firedAtMs !== undefined && { firedAt: firedAtMs }),
    ...(tradeTicks !== undefined && { tradePrice: formatSteps(tradeTicks, instrument.tick) }),
  }
}

/** Converts an alert that has fired. */
export const toFiredAlert = (
  alert: StoredAlert & { readonly firedAtMs: number; readonly tradeTicks: number },
  instrument: Pick<WireInstrument, 'tick'>,
): FiredAlert => ({
  ...toWireAlert(alert, instrument),
  firedAt: alert.firedAtMs,
  tradePrice: formatSteps(alert.tradeTicks, instrument.tick),
})

const HALF = 2 ** 32

/** An alert's id, 13 characters like all ids. Ids sort like the numbers, which are assigned over all accounts. */
export const alertId = (id: number): string => idText(Math.floor(id / HALF), id % HALF)

/** The number in an alert's id; undefined if the text is not an id. */
export function alertNumber(text: string): number | undefined {
  const parsed = parseId(text)
  return parsed && parsed.account * HALF + parsed.number
}
