import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { barriers } from './axe-violations.ts'
import { list, live, startTrading } from './desk.ts'
import { SCREENS, Stage } from './stage.ts'

const stage = new Stage()

const tab = (page: Page) => page.getByRole('tab', { name: /^News/ })
const panel = (page: Page) => page.getByTestId('panel-news')
/** The newest item with these words; a random jump of the market may be newer. */
const newsRow = (page: Page, words: RegExp) => panel(page).locator('tbody tr').filter({ hasText: words }).first()

/** Waits until one item is above another, because the newest is first. */
const isAbove = (page: Page, words: string, others: string) =>
  expect
    .poll(async () => {
      const rows = await panel(page).locator('tbody tr').allInnerTexts()
      const [at, otherAt] = [words, others].map((some) => rows.findIndex((row) => row.includes(some)))
      return at !== -1 && (otherAt === -1 || at! < otherAt!)
    })
    .toBe(true)

describe.each(SCREENS)('on a $screen', ({ options }) => {
  test('a visitor without an account reads past news and sees new items', async () => {
    await stage.operator('halt', 'EUR-USD')
    const { page, complaints } = await stage.visitor(options)
    await using _context = page.context()
    await page.goto('/trade/NOVA')
    await live(page)
    await list(page, /^News/)
    await newsRow(page, /Trading in .+ \(EUR\/USD\) is halted/).waitFor()
    await stage.operator('halt', 'LUMA')
    const halted = newsRow(page, /Trading in .+ \(LUMA\) is halted/)
    await halted.waitFor()
    await isAbove(page, '(LUMA) is halted', '(LUMA) is open again')
    await isAbove(page, '(LUMA) is halted', '(EUR/USD) is halted')
    expect(await barriers(page)).toEqual([])
    await halted.getByRole('link').click()
    await expect.poll(() => new URL(page.url()).pathname).toBe('/trade/LUMA')
    await stage.operator('resume', 'LUMA')
    await expect.poll(() => page.getByText('Halted').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test('unseen news is counted on the tab until it is looked at', async () => {
    const { page, complaints } = await stage.visitor(options)
    await using _context = page.context()
    await startTrading(page)
    await list(page, /^Fills/)
    const count = async () => (await tab(page).innerText()).replace(/\s+/g, ' ').trim()
    const before = Number(/\d+/.exec(await count())?.[0] ?? 0)
    await stage.operator('halt', 'QILL')
    await expect.poll(async () => Number(/\d+/.exec(await count())?.[0] ?? 0)).toBeGreaterThan(before)
    await list(page, /^News/)
    expect(await count()).toBe('News')
    await isAbove(page, '(QILL) is halted', '(QILL) is open again')
    await stage.operator('resume', 'QILL')
    await isAbove(page, '(QILL) is open again', '(QILL) is halted')
    expect(await count()).toBe('News')
    expect(complaints).toEqual([])
  })
})
