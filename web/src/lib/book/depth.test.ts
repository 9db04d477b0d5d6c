import { describe, expect, test } from 'vitest'
import type { Level } from '@valiant/shared/protocol/market-data'
import { acrossOf, type Depth, depthOf, depthWords, marksWithin, pointAt, stairsOf } from './depth.ts'

const bids: Level[] = [
  [99, 10],
  [98, 5],
  [95, 5],
]
const asks: Level[] = [
  [101, 20],
  [103, 20],
  [110, 40],
]
const told = { levelsMax: 3, bandBps: 2_000, ownTicks: [98] }
const depthIn = (book: { bids: Level[]; asks: Level[] }, levelsMax = told.levelsMax): Depth => {
  const depth = depthOf(book, { ...told, levelsMax })
  if (!depth) throw new Error('expected a book that is not empty')
  return depth
}

describe('the depth of a book', () => {
  test('reaches equally far to both sides, as far as the shorter of two sides that are cut off', () => {
    const depth = depthIn({ bids, asks })
    expect([depth.lowTicks, depth.highTicks]).toEqual([95, 105])
    expect(depth.bids.map(({ ticks, totalLots, own }) => [ticks, totalLots, own])).toEqual([
      [99, 10, false],
      [98, 15, true],
      [95, 20, false],
    ])
    expect(depth.asks.map(({ totalLots }) => totalLots)).toEqual([20, 40])
    expect(depth.topLots).toBe(40)
  })

  test('shows all of a side that is complete, beside one that ends earlier', () => {
    expect(depthIn({ bids, asks }, 10)).toMatchObject({ lowTicks: 90, highTicks: 110, topLots: 80 })
    expect(depthIn({ bids: bids.slice(0, 1), asks })).toMatchObject({ lowTicks: 90, highTicks: 110 })
  })

  test('ends at the price band', () => {
    const narrow = depthOf({ bids, asks }, { ...told, levelsMax: 10, bandBps: 400 })
    expect(narrow).toMatchObject({ lowTicks: 96, highTicks: 104, topLots: 40 })
  })

  test('of one side is centered on its best price, of an empty book is undefined', () => {
    expect(depthIn({ bids: [], asks })).toMatchObject({ bids: [], lowTicks: 92, highTicks: 110 })
    expect(depthIn({ bids: bids.slice(0, 1), asks: [] })).toMatchObject({ lowTicks: 98, highTicks: 100 })
    expect(depthOf({ bids: [], asks: [] }, told)).toBeUndefined()
  })

  test('is drawn in steps from the best price to the edge', () => {
    const depth = depthIn({ bids, asks })
    expect(stairsOf(depth, 'ask')?.line).toBe('M600 1000H600V500H800V0H1000')
    expect(stairsOf(depth, 'bid')).toEqual({
      line: 'M400 1000H400V750H300V625H0V500H0',
      area: 'M400 1000H400V750H300V625H0V500H0V1000Z',
    })
    expect(stairsOf(depthIn({ bids: [], asks }), 'bid')).toBeUndefined()
  })

  test('at a point is the sum of the levels that are as good or better, and undefined between the best prices', () => {
    const depth = depthIn({ bids, asks })
    const at = (ticks: number) => pointAt(depth, acrossOf(ticks, depth))
    expect(at(101)).toEqual({ side: 'ask', index: 0 })
    expect(at(102.9)).toEqual({ side: 'ask', index: 0 })
    expect(at(105)).toEqual({ side: 'ask', index: 1 })
    expect(at(98.5)).toEqual({ side: 'bid', index: 0 })
    expect(at(95)).toEqual({ side: 'bid', index: 2 })
    expect(at(100)).toBeUndefined()
  })

  test('has marks at round numbers, at most as many as given', () => {
    expect(marksWithin(95, 105, 3)).toEqual([95, 100, 105])
    expect(marksWithin(9_951.5, 10_049.5, 3)).toEqual([10_000])
    expect(marksWithin(0, 84_000, 3)).toEqual([0, 50_000])
    expect(marksWithin(3.2, 3.8, 3)).toEqual([])
  })

  test('is described in words', () => {
    const words = { name: 'NOVA', price: (ticks: number) => `$${ticks}`, qty: String }
    expect(depthWords(depthIn({ bids, asks }), words)).toBe(
      'Depth of NOVA: 20 bid from $99 to $95; 40 offered from $101 to $103.',
    )
    expect(depthWords(depthIn({ bids: [], asks }), words)).toMatch(/: nobody bids; 80 offered/)
  })
})
