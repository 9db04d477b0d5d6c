import { beforeEach, expect, test } from 'vitest'
import { Alerts, FORGOTTEN_AT_ONCE_MAX, type NewAlert } from './alerts.ts'
import { batchOf } from './batch.fixture.ts'
import { CorporateActions } from './corporate-actions.ts'
import { ALICE, journalForEach, open } from './journal.fixture.ts'

const at = journalForEach()
let alerts: Alerts
beforeEach(async () => {
  await open(at.journal)
  alerts = new Alerts(at.database.queries)
})

const newAlert = (more: Partial<NewAlert> = {}): NewAlert => ({
  ...{ account: ALICE, symbol: 'VLNT', op: 'above', ticks: 101, note: undefined, requestId: undefined, max: 3 },
  ...more,
})
async function made(more: Partial<NewAlert> = {}) {
  const outcome = await alerts.create(newAlert(more))
  if (typeof outcome === 'string') throw new Error(`expected an alert, found ${outcome}`)
  return outcome.alert
}
const fire = (...ids: number[]) => alerts.fire(ids.map((id) => ({ id, timeMs: 50, ticks: 102 })))
const list = async () => (await alerts.list(ALICE, 2)).map(({ id }) => id)

test('a repeated request id creates no second alert; with other content it is rejected', async () => {
  const first = await alerts.create(newAlert({ requestId: 'a', note: 'look' }))
  expect(first).toMatchObject({ isRepeated: false, alert: { ticks: 101, note: 'look', account: ALICE } })
  expect(await alerts.create(newAlert({ requestId: 'a', note: 'look' }))).toMatchObject({
    ...{ isRepeated: true, alert: (first as { alert: object }).alert },
  })
  expect(await alerts.create(newAlert({ requestId: 'a', note: 'other' }))).toBe('other')
  expect(await list()).toHaveLength(1)
})

test('concurrent requests with one id create one alert, and concurrent requests cannot exceed the limit', async () => {
  const same = await Promise.all([1, 2, 3, 4].map(() => alerts.create(newAlert({ requestId: 'a' }))))
  expect(same.filter((one) => typeof one === 'object' && !one.isRepeated)).toHaveLength(1)
  const many = await Promise.all([1, 2, 3, 4].map(() => alerts.create(newAlert())))
  expect(many.filter((one) => one === 'full')).toHaveLength(2)
  expect(await list()).toHaveLength(3)
})

test('a fired or deleted alert no longer counts toward the limit', async () => {
  const [one, other] = [await made(), await made()]
  await made()
  expect(await alerts.create(newAlert())).toBe('full')
  await fire(one.id)
  await made()
  expect(await alerts.delete({ account: ALICE, id: other.id, requestId: undefined })).toBe('deleted')
  await made()
  expect(await alerts.create(newAlert())).toBe('full')
})

test('a repeated request id deletes no second alert; only existing alerts of the same account can be deleted', async () => {
  const [{ id }, other] = [await made({ requestId: 'a' }), await made()]
  const deletion = { account: ALICE, id, requestId: 'd' }
  expect(await alerts.delete({ ...deletion, account: ALICE + 1 })).toBe('none')
  expect(await alerts.delete(deletion)).toBe('deleted')
  expect(await alerts.delete(deletion)).toBe('repeated')
  expect(await alerts.delete({ ...deletion, requestId: 'e' })).toBe('none')
  expect(await alerts.delete({ ...deletion, id: other.id })).toBe('other')
  expect(await alerts.delete({ account: ALICE, id: other.id, requestId: 'a' })).toBe('other')
  expect(await alerts.create(newAlert({ requestId: 'd' }))).toBe('other')
  expect(await list()).toEqual([other.id])
})

test('an alert fires once, and not when it was deleted', async () => {
  const [one, gone] = [await made({ note: 'look' }), await made()]
  await alerts.delete({ account: ALICE, id: gone.id, requestId: undefined })
  expect(await fire(one.id, gone.id)).toEqual([{ ...one, firedAtMs: 50, tradeTicks: 102 }])
  expect(await fire(one.id, gone.id)).toEqual([])
})

test('a fired alert is unsent until it is marked; a deleted one need not be sent', async () => {
  const [one, gone] = [await made(), await made()]
  await made()
  await fire(one.id, gone.id)
  await alerts.delete({ account: ALICE, id: gone.id, requestId: undefined })
  expect(await alerts.unsent([ALICE + 1])).toEqual([])
  expect(await alerts.unsent([ALICE])).toMatchObject([{ id: one.id, firedAtMs: 50 }])
  await alerts.markSent([one.id])
  expect(await alerts.unsent([ALICE])).toEqual([])
})

