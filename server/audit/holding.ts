/**
 * A position computed from its fills and splits (docs/trading-rules.md, 8 and 9). Implemented independently of the
 * engine, because it is used to verify the engine's results.
 */
export class Holding {
  lots = 0n
  costCents = 0n
  realizedCents = 0n

  /**
   * @param lots bought (positive) or sold (negative)
   * @param valueCents value of the whole fill
   * @returns the realized profit
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
   * @param paidCents paid to the holder for a fraction of a lot; negative for a short position
   * @returns the realized profit
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

/** `part / whole` of an amount, its size rounded half up. */
function share(cents: bigint, part: bigint, whole: bigint): bigint {
  const taken = (2n * size(cents) * part + whole) / (2n * whole)
  return cents < 0n ? -taken : taken
}
