import type { AccountSnapshot } from '@valiant/shared/protocol/account'
import type { PlacedOrder } from '@valiant/shared/protocol/order'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Bars } from '../journal/bars.ts'
import { CorporateActions, type PlannedAction } from '../journal/corporate-actions.ts'
import { setMarketStatus } from '../journal/instruments.ts'
import { ExchangeRig, good } from './exchange.fixture.ts'
import { DAY_MS, nextSessionClose } from './market/session-close.ts'

let rig: ExchangeRig
let account = 0
beforeEach(async () => {
  rig = await ExchangeRig.open()
  account = await rig.openAccount('user-1')
})
afterEach(() => rig.close())

const resting = { type: 'limit', timeInForce: 'gtc' } as const
const schedule = (action: PlannedAction) => new CorporateActions(rig.database.queries).schedule(action)
const positionOf = ({ positions }: AccountSnapshot) => positions[0]
const middle = () => (rig.touch().bidTicks + rig.touch().askTicks) / 2
const balanceOf = (asset: string) =>
  rig.count(`SELECT amount AS count FROM balance WHERE account_id = ${account} AND asset = '${asset}'`)

/** Sets the status as an operator would, and waits until frames show that the exchange has seen it. */
async function setStatus(status: 'open' | 'halted' | 'closed') {
  expect(await setMarketStatus(rig.database.queries, 'VLNT', status)).toBe(true)
  await expect.poll(() => rig.statusOf('VLNT')).toBe(status)
}

describe('a halt', () => {
  test('allows cancels only, stops trading, is announced, and outlives a restart', async () => {
    good(await rig.rest(account, 'a'))
    await setStatus('halted')
    expect(rig.statuses.at(-1)).toMatchObject({ market: 'open', message: expect.stringContaining('VLNT is halted') as string }) // prettier-ignore
    expect(await rig.place(account, 'b')).toMatchObject({ error: { code: 'MARKET_HALTED' } })
    await rig.restart()
    expect(rig.statusOf('VLNT')).toBe('halted')
    expect(await rig.place(account, 'c')).toMatchObject({ error: { code: 'MARKET_HALTED' } })
    expect((await rig.account(account)).openOrders).toMatchObject([{ clientOrderId: 'a', status: 'open' }])
    good(await rig.place(account, 'd', { symbol: 'MERI' }))
    const traded = rig.marketFrames.flatMap(({ epoch, symbols }) => symbols.filter(({ symbol, trades }) => epoch === rig.epoch && symbol === 'VLNT' && trades.length > 0)) // prettier-ignore
    expect(traded).toEqual([])
    good(await rig.ask({ event: 'order.cancel', account, clientOrderId: 'a' }))
    await setStatus('open')
    await expect.poll(() => rig.touch().askTicks).toBeGreaterThan(rig.touch().bidTicks)
    expect(rig.touch().bidTicks).toBeGreaterThan(0)
    good(await rig.place(account, 'e'))
    expect(rig.statuses.at(-1)).not.toHaveProperty('message')
  })

  test('of the kind close refuses orders with MARKET_CLOSED', async () => {
    await setStatus('closed')
    expect(await rig.place(account, 'a')).toMatchObject({ error: { code: 'MARKET_CLOSED' } })
  })
})

