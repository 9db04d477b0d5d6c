import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { DESKTOP, PHONE } from '../rig/browser.ts'
import {
  accountPage,
  button,
  buyFirst,
  field,
  LARGE,
  list,
  live,
  openOrders,
  position,
  receipt,
  refusal,
  send,
  sendConfirmed,
  sentence,
  startTrading,
  type,
  typeLimit,
  view,
} from './desk.ts'
import { Stage } from './stage.ts'

/* Changes of mind: another instrument, undoing a cancel, undoing a close. */

const stage = new Stage()

test('a canceled order is placed again with its terms, and a closed position is opened again', async () => {
  const { page } = await stage.visitor()
  await using _context = page.context()
  const { qty, symbol } = await buyFirst(page)
  await typeLimit(page, '7', 2)
  const price = await field(page, 'Limit price').inputValue()
  await send(page).click()
  await receipt(page).getByText('is open').waitFor()
  await field(page, 'Quantity').fill('')
  await list(page, /Open orders/)
  await button(page, /^Cancel buy 7/).click()
  await page.getByText('No open orders.', { exact: true }).waitFor()
  await receipt(page).getByRole('button', { name: 'Place again' }).click()
  await openOrders(page).getByText(price).filter({ visible: true }).waitFor()
  expect(await field(page, 'Quantity').inputValue()).toBe('')

  await list(page, /Positions/)
  await button(page, `Close ${symbol}`).click()
  await button(page, new RegExp(`^Close ${qty}, `)).click()
  await receipt(page).getByRole('button', { name: 'Reopen at market' }).click()
  await receipt(page).getByText(`Bought ${qty} ${symbol} at`).waitFor()
  await position(page, symbol).waitFor()
})

test('the confirmation of a trailing stop depends on the value it would trade', async () => {
  const { page } = await stage.visitor()
  await using _context = page.context()
  const { symbol } = await buyFirst(page)
  await type(page, 'Trailing stop')
  await page.getByRole('radio', { name: /^Buy/ }).click()
  await field(page, 'Trail').fill('10')
  await field(page, 'Quantity').fill('150')
  expect(await sentence(page)).toBe(`Buy 150 ${symbol} trailing 10%`)
  const preview = page.locator('[data-testid=ticket-preview][aria-busy=false]')
  const cost = preview.locator('dl > div').filter({ hasText: 'Estimated cost' }).locator('dd')
  await expect.poll(() => cost.innerText()).toMatch(/^\$[1-9][\d,]{4,}\.\d\d$/)
  await page.getByText('Sends after one confirmation').waitFor()
})

test('after an order for all of the money the ticket is empty, and refuses nothing that nobody asked for', async () => {
  const { page, complaints } = await stage.visitor()
  await using _context = page.context()
  await startTrading(page)
  await page.getByRole('radio', { name: 'Max' }).click()
  await page.getByText('Sends after one confirmation').waitFor()
  await sendConfirmed(page, /^Confirm: buy/)
  await receipt(page).getByText('Bought').waitFor()
  await send(page).getByText('Enter a quantity').waitFor()
  expect(await field(page, 'Quantity').inputValue()).toBe('')
  expect(await page.getByTestId('would-be-refused').count()).toBe(0)
  expect(await page.getByRole('radio', { name: 'Max' }).isChecked()).toBe(false)
  // What can be repeated stays.
  await page.getByRole('radio', { name: /^Sell/ }).check({ force: true })
  await field(page, 'Quantity').fill('2')
  for (const _ of [1, 2]) {
    await send(page).and(page.locator(':enabled')).click()
    await receipt(page).getByText('Sold 2').waitFor()
    expect(await field(page, 'Quantity').inputValue()).toBe('2')
  }
  expect(complaints).toEqual([])
})

test('a refusal disappears with its cause', async () => {
  const { page } = await stage.visitor()
  await using context = page.context()
  // Otherwise the preview may tell the reason first, and the order could not be sent.
  const previews = { pass: true }
  await page.routeWebSocket(/socket\.io/, (socket) => {
    const server = socket.connectToServer()
    socket.onMessage((message) => {
      if (previews.pass || !String(message).includes('["order.preview"')) server.send(message)
    })
  })
  await startTrading(page)
  await page.getByRole('tab', { name: 'Limit', exact: true }).click()
  await page.getByRole('button', { name: 'Bid', exact: true }).click()
  const other = await context.newPage()
  await accountPage(other)
  const move = async (button: 'Deposit' | 'Withdraw', amount: string) => {
    const form = other.getByRole('form', { name: 'Deposit or withdraw' })
    await form.getByLabel('Amount in dollars').fill(amount)
    await form.getByRole('button', { name: button }).click()
    await other.getByText(button === 'Deposit' ? /was paid in\.$/ : /was taken out\.$/).waitFor()
  }
  previews.pass = false
  await move('Withdraw', '99990')
  await field(page, 'Quantity').fill('1')
  await send(page).click()
  await refusal(page)
    .getByText(/^It needs/)
    .waitFor()
  await send(page).getByText('Change the order to send').waitFor()
  previews.pass = true
  await move('Deposit', '50000')
  await send(page)
    .getByText(/^Buy 1 /)
    .waitFor()
  expect(await refusal(page).count()).toBe(0)
  expect(await send(page).isEnabled()).toBe(true)
})

