import { expect, it } from 'vitest'
import { connectionWords } from './connection-text.ts'

const at = { nowMs: 10_000, ageMs: 6_200, isStale: true, slowFromMs: 250, hasOrders: true }

it('says how long ago the connection was lost and when the next attempt is', () => {
  const words = connectionWords({ phase: 'reconnecting', sinceMs: 3_800, nextTryAtMs: 11_900 }, at)
  expect(words.text).toBe('Connection lost 6 s ago. Trying again in 2 s')
  expect(words.more).toBe('Your open orders keep working on the exchange.')
})

it('does not report a loss of less than a second', () => {
  const words = connectionWords({ phase: 'reconnecting', sinceMs: 9_500 }, { ...at, ageMs: 500, isStale: false })
  expect(words.text).toBe('Live')
})

it('distinguishes a slow connection from a live one', () => {
  const live = { phase: 'live', instanceId: 'a' } as const
  expect(connectionWords({ ...live, latencyMs: 12 }, at).kind).toBe('live')
  expect(connectionWords({ ...live, latencyMs: 300 }, at).kind).toBe('slow')
})
