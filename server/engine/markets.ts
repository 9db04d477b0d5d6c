import { assert } from './assert.ts'
import type { Book } from './book/book.ts'
import type { InstrumentSpec } from './instrument.ts'
import { relativeStep } from './mark.ts'
import { Market } from './market.ts'

/** The markets of all instruments by symbol, in the order of the instruments given. */
export class Markets {
  private readonly bySymbol = new Map<string, Market>()

  /** @param makeBook creates an empty book with that highest price */
  constructor(instruments: readonly InstrumentSpec[], makeBook: (maxTicks: number) => Book) {
    for (const instrument of instruments) {
      assert(!this.bySymbol.has(instrument.symbol), `${instrument.symbol}: one instrument of a symbol`)
      const market = new Market(this.bySymbol.size, instrument, makeBook(instrument.maxTicks))
      this.bySymbol.set(instrument.symbol, market)
    }
  }

  get count(): number {
    return this.bySymbol.size
  }

  get symbols(): readonly string[] {
    return [...this.bySymbol.keys()]
  }

  /** The market of a known symbol. */
  of(symbol: string): Market {
    const market = this.bySymbol.get(symbol)
    assert(market !== undefined, 'a known symbol')
    return market
  }

  all(): Iterable<Market> {
    return this.bySymbol.values()
  }

  /** Moves every mark toward its mid price. @returns the largest step, relative to its mark */
  stepMarks(): number {
    let largest = 0
    for (const market of this.bySymbol.values()) {
      const before = market.markMicroTicks
      market.stepMark()
      largest = Math.max(largest, relativeStep(before, market.markMicroTicks))
    }
    return largest
  }
}
