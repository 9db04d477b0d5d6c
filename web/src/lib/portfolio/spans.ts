import type { EquityPoint } from '@valiant/shared/protocol/account'
import type { PayloadOf } from '@valiant/shared/protocol/requests'
import { intervalMs } from '#lib/chart/intervals.ts'

const DAY_MS = 86_400_000

/** How far back the curve goes; `All` is since the account was opened. */
const SPANS = { '1D': DAY_MS, '1W': 7 * DAY_MS, '1M': 30 * DAY_MS, '3M': 90 * DAY_MS, All: Infinity } as const
export type Span = keyof typeof SPANS
export const SPAN_NAMES = Object.keys(SPANS) as Span[]
export const SPAN_FIRST: Span = '1M'

const INTERVALS = ['1m', '5m', '15m', '30m', '1h', '4h', '1d'] as const
/** About one per pixel. */
const POINTS_MAX = 720

export const dayOf = (timeMs: number): number => Math.floor(timeMs / DAY_MS) * DAY_MS

/** Requests an account's equity samples. */
export type AskEquity = (query: PayloadOf<'equity'>) => Promise<readonly EquityPoint[]>

/** A curve as sampled by the server. */
export interface EquityCurve {
  readonly span: Span
  /** The sampling interval. */
  readonly stepMs: number
  /** Oldest first. */
  readonly points: readonly EquityPoint[]
  /** Equity at the start of the UTC day, or when the account was opened; undefined before its first sample. */
  readonly dayBase: EquityPoint | undefined
}

/**
 * Reads the curve of a span.
 * @param sinceMs when the account was last reset; earlier samples are left out
 */
export async function readCurve(
  ask: AskEquity,
  { span, nowMs, sinceMs = 0 }: { readonly span: Span; readonly nowMs: number; readonly sinceMs?: number | undefined },
): Promise<EquityCurve> {
  const days = await ask({ interval: '1d', from: sinceMs })
  const [firstDay] = days
  if (!firstDay) return { span, stepMs: DAY_MS, points: [], dayBase: undefined }
  const beganMs = Math.max(dayOf(firstDay[0]), sinceMs)
  const fromMs = Math.max(Math.floor(nowMs - SPANS[span]), beganMs)
  const today = dayOf(nowMs)
  const sampled = await sampledSince(ask, fromMs, nowMs)
  const { points, interval } = fromMs > beganMs ? sampled : await fromTheFirst(ask, sampled, { beganMs, nowMs })
  return {
    ...{ span, stepMs: intervalMs(interval), points },
    dayBase: days.findLast(([time]) => time < today) ?? points[0],
  }
}

interface Sampled {
  readonly interval: (typeof INTERVALS)[number]
  readonly points: readonly EquityPoint[]
}

async function sampledSince(ask: AskEquity, fromMs: number, nowMs: number): Promise<Sampled> {
  const interval = INTERVALS.find((one) => nowMs - fromMs <= POINTS_MAX * intervalMs(one)) ?? '1d'
  return { interval, points: await ask({ from: fromMs, interval }) }
}

/**
 * From the account's very first sample: one stands for its whole interval, and what an account began with may be lost in the
 * first. Where it began late in its first day, the curve can be finer, too.
 */
async function fromTheFirst(
  ask: AskEquity,
  sampled: Sampled,
  { beganMs, nowMs }: { readonly beganMs: number; readonly nowMs: number },
): Promise<Sampled> {
  const [known] = sampled.points
  if (!known) return sampled
  const [first = known] = await ask({ from: beganMs, to: known[0], interval: '1m' })
  const { interval, points } = await sampledSince(ask, first[0], nowMs)
  return { interval, points: points[0]?.[0] === first[0] ? points : [first, ...points] }
}
