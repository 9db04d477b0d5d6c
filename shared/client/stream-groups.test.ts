import { expect, test } from 'vitest'
import { ALL, Stream, type StreamTerms } from './stream.ts'
import { groupsOf } from './stream-groups.ts'

const SYMBOLS_MAX = 30

const stream = (symbols: readonly string[], more: Partial<StreamTerms> & { isKnown?: boolean } = {}) => {
  const { isKnown = true, ...terms } = more
  const one = new Stream({
    channel: 'ticker',
    interval: undefined,
    depth: undefined,
    symbols: new Set(symbols),
    ...terms,
  })
  one.isKnown = isKnown
  return one
}
const symbolsOf = (streams: readonly Stream[]) =>
  groupsOf(streams, SYMBOLS_MAX).map((group) => group.flatMap(({ symbols }) => [...symbols]))

test('streams of one channel, interval and depth share a request', () => {
  const candles = (symbol: string, interval: '1m' | '5m') => stream([symbol], { channel: 'candles', interval })
  const book = (symbol: string, depth: 10 | 25) => stream([symbol], { channel: 'book', depth })
  const streams = [
    ...[stream(['A']), candles('B', '1m'), book('C', 10), stream(['D'])],
    ...[candles('E', '1m'), candles('F', '5m'), book('G', 25), book('H', 10)],
  ]
  expect(symbolsOf(streams)).toEqual([['A', 'D'], ['B', 'E'], ['C', 'H'], ['F'], ['G']])
})

test('a stream that the server may refuse, and one of all symbols, have a request of their own', () => {
  const streams = [stream(['A']), stream(['B'], { isKnown: false }), stream([ALL]), stream(['C'])]
  expect(symbolsOf(streams)).toEqual([['A', 'C'], ['B'], [ALL]])
})

test('no request has more symbols than the server takes', () => {
  const many = (from: number, count: number) => stream(Array.from({ length: count }, (_, at) => `S${from + at}`))
  const sizes = (streams: readonly Stream[]) => symbolsOf(streams).map((symbols) => symbols.length)
  expect(sizes([many(0, SYMBOLS_MAX - 1), many(1_000, 1), many(2_000, 1)])).toEqual([SYMBOLS_MAX, 1])
  expect(sizes([many(0, 1), many(1_000, SYMBOLS_MAX)])).toEqual([1, SYMBOLS_MAX])
  expect(sizes([])).toEqual([])
})