describe('a row that is edited while another tab changes the order', () => {
  /** Changes it as another tab would. */
  const amend = async (page: Page, orderId: string, change: object) => {
    const init = { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify(change) }
    const path = `/api/orders/${orderId}`
    expect(await page.evaluate(async ([to, how]) => (await fetch(to, how)).status, [path, init] as const)).toBe(200)
  }
  /** The state of the only open order. */
  const orderIdOf = async (page: Page) => {
    await list(page, /Open orders/)
    return (await openOrders(page).getAttribute('data-order')) ?? ''
  }
  const lower = (price: string) => (Number(price) - 1).toFixed(2)

  test('keeps the other tab’s price when only the quantity is edited', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    await startTrading(page)
    await typeLimit(page, '7', 2)
    const price = lower(await field(page, 'Limit price').inputValue())
    await send(page).click()
    await receipt(page).getByText('is open').waitFor()
    const orderId = await orderIdOf(page)
    await button(page, /^Change buy 7/).click()
    const form = page.getByRole('form', { name: 'Change the order' })
    await form.getByLabel('Quantity').fill('5')
    await amend(page, orderId, { limitPrice: price })
    await expect.poll(() => form.getByLabel('Limit').inputValue()).toBe(price)
    await form.getByRole('button', { name: 'Save' }).click()
    await openOrders(page).getByText('0 of 5').waitFor()
    await openOrders(page).getByText(price).filter({ visible: true }).waitFor()
  })

  test('keeps the other tab’s exit when only the other exit is edited', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    const { symbol } = await buyFirst(page)
    await list(page, /Positions/)
    await button(page, /^Take profit and stop loss of/).click()
    const form = page.getByRole('form', { name: `Protect ${symbol}` })
    await form.getByLabel('Stop loss').press('ArrowDown')
    await form.getByLabel('Stop loss').press('PageDown')
    const stopLoss = await form.getByLabel('Stop loss').inputValue()
    await form.getByRole('button', { name: 'Protect' }).click()
    const exits = (stop: string) => button(page, `Take profit and stop loss of ${symbol}: – / ${stop}`)
    await exits(stopLoss).waitFor()
    const orderId = await orderIdOf(page)
    await list(page, /Positions/)
    await exits(stopLoss).click()
    await form.getByLabel('Take profit').press('ArrowUp')
    await form.getByLabel('Take profit').press('PageUp')
    const stopPrice = lower(stopLoss)
    await amend(page, orderId, { stopPrice })
    await exits(stopPrice).waitFor()
    await form.getByRole('button', { name: 'Protect' }).click()
    await button(page, new RegExp(`^Take profit and stop loss of ${symbol}: [\\d,.]+ / ${stopPrice}$`)).waitFor()
  })
})

test('the question about canceling all orders is asked only where they are listed', async () => {
  const { page, complaints } = await stage.visitor(PHONE)
  await using _context = page.context()
  await startTrading(page)
  await typeLimit(page, '7', 2)
  await send(page).click()
  await receipt(page).getByText('is open').waitFor()
  await list(page, /^Alerts/)
  await list(page, /^Orders/)
  await button(page, 'Cancel all').click()
  await button(page, 'Cancel 1 order').waitFor()
  await list(page, /^Alerts/)
  await button(page, 'Set alert').waitFor()
  expect(await button(page, 'Cancel 1 order').count()).toBe(0)
  expect(complaints).toEqual([])
})

test('a result that nobody can have read yet follows to the next instrument', async () => {
  const { page } = await stage.visitor()
  await using _context = page.context()
  const { qty, symbol } = await buyFirst(page)
  await page.keyboard.press('Alt+ArrowDown')
  await page.waitForURL((url) => url.pathname !== `/trade/${symbol}`)
  await page.getByRole('status').getByText(`Bought ${qty} ${symbol} at`).waitFor()
})

