import type { BrowserContextOptions, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { DESKTOP, PHONE } from '../rig/browser.ts'
import { barriers } from './axe-violations.ts'
import { accountPage, field, list, live, openOrders, saved, send, sentence, startTrading, type } from './desk.ts'
import { Stage } from './stage.ts'

const stage = new Stage()

const INDIA = { ...DESKTOP, timezoneId: 'Asia/Kolkata' } satisfies BrowserContextOptions
/** A decimal point in a text in which points group thousands. */
const POINT = /\d\.(?!\d{3}(?!\d))\d/

type Choice = 'Number format' | 'Time'
const choose = (page: Page, row: Choice, label: string) => page.getByLabel(row, { exact: true }).selectOption(label)
const statusClock = (page: Page) => page.locator('footer .clock').innerText()

async function paste(page: Page, name: Parameters<typeof field>[1], text: string): Promise<void> {
  await page.evaluate((words) => navigator.clipboard.writeText(words), text)
  await field(page, name).focus()
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.press('ControlOrMeta+V')
}

/** The orders that a page sends, as they are on the wire. */
function ordersSent(page: Page): string[] {
  const sent: string[] = []
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      if (String(payload).includes('"order.place"')) sent.push(String(payload))
    }),
  )
  return sent
}

/** The text of a page without parts that are not numbers of the page. */
const wordsOf = async (page: Page) =>
  (await page.locator('body').innerText()).replace(/1,234\.56|Apache License 2\.0/g, '')

/** The page as rendered by the server, before scripts run. */
async function painted(page: Page, pathname: string): Promise<string> {
  const still = await stage.browser.newContext({ javaScriptEnabled: false, baseURL: stage.server.url })
  await using _context = still
  await still.addCookies(await page.context().cookies())
  const paper = await still.newPage()
  await paper.goto(pathname)
  return await wordsOf(paper)
}

describe('the chosen notation', () => {
  test('is used for every number and time, from the first paint on and without layout shifts', async () => {
    const { page, complaints, layoutShift } = await stage.visitor(INDIA)
    await using _context = page.context()
    await startTrading(page)
    const { pathname } = new URL(page.url())
    await send(page).click()
    await page.getByTestId('receipt').getByText('Bought').waitFor()
    await accountPage(page)
    expect(await statusClock(page)).toMatch(/^\d\d:\d\d:\d\d UTC$/)
    await choose(page, 'Number format', '1.234,56')
    await page
      .locator('header')
      .getByText(/^\$\d\d\.\d{3},\d\d$/)
      .first()
      .waitFor()
    await choose(page, 'Time', 'Local, 12 hours')
    expect(await statusClock(page)).toMatch(/^\d{1,2}:\d\d:\d\d\sPM UTC\+5:30$|^\d{1,2}:\d\d:\d\d\sAM UTC\+5:30$/)
    expect(await barriers(page)).toEqual([])
    await saved(page)

    await page.goto(pathname)
    await live(page)
    await list(page, /^Fills/)
    expect(await page.title()).toMatch(/^\d+,\d\d /)
    const row = page.getByTestId('panel-fills').getByRole('row').nth(1)
    await expect.poll(() => row.innerText()).toMatch(/^\d{1,2}:\d\d:\d\d\s[AP]M\s/)

    for (const path of ['/', pathname, '/portfolio', '/account']) {
      const paper = await painted(page, path)
      expect(paper, path).not.toMatch(POINT)
      expect(paper, path).toMatch(/\d,\d\d/)
      expect(paper, path).toMatch(/[AP]M UTC\+5:30/)
      await page.goto(path)
      await live(page)
      expect(await wordsOf(page), path).not.toMatch(POINT)
      expect(await layoutShift(), path).toBeLessThan(0.01)
    }
    expect(complaints).toEqual([])
  })

  test('follows the user to another browser, whose time zone is used', async () => {
    const { page } = await stage.visitor(INDIA)
    await using _context = page.context()
    await startTrading(page)
    await accountPage(page)
    await choose(page, 'Number format', '1\u202f234,56')
    await choose(page, 'Time', 'Local, 24 hours')
    await saved(page)

    const other = await stage.visitor({ ...PHONE, timezoneId: 'America/St_Johns' })
    await using context = other.page.context()
    await context.addCookies((await page.context().cookies()).filter(({ name }) => name.endsWith('session_token')))
    // The server does not know the time zone of this browser yet: its times are marked as UTC.
    expect(await painted(other.page, '/account')).toMatch(/\$\d+\u202f\d{3},\d\d/)
    await accountPage(other.page)
    expect(await other.page.getByLabel('Time', { exact: true }).inputValue()).toBe('local-24')
    const cookie = async () => (await context.cookies()).find(({ name }) => name === 'valiant_notation')?.value
    await expect.poll(cookie).toBe('space.local.in-America/St_Johns')
    expect(other.complaints).toEqual([])
  })

  test('does not leak into pages rendered for other users', async () => {
    const visitors = [
      { cookie: '', percent: /[+−]\d+\.\d\d%/, other: /[+−]\d+,\d\d%/, clock: /\d\d:\d\d:\d\d UTC</ },
      { cookie: 'comma.12h', percent: /[+−]\d+,\d\d%/, other: /[+−]\d+\.\d\d%/, clock: /\d:\d\d:\d\d\s[AP]M UTC</ },
      {
        cookie: 'space.local.in-Asia/Kolkata',
        ...{ percent: /[+−]\d+,\d\d%/, other: /[+−]\d+\.\d\d%/, clock: /\d\d:\d\d:\d\d UTC\+5:30</ },
      },
    ]
    const crowd = Array.from({ length: 20 }, () => visitors).flat()
    const pages = await Promise.all(
      crowd.map(async ({ cookie }) => {
        const headers = { cookie: `valiant_notation=${cookie}` }
        return (await fetch(stage.server.url, { headers })).text()
      }),
    )
    for (const [index, { percent, other, clock }] of crowd.entries()) {
      expect(pages[index]).toMatch(percent)
      expect(pages[index]).not.toMatch(other)
      expect(pages[index]).toMatch(clock)
    }
  })
})

