/** The 128 bits of one stream, in a form for JSON. */
export type RngState = readonly [number, number, number, number]

const WARM_UP_DRAWS = 20
const TO_UNIT = 2 ** -32

/**
 * One independent stream of random numbers: sfc32 of Chris Doty-Humphrey's PractRand, 128 bits of state.
 * Every use (the market's shock, a sector's, an instrument's value, its volatility, its flow) has its own stream, so that
 * draws for one do not change any other.
 */
export class Rng {
  // Initialized with a number, here and in other classes of the event loop: V8 boxes a field that is undefined at first.
  private a = 0
  private b = 0
  private c = 0
  private counter = 0

  private constructor([a, b, c, counter]: RngState) {
    this.a = a | 0
    this.b = b | 0
    this.c = c | 0
    this.counter = counter | 0
  }

  /** @param stream the name of the use, such as "flow NOVA" */
  static of(seed: number, stream: string): Rng {
    const rng = new Rng([seed, Math.imul(seed, 0x9e3779b9) ^ Math.floor(seed / 2 ** 32), hashOf(stream), 1])
    for (let draw = 0; draw < WARM_UP_DRAWS; draw++) rng.uint32()
    return rng
  }

  static restore(state: RngState): Rng {
    return new Rng(state)
  }

  save(): RngState {
    return [this.a >>> 0, this.b >>> 0, this.c >>> 0, this.counter >>> 0]
  }

  uint32(): number {
    const sum = (this.a + this.b + this.counter) | 0
    this.counter = (this.counter + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** Uniform in (0, 1), both ends excluded, so that its logarithm is finite. */
  uniform(): number {
    return (this.uint32() + 0.5) * TO_UNIT
  }

  /** An integer in [0, below). */
  below(below: number): number {
    return Math.floor(this.uniform() * below)
  }

  /** Exponential with a mean of one. */
  exponential(): number {
    return -Math.log(this.uniform())
  }

  /** Standard normal (Box and Muller 1958). The sine half is not kept, so that the state is only these 128 bits. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(this.uniform())) * Math.cos(2 * Math.PI * this.uniform())
  }

  /** Poisson, approximated by a normal distribution above a mean of 40. */
  poisson(mean: number): number {
    if (mean > 40) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()))
    const floor = Math.exp(-mean)
    let count = 0
    for (let product = this.uniform(); product > floor; product *= this.uniform()) count++
    return count
  }
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash
}
