import type { Page, WebSocketRoute } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { DESKTOP, PHONE } from '../rig/browser.ts'
import { type FaultProxy, openFaultProxy } from '../rig/fault-proxy.ts'
import { barriers } from './axe-violations.ts'
import {
  button,
  buyFirst,
  field,
  list,
  live,
  position,
  receipt,
  receiptAway,
  send,
  startTrading,
  type,
  typeLimit,
  view,
} from './desk.ts'
import { SCREENS, Stage } from './stage.ts'

/* The parts around chart, book and ticket: the depth of the book, all positions, one-time hints, the watchlist. */

const stage = new Stage()
const SHIFT_MAX = 0.01

const tab = (page: Page, name: 'Book' | 'Depth') => page.getByRole('tab', { name, exact: true })
const drawing = (page: Page) => page.getByRole('img', { name: /^Depth of / })
const figures = async (page: Page) => (await page.getByTestId('depth-figures').innerText()).split(/\s*\n\s*/)
const closeAll = (page: Page) => button(page, 'Close all')
const closes = (page: Page) => button(page, /^Close \d positions of \$[\d,.]+, [+−]?\$[\d,.]+$/)
const things = (page: Page) => button(page, '3 things worth knowing')
const account = (page: Page) => page.getByRole('button', { name: /, account/ })
const watchlist = (page: Page) => page.getByRole('region', { name: 'Watchlist' })

/** Buys with a market order, in the instrument's workspace. */
async function buy(page: Page, symbol: string, qty: string): Promise<void> {
  await page.goto(`/trade/${symbol}?tab=ticket`)
  await live(page)
  await type(page, 'Market')
  await field(page, 'Quantity').fill(qty)
  await send(page).and(page.locator(':enabled')).click()
  await receipt(page).getByText('Bought').waitFor()
}

/** Moves the pointer to a fraction of the drawing's width, from the left. */
async function pointAt(page: Page, part: number): Promise<void> {
  const box = await drawing(page).boundingBox()
  if (!box) throw new Error('the depth is not visible')
  await page.mouse.move(box.x + box.width * part, box.y + box.height / 2)
}

describe.each(SCREENS)('the depth of the book, on a $screen', ({ options }) => {
  test('is drawn beside it, described in words, and shows the quantity up to a price', async () => {
    const { page, complaints, layoutShift } = await stage.visitor(options)
    await using _context = page.context()
    await page.goto('/trade/NOVA?tab=book')
    await live(page)
    await tab(page, 'Book').press('ArrowRight')
    await drawing(page).waitFor()
    expect(await drawing(page).getAttribute('aria-label')).toMatch(
      /^Depth of NOVA: [\d,]+ bid from [\d.]+ to [\d.]+; [\d,]+ offered from [\d.]+ to [\d.]+\.$/,
    )
    expect((await figures(page)).map((text) => text.replaceAll(/[\d,.]+/g, '#'))).toEqual([
      ...['Bids down to #', '#', 'Asks up to #', '#', 'Spread', '#'],
    ])
    await pointAt(page, 0.9)
    const words = () => figures(page).then((texts) => texts.map((text) => text.replaceAll(/[\d,.]+/g, '#')))
    await expect.poll(words).toEqual(['Buy up to #', '#', 'Average', '#', 'Cost', '$#'])
    await pointAt(page, 0.1)
    await expect.poll(words).toEqual(['Sell down to #', '#', 'Average', '#', 'Proceeds', '$#'])
    expect(await barriers(page)).toEqual([])

    await tab(page, 'Book').click()
    await drawing(page).waitFor({ state: 'detached' })
    await page.getByLabel('Asks').filter({ visible: true }).waitFor()
    expect(await layoutShift()).toBeLessThan(SHIFT_MAX)
    expect(complaints).toEqual([])
  })
})

