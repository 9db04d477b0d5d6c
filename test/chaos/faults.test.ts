import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Arena } from './arena.ts'
import { FINAL_MS, type TradingRun } from './trading-run.ts'
import { executedAfterDenial, judge } from './judge.ts'
import { linesOf } from './report.ts'
import { ROWS } from './rows.ts'
import { openTradingRun } from './rows/open-trading-run.ts'
import { type SentOrder, TradingLog } from './trading-log.ts'

/*
 * The short form of `npm run chaos`: every fault once or twice, and only absurd times count. The row that mostly waits for
 * one server's ping timeout has its own test (test/protocol/silent-readers.test.ts).
 */

let opened: Arena | undefined
beforeAll(async () => {
  opened = await Arena.open({ collectsDenied: true })
}, 240_000)
afterAll(async () => {
  await opened?.[Symbol.asyncDispose]()
})
const arenaOf = (): Arena => {
  if (opened === undefined) throw new Error('expected the servers to run')
  return opened
}

it.each(ROWS.filter(({ name }) => name !== 'silent-readers'))(
  '$title: nothing acked is lost, doubled or contradicted',
  { timeout: 240_000 },
  async (row) => {
    const result = await row.run(arenaOf(), { isLong: false })
    console.log(linesOf({ row, result, error: undefined }).join('\n'))
    expect(result.misses).toEqual([])
  },
)

it('no order that a row reported as not executed has executed since', { timeout: 30_000 }, async () => {
  const { databaseUrl, denied = [] } = arenaOf()
  expect(denied.length).toBeGreaterThan(0)
  // Usually that time has passed long ago, because the last rows report few or run elsewhere.
  const finalAt = Math.max(...denied.map(({ reportedAt }) => reportedAt)) + FINAL_MS
  await delay(Math.max(0, finalAt - Date.now()))
  expect(await executedAfterDenial(databaseUrl, denied)).toEqual([])
})

it('the judge finds planted faults: an ack without a row, an execution that was denied, a second answer, a second fill', async () => {
  const arena = arenaOf()
  const run = await openTradingRun(arena, { isLong: false, via: 'haproxy' })
  await expect.poll(() => ackedOf(run).length).toBeGreaterThan(20)
  const [first, second, third] = ackedOf(run)
  expect((await run.close()).misses).toEqual([])
  if (first === undefined || second === undefined || third?.reported?.as !== 'acked') throw new Error('expected acks')

  using log = new TradingLog()
  const denied = { code: 'UNAVAILABLE', message: '', outcome: 'not_executed' } as const
  const refusal = { ...second, reported: { as: 'refused', error: denied } } as const
  expect(await executedAfterDenial(arena.databaseUrl, [refusal])).toEqual([
    expect.stringContaining(second.order.clientOrderId),
  ])
  log.add({ ...first, order: { ...first.order, clientOrderId: 'never-sent' } })
  log.add(refusal)
  log.add(third)
  const again = new Map([[third, { as: 'refused', error: denied } as const]])
  // This must be the last test, because after the planted fill the books do not balance any more.
  const client = await arena.connection()
  try {
    await client.query(`${COPY_FILL} WHERE client_order_id = $1 LIMIT 1`, [third.order.clientOrderId])
    const verdict = await judge(arena.databaseUrl, log, { again, fromMs: 0, toMs: Date.now() })
    expect(verdict.lost).toEqual([expect.stringContaining('never-sent')])
    expect(verdict.contradicted).toEqual([
      expect.stringContaining(second.order.clientOrderId),
      expect.stringContaining(third.order.clientOrderId),
    ])
    expect(verdict.doubled).toEqual([expect.stringContaining(third.order.clientOrderId)])
    expect(verdict.auditFaults).not.toEqual([])
  } finally {
    await client.end()
  }
}, 120_000)

const COPY_FILL = `INSERT INTO fill (fill_id, order_id, symbol, side, ticks, lots, value_cents, fee_cents, liquidity,
    realized_cents, trade_id, time_ms, batch)
  SELECT fill_id + 1000000, f.order_id, f.symbol, f.side, ticks, f.lots, value_cents, fee_cents, liquidity, realized_cents, -1, time_ms, f.batch
  FROM fill f JOIN orders o USING (order_id)`

/** Acknowledged orders with fills. */
const ackedOf = (run: TradingRun): SentOrder[] =>
  run.log.latestOrders.filter(({ reported }) => reported?.as === 'acked' && reported.order.fills.length > 0)
