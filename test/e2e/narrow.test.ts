import type { Locator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { launchBrowser, newVisitor, PHONE } from '../rig/browser.ts'
import { barriers } from './axe-violations.ts'
import {
  accountPage,
  button,
  field,
  list,
  live,
  openOrders,
  position,
  receipt,
  receiptAway,
  refusal,
  send,
  start,
  startTrading,
  switchMargin,
  type,
  typeCrossing,
  typeLimit,
  view,
} from './desk.ts'
import { Stage } from './stage.ts'

/* Phones, including the narrowest with 320 pixels. */

const NARROW = { ...PHONE, viewport: { width: 320, height: 640 } }

const SHIFT_MAX = 0.01

const stage = new Stage()

const sum = (page: Page, name: string): Locator =>
  page
    .getByRole('region', { name: 'Your account' })
    .locator('dl > div', { has: page.locator('dt', { hasText: name }) })
    .locator('dd')

/** Scrolls by touch. */
async function swipeUp(page: Page, { x, y }: { x: number; y: number }): Promise<void> {
  const touch = await page.context().newCDPSession(page)
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] })
  for (let by = 5; by <= 100; by += 5) {
    await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x, y: y - by }] })
  }
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
}

/** By how many pixels a text overflows its box. */
const beyond = (one: Locator) => one.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)

test('amounts of a billion are completely visible', async () => {
  const { page, complaints } = await stage.visitor(NARROW)
  await using _context = page.context()
  await startTrading(page)
  await accountPage(page)
  const form = page.getByRole('form', { name: 'Deposit or withdraw' })
  for (const _ of [1, 2]) {
    await form.getByLabel('Amount in dollars').fill('900m')
    await form.getByRole('button', { name: 'Deposit' }).click()
    await expect.poll(() => form.getByLabel('Amount in dollars').inputValue()).toBe('')
  }
  await page.goto('/trade/NOVA?tab=positions')
  await live(page)
  const [equity, power] = [sum(page, 'Equity'), sum(page, 'Buying power')]
  await equity.getByText('$1,800,100,000.00').waitFor()
  for (const one of [equity, power]) {
    expect(await beyond(one)).toBe(0)
    const box = await one.boundingBox()
    expect((box?.x ?? 0) + (box?.width ?? Infinity)).toBeLessThanOrEqual(320)
  }
  const [above, below] = [await equity.boundingBox(), await power.boundingBox()]
  expect(below?.y, 'they do not lie over each other').toBeGreaterThanOrEqual((above?.y ?? 0) + (above?.height ?? 0))
  expect(complaints).toEqual([])
})

test('the positions start with the profit of the day, which links to the portfolio', async () => {
  const { page, layoutShift, complaints } = await stage.visitor(PHONE)
  await using _context = page.context()
  await startTrading(page)
  await send(page).and(page.locator(':enabled')).click()
  await view(page, 'Positions')
  const day = page.getByRole('region', { name: 'Your account' }).getByRole('link', { name: 'today Portfolio' })
  // A first buy costs the spread and a fee.
  await day.getByText(/^−\$\d+\.\d\d \(.*%\)$/).waitFor()
  expect(await barriers(page)).toEqual([])
  expect(await layoutShift()).toBeLessThan(SHIFT_MAX)
  await day.click()
  await page.waitForURL('**/portfolio')
  expect(complaints).toEqual([])
})

test.each([390, 320])('on a phone of %d pixels the order history shows why an order ended', async (width) => {
  const { page } = await stage.visitor({ ...PHONE, viewport: { width, height: 844 } })
  await using _context = page.context()
  await startTrading(page)
  await page.evaluate(async () => {
    const headers = { 'content-type': 'application/json' }
    const order = { clientOrderId: crypto.randomUUID(), type: 'market', side: 'buy', qty: '250000', symbol: 'EUR-USD' }
    await fetch('/api/orders', { method: 'POST', headers, body: JSON.stringify(order) })
  })
  await list(page, /^History/)
  const history = page.getByTestId('panel-history')
  const reason = history.getByText('Refused, not enough cash').filter({ visible: true })
  await reason.waitFor()
  for (const cell of await history.locator('td').filter({ visible: true }).all()) {
    const box = await cell.boundingBox()
    expect((box?.x ?? 0) + (box?.width ?? Infinity), await cell.innerText()).toBeLessThanOrEqual(width)
    expect(await beyond(cell), await cell.innerText()).toBeLessThanOrEqual(0)
  }
  expect(await barriers(page)).toEqual([])
})

