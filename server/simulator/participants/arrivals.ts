import { CLASS_PARAMETERS } from '../instrument.ts'
import type { LatentValue } from '../price-process/latent-value.ts'
import type { Pace } from './pace.ts'

/** Two kernels: the mean number of takers that each taker triggers through one kernel, and the kernels' time constants. */
const BRANCHING = 0.35
const FAST_SECONDS = 0.4
const SLOW_SECONDS = 40

export interface ArrivalsState {
  readonly fast: number
  readonly slow: number
}

/**
 * Takers arrive in a Hawkes process with two exponential kernels (Hawkes 1971; Bacry, Mastromatteo and Muzy 2015). Its base
 * rate follows activity.
 */
export class Arrivals {
  /** Base rate per second. */
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

  /** Current rate of takers per second. */
  get intensity(): number {
    return this.base + this.fast + this.slow
  }

  excite(): void {
    this.fast += BRANCHING / FAST_SECONDS
    this.slow += BRANCHING / SLOW_SECONDS
  }

  /** For the short waits between events; the decay of the slow kernel is approximated by its series. */
  age(seconds: number): void {
    if (this.fast > 1e-9) this.fast *= Math.exp(-seconds / FAST_SECONDS)
    const part = seconds / SLOW_SECONDS
    this.slow *= 1 - part + 0.5 * part * part
  }

  /** For the coarse history: expected number of takers in a step, including those that the fast kernel adds. */
  expectedIn(seconds: number): number {
    return ((this.base + this.slow) / (1 - BRANCHING)) * seconds
  }

  /** For the coarse history: takes `count` takers as spread evenly over the last step. */
  addEvenly(seconds: number, count: number): void {
    const kept = Math.exp(-seconds / SLOW_SECONDS)
    this.slow = this.slow * kept + (count * BRANCHING * (1 - kept)) / seconds
  }
}