test('a price picked in the book is the limit or the stop, and a market order says that it became a limit order', async () => {
  const { page, complaints } = await stage.visitor()
  await using _context = page.context()
  await startTrading(page)
  const pick = (name: 'Asks' | 'Bids', modifiers: 'Shift'[] = []) =>
    page.getByTestId('book-ladder').getByRole('grid', { name }).getByRole('gridcell').nth(2).click({ modifiers })
  const told = page.getByText('Now a limit order, at the price you picked.')
  await type(page, 'Market')
  await field(page, 'Quantity').fill('')
  await pick('Bids')
  await page.getByRole('tab', { name: 'Limit', exact: true, selected: true }).waitFor()
  await told.waitFor()
  expect(await field(page, 'Limit price').inputValue()).not.toBe('')
  expect(await field(page, 'Quantity').inputValue()).toBe('')
  await pick('Asks', ['Shift'])
  await told.waitFor({ state: 'detached' })
  expect(await field(page, 'Quantity').inputValue()).not.toBe('')
  const asked = Number(await field(page, 'Limit price').inputValue())
  // Arrows walk from the asks over the middle to the bids.
  const level = (name: 'Asks' | 'Bids', at: number) =>
    page.getByTestId('book-ladder').getByRole('grid', { name }).getByRole('gridcell').nth(at)
  await level('Asks', 0).focus()
  for (const key of ['ArrowUp', 'ArrowDown', 'ArrowDown', 'ArrowDown']) await page.keyboard.press(key)
  await expect.poll(() => level('Bids', 1).evaluate((cell) => cell === document.activeElement)).toBe(true)
  await page.keyboard.press('Enter')
  expect(Number(await field(page, 'Limit price').inputValue())).toBeLessThan(asked)
  await type(page, 'Stop')
  await pick('Asks')
  await page.getByRole('tab', { name: 'Stop', exact: true, selected: true }).waitFor()
  expect(await field(page, 'Stop price').inputValue()).not.toBe('')
  expect(await page.getByRole('tab', { name: /^Open orders \d/ }).count()).toBe(0)
  expect(complaints).toEqual([])
})

test('the book can show one side, and then shows more levels of it; the choice survives a reload', async () => {
  const { page, complaints } = await stage.visitor()
  await using _context = page.context()
  await page.goto('/trade/NOVA')
  await live(page)
  const side = (name: 'Asks' | 'Bids') => page.getByTestId('book-ladder').getByRole('grid', { name })
  const sides = page.getByRole('button', { name: /^Sides of the book: / })
  await side('Asks').getByRole('row').first().waitFor()
  const before = await side('Bids').getByRole('row').count()
  await sides.click()
  await side('Asks').waitFor({ state: 'detached' })
  await expect.poll(() => side('Bids').getByRole('row').count()).toBeGreaterThan(before)
  await page.reload()
  await live(page)
  expect(await sides.getAttribute('aria-label')).toBe('Sides of the book: bids only')
  expect(await side('Asks').count()).toBe(0)
  await sides.click()
  await side('Bids').waitFor({ state: 'detached' })
  await side('Asks').getByRole('row').first().waitFor()
  await sides.click()
  await side('Bids').getByRole('row').first().waitFor()
  expect(await barriers(page)).toEqual([])
  expect(complaints).toEqual([])
})

