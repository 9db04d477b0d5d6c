import { type Bars, BarSeries } from './bars.ts'
import { CoarseFlow } from './participants/coarse-flow.ts'
import type { Simulator } from './simulator.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** The steps become finer towards the end. */
const FAR_STEP_MS = MINUTE_MS
const LAST_DAY_STEP_MS = 10 * SECOND_MS
const LAST_HOUR_STEP_MS = SECOND_MS

/** After the history, the caller attaches the books and runs the full market for this long, to get realistic first books. */
export const WARM_UP_MS = 60 * SECOND_MS

/** One day of the history for all instruments. The last day also has bars of one second for its last hour. */
export interface HistoryDay {
  readonly fromMs: number
  readonly toMs: number
  readonly minuteBars: readonly Bars[]
  readonly secondBars: readonly Bars[]
}

/**
 * Generates the market's past before its first start, as bars for the charts. It ends in the state in which the live market
 * starts, so that the first trade fits the last bar. It yields one day at a time, so that the caller can write it before
 * the next is generated.
 * @param simulator new, started at a whole minute; it is advanced to endMs
 * @param endMs a whole minute
 * @throws {RangeError} when either is not
 */
export function* generateHistory(simulator: Simulator, endMs: number): Generator<HistoryDay, void, undefined> {
  if (simulator.nowMs % MINUTE_MS !== 0 || endMs % MINUTE_MS !== 0) {
    throw new RangeError(`history: expected whole minutes, found ${simulator.nowMs} to ${endMs}`)
  }
  const flows = simulator.flows.map((flow) => new CoarseFlow(flow))
  while (simulator.nowMs < endMs) {
    // Days are counted from the end, so that the last one is whole.
    const wholeDaysLeft = Math.ceil((endMs - simulator.nowMs) / DAY_MS) - 1
    yield generateDay(simulator, flows, endMs - wholeDaysLeft * DAY_MS, endMs)
  }
}

function generateDay(simulator: Simulator, flows: readonly CoarseFlow[], toMs: number, endMs: number): HistoryDay {
  const fromMs = simulator.nowMs
  const lastHourMs = endMs - HOUR_MS
  const minutes = flows.map((flow) => new BarSeries(symbolOf(flow), MINUTE_MS, DAY_MS / MINUTE_MS + 1))
  const seconds = flows.map(
    (flow) => new BarSeries(symbolOf(flow), SECOND_MS, toMs > lastHourMs ? HOUR_MS / SECOND_MS : 0),
  )
  while (simulator.nowMs < toMs) {
    const atMs = simulator.nowMs
    const stepMs = stepAt(atMs, endMs)
    simulator.stepWithoutBooks(stepMs)
    flows.forEach((flow, index) => {
      flow.step(stepMs / SECOND_MS)
      minutes[index]?.add(atMs, flow)
      if (atMs >= lastHourMs) seconds[index]?.add(atMs, flow)
    })
  }
  const secondBars = toMs > lastHourMs ? seconds.map((series) => series.finish()) : []
  return { fromMs, toMs, minuteBars: minutes.map((series) => series.finish()), secondBars }
}

function stepAt(timeMs: number, endMs: number): number {
  if (timeMs >= endMs - HOUR_MS) return LAST_HOUR_STEP_MS
  return timeMs >= endMs - DAY_MS ? LAST_DAY_STEP_MS : FAR_STEP_MS
}

const symbolOf = (coarse: CoarseFlow): string => coarse.flow.value.instrument.symbol
