import type { Alert, AlertFrame, CreateAlert } from '@valiant/shared/protocol/alerts'
import { clock, grouped, moment } from '#lib/ui/format.ts'

/** From which side the price has to reach an alert. @param lastTicks 0 before the first trade */
export const opOf = (ticks: number, lastTicks: number): Alert['op'] => (ticks >= lastTicks ? 'above' : 'below')

const FROM = { above: 'or higher', below: 'or lower' } as const

/** What an alert waits for. */
export const conditionText = ({ op, price }: Pick<Alert, 'op' | 'price'>): string => `${grouped(price)} ${FROM[op]}`

/** The note as typed, trimmed; none when blank. */
export function noteOf(typed: string): Pick<CreateAlert, 'note'> {
  const note = typed.trim()
  return note === '' ? {} : { note }
}

/** Whether it waits or has fired. */
export function stateText({ firedAt, tradePrice }: Alert, nowMs: number): string {
  if (firedAt === undefined) return 'Waiting'
  return `Traded at ${grouped(tradePrice ?? '')}, ${moment(firedAt, nowMs)}`
}

/** The message when it fires. @param name of the instrument */
export function firedSentence({ op, price, note, firedAt, tradePrice }: AlertFrame, name: string): string {
  const sentence = `${name} traded at ${grouped(tradePrice)} at ${clock(firedAt)}. Your alert was for ${conditionText({ op, price })}.`
  return note === undefined ? sentence : `${sentence} ${note}`
}
