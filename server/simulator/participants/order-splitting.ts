import type { Rng } from '../price-process/rng.ts'

const PARENTS = 5
/** Probability that the next child order has the same parent as the last one. */
const STICKINESS = 0.25
/** Pareto exponent of the number of child orders of a parent, which causes the long memory of signs. */
const CHILDREN_TAIL = 1.5
const CHILDREN_MAX = 400

export interface OrderSplittingState {
  readonly last: number
  /** Positive for a buy order, negative for a sell order. */
  readonly childrenLeft: readonly number[]
  readonly sizes: readonly number[]
}

/**
 * Parent orders that are executed as many child orders. Only a few are active at a time, which gives the signs of trades a
 * long memory (Lillo, Mike and Farmer 2005).
 */
export class OrderSplitting {
  private readonly rng: Rng
  private readonly signs = new Int8Array(PARENTS)
  private readonly childrenLeft = new Int32Array(PARENTS)
  private readonly sizes = new Float64Array(PARENTS)
  private last = 0

  constructor(rng: Rng, state?: OrderSplittingState) {
    this.rng = rng
    this.last = state?.last ?? 0
    for (let parent = 0; parent < PARENTS; parent++) {
      const left = state?.childrenLeft[parent]
      if (left === undefined) this.replace(parent, 0)
      else this.signs[parent] = left < 0 ? -1 : 1
      if (left !== undefined) this.childrenLeft[parent] = Math.abs(left)
      this.sizes[parent] = state?.sizes[parent] ?? this.sizes[parent] ?? 1
    }
  }

  save(): OrderSplittingState {
    return {
      last: this.last,
      childrenLeft: [...this.childrenLeft].map((left, parent) => left * (this.signs[parent] ?? 1)),
      sizes: [...this.sizes],
    }
  }

  /** Chooses the parent of the next child order; `sign` and `size` then refer to it. */
  choose(): void {
    if (this.rng.uniform() >= STICKINESS) this.last = this.rng.below(PARENTS)
  }

  /** 1 buys, −1 sells. */
  get sign(): number {
    return this.signs[this.last] ?? 1
  }

  /** The mean size of its child orders, as a multiple of the class's. */
  get size(): number {
    return this.sizes[this.last] ?? 1
  }

  /**
   * Counts one child order of the chosen parent. After its last one, a new parent replaces it.
   * @param bias added to ½ in the probability that the new parent buys
   */
  spend(bias: number): void {
    const left = (this.childrenLeft[this.last] ?? 0) - 1
    this.childrenLeft[this.last] = left
    if (left <= 0) this.replace(this.last, bias)
  }

  private replace(parent: number, bias: number): void {
    const { rng } = this
    this.signs[parent] = rng.uniform() < 0.5 + bias ? 1 : -1
    this.childrenLeft[parent] = Math.min(CHILDREN_MAX, Math.floor(rng.uniform() ** (-1 / CHILDREN_TAIL)))
    this.sizes[parent] = 0.6 + 0.8 * rng.uniform()
  }
}
