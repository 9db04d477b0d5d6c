import { randomUUID } from 'node:crypto'
import type { Locator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { DESKTOP } from '../rig/browser.ts'
import { barriers } from './axe-violations.ts'
import {
  accountPage,
  field,
  keepAccount,
  live,
  receipt,
  saved,
  send,
  sentence,
  signIn,
  startTrading,
  type,
  typeLimit,
} from './desk.ts'
import { Stage } from './stage.ts'

const stage = new Stage()

const edge = (page: Page, name: 'Width of the book' | 'Width of the ticket' | 'Height of the lists') =>
  page.getByRole('separator', { name })
const sizeOf = async (page: Page, name: Parameters<typeof edge>[1]) =>
  Number(await edge(page, name).getAttribute('aria-valuenow'))
const star = (page: Page) => page.getByRole('button', { name: 'Favourite', exact: true })
const theme = (page: Page) => page.evaluate(() => document.documentElement.dataset['theme'])
const boxOf = async (page: Page, name: Parameters<typeof edge>[1]) => {
  const box = await edge(page, name).boundingBox()
  if (!box) throw new Error(`${name} is not visible`)
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

/** The page that the server renders for a browser with only this one's session. */
async function paintedFor(page: Page, pathname: string): Promise<string> {
  const session = (await page.context().cookies()).filter(({ name }) => name.endsWith('session_token'))
  const cookie = session.map(({ name, value }) => `${name}=${value}`).join('; ')
  return (await fetch(stage.server.url + pathname, { headers: { cookie } })).text()
}

describe('a visitor’s preferences', () => {
  test('follow them to another browser, from the first paint on', async () => {
    const { page, complaints } = await stage.visitor()
    await using _context = page.context()
    await startTrading(page)
    const { pathname } = new URL(page.url())
    await page.getByRole('button', { name: 'Light theme' }).click()
    await star(page).click()
    await edge(page, 'Width of the book').press('ArrowLeft')
    await expect.poll(() => sizeOf(page, 'Width of the book')).toBe(276 + 16)
    await saved(page)
    await accountPage(page)
    const email = `${randomUUID()}@example.com`
    await keepAccount(page, email)

    const other = await stage.visitor()
    await using _other = other.page.context()
    await accountPage(other.page)
    expect(await theme(other.page)).toBe('dark')
    await signIn(other.page, email)
    expect(await theme(other.page)).toBe('light')
    await other.page.goto(pathname)
    await live(other.page)
    expect(await theme(other.page)).toBe('light')
    expect(await star(other.page).getAttribute('aria-pressed')).toBe('true')
    await expect.poll(() => sizeOf(other.page, 'Width of the book')).toBe(276 + 16)
    expect(await other.layoutShift()).toBeLessThan(0.01)
    expect([...complaints, ...other.complaints]).toEqual([])

    const html = await paintedFor(other.page, pathname)
    expect(html).toMatch(/<html[^>]* data-theme="light"/)
    expect(html).toContain('--wide-book: 292px')
  })

  test('of sending orders apply to the ticket: confirmations, one press, and letters that are not commands', async () => {
    const { page, complaints } = await stage.visitor()
    await using _context = page.context()
    await startTrading(page)
    const { pathname } = new URL(page.url())
    const toTicket = async (qty: string) => {
      await page.goto(pathname)
      await live(page)
      await type(page, 'Market')
      await field(page, 'Quantity').fill(qty)
    }
    await accountPage(page)
    await page.getByLabel('Ask again above').selectOption('$1,000')
    await page.getByRole('switch', { name: 'Letters and digits are commands' }).click()
    expect(await barriers(page)).toEqual([])
    await toTicket('1')
    await page.getByText('Asks again above $1,000').waitFor()
    await field(page, 'Quantity').fill('50')
    await page.getByText('Sends after one confirmation').waitFor()
    await field(page, 'Quantity').blur()
    await page.keyboard.press('s')
    await page.keyboard.press('l')
    expect(await sentence(page)).toMatch(/^Buy 50 \w+ at market$/)

    await accountPage(page)
    await page.getByText('One click', { exact: true }).click()
    expect(await page.getByLabel('Ask again above').isDisabled()).toBe(true)
    await saved(page)
    await toTicket('50')
    await page.getByText('Sends at once').waitFor()
    expect(await sentence(page)).toMatch(/^Buy 50 \w+ at market$/)
    await send(page).click()
    await receipt(page).getByText('Bought').waitFor()
    expect(complaints).toEqual([])
  })

  test('from before they had an account are kept, even if the page is left at once', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    await page.goto('/')
    await live(page)
    await page.getByRole('button', { name: 'Light theme' }).click()
    await startTrading(page)
    await saved(page)
    await star(page).click()
    await page.reload()
    await live(page)
    expect(await star(page).getAttribute('aria-pressed')).toBe('true')
    await saved(page)
    const html = await paintedFor(page, new URL(page.url()).pathname)
    expect(html).toMatch(/<html[^>]* data-theme="light"/)
    expect(html).toMatch(/aria-pressed="true"[^>]* aria-label="Favourite"/)
  })

  test('changed in another tab apply when this one is visible again', async () => {
    const { page } = await stage.visitor()
    await using context = page.context()
    await startTrading(page)
    const second = await context.newPage()
    await second.goto(page.url())
    await live(second)
    await second.getByRole('button', { name: 'Light theme' }).click()
    await saved(second)
    expect(await theme(page)).toBe('dark')
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await expect.poll(() => theme(page)).toBe('light')
  })
})

test('a Mac shows ⌘ for Ctrl, and takes it', async () => {
  const userAgent =
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0'
  const { page, complaints } = await stage.visitor({ ...DESKTOP, userAgent })
  await using _context = page.context()
  await startTrading(page)
  await typeLimit(page, '7', 2)
  await expect.poll(() => send(page).innerText()).toMatch(/⌘ ↵$/)
  await page.keyboard.press('Meta+Enter')
  await receipt(page).getByText('is open').waitFor()
  await field(page, 'Quantity').blur()
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keys' }).getByText('⌘ Enter', { exact: true }).waitFor()
  expect(complaints).toEqual([])
})

describe('keys of commands', () => {
  const change = (page: Page, name: string) => page.getByRole('button', { name: `Change: ${name}` })
  const side = (page: Page, name: 'Buy' | 'Sell') => page.getByRole('radio', { name, exact: true })

  test('are changed on the account page, shown wherever a key is, and follow the user', async () => {
    const { page, complaints } = await stage.visitor()
    await using _context = page.context()
    await startTrading(page)
    const { pathname } = new URL(page.url())
    await accountPage(page)
    await change(page, 'Buy ticket').click()
    await page.keyboard.press('Tab')
    await page.getByText('Tab moves the focus. Press another, or Esc.').and(page.locator('.text')).waitFor()
    await page.keyboard.press('Control+b')
    await page.getByText('Keys with Ctrl, Alt or ⌘').and(page.locator('.text')).waitFor()
    // Not the theme: the key is awaited.
    await page.keyboard.press('t')
    await page.getByText('T is taken: Light or dark. Swap the two?').and(page.locator('.text')).waitFor()
    expect(await theme(page)).toBe('dark')
    expect(await barriers(page)).toEqual([])
    await page.keyboard.press('Escape')
    await change(page, 'Buy ticket, B').and(page.locator(':focus')).waitFor()
    await page.keyboard.press('Enter')
    await page.keyboard.press('n')
    await change(page, 'Buy ticket, N').and(page.locator(':focus')).waitFor()
    await change(page, 'Favourite').click()
    await page.keyboard.press('t')
    await page.getByRole('button', { name: 'Swap' }).click()
    await change(page, 'Light or dark, F').waitFor()
    await saved(page)
    expect(await barriers(page)).toEqual([])

    const expectChanged = async (there: Page) => {
      await there.goto(pathname)
      await live(there)
      await side(there, 'Sell').check()
      await side(there, 'Sell').blur()
      await there.keyboard.press('b')
      await there.keyboard.press('[')
      expect(await side(there, 'Sell').isChecked()).toBe(true)
      await there.keyboard.press('n')
      await expect.poll(() => side(there, 'Buy').isChecked()).toBe(true)
      expect(await side(there, 'Buy').getAttribute('aria-keyshortcuts')).toBe('N')
      expect(await star(there).getAttribute('title')).toBe('Favourite (T)')
      await there.keyboard.press('?')
      await there.getByRole('dialog', { name: 'Keys' }).getByText('N, S', { exact: true }).waitFor()
      await there.keyboard.press('Escape')
    }
    await expectChanged(page)
    await page.reload()
    await expectChanged(page)
    expect(await paintedFor(page, pathname)).toContain('title="Buy (N)"')

    await accountPage(page)
    const email = `${randomUUID()}@example.com`
    await keepAccount(page, email)
    const other = await stage.visitor()
    await using _other = other.page.context()
    await accountPage(other.page)
    await signIn(other.page, email)
    await expectChanged(other.page)

    await accountPage(other.page)
    await other.page.getByRole('button', { name: 'Back to the usual keys' }).click()
    await change(other.page, 'Buy ticket, B').waitFor()
    await change(other.page, 'Favourite, F').waitFor()
    await other.page.goto(pathname)
    await live(other.page)
    await other.page.keyboard.press('s')
    await expect.poll(() => side(other.page, 'Sell').isChecked()).toBe(true)
    await other.page.keyboard.press('b')
    await expect.poll(() => side(other.page, 'Buy').isChecked()).toBe(true)
    expect([...complaints, ...other.complaints]).toEqual([])
  })
})

describe('the panels', () => {
  test('are resized at their gaps, with pointer and keys, and keep their size', async () => {
    const { page, complaints } = await stage.visitor()
    await using _context = page.context()
    await startTrading(page)
    const chart = page.getByTestId('workspace').locator('.chart-area')
    const before = await chart.boundingBox()
    const from = await boxOf(page, 'Width of the book')
    await page.mouse.move(from.x, from.y)
    await page.mouse.down()
    await page.mouse.move(from.x - 20, from.y, { steps: 4 })
    await page.mouse.up()
    await expect.poll(() => sizeOf(page, 'Width of the book')).toBe(296)
    expect((await boxOf(page, 'Width of the book')).x).toBeCloseTo(from.x - 20, 0)
    expect((await chart.boundingBox())?.width).toBeCloseTo((before?.width ?? 0) - 20, 0)

    await edge(page, 'Height of the lists').press('ArrowUp')
    await expect.poll(() => sizeOf(page, 'Height of the lists')).toBe(238)
    // The rows fill the panel, so the last one can be scrolled to.
    const foot = async (locator: Locator) => {
      const box = await locator.boundingBox()
      return (box?.y ?? 0) + (box?.height ?? 0)
    }
    const [panel, rows] = [page.locator('.bottom-area'), page.getByTestId('panel-positions')]
    await expect.poll(async () => (await foot(panel)) - (await foot(rows))).toBeCloseTo(0, 0)
    await edge(page, 'Width of the ticket').press('Home')
    await expect.poll(() => sizeOf(page, 'Width of the ticket')).toBe(288)
    expect(await barriers(page)).toEqual([])
    await page.reload()
    await live(page)
    await expect.poll(() => sizeOf(page, 'Width of the book')).toBe(296)
    await expect.poll(() => sizeOf(page, 'Height of the lists')).toBe(238)
    await expect.poll(() => sizeOf(page, 'Width of the ticket')).toBe(288)

    await edge(page, 'Width of the book').dblclick()
    await expect.poll(() => sizeOf(page, 'Width of the book')).toBe(276)
    expect(complaints).toEqual([])
  })

  test('leave the chart its minimum size, and are stored separately for each width of the page', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    await startTrading(page)
    const chart = page.getByTestId('workspace').locator('.chart-area')
    await edge(page, 'Width of the book').press('End')
    await edge(page, 'Height of the lists').press('End')
    await expect.poll(async () => (await chart.boundingBox())?.width).toBe(420)
    expect((await chart.boundingBox())?.height).toBe(260)
    await page.setViewportSize({ width: 1_100, height: 900 })
    await expect.poll(() => sizeOf(page, 'Width of the book')).toBe(212)
    await edge(page, 'Width of the book').press('ArrowLeft')
    await expect.poll(() => sizeOf(page, 'Width of the book')).toBe(228)
    await page.setViewportSize(DESKTOP.viewport ?? { width: 1_440, height: 900 })
    await expect.poll(async () => (await chart.boundingBox())?.width).toBe(420)
    await page.setViewportSize({ width: 900, height: 900 })
    await edge(page, 'Width of the book').waitFor({ state: 'hidden' })
  })
})
