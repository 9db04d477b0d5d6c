import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { newVisitor, watch } from '../rig/browser.ts'
import { freshDatabase } from '../rig/postgres.ts'
import { freePort, spawnServer } from '../rig/server.ts'
import { barriers } from './axe-violations.ts'
import {
  buyFirst,
  confirmRefused,
  field,
  LARGE,
  list,
  live,
  openOrders,
  position,
  proposal,
  receipt,
  refusal,
  send,
  sentence,
  start,
  startTrading,
  typeCrossing,
  typeLimit,
  view,
} from './desk.ts'
import { SCREENS, Stage } from './stage.ts'

const SHIFT_MAX = 0.01

const stage = new Stage()

const textOf = async (page: Page, testId: string) => (await page.getByTestId(testId).innerText()).trim()
test('today’s trades show the time of day where the clock of the machine is a day ahead', async () => {
  const { page } = await stage.visitor()
  await using _context = page.context()
  await page.addInitScript(() => {
    const RealDate = Date
    const now = () => RealDate.now() + 24 * 3_600_000
    globalThis.Date = new Proxy(RealDate, {
      construct: (real, values: ConstructorParameters<DateConstructor>[]) =>
        values.length === 0 ? new real(now()) : (Reflect.construct(real, values) as Date),
      get: (real, name) => (name === 'now' ? now : (Reflect.get(real, name) as unknown)),
    })
  })
  await buyFirst(page)
  await list(page, /^Fills/)
  const time = page.getByTestId('panel-fills').locator('tbody td').first()
  await expect.poll(() => time.innerText()).toMatch(/^\d\d:\d\d:\d\d$/)
})

test('a reload after the first trade proposes no second one', async () => {
  const { page } = await stage.visitor()
  await using _context = page.context()
  await startTrading(page)
  await page.waitForURL(/\?tab=ticket$/)
  await send(page).click()
  await receipt(page).getByText('Bought').waitFor()
  await page.reload()
  await live(page)
  expect(await field(page, 'Quantity').inputValue()).toBe('')
  expect(await receipt(page).getByText('Press Buy to own').count()).toBe(0)
  expect(await send(page).evaluate((button) => button === document.activeElement)).toBe(false)
})

