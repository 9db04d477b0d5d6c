import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { MarketStatus } from '../../bus/broadcast.ts'
import { ExchangeState } from './exchange-state.ts'

let told: MarketStatus[]
let state: ExchangeState
beforeEach(() => {
  vi.useFakeTimers()
  told = []
  state = new ExchangeState((status) => told.push(status))
})
afterEach(() => {
  state[Symbol.dispose]()
  vi.useRealTimers()
})

test('takes nothing until a leader has said that it is open', () => {
  expect(state.isOpen).toBe(false)
  state.said({ epoch: 1, market: 'open' })
  expect(state.isOpen).toBe(true)
  state.said({ epoch: 1, market: 'degraded' })
  expect(state.isOpen).toBe(false)
  expect(told.map(({ market }) => market)).toEqual(['open', 'degraded'])
})

test('what a replaced leader says counts for nothing', () => {
  state.said({ epoch: 2, market: 'open' })
  state.said({ epoch: 1, market: 'degraded' })
  expect(state.isOpen).toBe(true)
})

test('a leader that falls silent is as good as none, until it is heard again', () => {
  state.said({ epoch: 1, market: 'open' })
  state.heard()
  vi.advanceTimersByTime(1_900)
  expect(state.isOpen).toBe(true)
  vi.advanceTimersByTime(400)
  expect(state.isOpen).toBe(false)
  state.heard()
  expect(state.isOpen).toBe(true)
  expect(told.map(({ market }) => market)).toEqual(['open', 'degraded', 'open'])
})

test('cut off from the leader nothing is taken, until it is heard again', () => {
  state.said({ epoch: 1, market: 'open' })
  state.heard()
  state.linked(false)
  state.linked(false)
  expect(state.isOpen).toBe(false)
  state.linked(true)
  expect(state.isOpen).toBe(false)
  state.heard()
  expect(state.isOpen).toBe(true)
  expect(told.map(({ market }) => market)).toEqual(['open', 'degraded', 'open'])
})

test('a leader that is heard before anything can be asked of it takes nothing yet', () => {
  state.said({ epoch: 1, market: 'open' })
  state.heard()
  state.linked(false)
  state.heard()
  expect(state.isOpen).toBe(false)
  state.linked(true)
  state.heard()
  expect(state.isOpen).toBe(true)
  expect(told.map(({ market }) => market)).toEqual(['open', 'degraded', 'open'])
})

test('a link that was away before anything was heard changes nothing', () => {
  state.linked(false)
  state.linked(true)
  state.said({ epoch: 1, market: 'open' })
  expect(state.isOpen).toBe(true)
})
