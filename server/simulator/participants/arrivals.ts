import { CLASS_PARAMETERS } from '../instrument.ts'
import type { LatentValue } from '../price-process/latent-value.ts'
import type { Pace } from './pace.ts'

/** Two kernels, by the mean number of takers that one taker brings and how long that takes. */
const BRANCHING = 0.35
const FAST_SECONDS = 0.4
const SLOW_SECONDS = 40

export interface ArrivalsState {
  readonly fast: number
  readonly slow: number
}

/**
 * Takers arrive by a Hawkes process with two exponential kernels (Hawkes 1971; Bacry, Mastromatteo and Muzy 2015),
 * on a base rate that follows activity.
 */
export class Arrivals {
  /** Of the base alone, a second. */
  private base = 0
  private fast = 0
  private slow = 0
  private readonly rate: number
  private readonly value: LatentValue

  constructor(value: LatentValue, state: ArrivalsState = { fast: 0, slow: 0 }) {
    this.value = value
    this.rate = CLASS_PARAMETERS[value.instrument.assetClass].takerRate * (1 - 2 * BRANCHING)
    this.fast = state.fast
    this.slow = state.slow
  }

  save(): ArrivalsState {
    return { fast: this.fast, slow: this.slow }
  }

  update(pace: Pace): void {
    this.base = this.rate * this.value.conditions.takers * pace.activity
  }

  /** Takers a second, now. */
  get intensity(): number {
    return this.base + this.fast + this.slow
  }

  excite(): void {
    this.fast += BRANCHING / FAST_SECONDS
    this.slow += BRANCHING / SLOW_SECONDS
  }

  /** For the short waits between events; the slow kernel by its series. */
  age(seconds: number): void {
    if (this.fast > 1e-9) this.fast *= Math.exp(-seconds / FAST_SECONDS)
    const part = seconds / SLOW_SECONDS
    this.slow *= 1 - part + 0.5 * part * part
  }

  /** For the coarse history: mean number of takers in a step, the fast kernel folded into it as clusters. */
  expectedIn(seconds: number): number {
    return ((this.base + this.slow) / (1 - BRANCHING)) * seconds
  }

  /** For the coarse history: `count` takers were spread evenly over the step that has ended. */
  passed(seconds: number, count: number): void {
    const kept = Math.exp(-seconds / SLOW_SECONDS)
    this.slow = this.slow * kept + (count * BRANCHING * (1 - kept)) / seconds
  }
}
