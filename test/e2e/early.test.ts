import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { field, live, receipt, sentence, start, startTrading } from './desk.ts'
import { Stage } from './stage.ts'

/* A page that is painted and not live yet: its scripts are still on their way. */

const stage = new Stage()

/** Holds every script back. @returns lets them come */
async function holdScripts(page: Page): Promise<() => void> {
  const { promise: released, resolve: release } = Promise.withResolvers<undefined>()
  await page.route('**/*.js', async (route) => {
    await released
    await route.continue()
  })
  return () => release(undefined)
}

/** Opens a page whose scripts are held back. */
const opened = (page: Page, path: string) => page.goto(path, { waitUntil: 'commit' })

test('a press before the page is live opens one account, however often it was pressed', async () => {
  const { page, complaints } = await stage.visitor()
  await using _context = page.context()
  let accounts = 0
  page.on('request', (request) => {
    if (request.url().endsWith('/sign-in/anonymous')) accounts++
  })
  const release = await holdScripts(page)
  await opened(page, '/')
  await start(page).click()
  await start(page).click()
  expect(accounts).toBe(0)
  release()
  await receipt(page).getByText('Press Buy to own').waitFor()
  expect(accounts).toBe(1)
  expect(complaints).toEqual([])
})

test('the side that was pressed on the start card is the ticket’s', async () => {
  const { page } = await stage.visitor()
  await using _context = page.context()
  const release = await holdScripts(page)
  await opened(page, '/')
  await page.getByRole('button', { name: /^Sell [\d.,]+$/ }).click()
  release()
  const sell = page.getByRole('radio', { name: /^Sell/ })
  await expect.poll(() => sell.isChecked()).toBe(true)
  await live(page)
  expect(await receipt(page).getByText('Press Buy to own').count()).toBe(0)
})

test('what was typed and picked before the workspace is live stands in the ticket', async () => {
  const { page } = await stage.visitor()
  await using _context = page.context()
  await startTrading(page)
  const release = await holdScripts(page)
  await opened(page, new URL(page.url()).pathname)
  await page.getByRole('radio', { name: /^Sell/ }).locator('xpath=..').click()
  await page.getByRole('tab', { name: 'Market', exact: true }).click()
  await field(page, 'Quantity').fill('7')
  release()
  await live(page)
  await expect.poll(() => sentence(page)).toMatch(/^Sell 7 \w+ at market$/)
})