describe('a halt that cancels orders', () => {
  const clear = () => setMarketStatus(rig.database.queries, 'VLNT', 'halted', { cancelsOrders: true })
  const stateOf = (id: string) => rig.ordersOf(account).get(id)

  test('cancels all users’ orders in that instrument with the reason halt, and no others', async () => {
    good(await rig.rest(account, 'a'))
    const limitTicks = rig.touch('MERI').bidTicks - 100
    good(await rig.place(account, 'other', { ...resting, symbol: 'MERI', limitTicks }))
    await clear()
    await expect.poll(() => stateOf('a')).toMatchObject({ status: 'canceled', reason: 'halt' })
    expect(rig.framesOf(account).at(-1)).toMatchObject({ cause: 'system', orders: [{ clientOrderId: 'a' }] })
    expect((await rig.account(account)).openOrders).toMatchObject([{ clientOrderId: 'other' }])
    await expect.poll(() => rig.statusOf('VLNT')).toBe('halted')
    await setStatus('open')
    good(await rig.rest(account, 'b'))
    expect((await rig.account(account)).openOrders).toHaveLength(2)
  })

  test('that was set while nobody led cancels them at the start, before any trade', async () => {
    good(await rig.rest(account, 'a'))
    await rig.stop()
    await clear()
    await rig.resume()
    await expect.poll(() => stateOf('a')).toMatchObject({ status: 'canceled', reason: 'halt' })
    expect((await rig.account(account)).openOrders).toEqual([])
  })
})

describe('a dividend', () => {
  test('is paid to holders, lowers resting buy orders and the price, and is applied once', async () => {
    good(await rig.place(account, 'a', { lots: 100 }))
    good(await rig.place(account, 'b', { ...resting, lots: 10, limitTicks: 5_000 }))
    const cash = await balanceOf('USD')
    const before = middle()
    await schedule({ symbol: 'VLNT', kind: 'dividend', centsPerLot: 200, atMs: Date.now() })
    await expect.poll(() => rig.framesOf(account).at(-1)?.cause).toBe('corporate_action')
    expect(await balanceOf('USD')).toBe(cash + 200 * 100)
    expect(rig.ordersOf(account).get('b')).toMatchObject({ limitPrice: '48.00', status: 'open' })
    const entries = `SELECT count(*) FROM ledger_entry WHERE kind = 'dividend' AND note = 'VLNT 2.00 per share'`
    expect(await rig.count(entries)).toBe(1)
    await expect.poll(middle).toBeLessThan(before - 150)
    const fallen = middle()
    await rig.restart()
    expect(Math.abs(middle() - fallen)).toBeLessThan(100) // a second dividend would take 200
    expect(await rig.count(entries)).toBe(1)
    expect(await balanceOf('USD')).toBe(cash + 200 * 100)
  })

  test('moves the whole market at once: nobody sells at the old price, and no trailing stop’s best price returns to it', async () => {
    good(await rig.place(account, 'a', { lots: 100 }))
    const trailing = { side: 'sell', type: 'trailing_stop', timeInForce: 'gtc', lots: 10, trailTicks: 1_000 } as const
    good(await rig.place(account, 't', trailing))
    const waterOf = () => Math.round(Number(rig.ordersOf(account).get('t')?.highWater) * 100)
    const before = { middle: middle(), water: waterOf() }
    const firstFrame = Promise.withResolvers<{ bidTicks: number }>()
    rig.broadcast.subscribe({
      ...{ market: () => undefined, accountSeq: () => undefined, alert: () => undefined },
      ...{ status: () => undefined, news: () => undefined, linked: () => undefined },
      account: (_, frame) => {
        if (frame.decoded().cause === 'corporate_action')
          void rig.nextMarketFrame().then(() => firstFrame.resolve(rig.touch()))
      },
    })
    await schedule({ symbol: 'VLNT', kind: 'dividend', centsPerLot: 200, atMs: Date.now() })
    expect((await firstFrame.promise).bidTicks).toBeLessThan(before.middle - 150)
    const untilMs = rig.nowMs + 2_000
    const waters: number[] = []
    const watched = async () => {
      waters.push(waterOf())
      await rig.nextMarketFrame()
      return rig.nowMs
    }
    await expect.poll(watched, { interval: 0 }).toBeGreaterThan(untilMs)
    // The price by itself hardly moves in this time.
    expect(Math.max(...waters)).toBeLessThan(before.water - 100)
  })
})

