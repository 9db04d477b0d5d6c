import type { Answer } from '@valiant/shared/protocol/events'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { MarketFrame } from '../feed/market-frame.ts'
import { ExchangeRig, good, orderOf } from './exchange.fixture.ts'

let rig: ExchangeRig
let account = 0
beforeEach(async () => {
  rig = await ExchangeRig.open()
  account = await rig.openAccount('user-1')
})
afterEach(() => rig.close())

const resting = { type: 'limit', timeInForce: 'gtc' } as const
const last = () => rig.marketFrames.at(-1)
const market = () => rig.statuses.at(-1)?.market
const openOrders = async () => (await rig.account(account)).openOrders.map(({ clientOrderId }) => clientOrderId)
const rowsOf = (clientOrderId: string) =>
  rig.count(`SELECT count(*) FROM orders WHERE client_order_id = '${clientOrderId}'`)

/** Resolves once `count` more frames matching `isWanted` have been published. */
async function frames(count: number, isWanted: (frame: MarketFrame) => boolean): Promise<void> {
  const from = rig.marketFrames.length
  await expect.poll(() => rig.marketFrames.slice(from).filter(isWanted).length).toBeGreaterThanOrEqual(count)
}
const indicative = (count: number) => frames(count, (frame) => frame.indicative)

async function reopened(): Promise<void> {
  await expect.poll(() => market() === 'open' && last()?.indicative === false).toBe(true)
}

/** From now on the value of VLNT falls by about 5 % in ten seconds. */
const letFall = () => rig.reopenUnder('VLNT', { force: -0.005 })

/** Frames form one sequence without gaps; they are full at the start of an epoch and of an indicative market. */
function expectOneLine(): void {
  for (const [i, frame] of rig.marketFrames.entries()) {
    const before = rig.marketFrames[i - 1]
    if (before?.epoch !== frame.epoch) expect([frame.seq, frame.full]).toEqual([1, true])
    else expect(frame.seq).toBe(before.seq + 1)
    if (before !== undefined && frame.indicative && !before.indicative) expect(frame.full).toBe(true)
    if (before !== undefined && before.indicative && !frame.indicative)
      expect(frame.epoch).toBeGreaterThan(before.epoch)
  }
}

describe.each(['cut', 'freeze'] as const)('while Postgres is unavailable (%s)', (how) => {
  test('prices continue, marked as indicative, and the market returns with it', async () => {
    good(await rig.rest(account, 'a'))
    rig.proxy[how]()
    await indicative(10)
    expect(market()).toBe('degraded')
    rig.proxy.mend()
    await reopened()
    expectOneLine()
    expect(await openOrders()).toEqual(['a'])
    good(await rig.rest(account, 'b'))
  })
})

describe('an indicative market', () => {
  test('contains and fills no users’ orders, and the market reopens at its prices', async () => {
    await letFall()
    const limitTicks = rig.touch().bidTicks - 120
    const { orderId } = good(await rig.place(account, 'a', { ...resting, lots: 1_000, limitTicks })) as {
      orderId: string
    }
    await expect.poll(() => rig.lotsAt('VLNT', 'bids', limitTicks)).toBeGreaterThanOrEqual(1_000)
    rig.proxy.cut()
    await indicative(1)
    expect(rig.lotsAt('VLNT', 'bids', limitTicks)).toBeLessThan(1_000)
    await expect.poll(() => rig.touch().askTicks).toBeLessThan(limitTicks - 20)
    expect(rig.ordersOf(account).get('a')).toMatchObject({ status: 'open', filledQty: '0' })
    rig.proxy.mend()
    await reopened()
    const at = rig.marketFrames.findLastIndex((frame) => frame.indicative)
    // Before the outage others bid higher. Now the market is below the order, so whoever sees it first trades
    // with it, by the usual rules.
    const bidsAt = (frame: number) => shownAt(frame).bids.map(([ticks]) => ticks)
    const [best, next = 0] = bidsAt(at + 1)
    expect(best).toBe(limitTicks)
    expect(next / (bidsAt(at)[0] ?? 0)).toBeCloseTo(1, 1)
    await expect.poll(() => rig.ordersOf(account).get('a')?.filledQty).not.toBe('0')
    expect(rig.ordersOf(account).get('a')).toMatchObject({ orderId })
    expectOneLine()
  })

  test('publishes no trades and makes no bars', async () => {
    rig.proxy.cut()
    await indicative(40)
    const shown = rig.marketFrames.filter((frame) => frame.indicative)
    expect(shown.flatMap(({ symbols }) => symbols.flatMap(({ trades }) => trades))).toEqual([])
    rig.proxy.mend()
    await reopened()
    const [fromMs = 0, toMs = 0] = [shown[0]?.timeMs, shown.at(-1)?.timeMs]
    const bars = (where: string) => rig.count(`SELECT count(*) FROM candle_1s WHERE start_at_ms ${where}`)
    await expect.poll(() => bars(`> ${toMs + 1_000}`)).toBeGreaterThan(0)
    expect(await bars(`BETWEEN ${fromMs} AND ${toMs - 1_000}`)).toBe(0)
  })

  test('pauses dead man’s switches, but not the expiry of orders', async () => {
    await letFall()
    const limitTicks = rig.touch().bidTicks - 150
    good(await rig.place(account, 'held', { ...resting, limitTicks: 5_000 }))
    good(
      await rig.ask({ event: 'cancelAfter', account, timeoutMs: 5_000, keepProtective: false }, { commandId: 'r:1' }),
    )
    const gtd = { ...resting, timeInForce: 'gtd', limitTicks, expireAtMs: rig.nowMs + 2_000 } as const
    good(await rig.place(account, 'gtd', gtd))
    rig.proxy.cut()
    await expect.poll(() => rig.touch().askTicks).toBeLessThan(limitTicks - 20)
    await expect.poll(() => (last()?.timeMs ?? 0) > gtd.expireAtMs + 4_000).toBe(true)
    rig.proxy.mend()
    await reopened()
    // It expired before anyone could trade with it again.
    await expect
      .poll(() => rig.ordersOf(account).get('gtd'))
      .toMatchObject({ status: 'expired', reason: 'gtd', filledQty: '0' })
    expect(rig.ordersOf(account).get('held')).toMatchObject({ status: 'open' })
    await expect.poll(() => rig.ordersOf(account).get('held')).toMatchObject({ status: 'canceled', reason: 'dead_man' })
  })
})

