/** All chance of one history, out of its seed: mulberry32, which is quick and good enough to draw faults with. */
export class Chance {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
    // Seeds that lie side by side begin alike: a few steps part them.
    for (let i = 0; i < 4; i++) this.next()
  }

  /** From 0 to below 1. */
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

  /** A whole number from `low` to `high`, both among them. */
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

  /** A source of its own, so that what is drawn here does not shift what is drawn there. */
  fork(): Chance {
    return new Chance(Math.floor(this.next() * 4_294_967_296))
  }
}