describe('the layout', () => {
  const layout = (page: Page) => page.getByRole('button', { name: 'Layout' })
  const panel = (page: Page, name: 'Order book' | 'Your account') => page.getByRole('region', { name })
  const toggle = async (page: Page, name: string) => {
    await layout(page).click()
    await page.getByRole('menuitemcheckbox', { name }).click()
    await page.keyboard.press('Escape')
  }
  const chartSize = async (page: Page) => {
    const box = await page.locator('[data-show="chart"]').boundingBox()
    return { width: box?.width ?? 0, height: box?.height ?? 0 }
  }

  test('panels can be hidden, and the chart has their room, from the first paint of the next visit', async () => {
    const { page, complaints, layoutShift } = await stage.visitor()
    await using _context = page.context()
    await startTrading(page)
    const before = await chartSize(page)
    await toggle(page, 'Order book and trades')
    await panel(page, 'Order book').waitFor({ state: 'hidden' })
    await expect.poll(async () => (await chartSize(page)).width).toBe(before.width + 280)
    await toggle(page, 'Positions and orders')
    await panel(page, 'Your account').waitFor({ state: 'hidden' })
    await expect.poll(async () => (await chartSize(page)).height).toBe(before.height + 226)
    expect(
      await page
        .getByRole('separator', { name: /^(Width|Height) of / })
        .filter({ visible: true })
        .count(),
    ).toBe(1)
    const wide = await chartSize(page)

    await page.reload()
    await live(page)
    expect(await chartSize(page)).toEqual(wide)
    expect(await layoutShift()).toBeLessThan(SHIFT_MAX)
    expect(await barriers(page)).toEqual([])
    await layout(page).click()
    await page.getByRole('menuitem', { name: 'Usual layout' }).click()
    await panel(page, 'Order book').waitFor()
    await panel(page, 'Your account').waitFor()
    await expect.poll(() => chartSize(page)).toEqual(before)
    expect(complaints).toEqual([])
  })

  test('a question about a hidden list shows it, and so does the way to a new alert', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    const { symbol } = await buyFirst(page)
    await toggle(page, 'Positions and orders')
    await panel(page, 'Your account').waitFor({ state: 'hidden' })
    await page.getByTestId('last-price').click()
    await page.keyboard.press('c')
    await position(page, symbol)
      .getByRole('button', { name: /^Close/ })
      .first()
      .waitFor()
    await page.keyboard.press('Escape')
    await toggle(page, 'Positions and orders')
    await panel(page, 'Your account').waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: 'Set a price alert' }).click()
    await page.getByRole('form', { name: 'New alert' }).waitFor()
  })
})

test('what ends without a press is listed under the bell, and marked until it was seen', async () => {
  const { page, complaints } = await stage.visitor()
  await using _context = page.context()
  const bell = page.getByRole('button', { name: /^What happened/ })
  const happened = page.getByRole('dialog', { name: 'What happened' })
  await buyFirst(page)
  await bell.click()
  await happened.getByText('Nothing yet.').waitFor()
  expect(await barriers(page)).toEqual([])
  await page.keyboard.press('Escape')

  await page.goto('/trade/LUMA')
  await live(page)
  await typeLimit(page, '3', 2)
  await send(page).and(page.locator(':enabled')).click()
  await receipt(page).getByText('is open').waitFor()
  expect(await bell.getAttribute('aria-label')).toBe('What happened')
  await stage.operator('halt', 'LUMA', '--cancel-orders')
  await expect.poll(() => bell.getAttribute('aria-label')).toBe('What happened, something new')

  await page.goto('/portfolio')
  await live(page)
  await expect.poll(() => bell.getAttribute('aria-label')).toBe('What happened, something new')
  await bell.click()
  await happened.getByText('Buy 3 LUMA ended').waitFor()
  await happened.getByText('The instrument was halted. No money is held.').waitFor()
  expect(await happened.getByRole('link').count()).toBe(1)
  expect(await barriers(page)).toEqual([])
  await happened.getByRole('link').click()
  await page.waitForURL('/trade/LUMA')
  await page.reload()
  await live(page)
  await bell.click()
  await happened.getByText('Buy 3 LUMA ended').waitFor()
  expect(await bell.getAttribute('aria-label')).toBe('What happened')
  expect(complaints).toEqual([])
})