describe.each(SCREENS)('on a $screen', ({ options, screen }) => {
  test('a new visitor buys, places a resting order, cancels it, is refused, and finds everything after a reload', async () => {
    const { page, complaints } = await stage.visitor(options)
    await using _context = page.context()
    await startTrading(page)
    const { qty, symbol } = await proposal(page)
    expect(Number(qty)).toBeGreaterThan(0)

    await send(page).click()
    await receipt(page).getByText(`Bought ${qty} ${symbol} at`).waitFor()
    await receipt(page)
      .getByText(/Fee \$\d/)
      .waitFor()
    await view(page, 'Positions')
    await position(page, symbol).waitFor()
    expect(await position(page, symbol).innerText()).toContain('Long')

    await view(page, 'Trade')
    await typeLimit(page, '7', 2)
    const price = await field(page, 'Limit price').inputValue()
    expect(await sentence(page)).toBe(`Buy 7 ${symbol} at ${price}`)
    await send(page).click()
    await receipt(page).getByText(`Buy 7 ${symbol} at ${price} is open`).waitFor()
    await view(page, 'Chart')
    const chip = page.getByRole('region', { name: 'Chart' }).getByRole('listitem', { name: /^Buy .*7/i })
    await chip.waitFor()
    await view(page, 'Book')
    await page.getByLabel('Price grouping').selectOption({ index: 3 })
    await page
      .getByRole('region', { name: 'Order book' })
      .getByLabel(/your order/)
      .filter({ visible: true })
      .waitFor()
    await list(page, /Orders|Open orders/)
    expect(await openOrders(page).count()).toBe(1)
    expect(await openOrders(page).innerText()).toContain(price)

    await view(page, 'Trade')
    await typeLimit(page, '1m', 1)
    await page.getByTestId('would-be-refused').waitFor()
    expect(await page.getByTestId('would-be-refused').innerText()).toMatch(/needs \$[\d,.]+ and you have \$[\d,.]+/)
    await typeCrossing(page, LARGE)
    await send(page).and(page.locator(':enabled')).click()
    await confirmRefused(page)
    expect(await refusal(page).innerText()).toMatch(/Order not placed\s+At [\d,.]+ this would fill at once/)
    await refusal(page)
      .getByRole('button', { name: /^Use [\d,.]+$/ })
      .click()
    await send(page).and(page.locator(':enabled')).waitFor()

    await list(page, /Positions/)
    const before = await position(page, symbol).locator('th').innerText()
    await page.reload()
    await live(page)
    await view(page, 'Positions')
    await position(page, symbol).waitFor()
    expect((await position(page, symbol).locator('th').innerText()).split('→')[0]).toBe(before.split('→')[0])
    await list(page, /Orders|Open orders/)
    await openOrders(page).getByText(price).filter({ visible: true }).waitFor()

    const second = await watch(await page.context().newPage())
    await second.page.goto(page.url())
    await live(second.page)
    await list(second.page, /Orders|Open orders/)
    await openOrders(second.page).getByText(price).filter({ visible: true }).waitFor()

    await page
      .getByTestId('panel-orders')
      .getByRole('button', { name: `Cancel buy 7 ${symbol} at ${price}` })
      .click()
    await page.getByText('No open orders').waitFor()
    await second.page.getByText('No open orders').waitFor()
    if (screen === 'desktop')
      await receipt(page)
        .getByText(/cancel/i)
        .first()
        .waitFor()
    expect([...complaints, ...second.complaints]).toEqual([])
  })

  test('only numbers change, without layout shifts', async () => {
    const { page, layoutShift } = await stage.visitor(options)
    await using _context = page.context()
    await page.goto('/')
    await live(page)
    await moves(page)
    expect(await layoutShift()).toBeLessThan(SHIFT_MAX)
    // With a distant exchange, the account arrives long after the press.
    await page.route('**/sign-in/anonymous', async (route) => {
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 600)))
      await route.continue()
    })
    await start(page).click()
    await receipt(page).getByText('Press Buy to own').waitFor()
    expect(await layoutShift()).toBeLessThan(SHIFT_MAX)
    const workspace = page.url()
    await page.goto(workspace)
    await live(page)
    await moves(page)
    expect(await layoutShift()).toBeLessThan(SHIFT_MAX)
  })

  test.each(['dark', 'light'])('there are no serious accessibility violations, %s', async (theme) => {
    const scope = { colorsOnly: theme === 'light' }
    const { page } = await stage.visitor(options)
    await using context = page.context()
    await context.addCookies([{ name: 'valiant_theme', value: theme, url: stage.server.url }])
    await page.goto('/')
    await live(page)
    expect(await barriers(page, scope)).toEqual([])
    await startTrading(page)
    await send(page).click()
    await receipt(page).getByText('Bought').waitFor()
    expect(await barriers(page, scope)).toEqual([])
    await typeCrossing(page, LARGE)
    await send(page).and(page.locator(':enabled')).click()
    await confirmRefused(page)
    expect(await barriers(page, scope)).toEqual([])
    // A desktop shows all views at once.
    for (const name of screen === 'phone' ? (['Chart', 'Book', 'Positions'] as const) : []) {
      await view(page, name)
      expect(await barriers(page, scope)).toEqual([])
    }
    await page.goto('/account')
    await live(page)
    expect(await barriers(page, scope)).toEqual([])
  })
})

/** Waits until some price on the page has changed twice. */
async function moves(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        let changes = 0
        new MutationObserver((records, observer) => {
          changes += records.length
          if (changes < 50) return
          observer.disconnect()
          resolve()
        }).observe(document.querySelector('main') ?? document.body, {
          subtree: true,
          characterData: true,
          childList: true,
        })
      }),
  )
}