describe('an action that was applied but not committed', () => {
  test('is applied again, once, and the price falls once', async () => {
    good(await rig.place(account, 'a', { lots: 100 }))
    const cash = await balanceOf('USD')
    const before = middle()
    const body = `BEGIN RAISE 'the database goes away' USING ERRCODE = '57P01'; END`
    await rig.sql(`CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS $$ ${body} $$`)
    await rig.sql(`CREATE TRIGGER away BEFORE UPDATE ON corporate_action FOR EACH STATEMENT EXECUTE FUNCTION away()`)
    const { epoch } = rig
    await schedule({ symbol: 'VLNT', kind: 'dividend', centsPerLot: 200, atMs: Date.now() })
    const led = () => rig.count('SELECT epoch AS count FROM lease')
    await expect.poll(led).toBeGreaterThan(epoch + 1)
    expect(rig.framesOf(account).map(({ cause }) => cause)).not.toContain('corporate_action')
    await rig.sql('DROP TRIGGER away ON corporate_action')
    await expect.poll(() => balanceOf('USD')).toBe(cash + 200 * 100)
    await expect.poll(middle).toBeLessThan(before - 150)
    await rig.restart()
    expect(middle()).toBeGreaterThan(before - 270)
    expect(await rig.count(`SELECT count(*) FROM ledger_entry WHERE kind = 'dividend'`)).toBe(1)
  })
})

describe('a split', () => {
  const splitNow = () => schedule({ symbol: 'VLNT', kind: 'split', numerator: 2, denominator: 1, atMs: Date.now() })
  const bars = async (fromMs: number, toMs: number) =>
    new Bars(rig.database.queries).bars('1m', 'VLNT', { fromMs, toMs })

  /** Creates a position of 101 and a resting buy of 10 at 50.00, and reads the bars of the previous day. */
  async function before() {
    good(await rig.place(account, 'a', { lots: 101 }))
    good(await rig.place(account, 'b', { ...resting, lots: 10, limitTicks: 5_000 }))
    const toMs = Date.now() - 3 * 3_600_000
    const stretch = [toMs - DAY_MS, toMs] as const
    return { middle: middle(), snapshot: await rig.account(account), stretch, bars: await bars(...stretch) }
  }

  async function expectSplit(was: Awaited<ReturnType<typeof before>>) {
    const now = await rig.account(account)
    expect(now.openOrders).toMatchObject([{ clientOrderId: 'b', qty: '20', limitPrice: '25.00', status: 'open' }])
    expect(positionOf(now)).toMatchObject({ qty: '202' })
    expect(Number(positionOf(now)?.avgPrice)).toBeCloseTo(Number(positionOf(was.snapshot)?.avgPrice) / 2, 4)
    expect(Number(now.account.equity)).toBeCloseTo(Number(was.snapshot.account.equity), -2)
    expect([await balanceOf('VLNT'), now.account.cash]).toEqual([202, was.snapshot.account.cash])
    expect(Math.abs(middle() - was.middle / 2)).toBeLessThan(30)
    const after = await bars(...was.stretch)
    expect(after.map(({ startAtMs, trades }) => [startAtMs, trades])).toEqual(was.bars.map(({ startAtMs, trades }) => [startAtMs, trades])) // prettier-ignore
    for (const [i, bar] of after.entries()) {
      expect(Math.abs(bar.closeTicks - (was.bars[i]?.closeTicks ?? 0) / 2)).toBeLessThanOrEqual(0.5)
      expect(bar.volumeLots).toBe(2 * (was.bars[i]?.volumeLots ?? 0))
    }
    expect(await rig.count('SELECT count(*) FROM corporate_action WHERE restated')).toBe(1)
  }

  test('doubles positions and orders, and halves prices and their history', async () => {
    const was = await before()
    const { epoch } = rig
    await splitNow()
    await expect.poll(() => rig.epoch).toBeGreaterThan(epoch)
    const first = rig.marketFrames.find((frame) => frame.epoch === rig.epoch)
    expect(first).toMatchObject({ full: true, seq: 1, symbols: [{ symbol: 'VLNT', splits: 1 }, { splits: 0 }] })
    const frame = rig.framesOf(account).findLast(({ cause }) => cause === 'corporate_action')
    expect(frame).toMatchObject({ orders: [{ qty: '20' }], positions: [{ qty: '202' }] })
    await expectSplit(was)
    await rig.restart()
    await expectSplit(was)
    good(await rig.place(account, 'c', { lots: 1 }))
  })

  test('that rounds an order down to nothing cancels it with the reason admin', async () => {
    good(await rig.place(account, 'b', { ...resting, lots: 10, limitTicks: 5_000 }))
    await schedule({ symbol: 'VLNT', kind: 'split', numerator: 1, denominator: 20, atMs: Date.now() })
    await expect.poll(() => rig.ordersOf(account).get('b')).toMatchObject({ status: 'canceled', reason: 'admin' })
    expect(rig.framesOf(account).at(-1)).toMatchObject({ cause: 'corporate_action' })
  })

  test('in reverse keeps orders at prices that only the new book allows', async () => {
    good(await rig.place(account, 'a', { lots: 100 }))
    good(await rig.place(account, 's', { ...resting, side: 'sell', lots: 10, limitTicks: 12_000 }))
    await schedule({ symbol: 'VLNT', kind: 'split', numerator: 1, denominator: 10, atMs: Date.now() })
    const after = { status: 'open', limitPrice: '1200.00', qty: '1' }
    await expect.poll(() => rig.ordersOf(account).get('s')).toMatchObject(after)
    await rig.restart()
    expect((await rig.account(account)).openOrders).toMatchObject([after])
  })

  test('that was committed before the process died adjusts its bars at the next start', async () => {
    const was = await before()
    // A trigger blocks the adjustment of bars, as if the process had died before it.
    await rig.sql(`CREATE FUNCTION forbidden() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$`)
    await rig.sql(`CREATE TRIGGER not_now BEFORE UPDATE ON candle_1m FOR EACH STATEMENT EXECUTE FUNCTION forbidden()`)
    await splitNow()
    const applied = 'SELECT count(*) FROM corporate_action WHERE applied_batch IS NOT NULL AND NOT restated'
    await expect.poll(() => rig.count(applied)).toBe(1)
    await rig.stop()
    await rig.sql('DROP TRIGGER not_now ON candle_1m')
    await rig.resume()
    await expectSplit(was)
  })
})

