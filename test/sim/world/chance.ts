import { mulberry32 } from '../../rig/mulberry32.ts'

/** The random generator of one history. */
export class Chance {
  /** A number in [0, 1). */
  readonly next: () => number

  constructor(seed: number) {
    this.next = mulberry32(seed)
    // Neighboring seeds start with similar numbers, so the first ones are skipped.
    for (let i = 0; i < 4; i++) this.next()
  }

  between(low: number, high: number): number {
    return low + this.next() * (high - low)
  }

  /** An integer between `low` and `high`, both included. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1))
  }

  is(probability: number): boolean {
    return this.next() < probability
  }

  of<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.next() * items.length)]
    if (item === undefined) throw new RangeError('chance: expected something to choose from')
    return item
  }

  /** A separate generator, so that draws from one do not change those of the other. */
  fork(): Chance {
    return new Chance(Math.floor(this.next() * 4_294_967_296))
  }
}
