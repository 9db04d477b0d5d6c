import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { DESKTOP, newVisitor, PHONE, type WatchedPage } from '../rig/browser.ts'
import { type FaultProxy, openFaultProxy } from '../rig/fault-proxy.ts'
import { barriers } from './axe-violations.ts'
import { live, receipt, send, startTrading, typeLimit, view } from './desk.ts'
import { Stage } from './stage.ts'

/* The status bar with its details, and the switch to another instrument. */

const stage = new Stage()
/** The proxy between browser and server. */
let proxy: FaultProxy
beforeAll(async () => {
  proxy = await openFaultProxy({ host: '127.0.0.1', port: stage.server.port })
})
afterAll(() => proxy[Symbol.asyncDispose]())

const visitor = (options: BrowserContextOptions): Promise<WatchedPage> =>
  newVisitor(stage.browser, `http://localhost:${proxy.port}`, options)

// Also after a failed test, because its retry needs the link.
afterEach(() => proxy.mend())

const SOON = { timeout: 30_000 }
const status = (page: Page) => page.getByRole('contentinfo').getByTitle('Latency, sequence and instance')
const details = (page: Page) => page.getByRole('dialog', { name: 'Connection' })
const figure = async (page: Page, name: string) =>
  (await details(page).locator('dt', { hasText: name }).locator('+ dd').innerText()).trim()
const ms = async (page: Page, name: string) => Number((await figure(page, name)).replace(' ms', '').replace(',', ''))

/** Places a resting order, to change the account. */
async function rest(page: Page): Promise<void> {
  await view(page, 'Trade')
  await typeLimit(page, '7', 2)
  await send(page).click()
  await receipt(page).getByText('is open').waitFor()
}

describe('the status bar', () => {
  test('shows the latency of the connection, its server, and the last disconnection', async () => {
    const { page, complaints, layoutShift } = await visitor(DESKTOP)
    await using _context = page.context()
    await startTrading(page)
    const shift = await layoutShift()
    // The first order takes the focus as it is proposed: from then on nothing moves it.
    await send(page).and(page.locator(':focus')).waitFor()
    await status(page).press('Enter')
    await details(page).waitFor()
    expect(await figure(page, 'Instance')).toMatch(/^[0-9a-f-]{36}$/)
    expect(Number(await figure(page, 'Epoch of the exchange'))).toBeGreaterThan(0)
    await expect.poll(() => ms(page, 'p50')).toBeGreaterThanOrEqual(0)
    expect(await details(page).locator('rect').count()).toBeGreaterThan(0)
    const before = Number(await figure(page, 'Account sequence'))
    expect(await barriers(page)).toEqual([])

    await page.keyboard.press('Escape')
    await details(page).waitFor({ state: 'detached' })
    expect(await status(page).evaluate((button) => document.activeElement === button)).toBe(true)
    await rest(page)
    await status(page).click()
    expect(Number(await figure(page, 'Account sequence'))).toBe(before + 1)
    expect((await layoutShift()) - shift).toBeLessThan(0.02)
    expect(complaints).toEqual([])
  })

  test('shows that the connection is slow, and the worst latency when it is fast again', async () => {
    const { page } = await visitor(DESKTOP)
    await using _context = page.context()
    await page.goto('/')
    await live(page)
    proxy.slow(400)
    await page.getByRole('status').getByText('Slow connection').waitFor(SOON)
    await status(page).getByText('Slow').waitFor()
    proxy.slow(0)
    await status(page).getByText('Live').waitFor(SOON)
    await status(page).click()
    expect(await ms(page, 'Worst')).toBeGreaterThanOrEqual(400)
    expect(await ms(page, 'Latency now')).toBeLessThanOrEqual(250)
    await details(page).locator('rect.slow').first().waitFor()
  })

  test.each([
    ['a desktop', DESKTOP],
    ['a phone', PHONE],
  ] as const)(
    'on %s a lost connection shows its age and what becomes of the orders, and leads on',
    async (_, screen) => {
      const { page } = await visitor(screen)
      await using _context = page.context()
      await startTrading(page)
      await rest(page)
      const here = page.url()
      proxy.cut()
      await page.getByText(/^Connection lost \d+ s ago/).waitFor()
      await page.getByText('Your open orders keep working on the exchange.').filter({ visible: true }).waitFor()
      await status(page).click()
      await details(page)
        .getByText(/^\d+ s old$/)
        .waitFor()
      expect(await figure(page, 'Latency now')).toBe('–')
      expect(await barriers(page)).toEqual([])
      await page.keyboard.press('Escape')
      await details(page).waitFor({ state: 'detached' })

      // Another page cannot be loaded now: this one stays, with its contents.
      const markets = page.getByRole('link', { name: 'Markets', exact: true }).filter({ visible: true })
      await markets.click()
      await page.getByRole('alert').getByText('That page can’t be loaded while the connection is lost.').waitFor()
      expect(page.url()).toBe(here)
      expect(await page.getByTestId('workspace').isVisible()).toBe(true)

      proxy.mend()
      await page.getByText(/^Connection lost \d/).waitFor({ state: 'detached', ...SOON })
      await markets.click()
      await page.waitForURL((url) => url.pathname === '/')
    },
  )
})