describe('the day', () => {
  test('ends day orders at the session close of their instrument, also after a restart', async () => {
    const order = good(await rig.place(account, 'a', { ...resting, timeInForce: 'day', limitTicks: 5_000 }))
    const close = nextSessionClose({ open: '13:30', close: '20:00' }, rig.nowMs)
    expect(order).toMatchObject({ timeInForce: 'day', expireAt: close })
    await rig.restart()
    expect((await rig.account(account)).openOrders).toMatchObject([{ expireAt: close }])
    rig.aheadMs = close - Date.now() + 1_000
    await expect.poll(() => rig.ordersOf(account).get('a')).toMatchObject({ status: 'expired', reason: 'day_end' }) // prettier-ignore
  })

  test('is charged interest at midnight: missed days together, none twice', async () => {
    good(await rig.ask({ event: 'account.update', account, mode: 'margin' }))
    good(await rig.place(account, 'a', { lots: 1_800 }))
    good(await rig.place(account, 'b', { side: 'sell', symbol: 'MERI', lots: 100 }))
    const debt = -(await balanceOf('USD'))
    expect(debt).toBeGreaterThan(0)
    const today = Math.floor(rig.nowMs / DAY_MS)
    await rig.stop()
    rig.aheadMs = (today + 2) * DAY_MS + 1_000 - Date.now()
    await rig.resume()
    const charged = () => rig.sql<{ kind: string; cents: string }>(`SELECT kind, sum(amount)::text AS cents FROM ledger_entry WHERE kind IN ('interest', 'borrow') GROUP BY kind ORDER BY kind`) // prettier-ignore
    await expect.poll(async () => (await charged()).length).toBe(2)
    const first = await charged()
    const yearly = (-Number(first[1]?.cents) * 365) / 2 / debt
    expect(yearly).toBeGreaterThan(0.01)
    expect(yearly).toBeLessThan(0.3)
    const notes = await rig.sql<{ note: string }>(`SELECT note FROM ledger_entry WHERE kind IN ('interest', 'borrow') ORDER BY kind`) // prettier-ignore
    expect(notes.map(({ note }) => note)).toEqual([
      expect.stringMatching(/^borrow of MERI worth \d+\.\d\d for 2 days$/),
      `interest on ${(debt / 100).toFixed(2)} for 2 days`,
    ])
    await rig.restart()
    expect(await charged()).toEqual(first)
    expect(await rig.count('SELECT charged_day AS count FROM market_calendar')).toBe(today + 2)
  })
})

