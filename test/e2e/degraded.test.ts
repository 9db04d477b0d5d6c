import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { DESKTOP, launchBrowser, newVisitor, PHONE, watch, type WatchedPage } from '../rig/browser.ts'
import { type FaultProxy, openFaultProxy } from '../rig/fault-proxy.ts'
import { freshDatabase } from '../rig/postgres.ts'
import { startServer, type TestServer } from '../rig/server.ts'
import { barriers } from './axe-violations.ts'
import {
  button,
  buyFirst,
  list,
  live,
  openOrders,
  position,
  receipt,
  send,
  sentence,
  start,
  typeLimit,
  view,
} from './desk.ts'
import { smallMarket } from './small-market.ts'

/* Postgres is unreachable: the server runs, orders are refused, and prices continue without users' orders. */

const WORDS = 'The exchange can’t take orders for the moment; prices are indicative.'

const parts = new AsyncDisposableStack()
let proxy: FaultProxy
let server: TestServer
let browser: Browser
beforeAll(async () => {
  const database = parts.use(await freshDatabase())
  const url = new URL(database.url)
  proxy = parts.use(await openFaultProxy({ host: url.hostname, port: Number(url.port) }))
  url.port = String(proxy.port)
  const { INSTRUMENTS_FILE } = parts.use(await smallMarket())
  server = parts.use(await startServer({ DATABASE_URL: url.href, INSTRUMENTS_FILE }))
  browser = await launchBrowser()
  parts.defer(() => browser.close())
})
// Also after a failed test, because its retry needs the database.
afterEach(() => proxy.mend())
afterAll(() => parts.disposeAsync())

/** A visitor with a position and a resting order. */
async function owner(options: typeof DESKTOP): Promise<WatchedPage & { readonly symbol: string }> {
  const visitor = await newVisitor(browser, server.url, options)
  const { page } = visitor
  const { symbol } = await buyFirst(page)
  await typeLimit(page, '7', 2)
  await send(page).click()
  await receipt(page).getByText('is open').waitFor()
  return { ...visitor, symbol }
}

const seen = (page: Page, text: string | RegExp) => page.getByText(text).filter({ visible: true })
const sides = (page: Page) => page.getByRole('button', { name: /^(Sell|[\d.,]+) / }).filter({ visible: true })

describe('while the database is unavailable', () => {
  test('every screen shows it, marks prices, refuses orders clearly, and recovers', async () => {
    const desktop = await owner(DESKTOP)
    const phone = await owner(PHONE)
    await using _desktop = desktop.page.context()
    await using _phone = phone.page.context()
    await view(phone.page, 'Chart')
    const shift = await desktop.layoutShift()
    proxy.cut()

    for (const { page } of [phone, desktop]) {
      await seen(page, WORDS).first().waitFor()
      await page.getByRole('region', { name: 'Instrument' }).getByText('Indicative').filter({ visible: true }).waitFor()
      expect(await seen(page, /^Live/).count()).toBe(page === desktop.page ? 1 : 0)
      await page.getByRole('region', { name: 'Chart' }).getByText('Indicative').waitFor()
      expect(await barriers(page)).toEqual([])
    }
    for (const side of await sides(phone.page).all()) expect(await side.isDisabled()).toBe(true)
    for (const { page } of [phone, desktop]) {
      await view(page, 'Book')
      await page.getByRole('region', { name: 'Order book' }).getByText('Indicative').waitFor()
      await view(page, 'Trade')
      expect(await sentence(page)).toBe('No orders for the moment')
      expect(await send(page).isDisabled()).toBe(true)
      await seen(page, 'Prices are indicative. Nothing is executed.').waitFor()
      await list(page, /Positions/)
      await seen(page, WORDS).first().waitFor()
      expect(await button(page, /^Close /).isDisabled()).toBe(true)
      await list(page, /Orders|Open orders/)
      expect(await button(page, /^Cancel buy 7/).isDisabled()).toBe(true)
      expect(await button(page, 'Cancel all').isDisabled()).toBe(true)
    }
    // Only numbers have moved: an additional line of the ticket would be 0.03.
    expect((await desktop.layoutShift()) - shift).toBeLessThan(0.02)

    // The note of a narrow book covers neither of its tabs.
    await desktop.page.setViewportSize({ width: 1_024, height: 768 })
    const book = desktop.page.getByRole('region', { name: 'Order book' })
    const boxOf = async (text: string) =>
      (await book.getByText(text, { exact: true }).first().boundingBox()) ?? undefined
    const tabs = await book.getByRole('tablist').evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)
    expect(tabs).toBe(0)
    const [heads, note, size] = [await boxOf('Price (USD)'), await boxOf('Indicative'), await boxOf('Size')]
    expect(note?.x).toBeGreaterThan((heads?.x ?? Infinity) + 60)
    expect((note?.x ?? Infinity) + (note?.width ?? 0)).toBeLessThan((size?.x ?? 0) + (size?.width ?? 0))
    await desktop.page.setViewportSize({ width: 1_440, height: 900 })

    // A returning user is still recognized, and a new visitor sees why there is no account.
    const again = await watch(await desktop.page.context().newPage())
    await again.page.goto(desktop.page.url())
    await again.page.getByText('Positions didn’t load.').waitFor()
    await again.page.getByText('Your money is unaffected.').waitFor()
    await list(again.page, /Open orders/)
    await again.page.getByText('Open orders didn’t load.').waitFor()
    await list(again.page, /Positions/)
    expect(await again.page.getByRole('link', { name: 'Sign in' }).count()).toBe(0)
    expect(await start(again.page).count()).toBe(0)
    const stranger = await newVisitor(browser, server.url, PHONE)
    await using _stranger = stranger.page.context()
    await stranger.page.goto('/')
    await live(stranger.page)
    await seen(stranger.page, WORDS).first().waitFor()
    await start(stranger.page).click()
    await stranger.page
      .getByRole('status')
      .getByText('Accounts can’t be reached for the moment. Nothing was changed. Try again soon.')
      .waitFor()

    proxy.mend()
    for (const { page, symbol } of [phone, desktop]) {
      await seen(page, WORDS).first().waitFor({ state: 'detached', timeout: 30_000 })
      await list(page, /Orders|Open orders/)
      await button(page, /^Cancel buy 7/)
        .and(page.locator(':enabled'))
        .click()
      await page.getByText('No open orders').waitFor()
      expect(await page.getByText('Indicative', { exact: true }).count()).toBe(0)
      await view(page, 'Trade')
      await typeLimit(page, '3', 0)
      await page.getByRole('tab', { name: 'Market', exact: true }).click()
      await send(page).and(page.locator(':enabled')).click()
      await receipt(page).getByText(`Bought 3 ${symbol} at`).waitFor()
    }
    await live(again.page)
    await position(again.page, desktop.symbol).waitFor()
    expect(await openOrders(again.page).count()).toBe(0)
    expect(desktop.complaints).toEqual([])
    expect(phone.complaints).toEqual([])
  })
})
