import { labelOf } from '@valiant/shared/protocol/instrument-label'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { toWireNews } from '../../feed/news.ts'
import { CorporateActions, type PlannedAction } from '../../journal/corporate-actions.ts'
import { setMarketStatus } from '../../journal/instruments.ts'
import { News } from '../../journal/news.ts'
import { LatentValue } from '../../simulator/price-process/latent-value.ts'
import type { InstrumentState } from '../../simulator/state.ts'
import { ExchangeRig, INSTRUMENTS } from '../exchange.fixture.ts'
import { toSimulated } from '../market/simulated.ts'

let rig: ExchangeRig
beforeEach(async () => {
  rig = await ExchangeRig.open()
})
afterEach(() => rig.close())

const actions = () => new CorporateActions(rig.database.queries)
const schedule = (action: PlannedAction) => actions().schedule(action)
const headlines = () => rig.news.map(({ headline }) => headline)
/** The stored news of all leaders, oldest first, in wire format. */
async function kept() {
  const items = await new News(rig.database.queries).list({ symbol: undefined, before: undefined, limit: 100 })
  return items
    .filter(({ epoch }) => epoch > 0)
    .map((item) => ({ epoch: item.epoch, ...toWireNews(item) }))
    .reverse()
}
/** Verifies that nothing else is published: a repeated item would come before the one published here. */
async function expectNothingElse() {
  const before = headlines()
  expect(await setMarketStatus(rig.database.queries, 'MERI', 'halted')).toBe(true)
  await expect.poll(headlines).toEqual([...before, 'Trading in Meridian Bank (MERI) is halted'])
}

test('a halt and its end are published once, and not again by a new leader', async () => {
  await setMarketStatus(rig.database.queries, 'VLNT', 'halted')
  await expect.poll(() => rig.news).toMatchObject([{ kind: 'halt', symbol: 'VLNT', epoch: rig.epoch }])
  const [halt] = rig.news
  expect(halt?.time).toBeLessThanOrEqual(Date.now())
  await rig.restart()
  await setMarketStatus(rig.database.queries, 'VLNT', 'open')
  await expect.poll(() => rig.news.map(({ kind }) => kind)).toEqual(['halt', 'resume'])
  await setMarketStatus(rig.database.queries, 'VLNT', 'closed')
  await expect.poll(() => rig.news.map(({ kind }) => kind)).toEqual(['halt', 'resume', 'close'])
  const ids = rig.news.map(({ id }) => id)
  expect(ids.toSorted()).toEqual(ids)
  await expectNothingElse()
  await expect.poll(kept).toEqual(rig.news)
})

test('a dividend is announced when it is scheduled and when it is canceled', async () => {
  const id = await schedule({ symbol: 'VLNT', kind: 'dividend', centsPerLot: 25, atMs: Date.UTC(2099, 0, 1) })
  const planned = 'Valiant Exchange Group (VLNT) will pay a dividend of $0.25 a share on 1 January 2099 at 00:00 UTC'
  await expect.poll(headlines).toEqual([planned])
  await rig.restart()
  expect(await actions().cancel(id)).toBe(true)
  const calledOff =
    'The dividend of Valiant Exchange Group (VLNT) that was due on 1 January 2099 at 00:00 UTC is called off'
  await expect.poll(headlines).toEqual([planned, calledOff])
  await expectNothingElse()
})

test('a dividend that was applied but not committed is published once, with its commit; the fall in price is not published', async () => {
  const body = `BEGIN RAISE 'the database goes away' USING ERRCODE = '57P01'; END`
  await rig.sql(`CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS $$ ${body} $$`)
  await rig.sql(`CREATE TRIGGER away BEFORE UPDATE ON corporate_action FOR EACH STATEMENT EXECUTE FUNCTION away()`)
  const { epoch } = rig
  await schedule({ symbol: 'VLNT', kind: 'dividend', centsPerLot: 200, atMs: Date.now() })
  const led = () => rig.count('SELECT epoch AS count FROM lease')
  await expect.poll(led).toBeGreaterThan(epoch + 1)
  expect(headlines()).toEqual([])
  await rig.sql('DROP TRIGGER away ON corporate_action')
  const paid = 'Valiant Exchange Group (VLNT) has paid a dividend of $2.00 a share'
  await expect.poll(headlines).toEqual([paid])
  const [{ epoch: publishedIn, time } = { epoch: 0, time: 0 }] = rig.news
  expect(publishedIn).toBeGreaterThan(epoch)
  // By then a jump would have been published.
  await expect.poll(() => rig.marketFrames.at(-1)?.timeMs).toBeGreaterThan(time + 4_000)
  await rig.restart()
  await expectNothingElse()
})

test('a split is published by the leader that applies it', async () => {
  await schedule({ symbol: 'VLNT', kind: 'split', numerator: 2, denominator: 1, atMs: Date.now() })
  await expect.poll(headlines).toEqual(['Valiant Exchange Group (VLNT) has been split 2 for 1'])
  await expect.poll(() => rig.epoch).toBeGreaterThan(rig.news[0]?.epoch ?? 0)
  await expectNothingElse()
})

test('a first history contains the news that moved its prices, and a new leader does not generate it again', async () => {
  const news = new News(rig.database.queries)
  const drawn = () => news.list({ symbol: undefined, before: { epoch: 1, number: 1 }, limit: 1_000 })
  const before = await drawn()
  expect(before.length).toBeGreaterThan(0)
  for (const { epoch, kind, timeMs, symbol, headline } of before) {
    expect([epoch, kind, timeMs < Date.now()]).toEqual([0, 'jump', true])
    if (symbol !== undefined) expect(headline).toContain(`(${labelOf(listedAs(symbol).wire)})`)
  }
  const times = before.map(({ timeMs }) => timeMs)
  expect(times.toSorted((a, b) => b - a)).toEqual(times)
  await rig.restart()
  expect(await drawn()).toEqual(before)
})

const listedAs = (symbol: string) => INSTRUMENTS.find(({ wire }) => wire.symbol === symbol)!

/** The same instrument in a state where the next step of its value draws a jump. */
function aboutToJump(instrument: InstrumentState): InstrumentState {
  const value = LatentValue.restore(toSimulated(listedAs(instrument.symbol)), instrument.value)
  for (;;) {
    const { rng } = value.save()
    if (value.step(0, 0.5, { market: 0, sector: 0, commonJump: 0 }) !== 0) {
      return { ...instrument, value: { ...instrument.value, rng } }
    }
  }
}

test('a drawn jump is published after prices have followed, and not drawn again by a new leader', async () => {
  await rig.stop()
  await rig.bend('VLNT', aboutToJump)
  await rig.resume()
  await expect.poll(() => rig.news).toMatchObject([{ kind: 'jump', symbol: 'VLNT', epoch: rig.epoch }])
  const [jump] = rig.news
  expect(jump?.headline).toMatch(/^The price of Valiant Exchange Group \(VLNT\) has (risen|fallen) by about 0\.\d\d%$/)
  await rig.restart()
  await expectNothingElse()
})
