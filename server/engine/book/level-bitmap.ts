/**
 * A set of prices in ticks with fast "next above" and "next below": one bit per price, and above that two tiers with
 * one bit for each non-zero word of the tier below. Price 0 is never in the set and means "none".
 */
export class LevelBitmap {
  private readonly prices: Int32Array
  private readonly words: Int32Array
  private readonly pages: Int32Array

  /** @param maxTicks the highest price, in ticks */
  constructor(maxTicks: number) {
    this.prices = new Int32Array((maxTicks >> 5) + 1)
    this.words = new Int32Array((maxTicks >> 10) + 1)
    this.pages = new Int32Array((maxTicks >> 15) + 1)
  }

  set(ticks: number): void {
    setBit(this.prices, ticks)
    setBit(this.words, ticks >> 5)
    setBit(this.pages, ticks >> 10)
  }

  clear(ticks: number): void {
    if (!clearBit(this.prices, ticks)) return
    if (!clearBit(this.words, ticks >> 5)) return
    clearBit(this.pages, ticks >> 10)
  }

  /** The lowest price in the set above this one; 0 if there is none. */
  above(ticks: number): number {
    const price = nextInWord(this.prices, ticks)
    if (price >= 0) return price
    let word = nextInWord(this.words, ticks >> 5)
    if (word < 0) {
      let page = nextInWord(this.pages, ticks >> 10)
      for (let at = (ticks >> 15) + 1; page < 0 && at < this.pages.length; at++) page = firstInWord(this.pages, at)
      if (page < 0) return 0
      word = firstInWord(this.words, page)
    }
    return firstInWord(this.prices, word)
  }

  /** The highest price in the set below this one; 0 if there is none. */
  below(ticks: number): number {
    const price = previousInWord(this.prices, ticks)
    if (price >= 0) return price
    let word = previousInWord(this.words, ticks >> 5)
    if (word < 0) {
      let page = previousInWord(this.pages, ticks >> 10)
      for (let at = (ticks >> 15) - 1; page < 0 && at >= 0; at--) page = lastInWord(this.pages, at)
      if (page < 0) return 0
      word = lastInWord(this.words, page)
    }
    return lastInWord(this.prices, word)
  }
}

function setBit(tier: Int32Array, bit: number): void {
  tier[bit >> 5] = (tier[bit >> 5] ?? 0) | (1 << (bit & 31))
}

/** @returns whether the bit's word is now 0 */
function clearBit(tier: Int32Array, bit: number): boolean {
  const word = (tier[bit >> 5] ?? 0) & ~(1 << (bit & 31))
  tier[bit >> 5] = word
  return word === 0
}

/** The lowest or highest bit of a word, -1 when it is 0; `at` is the index of the word. */
const firstInWord = (tier: Int32Array, at: number) => lowestBit(tier[at] ?? 0, at)
const lastInWord = (tier: Int32Array, at: number) => highestBit(tier[at] ?? 0, at)

/**
 * The next bit after or before `bit` in the same word, -1 if there is none. Two shifts are needed because a single
 * shift by 32 would do nothing.
 */
const nextInWord = (tier: Int32Array, bit: number) =>
  lowestBit((tier[bit >> 5] ?? 0) & ((-1 << (bit & 31)) << 1), bit >> 5)
const previousInWord = (tier: Int32Array, bit: number) =>
  highestBit((tier[bit >> 5] ?? 0) & ~(-1 << (bit & 31)), bit >> 5)

const lowestBit = (word: number, at: number) => (word === 0 ? -1 : (at << 5) + 31 - Math.clz32(word & -word))
const highestBit = (word: number, at: number) => (word === 0 ? -1 : (at << 5) + 31 - Math.clz32(word))