test('the list has all waiting alerts and the latest fired ones, newest first', async () => {
  const waits = await made()
  const fired = []
  for (let i = 0; i < 3; i++) {
    fired.push((await made()).id)
    await fire(fired.at(-1)!)
  }
  expect(await list()).toEqual([fired[2], fired[1], waits.id])
})

test('the leader pages through waiting alerts and sees the changes after a mark', async () => {
  const [one, other] = [await made(), await made()]
  expect((await alerts.waiting(0, 1)).map(({ id }) => id)).toEqual([one.id])
  expect((await alerts.waiting(one.id, 10)).map(({ id }) => id)).toEqual([other.id])
  const mark = await alerts.mark()
  await fire(one.id)
  await alerts.delete({ account: ALICE, id: other.id, requestId: undefined })
  const third = await made({ op: 'below' })
  expect(await alerts.changes(mark)).toMatchObject([
    { id: one.id, isWaiting: false },
    { id: other.id, isWaiting: false },
    { id: third.id, isWaiting: true, op: 'below', ticks: 101, symbol: 'VLNT' },
  ])
  // A mark is before any open transaction, also one in another test's database.
  await expect.poll(async () => await alerts.changes(await alerts.mark())).toEqual([])
  // As after a restore into another Postgres, whose transaction ids are lower.
  await at.database.queries.none("UPDATE price_alert SET changed_by = '999999999999' WHERE alert_id = $1", [third.id])
  expect((await alerts.changes(mark)).map(({ id }) => id)).toEqual([one.id, other.id])
})

test('a change whose transaction was open at the mark is not missed', async () => {
  let mark = ''
  await at.database.queries.tx(async (t) => {
    await t.none('SET LOCAL transaction_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0')
    await t.none(`INSERT INTO price_alert (account_id, symbol, op, price_ticks, created_at_ms)
                  VALUES (${ALICE}, 'VLNT', 'above', 5, 1)`)
    await made()
    mark = await alerts.mark()
  })
  expect((await alerts.changes(mark)).map(({ ticks }) => ticks)).toContain(5)
})

test('a split adjusts the prices of waiting alerts once, rounded away from the market', async () => {
  const [above, below] = [await made({ ticks: 101 }), await made({ op: 'below', ticks: 101 })]
  const other = await made({ symbol: 'NOVA' })
  const actions = new CorporateActions(at.database.queries)
  const atMs = Date.now() + 1_000
  const split = await actions.schedule({ symbol: 'VLNT', atMs, kind: 'split', numerator: 2, denominator: 1 })
  await at.journal.commit(batchOf({ batch: 2, timeMs: atMs, corporateActions: [split] }))
  await actions.restate(split)
  await actions.restate(split)
  const ticksOf = new Map((await alerts.waiting(0, 10)).map(({ id, ticks }) => [id, ticks]))
  expect([above, below, other].map(({ id }) => ticksOf.get(id))).toEqual([51, 50, 101])
})

test('deleted alerts are removed after a day, fired ones after thirty', async () => {
  const [waits, fired, gone] = [await made(), await made(), await made()]
  await fire(fired.id)
  await alerts.delete({ account: ALICE, id: gone.id, requestId: 'd' })
  const rows = () => at.database.queries.any<unknown>('SELECT FROM price_alert')
  await alerts.forget(Date.now())
  // It fired in 1970.
  expect(await rows()).toHaveLength(2)
  await alerts.forget(Date.now() + 2 * 86_400_000)
  expect(await list()).toEqual([waits.id])
  expect(await rows()).toHaveLength(1)
})

test('removals beyond the limit of one statement are done in parts', async () => {
  const waits = await made()
  await at.database.queries.none(
    `INSERT INTO price_alert (account_id, symbol, op, price_ticks, created_at_ms, fired_at_ms, trade_ticks, deleted_at_ms)
     SELECT $1, 'VLNT', 'above', 5, 1, CASE WHEN n % 3 > 0 THEN n END, CASE WHEN n % 3 > 0 THEN 5 END,
       CASE WHEN n % 3 < 2 THEN n END
     FROM generate_series(1, $2) n`,
    [ALICE, 3 * FORGOTTEN_AT_ONCE_MAX + 1],
  )
  await alerts.forget(Date.now())
  expect(await at.database.queries.any('SELECT alert_id::int AS id FROM price_alert')).toEqual([{ id: waits.id }])
})
