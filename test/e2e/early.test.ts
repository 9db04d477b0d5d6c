import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { dataFolder } from '../rig/data-folder.ts'
import { freePort, spawnServer } from '../rig/server.ts'
import { soon } from '../rig/soon.ts'
import { field, live, receipt, send, sentence, start, startTrading } from './desk.ts'
import { Stage } from './stage.ts'

/* A page that is painted but not interactive yet, because its scripts are still loading, or whose market is not there yet. */

const stage = new Stage()

/** Delays all scripts. @returns releases them */
async function holdScripts(page: Page): Promise<() => void> {
  const { promise: released, resolve: release } = Promise.withResolvers<undefined>()
  await page.route('**/*.js', async (route) => {
    await released
    await route.continue()
  })
  return () => release(undefined)
}

/** Opens a page with delayed scripts. */
const opened = (page: Page, path: string) => page.goto(path, { waitUntil: 'commit' })

test('pressing the button before the page is interactive opens one account, even if it is pressed several times', async () => {
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

test('the side pressed on the start card is selected in the ticket', async () => {
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

test('input from before the workspace is interactive is kept in the ticket', async () => {
  const { page } = await stage.visitor()
  await using _context = page.context()
  await startTrading(page)
  await send(page).click()
  await receipt(page).getByText('Bought').waitFor()
  const release = await holdScripts(page)
  await opened(page, new URL(page.url()).pathname)
  await page.getByRole('radio', { name: /^Sell/ }).locator('xpath=..').click()
  await page.getByRole('tab', { name: 'Market', exact: true }).click()
  await field(page, 'Quantity').fill('3')
  release()
  await live(page)
  await expect.poll(() => sentence(page)).toMatch(/^Sell 3 \w+ at market$/)
})

test('the first page that a starting server answers invites to trade, before there are prices', async () => {
  await using data = await dataFolder()
  const port = await freePort()
  const starting = spawnServer({ DATA_DIR: data.path, PORT: String(port), HISTORY_DAYS: '1' })
  const response = await soon(() => fetch(`http://localhost:${port}/`))
  await using _server = await starting
  expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('Trade a live market')])
})