test('a visitor without an account opens one from the positions', async () => {
  const { page, complaints } = await stage.visitor(PHONE)
  await using _context = page.context()
  await page.goto('/trade/NOVA?tab=positions')
  await live(page)
  await start(page).tap()
  await receipt(page).getByText('Press Buy to own').waitFor()
  expect(await send(page).isVisible(), 'the ticket is shown').toBe(true)
  expect(complaints).toEqual([])
})

test('a refusal is seen in the other views of a phone too, until it is closed or changed', async () => {
  const { page, complaints } = await stage.visitor(PHONE)
  await using _context = page.context()
  await startTrading(page)
  await typeCrossing(page)
  await send(page).and(page.locator(':enabled')).waitFor()
  const away = receiptAway(page)
  await view(page, 'Positions')
  await away.waitFor({ state: 'attached' })
  await page.keyboard.press('Control+Enter')
  await away.getByText('Order not placed').waitFor()
  await view(page, 'Trade')
  await away.waitFor({ state: 'detached' })
  await view(page, 'Book')
  await away.waitFor({ state: 'attached' })
  expect(await away.getByText('Order not placed').count(), 'the ticket has shown it').toBe(0)
  await page.keyboard.press('Control+Enter')
  await away.getByRole('button', { name: 'Send without post only' }).tap()
  await receipt(page).getByText('Bought').waitFor()
  expect(complaints).toEqual([])
})

describe.each([
  { width: 1_366, height: 768 },
  { width: 1_280, height: 720 },
])('in a window of $width by $height with scrollbars', (viewport) => {
  test('a margin account’s ticket shows what was opened, and its button never moves', async () => {
    await using browser = await launchBrowser({ ignoreDefaultArgs: ['--hide-scrollbars'] })
    const { page } = await newVisitor(browser, stage.server.url, { viewport })
    await startTrading(page)
    const { pathname } = new URL(page.url())
    await accountPage(page)
    await switchMargin(page, true)
    await page.goto(pathname)
    await live(page)
    const boxOf = async (one: Locator) => (await one.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
    const button = await boxOf(send(page))
    const ticket = await boxOf(page.locator('.ticket-area'))
    const body = page.locator('form[aria-label="Order ticket"] .body')
    const expectInSight = async (one: Locator) => {
      const [box, around] = [await boxOf(one), await boxOf(body)]
      expect(box.y).toBeGreaterThanOrEqual(around.y)
      expect(box.y + box.height).toBeLessThanOrEqual(around.y + around.height)
    }
    await type(page, 'Limit')
    const price = await boxOf(field(page, 'Limit price'))
    const hidden = await body.evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)
    if (viewport.height === 768) expect(hidden).toBe(0)
    else expect(hidden).toBeGreaterThan(0)
    // On one line.
    const middleOf = async (one: Locator) => (await boxOf(one)).y + (await boxOf(one)).height / 2
    const [duration, reduce] = [page.getByLabel('Time in force'), page.getByText('Reduce only', { exact: true })]
    expect(await middleOf(duration)).toBeCloseTo(await middleOf(reduce), -1)

    await page.getByRole('button', { name: 'Choices explained' }).click()
    const help = await boxOf(page.getByRole('dialog', { name: 'What the choices do' }))
    expect(help.y).toBeGreaterThanOrEqual(0)
    expect(help.y + help.height).toBeLessThanOrEqual(button.y)
    await page.keyboard.press('Escape')

    await typeCrossing(page)
    await send(page).click()
    await refusal(page).waitFor()
    expect(await boxOf(send(page))).toEqual(button)
    const { y, height } = await boxOf(refusal(page))
    expect(y + height).toBeLessThanOrEqual(button.y)

    await page.getByRole('switch', { name: 'Take profit and stop loss' }).click()
    for (const name of ['Take profit', 'Stop loss'] as const) await expectInSight(field(page, name))
    await page.getByLabel('Time in force').selectOption('Until a date')
    await page.getByLabel(/^Ends, /).focus()
    await expectInSight(page.getByLabel(/^Ends, /))
    expect(await boxOf(send(page))).toEqual(button)
    expect((await boxOf(field(page, 'Limit price'))).width).toBe(price.width)
    expect(await boxOf(page.locator('.ticket-area'))).toEqual(ticket)
  })
})