describe('an impatient trader', () => {
  test('buys once when pressing twice', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    await startTrading(page)
    const { qty, symbol } = await proposal(page)
    await send(page).dblclick({ delay: 0 })
    await receipt(page).getByText('Bought').waitFor()
    await position(page, symbol).waitFor()
    await list(page, /Fills/)
    await page.getByTestId('panel-fills').locator('tbody tr').first().waitFor()
    await list(page, /Order history/)
    // Rows without a symbol are placeholders.
    const orders = page.getByTestId('panel-history').locator('tbody tr').filter({ hasText: symbol })
    await orders.first().waitFor()
    expect(await orders.count()).toBe(1)
    await list(page, /Positions/)
    expect(await position(page, symbol).locator('td').first().innerText()).toBe(qty)
  })

  test('who sells more than held sees how much there is, and sells that', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    await startTrading(page)
    const { qty, symbol } = await proposal(page)
    await send(page).click()
    await position(page, symbol).waitFor()
    await page.getByRole('radio', { name: /^Sell/ }).click()
    await field(page, 'Quantity').fill('20')
    await page
      .getByTestId('would-be-refused')
      .getByRole('button', { name: `Sell ${qty} ${symbol}` })
      .click()
    await send(page).click()
    await receipt(page).getByText(`Sold ${qty} ${symbol} at`).waitFor()
    await page.getByText('No positions yet.', { exact: true }).waitFor()
  })

  test('with an empty field sees what is missing, and nothing is sent', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    await startTrading(page)
    await field(page, 'Quantity').fill('')
    expect(await sentence(page)).toBe('Enter a quantity')
    expect(await send(page).isDisabled()).toBe(true)
    await page.keyboard.press('Control+Enter')
    await list(page, /Order history/)
    await page.getByText('Orders that are filled, cancelled or refused show here.').waitFor()
  })

  test('can trade with the keyboard only', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    await page.goto('/')
    await live(page)
    await start(page).focus()
    await page.keyboard.press('Enter')
    await receipt(page).getByText('Press Buy to own').waitFor()
    await expect.poll(() => send(page).evaluate((button) => button === document.activeElement)).toBe(true)
    await page.keyboard.press('Enter')
    await receipt(page).getByText('Bought').waitFor()
    await expect.poll(() => send(page).evaluate((button) => button === document.activeElement)).toBe(true)
    const panels = ['Your account', 'Instrument', 'Chart']
    for (const name of panels) {
      await page.keyboard.press('F6')
      expect(await page.getByRole('region', { name, exact: true }).locator(':focus').count()).toBe(1)
    }
    // F6 leads to radio buttons, where arrows select. On a button they move the price, here so far that the order rests.
    await page.getByRole('button', { name: 'Save a picture' }).focus()
    await page.keyboard.press('l')
    for (let step = 0; step < 4; step++) await page.keyboard.press('Shift+ArrowDown')
    await page.keyboard.press(']')
    await expect.poll(() => sentence(page)).toMatch(/^Buy \d+ \w+ at [\d.]+$/)
    await page.keyboard.press('Control+Enter')
    await receipt(page).getByText('is open').waitFor()
    await list(page, /Open orders/)
    await openOrders(page).waitFor()
    await page.keyboard.press('x')
    await page.keyboard.press('x')
    await page.getByText('No open orders').waitFor()
  })
})

test('when the server is killed, old data is marked, and the account is the same after its restart', async () => {
  await using database = await freshDatabase()
  const dataDir = await mkdtemp(join(tmpdir(), 'valiant-data-'))
  const environment = {
    DATABASE_URL: database.url,
    AUTH_SECRET: 'a secret of the tests, long enough for it',
    DATA_DIR: dataDir,
    INSTRUMENTS_FILE: stage.instruments,
    PORT: String(await freePort()),
  }
  let own = await spawnServer(environment)
  try {
    const { page, complaints } = await newVisitor(stage.browser, own.url)
    await using _context = page.context()
    await startTrading(page)
    await send(page).click()
    await receipt(page).getByText('Bought').waitFor()
    await typeLimit(page, '7', 2)
    await send(page).click()
    await receipt(page).getByText('is open').waitFor()
    const who = await page.locator('header .account .name').innerText()

    await own.kill()
    await page.getByText(/Connection lost \d+ s ago/).waitFor({ timeout: 10_000 })
    expect(await textOf(page, 'send')).toContain('Waiting for connection')
    for (const panel of ['Chart', 'Order book', 'Your account']) {
      expect(
        await page
          .getByRole('region', { name: panel, exact: true })
          .getByText(/^\d s old$/)
          .count(),
        panel,
      ).toBe(1)
    }
    expect(await page.getByText('Your open orders keep working on the exchange.').count()).toBe(1)
    expect(complaints.filter((complaint) => !complaint.includes('WebSocket'))).toEqual([])

    own = await spawnServer(environment)
    await live(page)
    await send(page).and(page.locator(':enabled')).waitFor()
    expect(await page.getByText(/s old$/).count()).toBe(0)
    expect(await page.locator('header .account .name').innerText()).toBe(who)
    expect(await page.getByTestId('panel-positions').locator('[data-symbol]').count()).toBe(1)
    await list(page, /Open orders/)
    expect(await openOrders(page).count()).toBe(1)
    await page
      .getByTestId('panel-orders')
      .getByRole('button', { name: /^Cancel buy 7/ })
      .click()
    await page.getByText('No open orders').waitFor()
  } finally {
    await own.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
})
