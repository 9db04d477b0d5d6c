import type { BrowserContext, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { DESKTOP, PHONE, watch } from '../rig/browser.ts'
import { barriers } from './axe-violations.ts'
import { accountPage, button, field, list, live, refusal, send, startTrading, typeCrossing } from './desk.ts'
import { Stage } from './stage.ts'

const stage = new Stage()

const SOON = { timeout: 30_000 }

const toggle = (page: Page, name: string | RegExp) => page.getByRole('switch', { name, exact: true })
const root = (page: Page) => page.evaluate(() => Object.fromEntries(Object.entries(document.documentElement.dataset)))
/** Of the first one, once it is there. */
async function heightOf(page: Page, selector: string): Promise<number | undefined> {
  const first = page.locator(selector).first()
  await first.waitFor()
  return (await first.boundingBox())?.height
}
const MARKET_ROW = '[aria-label="Instruments"] tbody tr'
const BOOK_ROW = '[data-testid="book-ladder"] [role=row]'
const TRADE_ROW = '[aria-label="Trades"] tbody tr'
const FILL_ROW = '[data-testid="panel-fills"] tbody tr'

describe('the appearance of the page', () => {
  test('rows have the chosen height from the first paint on, and are large enough for a thumb on a phone', async () => {
    const { page, complaints } = await stage.visitor()
    await using context = page.context()
    await startTrading(page)
    const { pathname } = new URL(page.url())
    const levels = await page.locator(BOOK_ROW).count()
    expect([await heightOf(page, BOOK_ROW), await heightOf(page, TRADE_ROW)]).toEqual([18, 18])
    await send(page).click()

    await accountPage(page)
    await page.getByText('Roomy', { exact: true }).click()
    expect(await barriers(page)).toEqual([])
    const shown = await watch(await context.newPage())
    await shown.page.goto(pathname)
    await live(shown.page)
    expect([await heightOf(shown.page, BOOK_ROW), await heightOf(shown.page, TRADE_ROW)]).toEqual([22, 22])
    expect(await shown.page.locator(BOOK_ROW).count()).toBeLessThan(levels)
    await list(shown.page, /^Fills/)
    expect(await heightOf(shown.page, FILL_ROW)).toBe(36)
    await shown.page.goto('/')
    await live(shown.page)
    expect(await heightOf(shown.page, MARKET_ROW)).toBe(44)
    expect(await shown.layoutShift()).toBeLessThan(0.01)

    const phone = await stage.visitor({ ...PHONE, storageState: await context.storageState() })
    await using _phone = phone.page.context()
    await phone.page.goto('/')
    await live(phone.page)
    expect(await root(phone.page)).toMatchObject({ rows: 'roomy' })
    expect(await heightOf(phone.page, MARKET_ROW)).toBe(56)
    expect([...complaints, ...shown.complaints, ...phone.complaints]).toEqual([])
  })

  test('the browser’s own bar is light if the system theme is', async () => {
    const { page } = await stage.visitor({ colorScheme: 'light' })
    await using context = page.context()
    await context.addCookies([{ name: 'valiant_theme', value: 'system', url: stage.server.url }])
    await page.goto('/')
    expect(await root(page)).toMatchObject({ theme: 'light' })
    expect(await page.locator('meta[name=theme-color]').getAttribute('content')).toBe('#ffffff')
  })

  test('what cannot be undone is red even where red rises, and is no fourth color beside blue and orange', async () => {
    for (const [palette, color] of [
      ['default', 'rgb(207, 51, 71)'],
      ['rg', 'rgb(207, 51, 71)'],
      ['cb', 'rgb(168, 85, 16)'],
    ] as const) {
      const { page } = await stage.visitor()
      await using context = page.context()
      await startTrading(page)
      await context.addCookies([{ name: 'valiant_palette', value: palette, url: stage.server.url }])
      await accountPage(page)
      await page.getByRole('button', { name: 'Reset account' }).click()
      const reset = page.getByRole('alertdialog').getByRole('button', { name: 'Reset', exact: true })
      await expect.poll(() => reset.evaluate((one) => getComputedStyle(one).backgroundColor)).toBe(color)
    }
  })

  test('reduced motion, set by the system or the visitor, replaces flashes by an arrow beside the price', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    await page.goto('/account')
    await live(page)
    expect(await root(page)).toMatchObject({ flash: 'on', motion: 'full' })
    await toggle(page, /^Less motion/).click()
    expect(await root(page)).toMatchObject({ flash: 'off', motion: 'less' })
    expect(await toggle(page, /^Flash prices/).isDisabled()).toBe(true)
    await page.goto('/')
    await live(page)
    await page.locator('.arrow', { hasText: /[↑↓]/ }).filter({ visible: true }).first().waitFor(SOON)

    const calm = await stage.visitor({ ...DESKTOP, reducedMotion: 'reduce' })
    await using _calm = calm.page.context()
    await accountPage(calm.page)
    expect(await root(calm.page)).toMatchObject({ flash: 'off', motion: 'less' })
    const lessMotion = toggle(calm.page, 'Less motion (your system asks for it)')
    expect([await lessMotion.isChecked(), await lessMotion.isDisabled()]).toEqual([true, true])
    await calm.page.emulateMedia({ reducedMotion: 'no-preference' })
    await expect.poll(() => root(calm.page)).toMatchObject({ flash: 'on', motion: 'full' })
  })

  test('prices flash, unless that is switched off', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    await page.addInitScript(() => {
      const counted = globalThis as unknown as { flashes: number }
      counted.flashes = 0
      const isOfStyles = (one: Animation) => one instanceof CSSTransition || one instanceof CSSAnimation
      const look = () => {
        counted.flashes += document.getAnimations().filter((one) => !isOfStyles(one)).length
        requestAnimationFrame(look)
      }
      look()
    })
    const flashes = () => page.evaluate(() => (globalThis as unknown as { flashes: number }).flashes)
    await page.goto('/')
    await expect.poll(flashes).toBeGreaterThan(0)
    await accountPage(page)
    await toggle(page, 'Flash prices when they change').click()
    await page.goto('/')
    await live(page)
    const prices = () => page.locator(`${MARKET_ROW} .last`).allInnerTexts()
    const before = await prices()
    await expect.poll(prices).not.toEqual(before)
    expect(await flashes()).toBe(0)
  })

  test('rising candles are hollow by choice, and always with blue and orange', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    await accountPage(page)
    const hollow = toggle(page, /^Hollow candles/)
    await hollow.click()
    expect(await root(page)).toMatchObject({ rises: 'hollow', palette: 'default' })
    await hollow.click()
    expect(await root(page)).toMatchObject({ rises: 'solid' })
    await page.getByRole('radio', { name: 'Blue, orange' }).click()
    expect([await hollow.isChecked(), await hollow.isDisabled()]).toEqual([true, true])
    await page.getByText('always in blue, orange').waitFor()
  })
})

