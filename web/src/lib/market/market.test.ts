import { expect, test, vi } from 'vitest'
import type { Client } from '@valiant/shared/client/client'
import type { Instrument } from '@valiant/shared/protocol/market-data'
import type { NewsKind } from '@valiant/shared/protocol/news'

// Without Svelte's compiler a rune is the value it holds.
vi.stubGlobal('$state', { raw: <Value>(value: Value) => value })
vi.stubGlobal(
  '$derived',
  Object.assign(() => undefined, { by: () => undefined }),
)
vi.stubGlobal('cancelAnimationFrame', () => undefined)
const { Market } = await import('./market.svelte.ts')

const client = (listeners: Map<string, (frame: unknown) => void>): Client =>
  ({
    subscribe: () => () => undefined,
    on: (name: string, listener: (frame: unknown) => void) => {
      listeners.set(name, listener)
      return () => listeners.delete(name)
    },
  }) as unknown as Client

test('a market that was degraded when the page was painted is open once the exchange says so', () => {
  const listeners = new Map<string, (frame: unknown) => void>()
  const market = new Market({ instruments: [], tickers: [], closes: {}, market: 'degraded' })
  const stop = market.follow(client(listeners))
  expect(market.status).toBe('degraded')
  listeners.get('status')?.({ market: 'open' })
  expect(market.status).toBe('open')
  stop()
  expect(listeners.size).toBe(0)
})

test('an instrument is halted, closed and open as soon as the news say so', () => {
  const listeners = new Map<string, (frame: unknown) => void>()
  const [nova, luma] = ['NOVA', 'LUMA'].map((symbol) => ({
    symbol,
    assetClass: 'equity',
    tickSize: '0.01',
    lotSize: '1',
    status: 'open',
  })) as unknown as [Instrument, Instrument]
  const market = new Market({ instruments: [nova, luma], tickers: [], closes: {}, market: 'open' })
  market.follow(client(listeners))
  const after = (kind: NewsKind, symbol?: string) => {
    listeners.get('news')?.({ kind, symbol })
    return market.listings.map(({ status }) => status)
  }
  expect(after('halt', 'NOVA')).toEqual(['halted', 'open'])
  expect(after('jump', 'NOVA')).toEqual(['halted', 'open'])
  expect(after('close', 'LUMA')).toEqual(['halted', 'closed'])
  expect(after('resume', 'NOVA')).toEqual(['open', 'closed'])
  expect(after('jump')).toEqual(['open', 'closed'])
  expect(after('halt', 'UNKNOWN')).toEqual(['open', 'closed'])
})
