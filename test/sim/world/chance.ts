/** The random generator of one history: mulberry32, which is fast and good enough for this. */
export class Chance {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
    // Neighboring seeds start with similar numbers, so the first ones are skipped.
    for (let i = 0; i < 4; i++) this.next()
  }

  /** A number in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
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
