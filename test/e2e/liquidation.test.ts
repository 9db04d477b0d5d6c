import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../process/command.ts'
import { launchBrowser, newVisitor, PHONE } from '../rig/browser.ts'
import { freshDatabase } from '../rig/postgres.ts'
import { freePort, spawnServer, startServer } from '../rig/server.ts'
import { barriers } from './axe-violations.ts'
import {
  accountPage,
  field,
  list,
  live,
  proposal,
  receipt,
  sendConfirmed,
  startTrading,
  switchMargin,
  type,
  view,
} from './desk.ts'

const SOON = { timeout: 30_000 }

test.each([
  { browser: 'is connected again', isAway: false },
  { browser: 'is away meanwhile', isAway: true },
])('a position without enough margin is liquidated, and a browser that $browser says why', async ({ isAway }) => {
  await using parts = new AsyncDisposableStack()
  const database = parts.use(await freshDatabase())
  const folder = await mkdtemp(join(tmpdir(), 'valiant-liquidation-'))
  parts.defer(() => rm(folder, { recursive: true, force: true }))
  const INSTRUMENTS_FILE = join(folder, 'instruments.json')
  const environment = {
    DATABASE_URL: database.url,
    AUTH_SECRET: 'a secret of the tests, long enough for it',
    DATA_DIR: folder,
    INSTRUMENTS_FILE,
    PORT: String(await freePort()),
  }
  await writeMargins(INSTRUMENTS_FILE, { initialMarginBps: 1_000, maintenanceMarginBps: 500 })
  let server = await spawnServer(environment)
  parts.defer(async () => {
    await server.stop()
  })
  const browser = await launchBrowser()
  parts.defer(() => browser.close())
  const { page } = await newVisitor(browser, server.url)
  const link = { isCut: false }
  await page.routeWebSocket(/socket\.io/, (socket) => {
    if (link.isCut) {
      void socket.close()
      return
    }
    const server = socket.connectToServer()
    // Without the number of its last frame it is not sent those it missed, as after too long an absence.
    if (isAway) socket.onMessage((message) => server.send(String(message).replace('"resumeFrom"', '"ignored"')))
  })
  await startTrading(page)
  const { symbol } = await proposal(page)
  await accountPage(page)
  await switchMargin(page, true)
  await page.goto(`/trade/${symbol}`)
  await live(page)
  await type(page, 'Market')
  await field(page, 'Quantity').fill('600')
  await page.getByText('Sends after one confirmation').waitFor()
  await sendConfirmed(page, /^Confirm: buy 600/)
  await receipt(page).getByText(`Bought 600 ${symbol} at`).waitFor()

  // From now on the exchange requires more margin than the account has.
  await server.stop()
  await writeMargins(INSTRUMENTS_FILE, { initialMarginBps: 10_000, maintenanceMarginBps: 9_900 })
  link.isCut = isAway
  server = await spawnServer(environment)
  if (isAway) {
    const positions = async () => (await (await page.request.get(`${server.url}/api/positions`)).json()) as unknown
    await expect.poll(positions, SOON).toEqual({ ok: true, data: [] })
    link.isCut = false
  }
  await receipt(page).getByText(`Your long in ${symbol} was closed`).waitFor({ timeout: 60_000 })
  expect(await receipt(page).innerText()).toMatch(/What you own no longer covered it\. Sold [\d,]+ NOVA at [\d.]+\./)
  expect(await barriers(page)).toEqual([])
  await list(page, /Positions/)
  await page.getByText('No positions yet').waitFor()
})

async function writeMargins(
  file: string,
  margins: { readonly initialMarginBps: number; readonly maintenanceMarginBps: number },
): Promise<void> {
  const all = JSON.parse(await readFile(join(ROOT, 'db/instruments.json'), 'utf8')) as { symbol: string }[]
  const nova = all.filter(({ symbol }) => symbol === 'NOVA')
  await writeFile(file, JSON.stringify(nova.map((one) => ({ ...one, ...margins }))))
}

test('a phone shows in each view that margin is low', async () => {
  await using parts = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'valiant-liquidation-'))
  parts.defer(() => rm(folder, { recursive: true, force: true }))
  const INSTRUMENTS_FILE = join(folder, 'instruments.json')
  // With nearly all of it used, margin is low at once.
  await writeMargins(INSTRUMENTS_FILE, { initialMarginBps: 10_000, maintenanceMarginBps: 9_000 })
  const server = parts.use(await startServer({ INSTRUMENTS_FILE }))
  const browser = await launchBrowser()
  parts.defer(() => browser.close())
  const { page } = await newVisitor(browser, server.url, PHONE)
  await startTrading(page)
  const { symbol } = await proposal(page)
  await accountPage(page)
  await switchMargin(page, true)
  await page.goto(`/trade/${symbol}?tab=ticket`)
  await live(page)
  await type(page, 'Market')
  await page.getByRole('radio', { name: 'Max' }).click()
  await page.getByText('Sends after one confirmation').waitFor()
  await sendConfirmed(page, /^Confirm: buy/)
  await receipt(page).getByText('Bought').waitFor()
  for (const one of ['Trade', 'Chart', 'Book', 'Positions'] as const) {
    await view(page, one)
    await page.getByRole('region', { name: 'Instrument' }).getByText('Margin is low').waitFor()
  }
  expect(await barriers(page)).toEqual([])
  // The full sentence is beside its icon.
  const words = page.getByTestId('panel-positions').getByText(/^Margin is low: /)
  const apart = await words.evaluate((element) => {
    const text = document.createRange()
    text.selectNodeContents(element.lastChild ?? element)
    return text.getBoundingClientRect().top - (element.querySelector('svg')?.getBoundingClientRect().top ?? 0)
  })
  expect(Math.abs(apart)).toBeLessThan(8)
})