describe('a number field', () => {
  test('uses it for input and display, including pasted text, and sends plain decimals', async () => {
    const { page, complaints } = await stage.visitor(INDIA)
    await using context = page.context()
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const sent = ordersSent(page)
    await startTrading(page)
    const { pathname } = new URL(page.url())
    await accountPage(page)
    await choose(page, 'Number format', '1.234,56')
    await page.goto(pathname)
    await live(page)
    await type(page, 'Limit')
    const price = field(page, 'Limit price')
    const qty = field(page, 'Quantity')
    expect(await price.inputValue()).toMatch(/^[\d.]+,\d\d$/)
    await price.fill('50,40')
    await paste(page, 'Quantity', '1.200')
    expect(await qty.inputValue()).toBe('1.200')
    expect(await sentence(page)).toMatch(/^Buy 1\.200 \w+ at 50,40$/)
    // Pasted from a page with another notation: the field shows how it was read.
    await paste(page, 'Quantity', '1,200')
    expect(await qty.inputValue()).toBe('1,2')
    await qty.fill('1,200')
    await page
      .getByRole('status')
      .getByText('= 1,2', { exact: true })
      .or(page.getByText('= 1,2', { exact: true }))
      .first()
      .waitFor()
    await price.press('ArrowUp')
    expect(await price.inputValue()).toMatch(/^50,4[1-9]$/)
    await price.fill('50,4')
    await qty.fill('12')
    await send(page).click()
    await list(page, /^Open orders/)
    await openOrders(page).first().getByRole('cell', { name: '50,40', exact: true }).waitFor()
    expect(sent).toHaveLength(1)
    expect(sent[0]).toContain('"limitPrice":"50.40"')
    expect(sent[0]).toContain('"qty":"12"')
    expect(complaints).toEqual([])
  })

  test('keeps its value when another notation is chosen in another tab', async () => {
    const { page } = await stage.visitor(INDIA)
    await using context = page.context()
    await startTrading(page)
    const second = await context.newPage()
    await accountPage(second)
    await choose(second, 'Number format', '1.234,56')
    await saved(second)
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await page
      .locator('header')
      .getByText(/^\$\d{3}\.\d{3},\d\d$/)
      .first()
      .waitFor()
    await type(page, 'Limit')
    await field(page, 'Limit price').fill('50,40')
    await field(page, 'Quantity').fill('1.200')
    await choose(second, 'Number format', '1\u202f234,56')
    await saved(second)
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await expect.poll(() => field(page, 'Quantity').inputValue()).toBe('1200')
    expect(await sentence(page)).toMatch(/^Buy 1\u202f200 \w+ at 50,40$/)
    // In this notation a point neither groups nor is a decimal sign, so it is refused instead of guessed.
    await field(page, 'Quantity').fill('1.300')
    expect(await sentence(page)).toBe('1.300 could be 1\u202f300 or 1,3')
    expect(await send(page).isDisabled()).toBe(true)
  })

  test('for an expiry time uses the chosen time zone and sends the right time', async () => {
    const { page } = await stage.visitor(INDIA)
    await using _context = page.context()
    const sent = ordersSent(page)
    await startTrading(page)
    const { pathname } = new URL(page.url())
    await accountPage(page)
    await choose(page, 'Time', 'Local, 24 hours')
    await page.goto(pathname)
    await live(page)
    await type(page, 'Limit')
    await field(page, 'Limit price').fill('100.40')
    await field(page, 'Quantity').fill('1')
    await page.getByLabel('Time in force').selectOption('Until a date')
    const inTwoDays = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 'yyyy-mm-dd'.length)
    await page.getByLabel('Ends, UTC+5:30').fill(`${inTwoDays}T20:00`)
    await send(page).click()
    await list(page, /^Open orders/)
    await openOrders(page)
      .first()
      .getByText(/^Until \d+ \w+ 20:00$/)
      .waitFor()
    expect(sent[0]).toContain(`"expireAt":${Date.parse(`${inTwoDays}T14:30Z`)}`)
  })
})
