import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { FiredAlert } from '@valiant/shared/protocol/alerts'
import type { FiredPriceAlert, Firing } from '../../journal/alerts.ts'
import { readInstruments } from '../../instruments.ts'
import { AlertFirings } from './alert-firings.ts'

const instruments = readInstruments(fileURLToPath(new URL('../../../db/instruments.json', import.meta.url)))

/** An in-memory table of alerts 1 to 9, and the alerts published; the test resolves `answers` itself. */
function rig() {
  const written = new Set<number>()
  const published: FiredAlert[] = []
  const asked: { firings: readonly Firing[]; answer: PromiseWithResolvers<FiredPriceAlert[]> }[] = []
  const due: (() => void)[] = []
  const firings = new AlertFirings({
    alerts: {
      fire: (firings) => {
        const answer = Promise.withResolvers<FiredPriceAlert[]>()
        asked.push({ firings, answer })
        return answer.promise
      },
    },
    broadcast: { publishAlert: (_account, alert) => void published.push(alert) },
    instruments,
    clock: {
      now: () => 0,
      after: (_ms, call) => {
        due.push(call)
        return () => undefined
      },
    },
    log: { warn: () => undefined },
  })
  /** Completes the last database call. */
  const write = () => {
    const { firings: last, answer } = asked.at(-1)!
    const fresh = last.filter(({ id }) => !written.has(id))
    for (const { id } of fresh) written.add(id)
    answer.resolve(
      fresh.map(({ id, timeMs, ticks }) => ({
        ...{ id, account: 7, symbol: 'VLNT', op: 'above', ticks: 1, note: undefined, createdAtMs: 0 },
        ...{ firedAtMs: timeMs, tradeTicks: ticks },
      })),
    )
    return answer.promise
  }
  return { firings, published, asked, due, write }
}

const firing = (id: number, ticks = 100): Firing => ({ id, timeMs: id, ticks })

test('an alert is published after its firing has been written, not before', async () => {
  const { firings, published, write } = rig()
  firings.add([firing(1)])
  expect(published).toEqual([])
  await write()
  await expect.poll(() => published).toMatchObject([{ firedAt: 1, tradePrice: '1.00' }])
})

test('an alert that fires again during or after the write is published once, with its first trade', async () => {
  const { firings, published, write, asked } = rig()
  firings.add([firing(1, 100)])
  firings.add([firing(1, 200), firing(2)])
  await write()
  await expect.poll(() => asked.length).toBe(2)
  await write()
  firings.add([firing(1, 300)])
  await expect.poll(() => asked.length).toBe(3)
  await write()
  await expect.poll(() => published.map(({ tradePrice }) => tradePrice)).toEqual(['1.00', '1.00'])
})

test('while the database is unavailable, firings wait; they are written and published when it is back', async () => {
  const { firings, published, asked, due, write } = rig()
  firings.add([firing(1)])
  asked[0]?.answer.reject(new Error('away'))
  await expect.poll(() => due.length).toBe(1)
  firings.add([firing(2)])
  expect(published).toEqual([])
  due.shift()?.()
  await expect.poll(() => asked.length).toBe(2)
  expect(asked[1]?.firings.map(({ id }) => id)).toEqual([1, 2])
  await write()
  await expect.poll(() => published.length).toBe(2)
})