test('a phone’s header switches to another instrument in the same view', async () => {
  const { page, complaints } = await stage.visitor(PHONE)
  await using _context = page.context()
  await page.goto('/trade/NOVA?tab=book')
  await live(page)
  await page.getByRole('button', { name: 'Another instrument' }).click()
  // Nothing of the head lies over the field.
  const star = await page.getByRole('button', { name: 'Favourite', exact: true }).boundingBox()
  const onTop = page.evaluate(([x, y]) => document.elementFromPoint(x, y)?.closest('.field') !== null, [
    (star?.x ?? 0) + 22,
    (star?.y ?? 0) + 22,
  ] as const)
  expect(await onTop).toBe(true)
  await page.keyboard.type('xyz')
  await page.getByText('No instrument called ‘xyz’. Show all').waitFor()
  await page.getByRole('button', { name: 'Show all' }).click()
  // All are shown and typing filters them: the field is focused and empty again.
  await page.getByRole('option', { name: /NOVA/ }).waitFor()
  await page.keyboard.type('lum')
  await page.getByRole('option', { name: /NOVA/ }).waitFor({ state: 'detached' })
  await page.getByRole('option', { name: /LUMA/ }).click()
  await page.waitForURL('**/trade/LUMA?tab=book')
  await page.getByRole('heading', { name: 'LUMA' }).waitFor()
  expect(complaints).toEqual([])
})

test('on a phone an instrument is starred in the header and found among the favorites', async () => {
  const { page, complaints } = await stage.visitor(PHONE)
  await using _context = page.context()
  await page.goto('/trade/NOVA')
  await live(page)
  const star = page.getByRole('button', { name: 'Favourite', exact: true })
  const box = await star.boundingBox()
  expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(44)
  await star.click()
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Markets' }).click()
  await page.getByRole('tab', { name: 'Favourites' }).click()
  const rows = page.getByRole('region', { name: 'Instruments' }).locator('tbody tr')
  await expect.poll(() => rows.count()).toBe(1)
  expect(await rows.innerText()).toContain('NOVA')
  expect(complaints).toEqual([])
})

test('on a phone the market is sorted with a menu', async () => {
  const { page } = await stage.visitor(PHONE)
  await using _context = page.context()
  await page.goto('/')
  await live(page)
  await page.getByRole('button', { name: 'Sort: Turnover 24h, descending' }).click()
  await page.getByRole('menuitem', { name: 'Instrument' }).click()
  await page.getByRole('button', { name: 'Sort: Instrument, ascending' }).waitFor()
  const labels = await page.getByRole('region', { name: 'Instruments' }).locator('tbody b').allInnerTexts()
  expect(labels).toEqual([...labels].sort((a, b) => a.localeCompare(b)))
})

test('on a phone the filter is focused when it opens, and has no effect once it is closed', async () => {
  const { page } = await stage.visitor(PHONE)
  await using _context = page.context()
  await page.goto('/')
  await live(page)
  const rows = page.getByRole('region', { name: 'Instruments' }).locator('tbody tr')
  const icon = page.getByRole('button', { name: 'Filter', exact: true })
  const all = await rows.count()
  await icon.click()
  await page.getByRole('textbox', { name: 'Filter instruments' }).and(page.locator(':focus')).waitFor()
  await page.keyboard.type('lum')
  await expect.poll(() => rows.count()).toBe(1)
  await icon.click()
  await expect.poll(() => rows.count()).toBe(all)
  expect(await page.getByRole('textbox', { name: 'Filter instruments' }).isVisible()).toBe(false)
})

test('on a phone the whole row of a position opens the view with its buttons', async () => {
  const { page } = await stage.visitor(PHONE)
  await using _context = page.context()
  const { symbol } = await buyFirst(page)
  await page.goto(`/trade/${symbol === 'LUMA' ? 'QILL' : 'LUMA'}?tab=positions`)
  await live(page)
  const row = position(page, symbol)
  const { width = 0, height = 0 } = (await row.boundingBox()) ?? {}
  expect(height).toBeGreaterThanOrEqual(56)
  await row.click({ position: { x: width - 24, y: height - 10 } })
  await page.waitForURL(`**/trade/${symbol}?tab=positions`)
  await button(page, `Close ${symbol}`).waitFor()
})

test('on a phone the row of a new position is lit once, when it is first seen', async () => {
  const { page } = await stage.visitor(PHONE)
  await using _context = page.context()
  const { symbol } = await buyFirst(page)
  const row = position(page, symbol)
  await row.evaluate((element) => {
    for (const event of ['animationstart', 'animationend']) {
      element.addEventListener(event, () => (element.dataset['lit'] = `${element.dataset['lit'] ?? ''} ${event}`))
    }
  })
  const seen = () => row.getAttribute('data-lit')
  await view(page, 'Positions')
  await expect.poll(seen).toBe(' animationstart animationend')
  await view(page, 'Trade')
  await view(page, 'Positions')
  await row.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))
  expect(await seen()).toBe(' animationstart animationend')
})

