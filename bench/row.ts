import type { Gate } from './machine.ts'
import { closedBy } from './machine.ts'

/** The result of one measurement, as a multiple of its yardstick. */
export interface Row {
  readonly name: string
  readonly yardstick: string
  /** Median, lowest and highest of the repeats. */
  readonly ratio: number
  readonly low: number
  readonly high: number
  /** Undefined if it is only reported. */
  readonly goal: number | undefined
  /** `met`, `missed`, `reported`, or `no verdict (why)`. */
  readonly verdict: string
}

/** One repeat of measurement and yardstick, and the state of the machine. */
export interface Sample {
  readonly ratio: number
  readonly gate: Gate
}

export interface Question {
  readonly name: string
  readonly yardstick: string
  readonly goal?: number
  /** A duration, which must not exceed its goal; otherwise a rate, which must reach it. */
  readonly isDuration?: boolean
  /** It includes commits, so it depends on the cost of a flush. */
  readonly commits?: boolean
}

/** Number of repeats on a quiet machine that a verdict needs. If there are enough, the other repeats are ignored. */
const QUIET_SAMPLES_MIN = 3

export function rowOf(question: Question, samples: readonly Sample[]): Row {
  const { name, yardstick, goal, isDuration = false, commits = false } = question
  const reasons = samples.map(({ gate }) => closedBy(gate, { commits }))
  const quiet = samples.filter((_, at) => reasons[at] === undefined)
  const isQuiet = quiet.length >= QUIET_SAMPLES_MIN
  const sorted = (isQuiet ? quiet : samples).toSorted((a, b) => a.ratio - b.ratio)
  const at = (share: number) => rounded(sorted[Math.round(share * (sorted.length - 1))]?.ratio ?? NaN)
  const ratio = at(0.5)
  const isMet = goal !== undefined && (isDuration ? ratio <= goal : ratio >= goal)
  const judgment = goal === undefined ? 'reported' : isMet ? 'met' : 'missed'
  const verdict = isQuiet ? judgment : `no verdict (${medianOf(reasons) ?? `${samples.length} repeats are too few`})`
  return { name, yardstick, ratio, low: at(0), high: at(1), goal, verdict }
}

/** A row that could not be measured. */
export function rowWithout({ name, yardstick, goal }: Question, why: string): Row {
  return { name, yardstick, ratio: NaN, low: NaN, high: NaN, goal, verdict: `no verdict (${why})` }
}

/** The middle one of the reasons, of the repeats that do not count. */
function medianOf(reasons: readonly (string | undefined)[]): string | undefined {
  const given = reasons.filter((reason) => reason !== undefined)
  return given[Math.floor(given.length / 2)]
}

const rounded = (ratio: number) => Number(ratio.toPrecision(3))