/** Counts the notes that a page plays and records its notifications, because this Chromium does not show any. */
async function listen(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const heard = globalThis as unknown as { notes: number[]; notices: string[] }
    heard.notes = []
    heard.notices = []
    class Heard extends OscillatorNode {
      override start(when?: number) {
        heard.notes.push(this.frequency.value)
        super.start(when)
      }
    }
    class Shown {
      static get permission() {
        return localStorage.getItem('permission') ?? 'default'
      }
      static requestPermission() {
        localStorage.setItem('permission', 'granted')
        return Promise.resolve('granted')
      }
      onclick: (() => void) | undefined
      constructor(title: string, { body = '' }: NotificationOptions) {
        heard.notices.push(`${title} ${body}`)
      }
    }
    Object.assign(globalThis, { OscillatorNode: Heard, Notification: Shown })
  })
}
const notes = (page: Page) => page.evaluate(() => (globalThis as unknown as { notes: number[] }).notes)
const notices = (page: Page) => page.evaluate(() => (globalThis as unknown as { notices: string[] }).notices)
/** The direction of two-note sounds in any tab: up is good news. */
const directions = (notes: readonly number[]) =>
  notes.flatMap((hz, index) => (index % 2 === 1 ? [hz > notes[index - 1]! ? 'up' : 'down'] : [])).sort()

describe('sounds', () => {
  test('are off by default; chosen ones are played by only one of several tabs', async () => {
    const { page, complaints } = await stage.visitor()
    await using context = page.context()
    await listen(context)
    await startTrading(page)
    const { pathname } = new URL(page.url())
    await send(page).click()
    await page.getByTestId('receipt').getByText('Bought').waitFor()
    expect(await notes(page)).toEqual([])

    await accountPage(page)
    await page.getByRole('button', { name: 'Try it: Price alert' }).click()
    expect(await notes(page)).toHaveLength(3)
    await toggle(page, 'Order filled').click()
    await toggle(page, 'Order refused').click()
    expect(await barriers(page)).toEqual([])
    const second = await context.newPage()
    await second.goto(pathname)
    await live(second)
    await second.getByRole('tab', { name: 'Market', exact: true }).click()
    await field(second, 'Quantity').fill('1')
    await send(second).click()
    await second.getByTestId('receipt').getByText('Bought').waitFor()
    const both = async () => [...(await notes(page)).slice(3), ...(await notes(second))]
    await expect.poll(both).toHaveLength(2)
    expect(directions(await both())).toEqual(['up'])

    await typeCrossing(second)
    await send(second).click()
    await refusal(second).waitFor()
    await expect.poll(both).toHaveLength(4)
    expect(directions(await both())).toEqual(['down', 'up'])
    expect(complaints).toEqual([])
  })

  test('announce a price alert, with a notification if the browser permits it', async () => {
    const { page } = await stage.visitor()
    await using context = page.context()
    await listen(context)
    await startTrading(page)
    const { pathname } = new URL(page.url())
    await accountPage(page)
    await toggle(page, 'Price alert').click()
    await toggle(page, /^Show price alerts as notifications/).click()
    await page.getByText('They come while Valiant is open').waitFor()
    expect(await notices(page)).toEqual([expect.stringMatching(/^Valiant Your price alerts show here/)])

    await page.goto(pathname)
    await live(page)
    await list(page, /^Alerts/)
    // The field starts with the last price. One alert there and one below, so that any movement fires one.
    const price = page.getByRole('textbox', { name: /^Tell me when .+ trades at$/ })
    for (const keys of [['ArrowUp'], ['ArrowDown', 'ArrowDown']]) {
      for (const key of keys) await price.press(key)
      await button(page, 'Set alert').click()
      await expect.poll(() => price.inputValue()).toBe('')
    }
    await expect
      .poll(() => notices(page), { timeout: 60_000 })
      .toContainEqual(expect.stringMatching(/price alert .+ traded at/))
    await expect.poll(async () => (await notes(page)).length).toBeGreaterThanOrEqual(3)
  })

  test('a browser that blocks notifications is named as the reason', async () => {
    const { page } = await stage.visitor()
    await using context = page.context()
    await context.addInitScript(() => {
      Notification.requestPermission = () => Promise.resolve('denied')
    })
    await accountPage(page)
    const shown = toggle(page, /^Show price alerts as notifications/)
    await shown.click()
    await page.getByText('Your browser doesn’t let Valiant show any.').waitFor()
    expect(await shown.isChecked()).toBe(false)
  })
})
