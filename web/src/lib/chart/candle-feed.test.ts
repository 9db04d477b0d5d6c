import { beforeEach, expect, test, vi } from 'vitest'
import type { Client } from '@valiant/shared/client/client'
import type { Candle, CandleFrame, Interval } from '@valiant/shared/protocol/market-data'
import { OnceAFrame } from '#lib/ui/once-a-frame.ts'
import type { CandleFeed } from './candle-feed.svelte.ts'

// Without Svelte's compiler a rune is the value it holds.
vi.stubGlobal('$state', { raw: <Value>(value: Value) => value })
vi.stubGlobal('cancelAnimationFrame', () => undefined)
// Frames are painted at once.
vi.stubGlobal('requestAnimationFrame', (paint: () => void) => queueMicrotask(paint))
const { CandleFeed: Feed } = await import('./candle-feed.svelte.ts')

type Frame = Pick<CandleFrame, 'candle' | 'epoch'>

let feed: CandleFeed
/** Pending requests for bars, with functions to answer them. */
let asked: {
  readonly interval: Interval
  readonly answer: (candles: readonly Candle[]) => void
  readonly refuse: () => void
}[]
/** The current subscriptions. */
let subscriptions: { readonly interval: Interval; readonly tell: (frame: Frame) => void }[]
/** The client's listeners by event. */
const listeners: Record<string, () => void> = {}
const welcome = () => listeners['welcome']?.()
const subscribed = () => subscriptions.map(({ interval }) => interval)

const client = {
  ask: (_name: string, { interval }: { interval: Interval }) =>
    new Promise((answer, fail) => asked.push({ interval, answer, refuse: () => fail(new Error('refused')) })),
  on: (name: string, listener: () => void) => {
    listeners[name] = listener
    return () => undefined
  },
  subscribe: ({ interval }: { interval: Interval }, tell: (frame: Frame) => void) => {
    const one = { interval, tell }
    subscriptions.push(one)
    return () => (subscriptions = subscriptions.filter((other) => other !== one))
  },
} as unknown as Client

const settled = () => new Promise((resolve) => setTimeout(resolve))
const answerAll = async (candles: readonly Candle[] = []) => {
  for (const { answer } of asked.splice(0)) answer(candles)
  await settled()
}

const bar = (minute: number, close = '1.00'): Candle => [minute * 60_000, '1.00', '9.00', '0.10', close, '5', 1]
const minutes = () => feed.candles.map(([time]) => time / 60_000)
/** Delivers a frame and waits until it is painted. */
const tell = async (candle: Candle, epoch = 1) => {
  for (const subscription of subscriptions) subscription.tell({ candle, epoch })
  await new Promise((resolve) => new OnceAFrame(resolve).add(candle))
}

beforeEach(() => {
  asked = []
  subscriptions = []
  feed = new Feed('NOVA', [])
})

test('an interval chosen twice before its bars arrive is subscribed once', async () => {
  const stop = feed.follow(client)
  expect(subscribed()).toEqual(['1m'])
  for (const interval of ['5m', '15m', '5m'] as const) void feed.show(interval)
  await answerAll()
  expect(subscribed()).toEqual(['5m'])
  stop()
  expect(subscribed()).toEqual([])
})

test('an interval left for another and chosen again is subscribed once', async () => {
  const stop = feed.follow(client)
  for (const interval of ['5m', '1m'] as const) void feed.show(interval)
  await answerAll()
  expect(subscribed()).toEqual(['1m'])
  stop()
  expect(subscribed()).toEqual([])
})

test('a feed no longer followed when its bars arrive does not subscribe', async () => {
  const stop = feed.follow(client)
  void feed.show('5m')
  stop()
  await answerAll()
  expect(subscribed()).toEqual([])
})

test('a feed followed again before its bars arrive subscribes once', async () => {
  const stop = feed.follow(client)
  void feed.show('5m')
  stop()
  const stopAgain = feed.follow(client)
  await answerAll()
  expect(subscribed()).toEqual(['5m'])
  stopAgain()
  expect(subscribed()).toEqual([])
})

test('after a bar began while disconnected, the bar before it is fetched again, since its end was missed', async () => {
  feed = new Feed('NOVA', [bar(1), bar(2)])
  feed.follow(client)
  welcome()
  await tell(bar(2, '2.00'))
  await tell(bar(3))
  expect(asked).toEqual([])
  welcome()
  await tell(bar(4))
  expect(asked).toHaveLength(1)
  await answerAll([bar(2, '2.00'), bar(3, '3.00'), bar(4)])
  expect(feed.candles.map(([, , , , close]) => close)).toEqual(['1.00', '2.00', '3.00', '1.00'])
  await tell(bar(5))
  expect(asked).toEqual([])
})

