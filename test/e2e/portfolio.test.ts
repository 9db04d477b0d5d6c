import type { Account, AccountSnapshot } from '@valiant/shared/protocol/account'
import type { Fill } from '@valiant/shared/protocol/order'
import type { Locator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { DESKTOP, newVisitor, PHONE } from '../rig/browser.ts'
import { startServer } from '../rig/server.ts'
import { barriers, type Scope } from './axe-violations.ts'
import { accountPage, list, live, receipt, start, startTrading, switchMargin } from './desk.ts'
import { Stage } from './stage.ts'

const SHIFT_MAX = 0.01
const WIDTHS = [1440, 1024, 768, 390]

const stage = new Stage()

const profitRow = (page: Page, symbol: string): Locator =>
  page.getByTestId('profit').locator(`[data-symbol="${symbol}"]`)
const trades = (page: Page): Locator => page.getByTestId('portfolio-trades').locator('tbody tr')
const span = (page: Page, name: string): Locator =>
  page.getByRole('radiogroup', { name: 'Span of time' }).getByRole('radio', { name, exact: true })

/** "−$1,234.50" and "1,234.50" to cents. */
const cents = (text: string): number => Math.round(Number(text.replaceAll(/[$,+\s]/g, '').replace('−', '-')) * 100)
const sum = (all: readonly string[]): number => all.reduce((total, text) => total + cents(text), 0)

async function openPortfolio(page: Page): Promise<void> {
  await page.goto('/portfolio')
  await live(page)
}

async function ask<Data>(page: Page, path: string): Promise<Data> {
  const answer = (await (await page.request.get(path)).json()) as { data: Data }
  return answer.data
}

/** Sends a market order as a program with the page's cookie would. */
async function order(page: Page, side: 'buy' | 'sell', qty: string, symbol: string): Promise<void> {
  const answer = await page.evaluate(
    async (order) => {
      const body = JSON.stringify({ clientOrderId: crypto.randomUUID(), type: 'market', ...order })
      const headers = { 'content-type': 'application/json' }
      return (await (await fetch('/api/orders', { method: 'POST', headers, body })).json()) as { ok: boolean }
    },
    { side, qty, symbol },
  )
  expect(answer).toMatchObject({ ok: true, data: { filledQty: qty } })
}

/** A guest on margin: long in NOVA, short in LUMA, and out of QILL again. */
async function tradeALittle(page: Page): Promise<void> {
  await startTrading(page)
  await accountPage(page)
  await switchMargin(page, true)
  await order(page, 'buy', '40', 'NOVA')
  await order(page, 'sell', '10', 'NOVA')
  await order(page, 'sell', '25', 'LUMA')
  await order(page, 'buy', '5', 'QILL')
  await order(page, 'sell', '5', 'QILL')
}

/** The figures of the page, read at one moment. */
async function figures(page: Page) {
  return await page.evaluate(() => {
    const textOf = (selector: string) => (document.querySelector(selector)?.textContent ?? '').trim()
    const cell = (row: Element, index: number) =>
      (row.querySelectorAll('td:not(.drawing)')[index]?.textContent ?? '').trim()
    const rows = [...document.querySelectorAll('[data-testid=profit] tbody tr')]
    const sums = [...document.querySelectorAll('.sums dd')].map(({ textContent }) => textContent.trim())
    return {
      equity: textOf('[data-testid=equity]'),
      equityAtTop: textOf('header dl dd'),
      today: textOf('[data-testid=today]').split(' ')[0] ?? '',
      buyingPower: textOf('[data-testid=buying-power]'),
      realised: textOf('[data-testid=realised]').split(' ')[0] ?? '',
      fees: textOf('[data-testid=realised] .detail').replace('fees ', ''),
      unrealised: textOf('[data-testid=unrealised]'),
      cash: textOf('[data-part=cash] td'),
      net: sums[2] ?? '',
      rowsRealised: rows.map((row) => cell(row, 0)),
      rowsUnrealised: rows.map((row) => cell(row, 1)),
      rowsTotal: rows.map((row) => cell(row, 2)),
    }
  })
}

/** Number of pixels of the curve with a given color of the page. */
async function drawnIn(page: Page, token: string): Promise<number> {
  return await page.evaluate((token) => {
    const pixel = (color: string) => {
      const context = new OffscreenCanvas(1, 1).getContext('2d')
      if (!context) throw new Error('expected a canvas that can be drawn on')
      context.fillStyle = color
      context.fillRect(0, 0, 1, 1)
      return [...context.getImageData(0, 0, 1, 1).data].join()
    }
    const wanted = pixel(getComputedStyle(document.documentElement).getPropertyValue(token).trim())
    let count = 0
    for (const canvas of document.querySelectorAll<HTMLCanvasElement>('.drawing canvas')) {
      if (canvas.width === 0 || canvas.height === 0) continue
      const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? []
      for (let at = 0; at < data.length; at += 4) if (data.slice(at, at + 4).join() === wanted) count++
    }
    return count
  }, token)
}

const sideways = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)