test('a grouped book subscribes once to a larger depth', async () => {
  const { page } = await stage.visitor()
  await using _context = page.context()
  const sent: string[] = []
  page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(String(payload))))
  await page.goto('/trade/NOVA')
  await live(page)
  const subscribed = (depth: number) =>
    sent.filter((message) => /\["subscribe",.*"channel":"book"/.test(message) && message.includes(`"depth":${depth}`))
      .length
  const before = subscribed(25)
  const grouping = page.getByLabel('Price grouping')
  await grouping.selectOption('10')
  await expect.poll(() => subscribed(100)).toBe(1)
  await grouping.selectOption('50')
  await grouping.selectOption('1')
  await expect.poll(() => subscribed(25)).toBe(before + 1)
  expect(subscribed(100)).toBe(1)
  await page.getByTestId('book-ladder').getByRole('grid', { name: 'Asks' }).getByRole('row').first().waitFor()
})

test('the depth, the title and the announced prices are marked when they are old', async () => {
  await using proxy: FaultProxy = await openFaultProxy({ host: '127.0.0.1', port: stage.server.port })
  const { page } = await stage.visitor({ ...DESKTOP, baseURL: `http://localhost:${proxy.port}` })
  await using _context = page.context()
  await page.goto('/trade/NOVA')
  await live(page)
  await tab(page, 'Depth').click()
  await drawing(page).waitFor()
  expect(await page.title()).toMatch(/^[\d.,]+ NOVA – Valiant$/)
  const spoken = page.getByTestId('spoken')
  await page.keyboard.press('Shift+P')
  await spoken.getByText(/^NOVA: bid [\d.,]+, ask [\d.,]+, last [\d.,]+$/).waitFor()
  proxy.cut()
  const book = page.getByRole('region', { name: 'Order book' })
  await book.getByText(/^\d+ s old$/).waitFor()
  const grey = await book.evaluate((panel) => {
    const token = document.createElement('i')
    token.style.color = 'var(--fg-3)'
    panel.append(token)
    const color = getComputedStyle(token).color
    token.remove()
    return [...panel.querySelectorAll('path.line')].every((line) => getComputedStyle(line).stroke === color)
  })
  expect(grey).toBe(true)
  expect(await page.title()).toBe('NOVA – Valiant')
  // The live region is emptied first, so that the same prices are announced again.
  const texts = await spoken.evaluateHandle((region) => {
    const seen: string[] = []
    new MutationObserver(() => seen.push(region.textContent)).observe(region, {
      subtree: true,
      characterData: true,
      childList: true,
    })
    return seen
  })
  await page.keyboard.press('Shift+P')
  await spoken.getByText(/^NOVA, \d+ s old: bid /).waitFor()
  expect((await texts.jsonValue())[0]).toBe('')
})

describe.each(SCREENS)('all positions at once, on a $screen', ({ options, screen }) => {
  test('are closed after one confirmation that shows the total', async () => {
    const { page, complaints } = await stage.visitor(options)
    await using context = page.context()
    await context.addCookies([{ name: 'valiant_palette', value: 'rg', url: stage.server.url }])
    await startTrading(page)
    await buy(page, 'LUMA', '7')
    await list(page, /^Positions/)
    await position(page, 'LUMA').waitFor()
    // A single one has its own button.
    expect(await closeAll(page).count()).toBe(0)
    await buy(page, 'NOVA', '3')
    await list(page, /^Positions/)

    await closeAll(page).click()
    await closes(page).waitFor()
    // Not the color of a sale, which is green where red rises: some of them may be bought back.
    expect(await closes(page).evaluate((one) => getComputedStyle(one).backgroundColor)).toBe('rgb(207, 51, 71)')
    await button(page, 'Keep').click()
    await position(page, 'NOVA').waitFor()
    await closeAll(page).click()
    await closes(page).click()
    const message = screen === 'phone' ? receiptAway(page) : receipt(page)
    await message.getByText('2 positions closed').waitFor()
    expect(await message.innerText()).toMatch(/Result [+−]?\$[\d,.]+\. Fees \$[\d,.]+\./)
    await page.getByText('No positions yet').waitFor()
    expect(complaints).toEqual([])
  })
})