test.each([1_440, 1_024])('at a width of %d a large position covers no column of its row', async (width) => {
  const { page } = await stage.visitor({ viewport: { width, height: 900 } })
  await using _context = page.context()
  await startTrading(page)
  await accountPage(page)
  const form = page.getByRole('form', { name: 'Deposit or withdraw' })
  await form.getByLabel('Amount in dollars').fill('900m')
  await form.getByRole('button', { name: 'Deposit' }).click()
  await expect.poll(() => form.getByLabel('Amount in dollars').inputValue()).toBe('')
  await switchMargin(page, true)
  await page.goto('/trade/EUR-USD')
  await live(page)
  await type(page, 'Market')
  await page.getByRole('radio', { name: /^Sell/ }).check({ force: true })
  await field(page, 'Quantity').fill('1132000')
  for (const _ of ['asked', 'confirmed']) await send(page).and(page.locator(':enabled')).click({ delay: 400 })
  const row = position(page, 'EUR-USD')
  await row.waitFor()
  const cells = await row.locator('th, td').filter({ visible: true }).all()
  for (const cell of cells) expect(await beyond(cell), await cell.innerText()).toBeLessThanOrEqual(0)
})

test('where an instrument does not exist, the top bar stands in for its head', async () => {
  const { page } = await stage.visitor(PHONE)
  await using _context = page.context()
  await page.goto('/trade/NOPE')
  await page.getByText('No instrument called ‘NOPE’.').waitFor()
  expect(await page.getByRole('link', { name: 'Sign in' }).isVisible()).toBe(true)
})

test('a card of a theme or palette fits its picture and name', async () => {
  const { page } = await stage.visitor(NARROW)
  await using _context = page.context()
  await accountPage(page)
  for (const name of ['Dark', 'Green, red', 'Blue, orange', 'Red, green']) {
    expect(await beyond(page.getByRole('radio', { name, exact: true })), name).toBeLessThanOrEqual(0)
  }
})

test('confirmations on a phone do not mention keys', async () => {
  const { page } = await stage.visitor(NARROW)
  await using _context = page.context()
  await startTrading(page)
  await view(page, 'Trade')
  await field(page, 'Quantity').fill('200')
  await send(page)
    .and(page.locator(':enabled'))
    .getByText(/^Buy 200/)
    .click()
  await page.getByText('Press again to send').waitFor()
  expect(await page.getByText('Esc to go back').isVisible()).toBe(false)
})

