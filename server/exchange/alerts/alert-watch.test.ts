import { expect, test } from 'vitest'
import type { MarketFrame } from '../../feed/market-frame.ts'
import type { Firing, WaitingAlert } from '../../journal/alerts.ts'
import { AlertWatch } from './alert-watch.ts'

type Changed = WaitingAlert & { readonly isWaiting: boolean }

/** A watch over an in-memory table; the test triggers its looks. */
function rig(waiting: WaitingAlert[] = []) {
  const table = { waiting, changes: [] as Changed[], isAway: false, asked: [] as string[] }
  const fired: Firing[] = []
  const due: (() => void)[] = []
  let marks = 0
  let looks = Promise.withResolvers<undefined>()
  const answer = <Value>(value: Value) => (table.isAway ? Promise.reject(new Error('away')) : Promise.resolve(value))
  const watch = new AlertWatch({
    alerts: {
      mark: () => answer(String((marks += 1))),
      waiting: (afterId) => answer(table.waiting.filter(({ id }) => id > afterId)),
      changes: (mark) => {
        table.asked.push(mark)
        return answer(table.changes)
      },
    },
    firings: { add: (firings) => void fired.push(...firings) },
    clock: {
      now: () => 0,
      after: (_ms, call) => {
        due.push(call)
        looks.resolve(undefined)
        return () => undefined
      },
    },
    log: { warn: () => undefined },
  })
  return {
    ...{ watch, table, fired },
    /** Resolves when the current look has ended. */
    looked: () => looks.promise,
    look: () => {
      looks = Promise.withResolvers()
      due.shift()?.()
      return looks.promise
    },
  }
}

const above = (id: number, ticks: number, createdAtMs: number): WaitingAlert => ({
  ...{ id, symbol: 'VLNT', op: 'above', ticks, createdAtMs },
})
function frame(timeMs: number, ticks: number): MarketFrame {
  const trade = { symbol: 'VLNT', id: timeMs, timeMs, ticks, lots: 1, takerSide: 'buy' } as const
  return {
    ...{ epoch: 1, seq: 1, timeMs, full: false, indicative: false },
    symbols: [{ symbol: 'VLNT', bids: [], asks: [], trades: [trade], status: 'open' }],
  }
}

test('an alert that waits at the start is fired by a trade, also by one published while the alerts were being read', async () => {
  const { watch, fired, looked } = rig([above(1, 101, 5), above(2, 110, 5)])
  watch.saw(frame(10, 101))
  expect(fired).toEqual([])
  await looked()
  expect(fired).toEqual([{ id: 1, timeMs: 10, ticks: 101 }])
  watch.saw(frame(20, 111))
  expect(fired.map(({ id }) => id)).toEqual([1, 2])
})

test('a trade between the creation of an alert and the look that finds it fires it; an earlier trade does not', async () => {
  const { watch, table, fired, looked, look } = rig()
  await looked()
  watch.saw(frame(10, 105))
  watch.saw(frame(20, 101))
  table.changes = [
    { ...above(1, 101, 15), isWaiting: true },
    { ...above(2, 105, 15), isWaiting: true },
  ]
  await look()
  expect(fired).toEqual([{ id: 1, timeMs: 20, ticks: 101 }])
})

test('a deleted alert is no longer watched', async () => {
  const { watch, table, fired, looked, look } = rig([above(1, 101, 0)])
  await looked()
  table.changes = [{ ...above(1, 101, 0), isWaiting: false }]
  await look()
  watch.saw(frame(10, 101))
  expect(fired).toEqual([])
})

test('while the database is unavailable it continues with known alerts, and later reads from the same mark', async () => {
  const { watch, table, fired, looked, look } = rig([above(1, 101, 0)])
  await looked()
  await look()
  table.isAway = true
  await look()
  watch.saw(frame(10, 101))
  expect(fired.map(({ id }) => id)).toEqual([1])
  table.isAway = false
  await look()
  expect(table.asked).toEqual(['1', '2'])
})