test('positions and orders are sorted by a head, and keep that order in spite of prices and other lists', async () => {
  const { page, complaints } = await stage.visitor()
  await using _context = page.context()
  await startTrading(page)
  for (const [symbol, qty] of [
    ['LUMA', '2'],
    ['NOVA', '9'],
  ] as const) {
    await page.goto(`/trade/${symbol}`)
    await live(page)
    await type(page, 'Market')
    await field(page, 'Quantity').fill(qty)
    await send(page).and(page.locator(':enabled')).click()
    await receipt(page).getByText('Bought').waitFor()
    await typeLimit(page, qty, 2)
    await send(page).and(page.locator(':enabled')).click()
    await receipt(page).getByText('is open').waitFor()
  }
  const lists = page.getByRole('region', { name: 'Your account' })
  const names = () => lists.locator('tbody a').allInnerTexts()
  const sortBy = async (name: string, expected: readonly string[]) => {
    await lists.getByRole('button', { name, exact: true }).click()
    await expect.poll(names).toEqual(expected)
  }
  await list(page, /^Positions/)
  await sortBy('Value', ['NOVA', 'LUMA'])
  await sortBy('Value', ['LUMA', 'NOVA'])
  expect(await page.getByRole('columnheader', { name: 'Value' }).getAttribute('aria-sort')).toBe('ascending')
  await list(page, /Open orders/)
  await sortBy('Instrument', ['LUMA', 'NOVA'])
  await sortBy('Price', ['NOVA', 'LUMA'])
  expect(await barriers(page)).toEqual([])
  await list(page, /^Positions/)
  await expect.poll(names).toEqual(['LUMA', 'NOVA'])
  expect(complaints).toEqual([])
})

test('a position that could not be closed with the others is named and stays', async () => {
  const { page } = await stage.visitor()
  await using _context = page.context()
  await page.routeWebSocket(/socket\.io/, refusingToClose('LUMA'))
  await startTrading(page)
  await buy(page, 'LUMA', '7')
  await buy(page, 'NOVA', '3')
  await closeAll(page).click()
  await closes(page).click()
  await receipt(page).getByText('1 of 2 positions closed').waitFor()
  await receipt(page).getByText('LUMA stays: Nobody buys LUMA now.').waitFor()
  await position(page, 'NOVA').waitFor({ state: 'detached' })
  await position(page, 'LUMA').waitFor()
})