describe('a phone in landscape', () => {
  test.each([
    { width: 667, height: 375 },
    { width: 844, height: 390 },
  ])('of $width by $height shows a chart, and a swipe over it scrolls the page', async (viewport) => {
    const { page, complaints } = await stage.visitor({ ...PHONE, viewport })
    await using _context = page.context()
    await page.goto('/trade/NOVA')
    await live(page)
    const canvas = page.getByTestId('workspace').locator('.chart-area canvas').first()
    await canvas.scrollIntoViewIfNeeded()
    await page.evaluate(() => scrollTo(0, 54))
    const inSight = () =>
      canvas.evaluate((element) => {
        const { top, bottom } = element.getBoundingClientRect()
        return Math.min(bottom, innerHeight) - Math.max(top, 0)
      })
    await expect.poll(inSight).toBeGreaterThanOrEqual(180)
    const box = (await canvas.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
    const before = await page.evaluate(() => scrollY)
    // A swipe that a busy machine begins late is a long press, which moves the crosshair.
    const swiped = async () => {
      await swipeUp(page, { x: box.x + box.width / 2, y: box.y + box.height / 2 })
      return await page.evaluate(() => scrollY)
    }
    await expect.poll(swiped).toBeGreaterThan(before + 60)
    expect(complaints).toEqual([])
  })
})

test('on a tablet a receipt is shown elsewhere when its place is not visible, and the ticket is below the top bar', async () => {
  const { page } = await stage.visitor({ viewport: { width: 768, height: 1_024 } })
  await using _context = page.context()
  await startTrading(page)
  await send(page).and(page.locator(':enabled')).waitFor({ state: 'attached' })
  await page.evaluate(() => scrollTo(0, 0))
  await page.keyboard.press('Control+Enter')
  await receiptAway(page).and(page.locator('.filled')).waitFor()

  await page.setViewportSize({ width: 768, height: 600 })
  await page.locator('.side-bar').getByRole('button', { name: 'Sell' }).click()
  const top = async () => (await page.locator('.ticket-area .sides').boundingBox())?.y ?? 0
  await expect.poll(top).toBeGreaterThanOrEqual(46)
})

test('on a tablet a long note in the head ends in an ellipsis, and no quote of the status bar is cut', async () => {
  const { page } = await stage.visitor({ viewport: { width: 768, height: 1_024 } })
  await using _context = page.context()
  await page.goto('/trade/EUR-USD')
  await live(page)
  await stage.operator('halt', 'EUR-USD')
  const halted = page.getByTitle('EUR/USD is halted. Orders can be cancelled, not placed.').locator('span')
  await halted.waitFor()
  expect(await beyond(halted), 'a shorter note is whole').toBe(0)
  await stage.operator('close', 'EUR-USD')
  const note = page.getByTitle(/^EUR\/USD is closed until .*\. Orders can be cancelled, not placed\.$/).locator('span')
  await note.waitFor()
  expect(await note.evaluate((element) => getComputedStyle(element).textOverflow)).toBe('ellipsis')
  const button = await page.getByRole('button', { name: 'Set a price alert' }).boundingBox()
  expect((button?.x ?? 0) + (button?.width ?? Infinity)).toBeLessThanOrEqual(768)

  await page.setViewportSize({ width: 1_024, height: 768 })
  expect(await beyond(note), 'the figures make room for it').toBe(0)
  await page.setViewportSize({ width: 768, height: 1_024 })

  const bar = page.getByRole('contentinfo')
  for (const quote of await bar.locator('.quotes li').all()) {
    const [list, own] = [await bar.locator('ul.quotes').boundingBox(), await quote.boundingBox()]
    const isShown = (own?.y ?? 0) < (list?.y ?? 0) + (list?.height ?? 0)
    if (isShown) expect((own?.x ?? 0) + (own?.width ?? 0)).toBeLessThanOrEqual((list?.x ?? 0) + (list?.width ?? 0))
  }
})

test('at high zoom, a workspace scrolls to its bottom', async () => {
  const { page } = await stage.visitor({ viewport: { width: 1_024, height: 480 } })
  await using _context = page.context()
  await startTrading(page)
  const foot = page.getByTestId('receipt')
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight))
  const bottom = await foot.locator('..').evaluate((element) => element.getBoundingClientRect().bottom)
  expect(bottom).toBeLessThanOrEqual(480 - 26)
})

