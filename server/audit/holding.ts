/**
 * A position followed through its fills and splits: docs/trading-rules.md, 8 and 9. Written apart from the engine's, since
 * it is what the engine is held against.
 */
export class Holding {
  lots = 0n
  costCents = 0n
  realizedCents = 0n

  /**
   * @param lots bought, or, negative, sold
   * @param valueCents of all of them
   * @returns what it realized
   */
  fill(lots: bigint, valueCents: bigint): bigint {
    const paidCents = lots > 0n ? valueCents : -valueCents
    const closes = this.lots !== 0n && this.lots > 0n !== lots > 0n
    if (!closes) {
      this.lots += lots
      this.costCents += paidCents
      return 0n
    }
    const closed = size(lots) < size(this.lots) ? size(lots) : size(this.lots)
    const closedCents = (paidCents * closed) / size(lots)
    const takenCents = share(this.costCents, closed, size(this.lots))
    this.lots += lots
    this.costCents += paidCents - closedCents - takenCents
    return this.#realize(-closedCents - takenCents)
  }

  /**
   * @param paidCents what was paid for the fraction of a lot, or by a short
   * @returns what it realized
   */
  split({ numerator, denominator }: { numerator: bigint; denominator: bigint }, paidCents: bigint): bigint {
    const parts = this.lots * numerator
    const lots = parts / denominator
    const fraction = parts - lots * denominator
    const takenCents = fraction === 0n ? 0n : share(this.costCents, size(fraction), size(parts))
    this.lots = lots
    this.costCents -= takenCents
    return this.#realize(paidCents - takenCents)
  }

  #realize(cents: bigint): bigint {
    this.realizedCents += cents
    return cents
  }
}

const size = (value: bigint): bigint => (value < 0n ? -value : value)

/** `part` of `whole` of an amount, half up by its size. */
function share(cents: bigint, part: bigint, whole: bigint): bigint {
  const taken = (2n * size(cents) * part + whole) / (2n * whole)
  return cents < 0n ? -taken : taken
}
