import { mulberry32 } from '../rig/mulberry32.ts'

/** A seeded random generator: the same seed gives the same session. */
export class Chance {
  /** A number in [0, 1). */
  readonly next: () => number

  constructor(seed: number) {
    this.next = mulberry32(seed)
  }

  /** An integer between `low` and `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1))
  }

  one<Thing>(things: readonly Thing[]): Thing {
    const thing = things[this.between(0, things.length - 1)]
    if (thing === undefined) throw new RangeError('expected at least one thing to choose from')
    return thing
  }

  /** True with a probability of 1 in `times`. */
  oneIn(times: number): boolean {
    return this.next() * times < 1
  }

  /** One of the choices, with probabilities by weight. */
  weighted<Choice>(choices: readonly (readonly [weight: number, choice: Choice])[]): Choice {
    let left = this.next() * choices.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, choice] of choices) {
      left -= weight
      if (left < 0) return choice
    }
    throw new RangeError('expected a positive weight')
  }
}
