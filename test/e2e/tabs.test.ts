import type { Page, WebSocketRoute } from 'playwright-core'
import { expect, test } from 'vitest'
import { newVisitor, watch } from '../rig/browser.ts'
import { openFaultProxy } from '../rig/fault-proxy.ts'
import {
  accountPage,
  button,
  buyFirst,
  field,
  list,
  live,
  openOrders,
  position,
  receipt,
  send,
  startTrading,
  switchMargin,
  typeLimit,
} from './desk.ts'
import { Stage } from './stage.ts'

/* An impatient trader: two tabs at once, a page reloaded in the middle of an order, a line cut in the middle of a change. */

const stage = new Stage()

/** What a page receives, part of which can be held back. A reload of the page lets everything pass again. */
class Incoming {
  #isHeld: (message: string) => boolean = () => false
  #held: (() => void)[] = []
  readonly #sent: string[] = []

  async follow(page: Page): Promise<void> {
    await page.routeWebSocket(/socket\.io/, (socket) => this.#relay(socket))
  }

  /** Holds the account's frames, as a slow line would. */
  holdFrames(): void {
    this.#isHeld = (message) => message.includes('["account"')
  }

  /** Holds frames and answers from now on, for good. In Socket.IO's encoding an answer begins with 43. */
  holdAll(): void {
    this.#isHeld = (message) => message.startsWith('43') || message.includes('["account"')
  }

  release(): void {
    this.#isHeld = () => false
    for (const pass of this.#held.splice(0)) pass()
  }

  countSent(event: string): number {
    return this.#sent.filter((message) => message.includes(`["${event}"`)).length
  }

  #relay(socket: WebSocketRoute): void {
    this.#isHeld = () => false
    this.#held = []
    const server = socket.connectToServer()
    socket.onMessage((message) => {
      this.#sent.push(String(message))
      server.send(message)
    })
    server.onMessage((message) => {
      if (this.#isHeld(String(message))) this.#held.push(() => socket.send(message))
      else socket.send(message)
    })
  }
}

/** Another tab on the same page, and what it receives. */
async function secondTab(page: Page): Promise<{ readonly other: Page; readonly incoming: Incoming }> {
  const { page: other } = await watch(await page.context().newPage())
  const incoming = new Incoming()
  await incoming.follow(other)
  await other.goto(new URL(page.url()).pathname)
  await live(other)
  return { other, incoming }
}

test('a position closed in two tabs at once is closed once, and both say so', async () => {
  const { page, complaints } = await stage.visitor()
  await using _context = page.context()
  const { qty, symbol } = await buyFirst(page)
  const { other, incoming } = await secondTab(page)
  for (const tab of [page, other]) await button(tab, `Close ${symbol}`).click()
  incoming.holdFrames()
  await button(page, new RegExp(`^Close ${qty}, `)).click()
  await receipt(page).getByText(`Sold ${qty} ${symbol} at`).waitFor()
  await button(other, new RegExp(`^Close ${qty}, `)).click()
  await receipt(other).getByText(`${symbol} was closed already`).waitFor()
  incoming.release()
  for (const tab of [page, other]) await position(tab, symbol).waitFor({ state: 'detached' })
  expect(complaints).toEqual([])
})

test('a position reversed in two tabs at once is reversed once, and both say so', async () => {
  const { page, complaints } = await stage.visitor()
  await using _context = page.context()
  const { qty, symbol } = await buyFirst(page)
  await accountPage(page)
  await switchMargin(page, true)
  await page.goto(`/trade/${symbol}`)
  await live(page)
  const { other, incoming } = await secondTab(page)
  for (const tab of [page, other]) await button(tab, `Reverse ${symbol}`).click()
  incoming.holdFrames()
  for (const tab of [page, other]) {
    await button(tab, new RegExp(`^Go short ${qty}, `)).click()
    await receipt(tab)
      .getByText(`Sold ${2 * Number(qty)} ${symbol} at`)
      .waitFor()
  }
  incoming.release()
  for (const tab of [page, other]) await position(tab, symbol).getByText(`−${qty}`, { exact: true }).waitFor()
  expect(complaints).toEqual([])
})

test('orders canceled in two tabs at once are canceled once, and both say so', async () => {
  const { page, complaints } = await stage.visitor()
  await using _context = page.context()
  await startTrading(page)
  const { other, incoming } = await secondTab(page)
  const rest = async () => {
    await typeLimit(page, '7', 2)
    await send(page).click()
    for (const tab of [page, other]) {
      await list(tab, /Open orders/)
      await openOrders(tab).waitFor()
    }
    incoming.holdFrames()
  }
  await rest()
  await button(page, /^Cancel buy 7/).click()
  await receipt(page).getByText('Cancelled: buy 7').waitFor()
  await button(other, /^Cancel buy 7/).click()
  await receipt(other).getByText('Already cancelled: buy 7').waitFor()
  incoming.release()

  await openOrders(other).waitFor({ state: 'detached' })
  await rest()
  for (const tab of [page, other]) await button(tab, 'Cancel all').click()
  await button(page, 'Cancel 1 order').click()
  await receipt(page).getByText('1 order cancelled').waitFor()
  await button(other, 'Cancel 1 order').click()
  await receipt(other).getByText('No order was open any more').waitFor()
  incoming.release()
  await openOrders(other).waitFor({ state: 'detached' })
  expect(complaints).toEqual([])
})

test('an account that the operator closes is left with a word', async () => {
  const { page } = await stage.visitor()
  await using _context = page.context()
  await startTrading(page)
  const guest = await page.evaluate(async () => {
    const { data } = (await (await fetch('/api/account')).json()) as { data: { account: { id: string; name: string } } }
    return data.account
  })
  await accountPage(page)
  await page.getByRole('button', { name: 'New account' }).click()
  const form = page.getByRole('form', { name: 'New account' })
  await form.getByLabel('Name').fill('Second')
  await form.getByRole('button', { name: 'Open account' }).click()
  await page.getByText(/^“Second” is open/).waitFor()
  await page.getByRole('button', { name: /^Switch to Guest/ }).click()
  await page.getByText(/^This is “Guest .*” now\.$/).waitFor()
  await page.goto('/trade/NOVA')
  await live(page)
  await stage.operator('close-account', '--yes', guest.id)
  await page.getByText(`This is “Second” now, instead of “${guest.name}”.`).waitFor({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Second, account' }).waitFor()
})

test('a line that is moved while another tab moves its order goes back to where that put it', async () => {
  const { page, complaints } = await stage.visitor()
  await using _context = page.context()
  await startTrading(page)
  await typeLimit(page, '7', 4)
  const price = await field(page, 'Limit price').inputValue()
  await send(page).click()
  await list(page, /Open orders/)
  const orderId = (await openOrders(page).getAttribute('data-order')) ?? ''
  const line = page.getByRole('slider', { name: /^Price of Buy/ })
  await line.press('ArrowUp')
  const lower = (Number(price) - 1).toFixed(2)
  const change = { method: 'PATCH', headers: { 'content-type': 'application/json' } }
  const body = JSON.stringify({ limitPrice: lower })
  await page.evaluate(([to, how]) => fetch(to, how), [`/api/orders/${orderId}`, { ...change, body }] as const)
  await openOrders(page).getByText(lower).filter({ visible: true }).waitFor()
  await line.press('Enter')
  await receipt(page)
    .getByText(/^Changed: buy 7/)
    .waitFor()
  await receipt(page).getByRole('button', { name: 'Move back' }).click()
  await openOrders(page).getByText(lower).filter({ visible: true }).waitFor()
  expect(complaints).toEqual([])
})

test('a page reloaded in the middle of an order says what became of it', async () => {
  const { page, complaints } = await stage.visitor()
  await using _context = page.context()
  const incoming = new Incoming()
  await incoming.follow(page)
  const { symbol } = await buyFirst(page)
  await field(page, 'Quantity').fill('3')
  incoming.holdAll()
  await send(page).click()
  await send(page).getByText('Sending').waitFor()
  // The one before was the first trade.
  await expect.poll(() => incoming.countSent('order.place')).toBe(2)
  await page.reload()
  await receipt(page).getByText(`Bought 3 ${symbol} at`).waitFor()
  await send(page).getByText('Enter a quantity').waitFor()
  // It is told once.
  await page.reload()
  await live(page)
  await send(page).getByText('Enter a quantity').waitFor()
  expect(
    await receipt(page)
      .getByText(/Bought|Result not known/)
      .count(),
  ).toBe(0)
  expect(complaints).toEqual([])
})

test('a cancel whose answer is cut off is named until its result is known', async () => {
  await using proxy = await openFaultProxy({ host: '127.0.0.1', port: stage.server.port })
  const { page } = await newVisitor(stage.browser, `http://localhost:${proxy.port}`)
  await using _context = page.context()
  await startTrading(page)
  await typeLimit(page, '7', 2)
  await send(page).click()
  await list(page, /Open orders/)
  const cancel = button(page, /^Cancel buy 7/)
  await cancel.waitFor()
  proxy.freeze()
  await cancel.click()
  proxy.cut()
  await page.getByText(/^Cancel buy 7 NOVA was sent at .*; its result isn’t known yet/).waitFor()
  expect(await page.getByText('Still working on the exchange').count()).toBe(0)
  expect(await cancel.isDisabled()).toBe(true)
  proxy.mend()
  await receipt(page).getByText('Cancelled: buy 7 NOVA').waitFor({ timeout: 30_000 })
  expect(await page.getByText(/its result isn’t known yet/).count()).toBe(0)
})

test('a close that only arrives when the line is back is not executed: the market has moved on', async () => {
  await using proxy = await openFaultProxy({ host: '127.0.0.1', port: stage.server.port })
  const { page } = await newVisitor(stage.browser, `http://localhost:${proxy.port}`)
  await using _context = page.context()
  let validUntil = 0
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      const found = /\["position\.close",.*"validUntil":(\d+)/.exec(String(payload))
      if (found) validUntil = Number(found[1])
    }),
  )
  const { symbol, qty } = await buyFirst(page)
  const close = button(page, `Close ${symbol}`)
  await close.click()
  proxy.freeze()
  await button(page, new RegExp(`^Close ${qty}, `)).click()
  await expect.poll(() => validUntil).toBeGreaterThan(Date.now())
  proxy.cut()
  await expect.poll(() => Date.now() - validUntil, { timeout: 10_000 }).toBeGreaterThan(0)
  proxy.mend()
  await receipt(page)
    .getByText(/^It reached the exchange too late and was not executed/)
    .waitFor({ timeout: 30_000 })
  await position(page, symbol).waitFor()
  expect(await close.isEnabled()).toBe(true)
})

test('what cancels or closes is off until the answer, and its key asks nothing', async () => {
  const { page, complaints } = await stage.visitor()
  await using _context = page.context()
  const incoming = new Incoming()
  await incoming.follow(page)
  const { symbol } = await buyFirst(page)
  await typeLimit(page, '7', 2)
  await send(page).click()
  await list(page, /Open orders/)
  await openOrders(page).waitFor()
  incoming.holdAll()
  await button(page, 'Cancel all').click()
  await button(page, 'Cancel 1 order').click()
  await expect.poll(() => button(page, 'Cancel all').isDisabled()).toBe(true)
  await page.keyboard.press('x')
  expect(await button(page, 'Cancel 1 order').count()).toBe(0)
  incoming.release()
  await openOrders(page).waitFor({ state: 'detached' })

  await list(page, /^Positions/)
  incoming.holdAll()
  await button(page, `Close ${symbol}`).click()
  await button(page, /^Close \d/).click()
  await expect.poll(() => button(page, `Close ${symbol}`).isDisabled()).toBe(true)
  await page.keyboard.press('c')
  expect(await button(page, 'Keep').count()).toBe(0)
  incoming.release()
  await position(page, symbol).waitFor({ state: 'detached' })
  expect(complaints).toEqual([])
})

test('prices that change do not register the tabs of the lists anew', async () => {
  const { page, complaints } = await stage.visitor()
  await using context = page.context()
  // Svelte keeps what is registered while an effect runs: with each price, that would grow for as long as the page is open.
  await context.addInitScript(() => {
    const counted = globalThis as unknown as { registered: number }
    counted.registered = 0
    const set = Reflect.get(Map.prototype, 'set') as (this: unknown, ...of: unknown[]) => unknown
    Map.prototype.set = function (this: Map<unknown, unknown>, ...of: unknown[]) {
      if (this.constructor !== Map) counted.registered += 1
      return set.apply(this, of) as Map<unknown, unknown>
    }
  })
  const registered = () => page.evaluate(() => (globalThis as unknown as { registered: number }).registered)
  const { symbol } = await buyFirst(page)
  const result = position(page, symbol).getByTestId('unrealized')
  const change = async () => {
    const before = await result.innerText()
    await expect.poll(() => result.innerText()).not.toBe(before)
  }
  await change()
  const before = await registered()
  expect(before).toBeGreaterThan(0)
  for (let changes = 0; changes < 3; changes++) await change()
  expect(await registered()).toBe(before)
  expect(complaints).toEqual([])
})