/** An exchange that refuses to close one position. */
function refusingToClose(symbol: string): (socket: WebSocketRoute) => void {
  return (socket) => {
    const server = socket.connectToServer()
    socket.onMessage((message) => {
      // Socket.IO: 42, the number of the request, its name and payload; the answer is 43 with the same number.
      const [, id] = /^42(\d+)\["position\.close",.*/.exec(String(message)) ?? []
      if (id === undefined || !String(message).includes(`"symbol":"${symbol}"`)) server.send(message)
      else socket.send(`43${id}[{"ok":false,"error":{"code":"NO_LIQUIDITY","message":"Nobody buys it now."}}]`)
    })
  }
}

/** More trades than a page loads for the whole account. */
const OTHER_FILLS = 60

test('own trades in an instrument are still shown after many trades in others', async () => {
  const { page, complaints } = await stage.visitor()
  await using _context = page.context()
  await startTrading(page)
  await buy(page, 'NOVA', '3')
  const filled = await page.evaluate(async (wanted) => {
    const headers = { 'content-type': 'application/json' }
    const order = (side: string) => ({
      clientOrderId: crypto.randomUUID(),
      type: 'market',
      side,
      qty: '1',
      symbol: 'LUMA',
    })
    let count = 0
    for (; count < wanted; count++) {
      const body = JSON.stringify(order(count % 2 === 0 ? 'buy' : 'sell'))
      if (!(await fetch('/api/orders', { method: 'POST', headers, body })).ok) break
    }
    return count
  }, OTHER_FILLS)
  expect(filled).toBe(OTHER_FILLS)
  await page.goto('/trade/NOVA')
  await live(page)
  await page.getByRole('tab', { name: 'Mine', exact: true }).click()
  const mine = page.getByRole('region', { name: 'Trades', exact: true }).locator('tbody tr')
  await expect.poll(() => mine.count()).toBeGreaterThanOrEqual(1)
  expect(complaints).toEqual([])
})

describe('one-time hints', () => {
  test('appear after the first trade, until they are dismissed for good', async () => {
    const { page, complaints, layoutShift } = await stage.visitor()
    await using _context = page.context()
    await startTrading(page)
    expect(await things(page).count()).toBe(0)
    await send(page).click()
    await receipt(page).getByText('Bought').waitFor()
    await things(page).click()
    for (const thing of ['Lines can be dragged.', 'Click the book.', 'Add a stop.']) {
      await page.getByText(thing).filter({ visible: true }).waitFor()
    }
    expect(await barriers(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.reload()
    await live(page)
    await things(page).waitFor()
    expect(await layoutShift()).toBeLessThan(SHIFT_MAX)
    await button(page, 'Don’t show this again').click()
    await things(page).waitFor({ state: 'detached' })
    await page.reload()
    await position(page, await symbolOf(page)).waitFor()
    await live(page)
    expect(await things(page).count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test('speak of tapping on a phone, and of no key', async () => {
    const { page } = await stage.visitor(PHONE)
    await using _context = page.context()
    await startTrading(page)
    await send(page).click()
    await receipt(page).getByText('Bought').waitFor()
    await view(page, 'Positions')
    await things(page).click()
    await page.getByText('Tap the book.').filter({ visible: true }).waitFor()
    expect(await page.getByText('Shift').filter({ visible: true }).count()).toBe(0)
  })

  test('say that a guest can keep the account, after the third trade until the menu was opened', async () => {
    const { page, layoutShift } = await stage.visitor()
    await using _context = page.context()
    await startTrading(page)
    const symbol = await symbolOf(page)
    for (const qty of ['1', '2']) await buy(page, symbol, qty)
    expect(await account(page).getAttribute('aria-label')).not.toContain('keep')
    await buy(page, symbol, '3')
    const dotted = page.getByRole('button', { name: /, account: keep it with an e-mail$/ })
    await dotted.waitFor()
    await page.reload()
    await dotted.waitFor()
    expect(await layoutShift()).toBeLessThan(SHIFT_MAX)
    await dotted.click()
    await page.getByRole('menuitem', { name: 'Keep this account' }).waitFor()
    await page.keyboard.press('Escape')
    await dotted.waitFor({ state: 'detached' })
    await page.reload()
    await live(page)
    expect(await account(page).getAttribute('aria-label')).not.toContain('keep')
  })
})

const symbolOf = (page: Page) => Promise.resolve(new URL(page.url()).pathname.split('/').at(-1) ?? '')

describe('on a page of 1800 pixels and more', () => {
  const WIDE = { viewport: { width: 1_800, height: 900 } }

  test('a watchlist on the left lists favorites first and links to each instrument', async () => {
    const { page, complaints, layoutShift } = await stage.visitor(WIDE)
    await using _context = page.context()
    await page.goto('/trade/NOVA')
    await live(page)
    expect((await watchlist(page).boundingBox())?.width).toBe(220)
    expect((await page.getByRole('region', { name: 'Order book' }).boundingBox())?.width).toBe(300)
    expect(await barriers(page)).toEqual([])
    const names = () => watchlist(page).getByRole('link').allInnerTexts()
    const before = await names()
    expect(before[0]).not.toBe('EUR/USD')
    await watchlist(page).getByRole('link', { name: 'NOVA' }).press('ArrowDown')
    await watchlist(page).getByRole('link', { name: 'EUR/USD' }).click()
    await page.waitForURL('**/trade/EUR-USD')
    await page.getByRole('heading', { name: 'EUR/USD' }).waitFor()
    await page.keyboard.press('f')
    await expect.poll(names).toEqual(['EUR/USD', ...before.filter((name) => name !== 'EUR/USD')])
    await page.keyboard.press('Alt+ArrowDown')
    await page.waitForURL(`**/trade/${before[0]}`)
    expect(await watchlist(page).locator('[aria-current]').innerText()).toBe(before[0])
    expect(await layoutShift()).toBeLessThan(SHIFT_MAX)
    expect(complaints).toEqual([])
  })

  test('and there is none on narrower pages', async () => {
    const { page } = await stage.visitor({ viewport: { width: 1_799, height: 900 } })
    await using _context = page.context()
    await page.goto('/trade/NOVA')
    await live(page)
    expect(await watchlist(page).count()).toBe(0)
    await page.setViewportSize(WIDE.viewport)
    await watchlist(page).waitFor()
  })
})

describe.each([
  { width: 1_024, height: 768 },
  { width: 1_440, height: 720 },
  { width: 1_440, height: 900 },
])('with exits in the ticket on a page of $width by $height', (viewport) => {
  test('the order’s total is beside the button, and the fields scroll', async () => {
    const { page } = await stage.visitor({ viewport })
    await using _context = page.context()
    await startTrading(page)
    await type(page, 'Limit')
    await page.getByRole('button', { name: 'Bid', exact: true }).click()
    await field(page, 'Quantity').fill('5')
    await page.getByRole('switch', { name: 'Take profit and stop loss' }).click()
    for (const name of ['Take profit', 'Stop loss'] as const) await field(page, name).press('ArrowUp')
    await send(page).and(page.locator(':enabled')).waitFor()
    for (const seen of [page.getByTestId('ticket-preview'), send(page)]) expect(await isInSight(seen)).toBe(true)
    await page.getByRole('checkbox', { name: 'Reduce only' }).scrollIntoViewIfNeeded()
    for (const seen of [page.getByTestId('ticket-preview'), send(page)]) expect(await isInSight(seen)).toBe(true)
    expect(await page.getByText('Buying power after').filter({ visible: true }).count()).toBe(1)
  })
})

/** Whether it is completely visible, with nothing over its corners. */
const isInSight = (element: ReturnType<typeof send>) =>
  element.evaluate((node) => {
    const { left, right, top, bottom } = node.getBoundingClientRect()
    const corners = [
      [left + 8, top + 8],
      [right - 8, top + 8],
      [left + 8, bottom - 8],
      [right - 8, bottom - 8],
    ] as const
    return corners.every(([x, y]) => node.contains(document.elementFromPoint(x, y)))
  })

test('what was realized today is the sum of the day’s fills, live and after a reload', async () => {
  const { page, complaints } = await stage.visitor()
  await using _context = page.context()
  await startTrading(page)
  await buy(page, 'NOVA', '20')
  const cell = position(page, 'NOVA').getByTestId('realized')
  await expect.poll(() => cell.innerText()).toBe('$0.00')
  const realized = await page.evaluate(async () => {
    const body = { clientOrderId: 'sell', symbol: 'NOVA', side: 'sell', type: 'market', qty: '8' }
    await fetch('/api/orders', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const { data } = (await (await fetch('/api/fills')).json()) as { data: { items: { realizedPnl: string }[] } }
    return data.items.reduce((cents, { realizedPnl }) => cents + Math.round(100 * Number(realizedPnl)), 0)
  })
  // A spread was paid, so it is not zero.
  expect(realized).not.toBe(0)
  const text = `${realized < 0 ? '−' : '+'}$${(Math.abs(realized) / 100).toFixed(2)}`
  await expect.poll(() => cell.innerText()).toBe(text)
  await page.getByText(`Realised today ${text}`).waitFor()
  await page.reload()
  await live(page)
  await expect.poll(() => cell.innerText()).toBe(text)
  expect(complaints).toEqual([])
})