describe('the dead man’s switch', () => {
  const arm = (timeoutMs: number) =>
    rig.ask({ event: 'cancelAfter', account, timeoutMs, keepProtective: true }, { commandId: `r:${Math.random()}` })

  test('cancels when it is not renewed, in one frame, and leaves protective stops', async () => {
    good(await rig.place(account, 'p', {}))
    const stop = { side: 'sell', type: 'stop', stopTicks: 5_000, timeInForce: 'gtc', reduceOnly: true } as const
    good(await rig.place(account, 's', stop))
    good(await rig.rest(account, 'a'))
    good(await rig.rest(account, 'b'))
    const armed = good(await arm(300)) as { cancelAt: number }
    expect(armed.cancelAt).toBeGreaterThan(Date.now())
    await expect.poll(() => rig.ordersOf(account).get('a')).toMatchObject({ status: 'canceled', reason: 'dead_man' })
    expect(rig.framesOf(account).at(-1)?.orders).toHaveLength(2)
    expect((await rig.account(account)).openOrders).toMatchObject([{ clientOrderId: 's' }])
    expect(await rig.count('SELECT count(*) FROM dead_man')).toBe(0)
  })

  test('is turned off by 0', async () => {
    good(await rig.rest(account, 'a'))
    const { cancelAt } = good(await arm(400)) as { cancelAt: number }
    expect(good(await arm(0))).toEqual({})
    expect(await rig.count('SELECT count(*) FROM dead_man')).toBe(0)
    await expect.poll(() => rig.nowMs).toBeGreaterThan(cancelAt + 200)
    expect((await rig.account(account)).openOrders).toMatchObject([{ clientOrderId: 'a' }])
  })

  test('outlives a restart, and pauses while nobody can renew it', async () => {
    good(await rig.rest(account, 'a'))
    const { cancelAt } = good(await arm(5_000)) as { cancelAt: number }
    await rig.stop()
    rig.aheadMs = 60_000
    await rig.resume()
    expect((await rig.account(account)).openOrders).toHaveLength(1)
    const due = async () => rig.count('SELECT at_ms AS count FROM dead_man')
    await expect.poll(due).toBeGreaterThan(cancelAt + 55_000)
    await expect.poll(() => rig.ordersOf(account).get('a')).toMatchObject({ reason: 'dead_man' })
    expect(rig.nowMs).toBeGreaterThan(cancelAt + 59_000)
  })
})

test('marks continue over a restart, although the market opens at another price', async () => {
  good(await rig.place(account, 'a', { lots: 10 }))
  const markOf = async () => Number(positionOf(await rig.account(account))?.markPrice)
  const before = await markOf()
  await rig.reopenAt('VLNT', 0.9)
  const after = await markOf()
  expect(Math.abs(after - before)).toBeLessThan(0.05 * before)
  await expect.poll(markOf).toBeLessThan(0.95 * before)
})

test('equity is sampled every minute for accounts with a position, and for those that changed', async () => {
  const idle = await rig.openAccount('user-2')
  good(await rig.place(account, 'a', { lots: 10 }))
  const samples = (of: number) => rig.count(`SELECT count(*) FROM equity_sample WHERE account_id = ${of}`)
  for (const count of [2, 3]) {
    rig.aheadMs += 60_000
    await expect.poll(() => samples(account)).toBe(count)
  }
  expect(await samples(idle)).toBe(2)
  await rig.restart()
  rig.aheadMs += 60_000
  await expect.poll(() => samples(account)).toBe(4)
  expect(await samples(idle)).toBe(2)
})

