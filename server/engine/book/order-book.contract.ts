import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AssertionError } from '../assert.ts'
import type { Side } from '../command.ts'
import { type Book, NO_OWNER, NONE } from './book.ts'
import { drawingOf, fillBook, linesOf } from './drawing.fixture.ts'

const MAX_TICKS = 20_000

/** The tests that every book must pass. Both implementations do, and the last test compares them. */
export function bookContract(name: string, makeBook: (maxTicks: number) => Book, makeOther: typeof makeBook): void {
  const bookOf = (drawing: string) => fillBook(makeBook(MAX_TICKS), drawing)

  describe(`${name}, as any book`, () => {
    it('contains the orders that were added', () => {
      const drawing = `
        bid   | price  | ask
              | 101.20 | 7
              | 101.10 | 40 60
        100 5 | 101.00 |
        30    |  99.00 |       `
      const book = bookOf(drawing)
      expect(drawingOf(book)).toEqual(linesOf(drawing))
      expect([book.bidTicks, book.askTicks, book.lotsAt(10_100), book.lotsAt(10_110)]).toEqual([
        10_100, 10_110, 105, 100,
      ])
    })

    it('an empty side has the price 0', () => {
      const book = makeBook(MAX_TICKS)
      expect([book.bidTicks, book.askTicks]).toEqual([0, 0])
      expect(book.match('buy', 10, MAX_TICKS, NO_OWNER)).toBe(10)
      expect(book.matches.count).toBe(0)
    })

    it('reduces an order, which keeps its place', () => {
      const book = makeBook(MAX_TICKS)
      const first = book.add('sell', 10_110, 40, NO_OWNER)
      book.add('sell', 10_110, 60, NO_OWNER)
      book.reduce(first, 5)
      expect(drawingOf(book)).toEqual(['|101.10|5 60'])
      expect(book.lotsAt(10_110)).toBe(65)
      expect(() => book.reduce(first, 6)).toThrow(AssertionError)
      expect(() => book.reduce(first, 0)).toThrow(AssertionError)
      expect(book.match('buy', 6, 10_110, NO_OWNER)).toBe(0)
      expect(drawingOf(book)).toEqual(['|101.10|59'])
    })

    it('fills the best price first, and at a price the oldest order first', () => {
      const book = bookOf(`
        bid | price  | ask
            | 101.20 | 7
            | 101.10 | 40 60
        100 | 101.00 |       `)
      expect(book.match('buy', 50, 10_120, NO_OWNER)).toBe(0)
      expect(matchesOf(book)).toEqual([
        [10_110, 40],
        [10_110, 10],
      ])
      expect(drawingOf(book)).toEqual(
        linesOf(`
            | 101.20 | 7
            | 101.10 | 50
        100 | 101.00 |       `),
      )
    })

    it('a partly filled order keeps its place; a new one at its price goes to the back', () => {
      const book = bookOf(`
        bid | price  | ask
            | 101.10 | 40 60 `)
      book.match('buy', 10, 10_110, NO_OWNER)
      book.add('sell', 10_110, 5, NO_OWNER)
      expect(drawingOf(book)).toEqual(['|101.10|30 60 5'])
    })

    it('does not fill beyond the limit', () => {
      const book = bookOf(`
        bid | price  | ask
        10  | 101.00 |
        10  | 100.99 |
        10  |  99.00 |     `)
      expect(book.match('sell', 100, 10_099, NO_OWNER)).toBe(80)
      expect(drawingOf(book)).toEqual(['10|99.00|'])
    })

    it('stops at an order of the same owner, and fills the orders before it', () => {
      const book = makeBook(MAX_TICKS)
      book.add('sell', 10_110, 10, 7)
      const own = book.add('sell', 10_110, 20, 8)
      book.add('sell', 10_120, 30, 7)
      expect(book.match('buy', 100, 10_120, 8)).toBe(90)
      expect(drawingOf(book)).toEqual(['|101.20|30', '|101.10|20'])
      expect(book.match('buy', 90, 10_120, 8)).toBe(90)
      expect(book.matches.count).toBe(0)
      book.remove(own)
      expect(book.match('buy', 90, 10_120, 8)).toBe(60)
      expect(drawingOf(book)).toEqual([])
    })

    it('removing an order from the middle, the front or the back keeps the others in order', () => {
      const book = makeBook(MAX_TICKS)
      const at = (lots: number) => book.add('buy', 10_000, lots, NO_OWNER)
      const [a, b, c, d] = [at(1), at(2), at(3), at(4)]
      book.remove(b)
      expect(drawingOf(book)).toEqual(['1 3 4|100.00|'])
      book.remove(a)
      book.remove(d)
      expect(drawingOf(book)).toEqual(['3|100.00|'])
      book.remove(c)
      expect([book.bidTicks, drawingOf(book)]).toEqual([0, []])
    })

    it('rejects as a defect: crossing orders, prices and quantities out of range, and unknown slots', () => {
      const book = bookOf(`
        bid | price  | ask
            | 101.10 | 40
        100 | 101.00 |      `)
      expect(() => book.add('buy', 10_110, 1, NO_OWNER)).toThrow(Error)
      expect(() => book.add('sell', 10_100, 1, NO_OWNER)).toThrow(Error)
      expect(() => book.add('sell', MAX_TICKS + 1, 1, NO_OWNER)).toThrow(Error)
      expect(() => book.add('buy', 0, 1, NO_OWNER)).toThrow(Error)
      const slot = book.add('buy', 9_000, 1, NO_OWNER)
      book.remove(slot)
      expect(() => book.remove(slot)).toThrow(Error)
    })

    it('reports each changed level once, with its present quantity', () => {
      const book = bookOf(`
        bid | price  | ask
            | 101.10 | 40 60
        100 | 101.00 |       `)
      expect(drained(book)).toEqual(['buy 10100 100', 'sell 10110 100'])
      expect(drained(book)).toEqual([])
      book.match('buy', 100, 10_110, NO_OWNER)
      book.add('buy', 10_110, 5, NO_OWNER)
      expect(drained(book)).toEqual(['sell 10110 0', 'buy 10110 5'])
    })

    it('finds the next price over any distance', () => {
      const prices = [1, 31, 32, 33, 1_023, 1_024, 9_000, MAX_TICKS]
      const asks = makeBook(MAX_TICKS)
      for (const ticks of prices) asks.add('sell', ticks, 1, NO_OWNER)
      for (const [at, ticks] of prices.entries()) expect(asks.nextTicks('sell', ticks)).toBe(prices[at + 1] ?? 0)
      const bids = makeBook(MAX_TICKS)
      for (const ticks of prices) bids.add('buy', ticks, 1, NO_OWNER)
      for (const [at, ticks] of prices.entries()) expect(bids.nextTicks('buy', ticks)).toBe(prices[at - 1] ?? 0)
    })

    it('behaves like the other book in any sequence of operations', () => {
      const side = fc.constantFrom<Side>('buy', 'sell')
      const ticks = fc.oneof(fc.integer({ min: 990, max: 1_040 }), fc.integer({ min: 1, max: MAX_TICKS }))
      const step = fc.record({ what: fc.nat(9), side, ticks, lots: fc.integer({ min: 1, max: 50 }), owner: fc.nat(3) })
      fc.assert(
        fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
          const [one, two] = [makeBook(MAX_TICKS), makeOther(MAX_TICKS)]
          for (const { what, side, ticks, lots, owner } of steps) {
            expect(run(one, { what, side, ticks, lots, owner })).toEqual(run(two, { what, side, ticks, lots, owner }))
          }
          expect(drawingOf(one)).toEqual(drawingOf(two))
          expect(drained(one)).toEqual(drained(two))
        }),
        { numRuns: 100 },
      )
    })
  })
}