/** No serious accessibility violations, no overflow, and on a phone panels as wide as the screen. */
async function standsAtAnyWidth(page: Page, scope: Scope): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 844 })
    expect(await barriers(page, scope)).toEqual([])
    expect(await sideways(page)).toBe(0)
  }
  const corners = await page
    .locator('main .panel')
    .evaluateAll((panels) => panels.map((panel) => getComputedStyle(panel).borderRadius))
  expect(new Set(corners)).toEqual(new Set(['0px']))
}

test('the portfolio does not load its data again with each measurement of the connection', async () => {
  const { page } = await stage.visitor()
  await using _context = page.context()
  await tradeALittle(page)
  const asked: string[] = []
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      const [, name] = /^42\d+\["([^"]+)"/.exec(String(payload)) ?? []
      if (name !== undefined) asked.push(name)
    }),
  )
  const count = (name: string) => asked.filter((one) => one === name).length
  await openPortfolio(page)
  await expect.poll(() => Math.min(count('fills'), count('equity'), count('candles'))).toBeGreaterThan(0)
  const measured = count('time')
  await expect.poll(() => count('time')).toBe(measured + 1)
  const before = [count('fills'), count('candles')]
  await expect.poll(() => count('time')).toBe(measured + 3)
  expect([count('fills'), count('candles')]).toEqual(before)
})