test('two house trades with one resting order in a quantum make one frame, and seqs increase by one', async () => {
  // At night there is hardly any simulated trading.
  await rig.reopenUnder('VLNT', { takers: 10, bias: -0.4 })
  const { askTicks } = rig.touch()
  const orders = Array.from({ length: 5 }, (_, i) => rig.place(account, `a${i}`, { ...resting, side: 'buy', lots: 100, limitTicks: askTicks - 1 - i })) // prettier-ignore
  const placed = (await Promise.all(orders)).map(good) as PlacedOrder[]
  expect(placed).toHaveLength(5)
  let followed = 0
  /** The market may move away from the five orders, so one more is placed as the best bid. */
  const traded = async () => {
    const limitTicks = rig.touch().askTicks - 1
    good(await rig.place(account, `b${(followed += 1)}`, { ...resting, side: 'buy', lots: 1, limitTicks }))
    return rig.framesOf(account).filter(({ cause }) => cause === 'trade').length
  }
  await expect.poll(traded, { timeout: 60_000, interval: 500 }).toBeGreaterThan(1)
  const seqs = rig.framesOf(account).map(({ seq }) => seq)
  expect(seqs).toEqual(seqs.map((_, i) => i + 1))
})

describe('orders of disconnected accounts', () => {
  const hold = (holdMs: number, graceMs = 1_000) =>
    rig.ask({ event: 'connection.hold', account, graceMs, holdMs }).then(good)
  const watched = () => rig.count('SELECT count(*) FROM cancel_on_disconnect')

  test('are canceled in one frame when no gateway holds the account any longer; protective orders stay', async () => {
    good(await rig.place(account, 'p', {}))
    const stop = { side: 'sell', type: 'stop', stopTicks: 5_000, timeInForce: 'gtc', reduceOnly: true } as const
    good(await rig.place(account, 's', stop))
    good(await rig.rest(account, 'a'))
    await hold(60_000)
    await expect.poll(watched).toBe(1)
    await hold(200)
    await expect.poll(() => rig.ordersOf(account).get('a')).toMatchObject({ status: 'canceled', reason: 'dead_man' })
    expect((await rig.account(account)).openOrders).toMatchObject([{ clientOrderId: 's' }])
    await expect.poll(watched).toBe(0)
  })

  test('stay while the account is held, and are canceled by the next leader when nobody holds it then', async () => {
    good(await rig.rest(account, 'a'))
    await hold(60_000)
    await expect.poll(watched).toBe(1)
    await rig.restart()
    // A connected gateway reports again within the grace period.
    await hold(60_000)
    const heldUntil = rig.nowMs + 1_500
    await expect.poll(() => rig.nowMs).toBeGreaterThan(heldUntil)
    expect((await rig.account(account)).openOrders).toHaveLength(1)
    const endedAt = rig.nowMs
    await rig.restart()
    await expect.poll(() => rig.ordersOf(account).get('a')).toMatchObject({ reason: 'dead_man' })
    // Not before connected gateways have had time to report.
    expect(rig.ordersOf(account).get('a')?.updatedAt).toBeGreaterThanOrEqual(endedAt + 1_000)
    await expect.poll(watched).toBe(0)
  })

  test('are not canceled because the next leader’s clock is behind', async () => {
    good(await rig.rest(account, 'a'))
    await hold(60_000, 5_000)
    await expect.poll(watched).toBe(1)
    rig.aheadMs -= 60_000
    await rig.restart()
    // A connected gateway reports again within the grace period.
    for (let quanta = 0; quanta < 5; quanta++) await rig.nextMarketFrame()
    await hold(60_000, 5_000)
    expect((await rig.account(account)).openOrders).toHaveLength(1)
  })
})