test('a short outage postpones a dead man’s switch once, by its length', async () => {
  const timeMs = () => rig.count('SELECT max(time_ms) AS count FROM journal_batch')
  const dueMs = () => rig.count('SELECT at_ms AS count FROM dead_man')
  good(await rig.ask({ event: 'cancelAfter', account, timeoutMs: 60_000, keepProtective: true }, { commandId: 'r:1' }))
  const before = { dueMs: await dueMs(), timeMs: await timeMs() }
  rig.proxy.cut()
  await indicative(1)
  rig.proxy.mend()
  await reopened()
  await expect.poll(dueMs).toBeGreaterThan(before.dueMs)
  const postponedMs = (await dueMs()) - before.dueMs
  expect(postponedMs).toBeLessThanOrEqual((await timeMs()) - before.timeMs)
})

describe('a request during the outage', () => {
  test('is executed once if it is still valid, and never after it has expired', async () => {
    rig.proxy.cut()
    await expect.poll(market).toBe('degraded')
    const answers: Answer[] = []
    const late = { ...orderOf(account, 'late'), validUntilMs: rig.nowMs + 60_000 }
    void rig.ask(late, { commandId: 'o:late', expiresInMs: 100 }).then((answer) => answers.push(answer))
    await indicative(20)
    const wanted = rig.rest(account, 'wanted')
    rig.proxy.mend()
    good(await wanted)
    good(await rig.rest(account, 'after'))
    expect(answers).toEqual([])
    expect(await openOrders()).toEqual(['wanted', 'after'])
    expect(await rowsOf('late')).toBe(0)
  })
})

describe('a batch in doubt', () => {
  /**
   * The batch with that order is written, but its answer is lost: either only the answer is cut off, or everything
   * after it hangs.
   */
  const loseAnswer = (then: 'pass' | 'freeze') => {
    let isSent = false
    rig.proxy.watch((bytes) => {
      if (isSent) return then
      isSent = bytes.includes('in-doubt')
      return isSent ? 'cut_answer' : 'pass'
    })
  }

  test.each(['pass', 'freeze'] as const)('that was written is published once (%s)', async (then) => {
    const seqBefore = rig.framesOf(account).at(-1)?.seq ?? 0
    loseAnswer(then)
    const asked = rig.rest(account, 'in-doubt')
    if (then === 'freeze') {
      await indicative(10)
      rig.proxy.mend()
    }
    good(await asked)
    await reopened()
    expect(await rowsOf('in-doubt')).toBe(1)
    good(await rig.rest(account, 'b'))
    const seqs = rig.framesOf(account).map(({ seq }) => seq)
    expect(seqs.filter((seq) => seq > seqBefore)).toEqual([seqBefore + 1, seqBefore + 2])
    expect(rig.statuses.map((status) => status.market)).toContain('degraded')
    expectOneLine()
  })

  test('shows its trades while prices are indicative', async () => {
    loseAnswer('freeze')
    const asked = rig.place(account, 'in-doubt')
    await indicative(5)
    rig.proxy.mend()
    good(await asked)
    await reopened()
    const [fill] = rig.framesOf(account).flatMap(({ fills }) => fills)
    const published = rig.marketFrames.flatMap(({ symbols }) => symbols.flatMap(({ trades }) => trades))
    expect(published.map(({ id }) => String(id))).toContain(fill?.tradeId)
    expectOneLine()
  })
})