describe('a trader with a long and a short position', () => {
  test('sees the exchange’s own figures to the cent, and finds them after a reload', async () => {
    const { page, complaints, layoutShift } = await stage.visitor()
    await using _context = page.context()
    await tradeALittle(page)
    await openPortfolio(page)
    expect((await profitRow(page, 'NOVA').locator('th').innerText()).replace(/\s+/g, ' ')).toBe('NOVA Long 30')
    expect((await profitRow(page, 'LUMA').locator('th').innerText()).replace(/\s+/g, ' ')).toBe('LUMA Short −25')
    await page.locator('[data-part=LUMA]').getByText('short').waitFor()

    const { account } = await ask<AccountSnapshot>(page, '/api/account')
    const shown = await figures(page)
    expect(cents(shown.cash)).toBe(cents(account.cash))
    expect(cents(shown.realised)).toBe(cents(account.realizedPnl))
    expect(cents(shown.fees)).toBe(cents(account.feesPaid))
    expect(cents(shown.realised)).not.toBe(0)
    expect(cents(shown.equity)).toBe(cents(shown.cash) + cents(shown.net))
    expect(shown.equityAtTop).toBe(shown.equity)
    expect(cents(shown.unrealised)).toBe(sum(shown.rowsUnrealised))
    expect(cents(shown.realised)).toBe(sum(shown.rowsRealised))
    expect(sum(shown.rowsTotal)).toBe(sum(shown.rowsRealised) + sum(shown.rowsUnrealised))
    // The account started today with 100,000: the difference is losses and fees, and the deposit is not a profit.
    expect(cents(shown.today)).toBe(cents(shown.equity) - 10_000_000)
    expect(cents(shown.today)).toBe(cents(shown.realised) + cents(shown.unrealised) - cents(shown.fees))
    expect(await layoutShift()).toBeLessThan(SHIFT_MAX)

    const painted = await (await page.request.get('/portfolio')).text()
    for (const text of [shown.cash, shown.realised, 'LUMA', 'Short', '−25']) expect(painted).toContain(text)
    await page.reload()
    await live(page)
    const again = await figures(page)
    expect({ cash: again.cash, realised: again.realised, rows: again.rowsRealised.toSorted() }).toEqual({
      ...{ cash: shown.cash, realised: shown.realised, rows: shown.rowsRealised.toSorted() },
    })
    expect(complaints).toEqual([])
  })

  test.each([
    { on: 'a desktop', screen: DESKTOP },
    { on: 'a phone', screen: PHONE },
  ])('sees on $on which dividend a line of the ledger was, here and in the terminal', async ({ screen }) => {
    const { page, complaints } = await stage.visitor(screen)
    await using _context = page.context()
    await startTrading(page)
    await order(page, 'buy', '30', 'QILL')
    await stage.operator('dividend', 'QILL', '--cents-per-lot', '2', '--at', new Date().toISOString())
    await openPortfolio(page)
    await page.getByRole('tab', { name: 'Money' }).click()
    const money = page.getByTestId('portfolio-money')
    await expect.poll(() => money.innerText()).toContain('+$0.60')
    const rows = async (within: Locator) => (await within.locator('tbody tr:visible').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ')) // prettier-ignore
    expect((await rows(money)).slice(0, 3)).toEqual([
      expect.stringMatching(/Dividend \+\$0\.60 \$/),
      'QILL 0.02 per share',
      expect.stringMatching(/Fee −\$/),
    ])
    expect(await barriers(page, { within: '[data-testid=portfolio-money]' })).toEqual([])
    await page.goto('/trade/QILL')
    await live(page)
    await list(page, /^Money/)
    const panel = page.getByTestId('panel-money')
    await expect.poll(() => panel.innerText()).toContain('QILL 0.02 per share')
    expect((await rows(panel)).slice(0, 3).join()).toMatch(/Dividend .*\+\$0\.60 .*QILL 0\.02 per share.*Fee/)
    expect(complaints).toEqual([])
  })

  test('sees changes from elsewhere at once: a close, and a deposit, which is not a profit', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    await tradeALittle(page)
    await openPortfolio(page)
    const other = await page.context().newPage()
    await accountPage(other)
    await order(other, 'sell', '30', 'NOVA')
    await profitRow(page, 'NOVA').getByText('Long').waitFor({ state: 'detached' })
    await page.getByRole('tab', { name: 'Money' }).click()
    await other.getByLabel('Amount in dollars').fill('5000')
    await other.getByRole('button', { name: 'Deposit', exact: true }).click()
    await page.getByTestId('portfolio-money').getByText('+$5,000.00').waitFor()
    await expect
      .poll(async () => {
        const { today, equity } = await figures(page)
        return cents(equity) - cents(today)
      })
      .toBe(10_500_000)
    const account = await ask<{ account: Account }>(page, '/api/account')
    expect(cents((await figures(page)).realised)).toBe(cents(account.account.realizedPnl))
    // When nothing changes any more, the account page shows the same figures as the portfolio.
    await order(other, 'buy', '25', 'LUMA')
    const won = (of: Page) => of.getByRole('region', { name: 'Equity', exact: true }).locator('p b').first().innerText()
    await expect.poll(async () => (await won(other)) === (await won(page))).toBe(true)
    expect(cents((await won(other)).split(' ')[0] ?? '')).toBe(cents((await figures(page)).equity) - 10_500_000)
  })

  test('starts again after a reset: earlier profits are only in the lists', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    await tradeALittle(page)
    await openPortfolio(page)
    const other = await page.context().newPage()
    await accountPage(other)
    await other.getByRole('button', { name: 'Reset account' }).click()
    await other.getByLabel('Start with, in dollars').fill('50,000')
    await other
      .getByRole('alertdialog')
      .getByRole('button', { name: /^Reset/ })
      .click()
    await page.getByText('No positions yet.').waitFor()
    const begun = { equity: '$50,000.00', today: '$0.00', realised: '$0.00', unrealised: '$0.00' }
    await expect.poll(() => figures(page)).toMatchObject(begun)
    expect(await trades(page).count()).toBeGreaterThanOrEqual(5)
    await page.reload()
    await live(page)
    expect(await figures(page)).toMatchObject({ ...begun, rowsTotal: [] })
    expect(await trades(page).count()).toBeGreaterThanOrEqual(5)
  })

  test('sees how old everything is while the connection is lost', async () => {
    await using own = await startServer({ INSTRUMENTS_FILE: stage.instruments })
    const { page } = await newVisitor(stage.browser, own.url)
    await using _context = page.context()
    await tradeALittle(page)
    await openPortfolio(page)
    const shown = await figures(page)
    await own.kill()
    for (const name of ['Statistics', 'Equity', 'Allocation', 'Profit and loss by instrument']) {
      await page
        .getByRole('region', { name })
        .getByText(/^\d+ s old$/)
        .waitFor()
    }
    const colors = await page.evaluate(() => {
      const grey = document.createElement('i')
      grey.style.color = 'var(--fg-3)'
      document.body.append(grey)
      const texts = document.querySelectorAll(
        '[data-testid=today], [data-testid=profit] td:not(.drawing), [data-part] td',
      )
      return [getComputedStyle(grey).color, [...new Set([...texts].map((text) => getComputedStyle(text).color))]]
    })
    expect(colors[1]).toEqual([colors[0]])
    expect((await figures(page)).realised).toBe(shown.realised)
  })

  test('selects the range of the curve by pointer and by keys, and navigates with G and P', async () => {
    const { page, complaints } = await stage.visitor()
    await using _context = page.context()
    await tradeALittle(page)
    await page.keyboard.press('g')
    await page.keyboard.press('p')
    await page.waitForURL('**/portfolio')
    await page.getByTestId('curve-legend').getByText('until now').waitFor()
    expect(await span(page, '1M').getAttribute('aria-checked')).toBe('true')
    for (const name of ['1D', 'All']) {
      await span(page, name).click()
      await expect.poll(() => span(page, name).getAttribute('aria-checked')).toBe('true')
      await page.getByTestId('curve-legend').getByText('All markets, equal weight').waitFor()
    }
    await page.getByRole('radio', { name: 'In percent' }).press('Enter')
    expect(await page.getByRole('radio', { name: 'In percent' }).getAttribute('aria-checked')).toBe('true')
    await page.getByRole('tab', { name: 'Worst' }).click()
    await page.getByTestId('portfolio-worst').getByText('QILL').waitFor()
    expect(complaints).toEqual([])
  })

  test('pages through trades, newest first', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    await tradeALittle(page)
    for (let round = 0; round < 26; round++) {
      await order(page, 'buy', '1', 'NOVA')
      await order(page, 'sell', '1', 'NOVA')
    }
    await openPortfolio(page)
    const all = await ask<{ items: Fill[] }>(page, '/api/fills?limit=500')
    expect(await trades(page).count()).toBe(50)
    await page.getByRole('button', { name: 'Show more' }).click()
    await expect.poll(() => trades(page).count()).toBe(Math.min(100, all.items.length))
    expect(await trades(page).first().innerText()).toContain('NOVA sell 1')
  })

  test.each(['dark', 'light'])('has no serious accessibility violations at any width, %s', async (theme) => {
    const scope = { colorsOnly: theme === 'light' }
    const { page } = await stage.visitor()
    await using context = page.context()
    await context.addCookies([{ name: 'valiant_theme', value: theme, url: stage.server.url }])
    await tradeALittle(page)
    await openPortfolio(page)
    await page.getByTestId('curve-legend').getByText('until now').waitFor()
    await standsAtAnyWidth(page, scope)
    await accountPage(page)
    await standsAtAnyWidth(page, scope)
  })
})