test('a page that is left in the first second of an outage stays, with the order being typed', async () => {
  const { page } = await visitor(DESKTOP)
  await using _context = page.context()
  await startTrading(page)
  await typeLimit(page, '7', 2)
  const here = page.url()
  proxy.cut()
  await page.locator('footer .latency:empty').waitFor({ state: 'attached' })
  await page.getByRole('link', { name: 'Portfolio', exact: true }).click()
  await page.getByRole('alert').getByText('That page can’t be loaded while the connection is lost.').waitFor()
  expect(page.url()).toBe(here)
  expect(await page.getByRole('spinbutton', { name: 'Quantity' }).inputValue()).toBe('7')
})

test('the bar shows a halted instrument on its own page', async () => {
  const { page } = await visitor(DESKTOP)
  await using _context = page.context()
  await page.goto('/trade/LUMA')
  const bar = page.getByRole('contentinfo')
  await bar.getByText('Market open').waitFor()
  await stage.operator('halt', 'LUMA')
  await bar.getByText('LUMA is halted').waitFor(SOON)
  await page.getByRole('link', { name: 'Markets', exact: true }).click()
  await bar.getByText('Market open').waitFor()
  await stage.operator('resume', 'LUMA')
})

describe('the instrument switch', () => {
  const options = async (page: Page) =>
    (await page.getByRole('listbox', { name: 'Instruments' }).getByRole('option').allInnerTexts()).map(
      (text) => text.split('\n')[1]?.split(' ')[0],
    )
  const field = (page: Page) => page.getByTestId('workspace').getByRole('combobox', { name: 'Search markets' })
  const group = (page: Page, name: string) => page.getByRole('group', { name, exact: true })
  const open = async (page: Page, symbol: string) => {
    await page.goto(`/trade/${symbol}`)
    await live(page)
  }

  test('lists recent instruments, then favorites, then all; Enter switches back and forth', async () => {
    const { page, complaints } = await visitor(DESKTOP)
    await using _context = page.context()
    await open(page, 'QILL')
    await page.getByRole('button', { name: 'Favourite', exact: true }).click()
    await page.evaluate(() => localStorage.clear())
    await open(page, 'EUR-USD')
    await open(page, 'NOVA')
    await page.keyboard.press('/')
    expect(await options(page)).toEqual(['EUR/USD', 'QILL', 'NOVA', 'LUMA'])
    await group(page, 'Recent').getByText('EUR/USD').waitFor()
    await group(page, 'Favourites').getByText('QILL').waitFor()
    await group(page, 'All').getByText('LUMA', { exact: true }).waitFor()
    // Each has its price and its change.
    expect(await group(page, 'All').getByRole('option').first().innerText()).toMatch(/\n[\d,.]+\n[+−]?[\d.]+%$/)
    expect(await barriers(page)).toEqual([])
    await page.keyboard.press('Enter')
    await page.waitForURL('**/trade/EUR-USD')
    await page.keyboard.press('/')
    await group(page, 'Recent').getByText('NOVA', { exact: true }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/trade/NOVA')
    expect(complaints).toEqual([])
  })

  test('clears its text when it is closed by key or by pointer', async () => {
    const { page, complaints } = await visitor(DESKTOP)
    await using _context = page.context()
    await open(page, 'NOVA')
    const search = page.getByRole('combobox', { name: 'Search markets' })
    const typeAndLeave = async (leave: () => Promise<void>) => {
      await page.keyboard.press('/')
      await page.keyboard.type('luma')
      await expect.poll(() => options(page)).toEqual(['LUMA'])
      await leave()
      await expect.poll(() => search.inputValue()).toBe('')
    }
    await typeAndLeave(() => page.getByTestId('chart-canvas').click())
    await typeAndLeave(async () => {
      await page.keyboard.press('Escape')
      await page.keyboard.press('Tab')
    })
    await page.getByTestId('chart-canvas').click()
    await page.keyboard.press('/')
    await expect.poll(() => options(page)).toHaveLength(4)
    expect(complaints).toEqual([])
  })

  test.each([
    ['a desktop', DESKTOP],
    ['a phone', PHONE],
  ] as const)('on %s says that nothing is called so, and shows all again', async (_, screen) => {
    const { page, complaints } = await visitor(screen)
    await using _context = page.context()
    await open(page, 'NOVA')
    await page.getByRole('button', { name: 'Another instrument' }).click()
    await field(page).fill('xyz')
    await page.getByRole('group', { name: 'Instruments' }).getByText('No instrument called ‘xyz’.').waitFor()
    expect(await barriers(page)).toEqual([])
    await page.getByRole('button', { name: 'Show all' }).click()
    await expect.poll(() => options(page)).toHaveLength(4)
    await field(page).fill('xyz')
    await page.getByRole('status').getByText('No instrument called ‘xyz’.').waitFor({ state: 'attached' })
    await field(page).press('Enter')
    await expect.poll(() => options(page)).toHaveLength(4)
    await field(page).fill('luma')
    await field(page).press('Enter')
    await page.waitForURL('**/trade/LUMA')
    expect(complaints).toEqual([])
  })
})

test('the texts of errors show code as code', async () => {
  const { page } = await visitor(DESKTOP)
  await using _context = page.context()
  await page.goto('/docs/errors')
  await page.locator('#RATE_LIMITED').getByText('retryAfterMs').and(page.locator('code')).waitFor()
  expect(await page.locator('main').innerText()).not.toContain('`')
})