/** Names of the elements that are not in sight when Tab or Shift+Tab has moved the focus to them. */
async function hiddenStops(page: Page, key: 'Tab' | 'Shift+Tab', stops: number): Promise<string[]> {
  const hidden: string[] = []
  for (let stop = 0; stop < stops; stop++) {
    await page.keyboard.press(key)
    const name = await page.evaluate(() => {
      const { activeElement: element } = document
      if (!(element instanceof HTMLElement) || element === document.body) return
      // A field that is drawn by its label.
      const box = element.closest('label') ?? element
      const { left, top, width, height } = box.getBoundingClientRect()
      const seen = document.elementFromPoint(left + width / 2, top + height / 2)
      if (seen && (box.contains(seen) || seen.contains(box))) return
      return element.ariaLabel ?? element.textContent
    })
    if (name != null) hidden.push(name.trim())
  }
  return hidden
}

test.each([
  { path: '/', viewport: { width: 390, height: 844 } },
  { path: '/account', viewport: { width: 390, height: 844 } },
  // 1280 by 1024 at 400 %.
  { path: '/account', viewport: { width: 320, height: 256 } },
  { path: '/docs', viewport: { width: 768, height: 600 } },
  { path: '/trade/NOVA', viewport: { width: 768, height: 600 } },
])('at $viewport.width by $viewport.height no bar of $path covers what has the focus', async ({ path, viewport }) => {
  const { page } = await stage.visitor({ ...PHONE, viewport })
  await using _context = page.context()
  await page.goto(path)
  await live(page)
  expect(await hiddenStops(page, 'Tab', 50)).toEqual([])
  expect(await hiddenStops(page, 'Shift+Tab', 50)).toEqual([])
})

test('with forced system colors, selected items differ from others', async () => {
  const { page } = await stage.visitor({ forcedColors: 'active' })
  await using _context = page.context()
  await startTrading(page)
  const colors = await page
    .locator('.sides label')
    .evaluateAll((labels) => labels.map((label) => getComputedStyle(label).backgroundColor))
  expect(new Set(colors).size).toBe(2)
})

test('pressing the tab that is shown requests nothing, so that the tabs work while the server does not answer', async () => {
  const { page } = await stage.visitor(PHONE)
  await using _context = page.context()
  await startTrading(page)
  await view(page, 'Trade')
  const asked: string[] = []
  await page.route('**/__data.json*', (route) => {
    // Never answered, like requests to a server that is frozen.
    asked.push(route.request().url())
  })
  await view(page, 'Trade')
  await view(page, 'Chart')
  await page.waitForURL(/tab=chart$/)
  await page.getByRole('region', { name: 'Chart' }).waitFor()
  expect(asked).toEqual([])
})

test('the form that changes an order has the width of the phone, beside other orders too', async () => {
  const { page, complaints } = await stage.visitor(PHONE)
  await using _context = page.context()
  await startTrading(page)
  await view(page, 'Trade')
  for (const qty of ['7', '8']) {
    await typeLimit(page, qty, 2)
    await send(page).and(page.locator(':enabled')).click()
    await receipt(page).getByText(`Buy ${qty} `).waitFor()
  }
  await list(page, /^Orders/)
  await button(page, /^Change buy 7/).click()
  const form = page.getByRole('form', { name: 'Change the order' })
  const box = await form.boundingBox()
  expect(box?.width).toBeGreaterThan(340)
  const name = openOrders(page)
    .filter({ has: form })
    .getByText(/^Limit at/)
    .filter({ visible: true })
  expect((await name.boundingBox())?.y).toBeLessThan((box?.y ?? 0) - 12)
  await form.getByRole('button', { name: 'Back' }).click()
  expect(complaints).toEqual([])
})

test('a phone loads what happened only once it is wide enough for the bell', async () => {
  const { page, complaints } = await stage.visitor(PHONE)
  await using _context = page.context()
  const sent: string[] = []
  page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(String(payload))))
  const hasAsked = () => sent.some((message) => message.includes('"status":"closed"'))
  await startTrading(page)
  await page.goto('/portfolio')
  await live(page)
  await page.getByRole('region', { name: 'Equity' }).first().waitFor()
  expect(hasAsked()).toBe(false)
  await page.setViewportSize({ width: 844, height: 390 })
  await expect.poll(hasAsked).toBe(true)
  expect(complaints).toEqual([])
})
