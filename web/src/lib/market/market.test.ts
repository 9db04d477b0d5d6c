import { expect, test, vi } from 'vitest'
import type { Client } from '@valiant/shared/client/client'

// Without Svelte's compiler a rune is the value it holds.
vi.stubGlobal('$state', { raw: <Value>(value: Value) => value })
vi.stubGlobal(
  '$derived',
  Object.assign(() => undefined, { by: () => undefined }),
)
vi.stubGlobal('cancelAnimationFrame', () => undefined)
const { Market } = await import('./market.svelte.ts')

test('a market that was degraded when the page was painted is open once the exchange says so', () => {
  const listeners = new Map<string, (frame: unknown) => void>()
  const client = {
    subscribe: () => () => undefined,
    on: (name: string, listener: (frame: unknown) => void) => {
      listeners.set(name, listener)
      return () => listeners.delete(name)
    },
  } as unknown as Client
  const market = new Market({ instruments: [], tickers: [], closes: {}, market: 'degraded' })
  const stop = market.follow(client)
  expect(market.status).toBe('degraded')
  listeners.get('status')?.({ market: 'open' })
  expect(market.status).toBe('open')
  stop()
  expect(listeners.size).toBe(0)
})
