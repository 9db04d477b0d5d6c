import type { BrowserContext, Page, WebSocketRoute } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { newVisitor } from '../rig/browser.ts'
import { type FaultProxy, openFaultProxy } from '../rig/fault-proxy.ts'
import { live, send, startTrading } from './desk.ts'
import { SCREENS, Stage } from './stage.ts'

/* What is not current does not look live: on a silent link, and in a tab that was hidden. */

const stage = new Stage()
/** The proxy between browser and server. */
let proxy: FaultProxy
beforeAll(async () => {
  proxy = await openFaultProxy({ host: '127.0.0.1', port: stage.server.port })
})
afterAll(() => proxy[Symbol.asyncDispose]())
afterEach(() => proxy.mend())

const old = (page: Page) => page.getByRole('region', { name: 'Order book' }).getByText(/^\d+ s old$/)
const bar = (page: Page) => page.getByRole('contentinfo')

test('a link that carries nothing is shown before it counts as lost, and heals without a trace', async () => {
  const { page, complaints } = await newVisitor(stage.browser, `http://localhost:${proxy.port}`)
  await using _context = page.context()
  await page.goto('/trade/NOVA')
  await live(page)
  await page.evaluate(() => {
    const texts: string[] = []
    Object.assign(globalThis, { texts })
    const watch = () => texts.push(document.querySelector('footer .state')?.textContent ?? '')
    new MutationObserver(watch).observe(document, { subtree: true, childList: true, characterData: true })
  })
  proxy.freeze()
  await bar(page)
    .getByText(/^Nothing heard for \d s$/)
    .waitFor()
  await old(page).waitFor()
  expect(await page.title()).toBe('NOVA – Valiant')
  proxy.mend()
  await bar(page).getByText('Live', { exact: true }).waitFor()
  await old(page).waitFor({ state: 'detached' })
  await page.waitForFunction(() => /^[\d.,]+ NOVA/.test(document.title))
  // It was never lost.
  const texts = await page.evaluate(() => (globalThis as unknown as { texts: string[] }).texts)
  expect(texts.filter((text) => text.includes('Connection lost'))).toEqual([])
  expect(complaints).toEqual([])
})

/** The frames between a page and its server, of which answers can be held back. */
class Wire {
  readonly sent: string[] = []
  readonly received: string[] = []
  #held: (() => void)[] | undefined
  #losesBook = false

  async follow(page: Page): Promise<void> {
    await page.routeWebSocket(/socket\.io/, (socket) => this.#relay(socket))
  }

  holdAnswers(): void {
    this.#held = []
  }

  /** The next frame of a book does not arrive. */
  loseBook(): void {
    this.#losesBook = true
  }

  release(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const pass of held) pass()
  }

  #relay(socket: WebSocketRoute): void {
    const server = socket.connectToServer()
    socket.onMessage((message) => {
      this.sent.push(String(message))
      server.send(message)
    })
    server.onMessage((message) => {
      this.received.push(String(message))
      if (this.#losesBook && String(message).startsWith('42["book"')) {
        this.#losesBook = false
        return
      }
      // In Socket.IO's encoding an acknowledgement begins with 43.
      if (this.#held && String(message).startsWith('43')) this.#held.push(() => socket.send(message))
      else socket.send(message)
    })
  }
}

test.each(SCREENS)(
  'on a $screen a book with a gap says so, and is gray until it is whole again',
  async ({ options }) => {
    const { page, complaints } = await stage.visitor(options)
    await using _context = page.context()
    const wire = new Wire()
    await wire.follow(page)
    await page.goto('/trade/NOVA?tab=book')
    await live(page)
    const best = page
      .getByRole('region', { name: 'Order book' })
      .locator('.bid .price')
      .filter({ visible: true })
      .first()
    const colored = await best.evaluate((price) => getComputedStyle(price).color)
    const words = page.getByText('Book out of step, fetching it anew.').filter({ visible: true })
    wire.holdAnswers()
    wire.loseBook()
    await words.waitFor()
    expect(await best.evaluate((price) => getComputedStyle(price).color)).not.toBe(colored)
    wire.release()
    await words.waitFor({ state: 'detached' })
    expect(await best.evaluate((price) => getComputedStyle(price).color)).toBe(colored)
    expect(complaints).toEqual([])
  },
)

const HALF_MINUTE = 30_000

/** Half a minute in a hidden tab passes at once. */
async function hurry(context: BrowserContext): Promise<void> {
  await context.addInitScript((halfMinute) => {
    const after = globalThis.setTimeout.bind(globalThis)
    const hurried = (run: () => void, ms = 0) => after(run, ms === halfMinute ? 0 : ms)
    Object.assign(globalThis, { setTimeout: hurried })
  }, HALF_MINUTE)
}

const hide = (page: Page, isHidden: boolean): Promise<void> =>
  page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { value: hidden, configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }, isHidden)

describe('a tab that stays hidden', () => {
  test('follows the account and the price in its title, and is gray until it has caught up', async () => {
    const { page, complaints } = await stage.visitor()
    await using context = page.context()
    await hurry(context)
    const wire = new Wire()
    await wire.follow(page)
    await startTrading(page)
    const focused = send(page).and(page.locator(':focus'))
    await focused.waitFor()
    await page.waitForFunction(() => /^[\d.,]+ NOVA/.test(document.title))

    await hide(page, true)
    const given = () => wire.sent.filter((one) => one.includes('"unsubscribe"')).join()
    for (const channel of ['quotes', 'ticker', 'book', 'trades', 'candles']) {
      await expect.poll(given).toContain(`"channel":"${channel}"`)
    }
    const heartbeats = () => wire.received.filter((one) => one.includes('"heartbeat"')).length
    const next = heartbeats() + 1
    await expect.poll(heartbeats).toBeGreaterThanOrEqual(next)
    wire.received.length = 0
    await expect.poll(() => wire.received.filter((one) => one.includes('"quotes"')).length).toBeGreaterThan(0)
    await expect.poll(heartbeats).toBeGreaterThanOrEqual(3)
    const events = wire.received.map((one) => /"(\w+)"/.exec(one)?.[1] ?? one)
    expect(events.filter((name) => ['book', 'trades', 'ticker', 'candle'].includes(name))).toEqual([])
    expect(wire.received.join()).not.toContain('"LUMA"')
    expect(await page.title()).toMatch(/^[\d.,]+ NOVA/)

    wire.holdAnswers()
    await hide(page, false)
    await old(page).waitFor()
    await bar(page).getByText('Catching up').waitFor()
    expect(await send(page).innerText()).toContain('Waiting for connection')
    wire.release()
    await old(page).waitFor({ state: 'detached' })
    await bar(page).getByText('Live', { exact: true }).waitFor()
    await focused.waitFor()
    await expect.poll(() => wire.received.some((one) => one.includes('"book"'))).toBe(true)
    expect(complaints).toEqual([])
  })
})
