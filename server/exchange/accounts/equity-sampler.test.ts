import { describe, expect, test } from 'vitest'
import { ANN, BEN, engineOf, place } from '../../engine/engine.fixture.ts'
import { EquitySampler } from './equity-sampler.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** Ann and Ben have positions. */
function holders() {
  const engine = engineOf(`
    bid | price  | ask
        | 100.00 | 1000`)
  const sampler = new EquitySampler(engine, [], 0)
  const buy = (account: number, atMs: number) => {
    place(engine, { account, side: 'buy', lots: 1 })
    sampler.note(engine.drain(), atMs)
  }
  buy(ANN, 1)
  buy(BEN, 1)
  const sampledAt = (ms: number) => sampler.due(ms).map(({ account, atMs }) => [account, atMs / MINUTE_MS])
  return { engine, sampler, buy, sampledAt }
}

test('an account with a position is sampled once a minute', () => {
  const { sampledAt } = holders()
  expect(sampledAt(MINUTE_MS - 1)).toEqual([])
  expect(sampledAt(MINUTE_MS + 5)).toEqual([
    [ANN, 1],
    [BEN, 1],
  ])
  expect(sampledAt(MINUTE_MS + 6)).toEqual([])
  expect(sampledAt(4 * MINUTE_MS).map(([, minute]) => minute)).toEqual([4, 4])
})

test('after a recovery, accounts with positions are sampled from the next minute on', () => {
  const engine = engineOf('| 100.00 | 10')
  place(engine, { account: ANN, side: 'buy', lots: 1 })
  const sampler = new EquitySampler(engine, engine.positions(ANN), 5 * MINUTE_MS + 1)
  expect(sampler.due(5 * MINUTE_MS + 2)).toEqual([])
  expect(sampler.due(6 * MINUTE_MS)).toMatchObject([{ account: ANN, atMs: 6 * MINUTE_MS }])
})

test('a closed account is sampled no more', () => {
  const { engine, sampler, sampledAt } = holders()
  sampledAt(MINUTE_MS)
  engine.apply({ kind: 'account.deposit', account: ANN, cents: 1 }, MINUTE_MS + 1)
  sampler.note(engine.drain(), MINUTE_MS + 1)
  engine.apply({ kind: 'account.close', account: ANN }, MINUTE_MS + 2)
  expect(sampler.note(engine.drain(), MINUTE_MS + 2)).toEqual([])
  expect(sampledAt(2 * MINUTE_MS)).toEqual([[BEN, 2]])
})

test('an idle account is sampled once per step, and every minute again as soon as it trades', () => {
  const { sampler, buy, sampledAt } = holders()
  sampledAt(MINUTE_MS)
  sampler.rest(new Map([[BEN, HOUR_MS]]))
  expect(sampledAt(2 * MINUTE_MS)).toEqual([[ANN, 2]])
  expect(sampledAt(59 * MINUTE_MS)).toEqual([[ANN, 59]])
  expect(sampledAt(61 * MINUTE_MS)).toEqual([
    [ANN, 61],
    [BEN, 61], // the process did not run in the first minute of the hour
  ])
  expect(sampledAt(62 * MINUTE_MS)).toEqual([[ANN, 62]])
  buy(BEN, 62 * MINUTE_MS + 1)
  expect(sampledAt(63 * MINUTE_MS)).toEqual([
    [BEN, 63],
    [ANN, 63],
  ])
  expect(sampledAt(64 * MINUTE_MS)).toHaveLength(2)
})

test('a new list of idle accounts replaces the old one', () => {
  const { sampler, sampledAt } = holders()
  sampledAt(MINUTE_MS)
  sampler.rest(new Map([[BEN, HOUR_MS]]))
  sampler.rest(new Map([[ANN, HOUR_MS]]))
  expect(sampledAt(2 * MINUTE_MS)).toEqual([[BEN, 2]])
})

describe('an account without positions whose cash changes is sampled at once, since a new leader would not know', () => {
  const open = () => {
    const engine = engineOf(`
      bid  | price  | ask
           | 100.00 | 1000
      1000 |  99.00 |`)
    return { engine, sampler: new EquitySampler(engine, [], 0) }
  }

  test('by closing its last position', () => {
    const { engine, sampler } = open()
    place(engine, { account: ANN, side: 'buy', lots: 2 })
    expect(sampler.note(engine.drain(), 1)).toEqual([])
    place(engine, { account: ANN, side: 'sell', lots: 1, limitTicks: 9_900 })
    expect(sampler.note(engine.drain(), 2)).toEqual([])
    place(engine, { account: ANN, side: 'sell', lots: 1, limitTicks: 9_900 })
    expect(sampler.note(engine.drain(), 3)).toMatchObject([{ account: ANN, atMs: 3 }])
  })

  test('by a position that is opened and closed in one operation', () => {
    const { engine, sampler } = open()
    place(engine, { account: ANN, side: 'buy', lots: 2 })
    place(engine, { account: ANN, side: 'sell', lots: 2, limitTicks: 9_900 })
    expect(sampler.note(engine.drain(), 1)).toMatchObject([{ account: ANN, atMs: 1 }])
  })

  test('by a deposit, and not by an order that only rests', () => {
    const { engine, sampler } = open()
    place(engine, { account: ANN, side: 'buy', lots: 2, limitTicks: 9_800 })
    expect(sampler.note(engine.drain(), 1)).toEqual([])
    engine.apply({ kind: 'account.deposit', account: ANN, cents: 500 }, 2)
    expect(sampler.note(engine.drain(), 2)).toMatchObject([{ account: ANN, atMs: 2, cashCents: 10_000_500 }])
    place(engine, { account: ANN, side: 'buy', lots: 2 })
    sampler.note(engine.drain(), 3)
    engine.apply({ kind: 'account.deposit', account: ANN, cents: 500 }, 4)
    expect(sampler.note(engine.drain(), 4)).toEqual([])
  })
})
