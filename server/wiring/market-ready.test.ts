import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { MemoryBroadcast } from '../bus/memory/memory-broadcast.ts'
import type { MarketFrame } from '../feed/market-frame.ts'
import { marketReady } from './market-ready.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

const noStop = new AbortController().signal
function waiting(signal = noStop) {
  const feed = { isWhole: false }
  const broadcast = new MemoryBroadcast<MarketFrame>()
  const say = vi.fn<(text: string) => void>()
  return { feed, broadcast, say, ready: marketReady({ feed, broadcast, say }, signal) }
}

test('a gateway without a market logs once what it waits for', async () => {
  const { feed, broadcast, say, ready } = waiting()
  vi.advanceTimersByTime(4_999)
  expect(say).not.toHaveBeenCalled()
  vi.advanceTimersByTime(10_000)
  expect(say.mock.calls).toEqual([['Waiting for the market: no leader publishes it yet.']])
  feed.isWhole = true
  broadcast.publishStatus({ epoch: 1, market: 'open', message: undefined })
  await ready
})

test('one that has it, or is stopped, logs nothing', async () => {
  const stop = new AbortController()
  const [served, stopped] = [waiting(), waiting(stop.signal)]
  served.feed.isWhole = true
  served.broadcast.publishStatus({ epoch: 1, market: 'open', message: undefined })
  stop.abort()
  await Promise.all([served.ready, stopped.ready])
  vi.advanceTimersByTime(10_000)
  expect([served.say, stopped.say].flatMap((say) => say.mock.calls)).toEqual([])
})
