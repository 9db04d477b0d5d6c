import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { DESKTOP, launchBrowser, newVisitor, PHONE } from '../rig/browser.ts'
import { dataFolder } from '../rig/data-folder.ts'
import { spawnServer } from '../rig/server.ts'
import { field, live, receipt, send, startTrading, typeLimit, view } from './desk.ts'

/* `npm run screenshots`: takes the pictures of docs/screenshots from a real market and account. */

const FOLDER = join(import.meta.dirname, '../../docs/screenshots')
const BYTES_MAX = 300_000
const THEMES = ['dark', 'light'] as const

await mkdir(FOLDER, { recursive: true })
await using data = await dataFolder()
await using server = await spawnServer({ DATA_DIR: data.path, MARKET_LIVENESS: '1', HISTORY_DAYS: '30' })
await using browser = await launchBrowser()
for (const theme of THEMES) {
  await desktop(browser, theme)
  await phone(browser, theme)
}

async function desktop(browser: Browser, theme: string): Promise<void> {
  const page = await visitor(browser, theme, DESKTOP)
  await page.goto('/')
  await live(page)
  await picture(page, `market-${theme}-1440`)
  await tradeALittle(page)
  await picture(page, `workspace-${theme}-1440`)
  await page.goto('/portfolio')
  await live(page)
  await page.getByText('All markets, equal weight').waitFor()
  await picture(page, `portfolio-${theme}-1440`)
  await page.goto('/account')
  await live(page)
  await picture(page, `account-${theme}-1440`)
  await page.context().close()
}

async function phone(browser: Browser, theme: string): Promise<void> {
  const page = await visitor(browser, theme, PHONE)
  await page.goto('/')
  await live(page)
  await picture(page, `phone-market-${theme}-390`)
  await tradeALittle(page)
  await view(page, 'Trade')
  await picture(page, `phone-ticket-${theme}-390`)
  await view(page, 'Chart')
  await page.getByRole('list', { name: 'Your lines on the chart' }).getByRole('listitem').first().waitFor()
  await picture(page, `phone-chart-${theme}-390`)
  await view(page, 'Positions')
  await page.getByRole('link', { name: '%) today' }).waitFor()
  await picture(page, `phone-positions-${theme}-390`)
  await page.context().close()
}

async function visitor(browser: Browser, theme: string, options: BrowserContextOptions): Promise<Page> {
  const { page } = await newVisitor(browser, server.url, options)
  await page.context().addCookies([{ name: 'valiant_theme', value: theme, url: server.url }])
  return page
}

/** Two positions, a resting order, and one that is being typed. All are below the size that needs a confirmation. */
async function tradeALittle(page: Page): Promise<void> {
  for (const [symbol, qty] of [
    ['LUMA', '110'],
    ['EUR-USD', '8000'],
  ] as const) {
    if (symbol === 'LUMA') await startTrading(page)
    await page.goto(`/trade/${symbol}?tab=ticket`)
    await live(page)
    await page.getByRole('tab', { name: 'Market', exact: true }).click()
    await field(page, 'Quantity').fill(qty)
    await send(page).and(page.locator(':enabled')).click()
    await receipt(page).getByText('Bought').waitFor()
  }
  await page.goto('/trade/NOVA?tab=ticket')
  await live(page)
  await page.getByRole('tab', { name: 'Market', exact: true }).click()
  await field(page, 'Quantity').fill('40')
  await send(page).and(page.locator(':enabled')).click()
  await receipt(page).getByText('Bought').waitFor()
  await typeLimit(page, '25', 1)
  await send(page).click()
  await receipt(page).getByText('is open').waitFor()
  await typeLimit(page, '40', 0)
  await field(page, 'Limit price').press('ArrowDown')
  await page
    .locator('[data-testid=ticket-preview][aria-busy=false]')
    .getByText(/\$[\d,]+\.\d\d/)
    .first()
    .waitFor()
}

async function picture(page: Page, name: string): Promise<void> {
  const path = join(FOLDER, `${name}.png`)
  await page.evaluate(() => document.fonts.ready)
  await page.mouse.move(0, 0)
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' })
  const { size } = await stat(path)
  if (size > BYTES_MAX) throw new Error(`${name}.png has ${size} bytes; at most ${BYTES_MAX}`)
  console.log(`${name}.png ${Math.round(size / 1_000)} kB`)
}