interface Step {
  readonly what: number
  readonly side: Side
  readonly ticks: number
  readonly lots: number
  readonly owner: number
}

/**
 * Most steps match and rest an order; some remove or reduce an order near the front of a queue; some read the changes.
 */
function run(book: Book, { what, side, ticks, lots, owner }: Step): unknown {
  if (what < 2) {
    const front = book.firstAt(side === 'buy' ? book.bidTicks : book.askTicks)
    const gone = book.nextAfter(front) || front
    if (gone === NONE) return []
    const fewer = Math.min(lots, book.lotsOf(gone))
    if (what === 0) book.remove(gone)
    else book.reduce(gone, fewer)
    return drawingOf(book)
  }
  if (what === 2) return drained(book)
  const left = book.match(side, lots, ticks, owner)
  const crosses = side === 'buy' ? book.askTicks !== 0 && ticks >= book.askTicks : ticks <= book.bidTicks
  if (left > 0 && !crosses) book.add(side, ticks, left, owner)
  return [left, matchesOf(book), book.bidTicks, book.askTicks, book.lotsAt(ticks)]
}

function matchesOf(book: Book): (readonly [ticks: number, lots: number])[] {
  const { matches } = book
  return Array.from({ length: matches.count }, (_, at) => [matches.ticks[at] ?? 0, matches.lots[at] ?? 0] as const)
}

function drained(book: Book): string[] {
  const changes: string[] = []
  book.drainLevels((side, ticks, lots) => changes.push(`${side} ${ticks} ${lots}`))
  return changes
}
