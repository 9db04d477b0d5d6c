import { beforeEach, expect, test, vi } from 'vitest'
import type { Client } from '@valiant/shared/client/client'
import type { Candle, Interval } from '@valiant/shared/protocol/market-data'
import type { CandleFeed } from './candle-feed.svelte.ts'

// Nothing here waits for a rune to be noticed: without Svelte's compiler each is the value it holds.
vi.stubGlobal('$state', { raw: <Value>(value: Value) => value })
vi.stubGlobal('cancelAnimationFrame', () => undefined)
const { CandleFeed: Feed } = await import('./candle-feed.svelte.ts')

let feed: CandleFeed
/** Of the bars that were asked for: which, and how they are answered. */
let asked: { readonly interval: Interval; readonly answer: (candles: readonly Candle[]) => void }[]
/** What is subscribed at the moment. */
let subscriptions: { readonly interval: Interval }[]
const subscribed = () => subscriptions.map(({ interval }) => interval)

const client = {
  ask: (_name: string, { interval }: { interval: Interval }) =>
    new Promise((answer) => asked.push({ interval, answer })),
  subscribe: ({ interval }: { interval: Interval }) => {
    const one = { interval }
    subscriptions.push(one)
    return () => (subscriptions = subscriptions.filter((other) => other !== one))
  },
} as unknown as Client

const settled = () => new Promise((resolve) => setTimeout(resolve))
const answerAll = async () => {
  for (const { answer } of asked.splice(0)) answer([])
  await settled()
}

beforeEach(() => {
  asked = []
  subscriptions = []
  feed = new Feed('NOVA', [])
})

test('an interval that is chosen twice before its bars are there is subscribed once', async () => {
  const stop = feed.follow(client)
  expect(subscribed()).toEqual(['1m'])
  for (const interval of ['5m', '15m', '5m'] as const) void feed.show(interval)
  await answerAll()
  expect(subscribed()).toEqual(['5m'])
  stop()
  expect(subscribed()).toEqual([])
})

test('the one left for another and chosen again is subscribed once', async () => {
  const stop = feed.follow(client)
  for (const interval of ['5m', '1m'] as const) void feed.show(interval)
  await answerAll()
  expect(subscribed()).toEqual(['1m'])
  stop()
  expect(subscribed()).toEqual([])
})

test('what nobody follows any more when its bars come is not subscribed', async () => {
  const stop = feed.follow(client)
  void feed.show('5m')
  stop()
  await answerAll()
  expect(subscribed()).toEqual([])
})

test('who follows again before the bars come is subscribed once', async () => {
  const stop = feed.follow(client)
  void feed.show('5m')
  stop()
  const stopAgain = feed.follow(client)
  await answerAll()
  expect(subscribed()).toEqual(['5m'])
  stopAgain()
  expect(subscribed()).toEqual([])
})