describe.each([
  { screen: 'desktop', options: DESKTOP },
  { screen: 'phone', options: PHONE },
])('on a $screen', ({ options }) => {
  test('a guest without a trade sees what will be here', async () => {
    const { page, complaints, layoutShift } = await stage.visitor(options)
    await using _context = page.context()
    await startTrading(page)
    await page.goto('/')
    await live(page)
    await page.getByRole('button', { name: /, account/ }).click()
    await page.getByRole('menuitem', { name: 'Portfolio' }).click()
    await page.waitForURL('**/portfolio')
    await page.getByText('No positions yet.').waitFor()
    await page.getByText('Each trade of yours shows here with what it brought.').waitFor()
    expect((await figures(page)).equity).toBe('$100,000.00')
    // An unchanged curve has neither color.
    await expect.poll(() => drawnIn(page, '--fg-2')).toBeGreaterThan(0)
    expect([await drawnIn(page, '--up'), await drawnIn(page, '--down')]).toEqual([0, 0])
    expect(await page.locator('[data-part=cash]').innerText()).toMatch(/Cash\s+\$100,000\.00\s+100\.0%/)
    expect(await sideways(page)).toBe(0)
    expect(await barriers(page)).toEqual([])
    await openPortfolio(page)
    expect(await layoutShift()).toBeLessThan(SHIFT_MAX)
    expect(complaints).toEqual([])
  })

  test('a visitor without an account is shown how to get one', async () => {
    const { page, complaints } = await stage.visitor(options)
    await using _context = page.context()
    await openPortfolio(page)
    await page.getByText('Your first buy shows here with its live profit or loss.').waitFor()
    expect(await barriers(page)).toEqual([])
    await start(page).click()
    await receipt(page).getByText('Press Buy to own').waitFor()
    expect(complaints).toEqual([])
  })
})
