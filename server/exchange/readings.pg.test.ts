import { afterEach, beforeEach, expect, test } from 'vitest'
import { ExchangeRig, good } from './exchange.fixture.ts'

let rig: ExchangeRig
let account = 0
beforeEach(async () => {
  rig = await ExchangeRig.open()
  account = await rig.openAccount('user-1')
})
afterEach(() => rig.close())

const metric = async (series: string) => (await rig.metric(series)) ?? 0

test('an unanswered commit counts as a fault, and the time in doubt and without commands is measured', async () => {
  expect(await metric('valiant_commits_total{outcome="committed"}')).toBeGreaterThan(0)
  expect(await metric('valiant_in_doubt_seconds_total')).toBe(0)
  const degradedBefore = await metric('valiant_degraded_seconds_total')
  expect(await metric('valiant_market_status{status="open"}')).toBe(1)

  rig.proxy.freeze()
  const beganMs = performance.now()
  const placed = rig.place(account, 'a', { type: 'limit', timeInForce: 'gtc', lots: 1, limitTicks: 5_000 })
  await expect.poll(() => metric('valiant_market_status{status="degraded"}')).toBe(1)
  await expect.poll(() => metric('valiant_in_doubt_seconds_total')).toBeGreaterThan(0.2)
  expect(await metric('valiant_market_status{status="open"}')).toBe(0)
  rig.proxy.mend()
  good(await placed)
  await expect.poll(() => metric('valiant_market_status{status="open"}')).toBe(1)

  const tookSeconds = (performance.now() - beganMs) / 1_000
  const degraded = (await metric('valiant_degraded_seconds_total')) - degradedBefore
  const inDoubt = await metric('valiant_in_doubt_seconds_total')
  expect(degraded).toBeGreaterThan(0.2)
  expect(degraded).toBeLessThan(tookSeconds)
  expect(inDoubt).toBeLessThanOrEqual(degraded + 0.1)
  expect(await metric('valiant_exchange_recoveries_total{cause="slow_commit"}')).toBeGreaterThanOrEqual(1)
  expect(await metric('valiant_exchange_recoveries_total{cause="defect"}')).toBe(0)
  expect(await metric('valiant_lease_changes_total{change="taken"}')).toBe(1)
  expect(await metric('valiant_lease_changes_total{change="renewed_epoch"}')).toBeGreaterThanOrEqual(1)
  // Both stay unchanged from now on.
  expect(await metric('valiant_in_doubt_seconds_total')).toBe(inDoubt)
})

test('gauges of the market disappear with the lead, and counters stay', async () => {
  expect(await rig.metric('valiant_accounts')).toBe(1)
  expect(await rig.metric('valiant_open_orders{symbol="VLNT"}')).toBe(0)
  good(await rig.rest(account, 'a'))
  expect(await rig.metric('valiant_open_orders{symbol="VLNT"}')).toBe(1)
  expect(await rig.metric('valiant_commands_waiting')).toBe(0)
  const batch = await metric('valiant_exchange_batch')
  // Without activity there is one batch per second.
  await expect.poll(() => metric('valiant_exchange_batch')).toBeGreaterThan(batch)
  const commits = await metric('valiant_commits_total{outcome="committed"}')
  await rig.stop()
  for (const gone of ['valiant_accounts', 'valiant_exchange_leader', 'valiant_book_crossed{symbol="VLNT"}']) {
    expect(await rig.metric(gone), gone).toBeUndefined()
  }
  expect(await metric('valiant_commits_total{outcome="committed"}')).toBeGreaterThanOrEqual(commits)
  expect(await metric('valiant_lease_changes_total{change="released"}')).toBe(1)
})