test('on the page of an unknown instrument, a phone’s tabs lead to the last viewed instrument', async () => {
  const { page } = await stage.visitor(PHONE)
  await using _context = page.context()
  await page.goto('/trade/LUMA')
  await live(page)
  await page.goto('/trade/XYZZY')
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: 'Book', exact: true }).click()
  await page.waitForURL('**/trade/LUMA?tab=book')
})

test('on the page of an unknown instrument, Trade and its keys lead to the last viewed instrument', async () => {
  const { page } = await stage.visitor()
  await using _context = page.context()
  await page.goto('/trade/LUMA')
  await live(page)
  for (const lead of [
    () => page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Trade' }).click(),
    () => page.keyboard.type('gt'),
  ]) {
    await page.goto('/trade/XYZZY')
    await live(page)
    await lead()
    await page.waitForURL('**/trade/LUMA')
  }
})

test.each([
  { screen: 'desktop', options: DESKTOP },
  { screen: 'phone', options: PHONE },
])('on a $screen the line below the button leads to the choice of when to ask again', async ({ options }) => {
  const { page } = await stage.visitor(options)
  await using _context = page.context()
  const change = page.getByRole('link', { name: 'Change when to ask again' })
  await page.goto('/trade/NOVA?tab=ticket')
  await live(page)
  await page.getByText('Practice money. No e-mail').waitFor()
  expect(await change.count()).toBe(0)

  await startTrading(page)
  const before = await send(page).boundingBox()
  await field(page, 'Quantity').fill(LARGE)
  await page.getByText('Sends after one confirmation').waitFor()
  await send(page).click()
  await page.getByText('Press again to send').waitFor()
  expect(await change.count()).toBe(0)
  await page.keyboard.press('Escape')
  await change.waitFor()
  expect(await send(page).boundingBox()).toEqual(before)
  if (options === PHONE) {
    const { width, height } = await change.evaluate((link) => {
      const target = getComputedStyle(link, '::after')
      return { width: parseFloat(target.width), height: parseFloat(target.height) }
    })
    expect(width).toBeGreaterThanOrEqual(44)
    expect(height).toBeGreaterThanOrEqual(44)
  }
  await change.click()
  await page.waitForURL('**/account#trading')
  await page.getByLabel('Ask again above').waitFor()
})

test.each([
  { screen: 'desktop', options: DESKTOP },
  { screen: 'phone', options: PHONE },
])('on a $screen the ticket explains the chosen order type, and every choice by key', async ({ options }) => {
  const { page } = await stage.visitor(options)
  await using _context = page.context()
  await startTrading(page)
  await type(page, 'Stop')
  const help = page.getByTestId('choice-help')
  await help.getByText('Waits until a trade reaches your stop price').waitFor()
  await help.getByRole('button', { name: 'Choices explained' }).press('Enter')
  const choices = page.getByRole('dialog', { name: 'What the choices do' })
  expect(await choices.getByRole('term').allInnerTexts()).toEqual([
    ...['Limit', 'Market', 'Stop', 'Stop limit', 'Trailing stop', 'Take profit and stop loss'],
    ...['Until cancelled', 'Today', 'Until a date', 'Reduce only'],
  ])
  expect((await choices.boundingBox())?.y).toBeGreaterThanOrEqual(0)
  await page.keyboard.press('Escape')
  await choices.waitFor({ state: 'detached' })
})

test('a page that does not exist offers no retry', async () => {
  const { page } = await stage.visitor()
  await using _context = page.context()
  await page.goto('/nowhere')
  await page.getByRole('heading', { name: 'There is no such page.' }).waitFor()
  expect(await page.title()).toBe('No such page – Valiant')
  expect(await page.locator('main').getByRole('link').allInnerTexts()).toEqual(['Markets'])
})

test('an address in lower case leads to the instrument', async () => {
  const { page } = await stage.visitor()
  await using _context = page.context()
  await page.goto('/trade/nova')
  await page.waitForURL('**/trade/NOVA')
})

test('a page renews the session of its user, and sends no request without one', async () => {
  const { page } = await stage.visitor()
  await using _context = page.context()
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await startTrading(page)
  expect(asked).not.toContain('/api/auth/get-session')
  const prolonged = page.waitForResponse(/\/api\/auth\/get-session$/)
  await page.reload()
  expect((await prolonged).status()).toBe(200)
})
