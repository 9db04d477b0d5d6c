import type { Gate } from './machine.ts'
import { closedBy } from './machine.ts'

/** What one measurement came to, as a multiple of its yardstick's. */
export interface Row {
  readonly name: string
  readonly yardstick: string
  /** Median, lowest and highest of the repeats. */
  readonly ratio: number
  readonly low: number
  readonly high: number
  /** Undefined for what is only reported. */
  readonly goal: number | undefined
  /** `met`, `missed`, `reported`, or `no verdict (why)`. */
  readonly verdict: string
}

/** One repeat: yardstick and measurement next to each other, and the machine around both. */
export interface Sample {
  readonly ratio: number
  readonly gate: Gate
}

export interface Question {
  readonly name: string
  readonly yardstick: string
  readonly goal?: number
  /** A duration, which is to stay below its goal; else a rate, which is to reach it. */
  readonly isDuration?: boolean
  /** It ends in commits, so what a flush costs decides it. */
  readonly commits?: boolean
}

/** Fewer repeats on a quiet machine say nothing; with as many, the others are left out. */
const QUIET_SAMPLES_MIN = 3

export function rowOf(question: Question, samples: readonly Sample[]): Row {
  const { name, yardstick, goal, isDuration = false, commits = false } = question
  const quiet = samples.filter(({ gate }) => closedBy(gate, { commits }) === undefined)
  const isQuiet = quiet.length >= QUIET_SAMPLES_MIN
  const sorted = (isQuiet ? quiet : samples).toSorted((a, b) => a.ratio - b.ratio)
  const at = (share: number) => rounded(sorted[Math.round(share * (sorted.length - 1))]?.ratio ?? NaN)
  const ratio = at(0.5)
  const isMet = goal !== undefined && (isDuration ? ratio <= goal : ratio >= goal)
  const judged = goal === undefined ? 'reported' : isMet ? 'met' : 'missed'
  const verdict = isQuiet ? judged : `no verdict (${whyClosed(samples, commits)})`
  return { name, yardstick, ratio, low: at(0), high: at(1), goal, verdict }
}

/** A row that could not be measured at all. */
export function rowWithout({ name, yardstick, goal }: Question, why: string): Row {
  return { name, yardstick, ratio: NaN, low: NaN, high: NaN, goal, verdict: `no verdict (${why})` }
}

/** What kept most of the samples from counting: the median one's reason. */
function whyClosed(samples: readonly Sample[], commits: boolean): string {
  const reasons = samples.map(({ gate }) => closedBy(gate, { commits })).filter((reason) => reason !== undefined)
  return reasons[Math.floor(reasons.length / 2)] ?? `${samples.length} repeats are too few`
}

const rounded = (ratio: number) => Number(ratio.toPrecision(3))