test('after a bar began while the streams were paused, the bar before it is fetched again too', async () => {
  feed = new Feed('NOVA', [bar(1), bar(2)])
  feed.follow(client)
  welcome()
  await tell(bar(2, '2.00'))
  listeners['streamsResumed']?.()
  await tell(bar(3))
  expect(asked).toHaveLength(1)
})

test('a bar still forming on reconnection continues', async () => {
  feed = new Feed('NOVA', [bar(1), bar(2)])
  feed.follow(client)
  welcome()
  await tell(bar(2, '2.00'))
  welcome()
  await tell(bar(2, '3.00'))
  await tell(bar(3))
  expect(asked).toEqual([])
  expect(minutes()).toEqual([1, 2, 3])
})

test('after a split all bars are fetched again, once', async () => {
  feed = new Feed('NOVA', [bar(1), bar(2)])
  feed.follow(client)
  welcome()
  await tell(bar(2, '2.00'))
  vi.spyOn(Math, 'random').mockReturnValue(0.2)
  await tell(bar(2, '1.00'), 2)
  // Every open chart of the exchange needs them at the same moment: each waits for a different time.
  await tell(bar(2, '1.05'), 2)
  expect(asked).toEqual([])
  expect(feed.last?.[4]).toBe('2.00')
  await expect.poll(() => asked.length).toBe(1)
  await answerAll([bar(1, '0.50'), bar(2, '1.00')])
  expect(feed.candles.map(([, , , , close]) => close)).toEqual(['0.50', '1.00'])
  await tell(bar(2, '1.10'), 2)
  expect(asked).toEqual([])
})

test('after a gap, a chart that had reached the first bar can reach it again', async () => {
  feed = new Feed('NOVA', [bar(1), bar(2)])
  feed.follow(client)
  void feed.older()
  await answerAll([])
  await tell(bar(9))
  await answerAll([bar(8), bar(9)])
  void feed.older()
  expect(asked).toHaveLength(1)
  await answerAll([bar(1), bar(2)])
  expect(minutes()).toEqual([1, 2, 8, 9])
})

test('an older page requested before a gap is not put in front of bars fetched after it', async () => {
  feed = new Feed('NOVA', [bar(5), bar(6)])
  feed.follow(client)
  void feed.older()
  const [older] = asked.splice(0)
  await tell(bar(20))
  await answerAll([bar(19), bar(20)])
  older?.answer([bar(4)])
  await settled()
  expect(minutes()).toEqual([19, 20])
})

test('bars of an interval that did not load are not mixed with those of the previous one', async () => {
  feed = new Feed('NOVA', [bar(5), bar(6)])
  feed.follow(client)
  void feed.show('1s')
  for (const { refuse } of asked.splice(0)) refuse()
  await settled()
  expect(feed.failed).toBe('bars')
  await tell(bar(6.5))
  await tell(bar(7))
  void feed.older()
  expect(asked).toEqual([])
  expect(minutes()).toEqual([5, 6])
  expect(feed.failed).toBe('bars')
  void feed.again()
  await answerAll([bar(6.5), bar(7)])
  expect(minutes()).toEqual([6.5, 7])
  expect(feed.failed).toBeUndefined()
  await tell(bar(7, '2.00'))
  expect(feed.last?.[4]).toBe('2.00')
})

test('a chart that has changed its interval meanwhile does not request bars of the old one', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
  feed = new Feed('NOVA', [bar(1), bar(2)])
  const stop = feed.follow(client)
  await tell(bar(2, '2.00'))
  await tell(bar(2, '1.00'), 2)
  stop()
  await settled()
  expect(asked).toEqual([])
  feed.follow(client)
  await tell(bar(9), 2)
  expect(asked).toHaveLength(1)
})

test('what did not load while the connection was away is fetched once it is back', async () => {
  const stop = feed.follow(client)
  void feed.reload()
  await answerAll([bar(10), bar(11)])
  void feed.older()
  asked.pop()?.refuse()
  await settled()
  expect(feed.failed).toBe('older')
  welcome()
  expect(feed.failed).toBeUndefined()
  await answerAll([bar(8), bar(9)])
  expect(minutes()).toEqual([8, 9, 10, 11])
  welcome()
  expect(asked).toEqual([])
  stop()
})