test('a reopening that fails after its first frame continues with indicative prices in its epoch', async () => {
  rig.proxy.cut()
  await indicative(5)
  const { epoch } = rig
  // The first batch of the next epoch is written, but its answer is late.
  let isSent = false
  rig.proxy.mend()
  rig.proxy.watch((bytes) => {
    if (isSent) return 'freeze'
    isSent = bytes.includes('journal/commit-batch')
    return 'pass'
  })
  await expect.poll(() => isSent).toBe(true)
  await indicative(30)
  rig.proxy.mend()
  await reopened()
  expect(rig.epoch).toBeGreaterThan(epoch + 1)
  good(await rig.rest(account, 'a'))
  expectOneLine()
})

describe('a slow Postgres', () => {
  test('that takes 0.3 s per commit is waited for without notice', async () => {
    rig.proxy.slow(300)
    for (const id of ['a', 'b', 'c']) good(await rig.rest(account, id))
    expect(rig.statuses.map((status) => status.market)).not.toContain('degraded')
    expect(rig.marketFrames.some((frame) => frame.indicative)).toBe(false)
  })

  test('that takes 0.6 s leads to indicative prices when two commits in a row held back all prices', async () => {
    const firstSent = Promise.withResolvers<undefined>()
    rig.proxy.watch((bytes) => {
      if (bytes.includes('journal/commit-batch')) firstSent.resolve(undefined)
      return 'pass'
    })
    // The next frame is made in 50 ms, after the first order has been sent.
    await rig.nextMarketFrame()
    rig.proxy.slow(600)
    const first = rig.rest(account, 'first')
    await firstSent.promise
    const second = rig.rest(account, 'second')
    await indicative(1)
    expect(market()).toBe('degraded')
    good(await first)
    good(await second)
    await reopened()
    expect(await openOrders()).toEqual(['first', 'second'])
    expectOneLine()
  })

  test('that takes 1.5 s has its answers published, leads to indicative prices, and is used again when it is fast', async () => {
    rig.proxy.slow(1_500)
    const asked = rig.rest(account, 'a')
    await indicative(5)
    expect(market()).toBe('degraded')
    rig.proxy.mend()
    good(await asked)
    await reopened()
    expect(await openOrders()).toEqual(['a'])
    expectOneLine()
  })
})

test('a leader that is cut off publishes nothing that its successor contradicts', async () => {
  good(await rig.rest(account, 'a'))
  const { epoch } = rig
  rig.proxy.cut()
  await indicative(5)
  const other = new pg.Client({ connectionString: rig.url })
  await other.connect()
  await other.query('SELECT pg_advisory_lock(42, $1::int)', [epoch + 1])
  await other.query(
    `UPDATE lease SET epoch = epoch + 1, holder = 'another', expires_at = clock_timestamp() + interval '60 s'`,
  )
  await indicative(5)
  expect(last()?.epoch).toBe(epoch)
  rig.proxy.mend()
  let count = 0
  const isSilent = () => count === (count = rig.marketFrames.length)
  await expect.poll(isSilent, { interval: 500 }).toBe(true)
  expect(rig.epoch).toBe(epoch)
  expect(market()).toBe('degraded')
  await other.end()
  await reopened()
  expect(rig.epoch).toBeGreaterThan(epoch + 1)
  expect(await openOrders()).toEqual(['a'])
})

test('a snapshot of what has been published is stored every second, also while prices are indicative', async () => {
  const { snapshots } = rig
  rig.proxy.cut()
  await expect.poll(() => snapshots.at(-1)?.indicative).toBe(true)
  rig.proxy.mend()
  await reopened()
  good(await rig.place(account, 'a'))
  const count = snapshots.length
  await expect.poll(() => snapshots.length).toBeGreaterThan(count + 1)
  for (const snapshot of snapshots) {
    const at = rig.marketFrames.findIndex(({ epoch, seq }) => epoch === snapshot.epoch && seq === snapshot.seq)
    expect(at).toBeGreaterThanOrEqual(0)
    expect(snapshot).toMatchObject({ full: true, indicative: rig.marketFrames[at]?.indicative })
    const vlnt = snapshot.symbols.find(({ symbol }) => symbol === 'VLNT')
    const { bids, asks, trades } = shownAt(at)
    expect([vlnt?.bids, vlnt?.asks, vlnt?.trades]).toEqual([bids, asks, []])
    expect(vlnt?.recent).toEqual(trades.slice(-100))
  }
})

/** What clients had seen of VLNT after a frame: its book, best prices first, and all its trades. */
function shownAt(at: number) {
  const shown = rig.marketFrames.slice(0, at + 1)
  const begin = shown.findLastIndex(({ full }) => full)
  const changesOf = (some: readonly MarketFrame[]) =>
    some.flatMap(({ symbols }) => symbols.filter(({ symbol }) => symbol === 'VLNT'))
  const levels = (side: 'bids' | 'asks', order: 1 | -1) => {
    const all = new Map(changesOf(shown.slice(begin)).flatMap((change) => change[side]))
    return [...all].filter(([, lots]) => lots > 0).sort(([a], [b]) => order * (a - b))
  }
  return {
    bids: levels('bids', -1),
    asks: levels('asks', 1),
    trades: changesOf(shown).flatMap(({ trades }) => trades),
  }
}
