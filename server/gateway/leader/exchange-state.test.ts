import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { MarketStatus } from '../../bus/broadcast.ts'
import { ExchangeState } from './exchange-state.ts'

let changes: MarketStatus[]
let state: ExchangeState
beforeEach(() => {
  vi.useFakeTimers()
  changes = []
  state = new ExchangeState((status) => changes.push(status))
})
afterEach(() => {
  state[Symbol.dispose]()
  vi.useRealTimers()
})

test('is not open before a leader has said so', () => {
  expect(state.isOpen).toBe(false)
  state.published({ epoch: 1, market: 'open' })
  expect(state.isOpen).toBe(true)
  state.published({ epoch: 1, market: 'degraded' })
  expect(state.isOpen).toBe(false)
  expect(changes.map(({ market }) => market)).toEqual(['open', 'degraded'])
})

test('the status of a replaced leader is ignored', () => {
  state.published({ epoch: 2, market: 'open' })
  state.published({ epoch: 1, market: 'degraded' })
  expect(state.isOpen).toBe(true)
})

test('is not open while a leader is silent', () => {
  state.published({ epoch: 1, market: 'open' })
  state.frameArrived()
  vi.advanceTimersByTime(1_900)
  expect(state.isOpen).toBe(true)
  vi.advanceTimersByTime(400)
  expect(state.isOpen).toBe(false)
  state.frameArrived()
  expect(state.isOpen).toBe(true)
  expect(changes.map(({ market }) => market)).toEqual(['open', 'degraded', 'open'])
})

test('is not open while cut off, until the next frame arrives', () => {
  state.published({ epoch: 1, market: 'open' })
  state.frameArrived()
  state.linked(false)
  state.linked(false)
  expect(state.isOpen).toBe(false)
  state.linked(true)
  expect(state.isOpen).toBe(false)
  state.frameArrived()
  expect(state.isOpen).toBe(true)
  expect(changes.map(({ market }) => market)).toEqual(['open', 'degraded', 'open'])
})

test('is not open when frames arrive but commands cannot be sent yet', () => {
  state.published({ epoch: 1, market: 'open' })
  state.frameArrived()
  state.linked(false)
  state.frameArrived()
  expect(state.isOpen).toBe(false)
  state.linked(true)
  state.frameArrived()
  expect(state.isOpen).toBe(true)
  expect(changes.map(({ market }) => market)).toEqual(['open', 'degraded', 'open'])
})

test('a link that was lost before the first frame changes nothing', () => {
  state.linked(false)
  state.linked(true)
  state.published({ epoch: 1, market: 'open' })
  expect(state.isOpen).toBe(true)
})
