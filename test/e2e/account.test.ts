import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Page, WebSocketRoute } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { PHONE } from '../rig/browser.ts'
import { barriers } from './axe-violations.ts'
import {
  accountPage,
  keepAccount,
  list,
  live,
  openOrders,
  PASSWORD,
  proposal,
  receipt,
  send,
  signIn,
  start,
  startTrading,
  typeLimit,
} from './desk.ts'
import { Stage } from './stage.ts'

const stage = new Stage()

const side = (page: Page) => page.getByRole('navigation', { name: 'Account' })
const current = (page: Page) => side(page).locator('[aria-current=location]').innerText()
const linked = async (page: Page) => (await side(page).getByRole('link').allInnerTexts()).map((text) => text.trim())
const menu = (page: Page) => page.getByRole('button', { name: /, account/ })
const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

describe('the side navigation of the account page', () => {
  test('links to the cards and marks the visible one', async () => {
    const { page, complaints } = await stage.visitor()
    await using _context = page.context()
    await accountPage(page)
    expect(await linked(page)).not.toContain('Security')
    await startTrading(page)
    await accountPage(page)
    expect(await linked(page)).toEqual(expect.arrayContaining(['Security', 'API keys', 'Export data']))
    expect(await current(page)).toBe('Profile')
    await side(page).getByRole('link', { name: 'Export data' }).click()
    expect(await current(page)).toBe('Export data')
    await expect.poll(() => card(page, 'Export data').boundingBox()).toMatchObject({ x: 220 })
    await side(page).getByRole('link', { name: 'Trading' }).press('Enter')
    await expect.poll(async () => (await card(page, 'Trading').boundingBox())?.y).toBeLessThan(100)
    expect(await current(page)).toBe('Trading')
    await page.mouse.move(700, 400)
    await page.mouse.wheel(0, -20_000)
    await expect.poll(() => current(page)).toBe('Profile')
    await page.mouse.wheel(0, 20_000)
    await expect.poll(() => current(page)).toBe('Export data')
    expect(await barriers(page)).toEqual([])
    expect(complaints).toEqual([])
  })

  test('is a row on a phone, which scrolls sideways while the page does not', async () => {
    const { page } = await stage.visitor(PHONE)
    await using _context = page.context()
    await startTrading(page)
    await page.goto('/account#keyboard')
    await live(page)
    await expect.poll(() => current(page)).toBe('Keyboard')
    const link = side(page).getByRole('link', { name: 'Keyboard' })
    await expect.poll(async () => (await link.boundingBox())?.x).toBeGreaterThan(0)
    expect((await link.boundingBox())?.height).toBeGreaterThanOrEqual(44)
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
    // Below the bar and the row.
    const [row, title] = [await side(page).boundingBox(), await card(page, 'Keyboard').boundingBox()]
    expect(title?.y).toBeGreaterThanOrEqual((row?.y ?? 0) + (row?.height ?? 0) - 1)
  })
})

describe('a user with an e-mail address', () => {
  test('sees their sessions, signs out another browser, and changes the password', async () => {
    const { page, complaints } = await stage.visitor()
    await using _context = page.context()
    await startTrading(page)
    await accountPage(page)
    await card(page, 'Security').getByText('Add an e-mail first').waitFor()
    const email = `${randomUUID()}@example.com`
    await keepAccount(page, email)
    const elsewhere = async (password?: string) => {
      const other = await stage.visitor()
      await accountPage(other.page)
      await signIn(other.page, email, password)
      return other.page
    }
    const phone = await elsewhere()
    await using _phone = phone.context()
    const signedIn = card(page, 'Security').getByRole('row')
    await page.reload()
    await live(page)
    await expect.poll(() => signedIn.count()).toBe(3)
    expect(await signedIn.nth(1).innerText()).toMatch(/Chrome on Linux\s+Now\s+This browser/)
    await signedIn.nth(2).getByRole('button', { name: 'Sign out Chrome on Linux' }).click()
    await page.getByText('Chrome on Linux is signed out.').waitFor()
    // The page in the other browser notices it by itself.
    await phone.getByRole('heading', { name: 'Sign in' }).waitFor()
    await phone.getByText('Your session was ended elsewhere: you are signed out.').waitFor()

    const another = await elsewhere()
    await using _another = another.context()
    const form = page.getByRole('form', { name: 'Password' })
    const change = async (currentPassword: string, wanted: string) => {
      await form.getByLabel('Current password').fill(currentPassword)
      await form.getByLabel(/^New password/).fill(wanted)
      await form.getByRole('button', { name: 'Change password' }).click()
    }
    await change('not this one', 'quite as long')
    await form.getByText('That isn’t your current password.').waitFor()
    await change('long enough', 'short')
    await form.getByText('A password has at least 8 characters.').waitFor()
    expect(await barriers(page)).toEqual([])
    await change('long enough', 'quite as long')
    await page.getByText('Your password is changed.').waitFor()
    await another.getByRole('heading', { name: 'Sign in' }).waitFor()
    // This page is connected again, as the same user.
    await card(page, 'Accounts').getByRole('button', { name: 'New account' }).click()
    const opened = page.getByRole('form', { name: 'New account' })
    await opened.getByLabel('Name').fill('After all')
    await expect.poll(() => opened.getByRole('button', { name: 'Open account' }).isEnabled()).toBe(true)
    await opened.getByRole('button', { name: 'Open account' }).click()
    await page.getByText('“After all” is open').waitFor()
    const again = await elsewhere('quite as long')
    await again.context().close()
    // Only the errors of wrong passwords.
    expect(complaints.filter((text) => !text.includes('400'))).toEqual([])
  })
})

describe('deleting the account', () => {
  const ask = (page: Page) => card(page, 'Security').getByRole('button', { name: 'Delete account' }).click()
  const dialog = (page: Page) => page.getByRole('alertdialog', { name: 'Delete your account?' })

  test('asks, and leaves a guest as a visitor without an account', async () => {
    const { page, complaints } = await stage.visitor()
    await using _context = page.context()
    await startTrading(page)
    await accountPage(page)
    await ask(page)
    expect(await barriers(page)).toEqual([])
    await dialog(page).getByRole('button', { name: 'Keep it' }).click()
    await dialog(page).waitFor({ state: 'detached' })
    await ask(page)
    await dialog(page).getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByText('Your account is deleted.').waitFor()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(await linked(page)).not.toContain('Security')
    expect(complaints).toEqual([])
  })

  test('needs the password of a user who has one', async () => {
    const { page } = await stage.visitor(PHONE)
    await using _context = page.context()
    await startTrading(page)
    await accountPage(page)
    const email = `${randomUUID()}@example.com`
    await keepAccount(page, email)
    await ask(page)
    const remove = dialog(page).getByRole('button', { name: 'Delete', exact: true })
    await remove.click()
    await dialog(page).getByText('Enter your password.').waitFor()
    await dialog(page).getByLabel('Your password').fill('not this one')
    await remove.click()
    await dialog(page).getByText('That isn’t your current password.').waitFor()
    await dialog(page).getByLabel('Your password').fill(PASSWORD)
    await remove.click()
    await page.getByText('Your account is deleted.').waitFor()
    await page.getByLabel('E-mail').fill(email)
    await page.getByLabel(/^Password/).fill(PASSWORD)
    await page.locator('form').getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('This e-mail and password don’t belong together.').waitFor()
  })
})

test('cancel on disconnect is set over the existing connection, in every tab, and again after a reload', async () => {
  const { page } = await stage.visitor()
  await using context = page.context()
  await startTrading(page)
  await page.close()
  const opened = async () => {
    const handshakes = { graces: [] as number[], sockets: 0 }
    const tab = await context.newPage()
    tab.on('websocket', (socket) => {
      if (!socket.url().includes('/socket.io')) return
      handshakes.sockets++
      socket.on('framesent', ({ payload }) => {
        const [, graceMs] = /"cancelOnDisconnect",\{"graceMs":(\d+)\}/.exec(String(payload)) ?? []
        if (graceMs !== undefined) handshakes.graces.push(Number(graceMs))
      })
    })
    await accountPage(tab)
    return { tab, handshakes }
  }
  const [hidden, shown] = [await opened(), await opened()]
  const choice = shown.tab.getByLabel('Cancel my orders if I lose connection')
  expect(await choice.inputValue()).toBe('0')
  await choice.selectOption('After 5 min')
  await expect.poll(() => [hidden.handshakes.graces, shown.handshakes.graces]).toEqual([[300_000], [300_000]])
  await shown.tab.reload()
  await live(shown.tab)
  await expect.poll(() => shown.handshakes.graces).toEqual([300_000, 300_000])
  expect(await choice.inputValue()).toBe('300000')
  await choice.selectOption('Off')
  await expect.poll(() => hidden.handshakes.graces.at(-1)).toBe(0)
  await expect.poll(() => shown.handshakes.graces.at(-1)).toBe(0)
  expect([hidden.handshakes.sockets, shown.handshakes.sockets]).toEqual([1, 2])
})

test('starting to trade in one tab does so in the others, which then offer no second account', async () => {
  const { page } = await stage.visitor()
  await using context = page.context()
  const other = await context.newPage()
  await other.goto('/')
  await live(other)
  await startTrading(page)
  await expect.poll(() => menu(other).innerText()).toBe(await menu(page).innerText())
  expect(await start(other).count()).toBe(0)
  // And back: signed out here, signed out there, signed in here, signed in there.
  await accountPage(page)
  const email = `${randomUUID()}@example.com`
  await keepAccount(page, email)
  await page.getByRole('button', { name: 'Sign out' }).first().click()
  await menu(other).waitFor({ state: 'detached' })
  await accountPage(page)
  await signIn(page, email)
  await expect.poll(() => menu(other).innerText()).toBe(await menu(page).innerText())
})

test('signing in in one tab signs in the other tabs, with the right name', async () => {
  const { page: theirs } = await stage.visitor()
  await using _theirs = theirs.context()
  const email = `${randomUUID()}@example.com`
  await startTrading(theirs)
  await accountPage(theirs)
  await keepAccount(theirs, email)
  const { page } = await stage.visitor()
  await using context = page.context()
  await startTrading(page)
  const guest = await menu(page).innerText()
  const other = await context.newPage()
  await accountPage(other)
  await other.getByRole('button', { name: 'Keep this account' }).click()
  await other.getByText('Have an account already?').getByRole('button', { name: 'Sign in' }).click()
  await signIn(other, email)
  await expect.poll(() => menu(page).innerText()).toBe(await menu(other).innerText())
  expect(await menu(page).innerText()).not.toBe(guest)
  await menu(page).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).waitFor()
  expect(await page.getByRole('menuitem', { name: 'Keep this account' }).count()).toBe(0)
})

test('a visitor without an account creates one, rather than keeping one', async () => {
  const { page, complaints } = await stage.visitor()
  await using _context = page.context()
  await accountPage(page)
  await page.getByRole('button', { name: 'Create one with an e-mail' }).click()
  await page.getByRole('heading', { name: 'Create account' }).waitFor()
  const form = page.locator('form', { has: page.getByLabel('E-mail') })
  await form.getByLabel('E-mail').fill(`${randomUUID()}@example.com`)
  await form.getByLabel(/^Password/).fill(PASSWORD)
  await form.getByRole('button', { name: 'Create account' }).click()
  await page.getByText(/^You are signed in as/).waitFor()
  expect(complaints).toEqual([])
})

describe('the lists of an account', () => {
  const fillRows = (page: Page) => page.getByTestId('panel-fills').locator('tbody tr:not(.skeleton)')

  test('are not those of the user who was signed in before', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    await startTrading(page)
    await send(page).click()
    await receipt(page).getByText('Bought').waitFor()
    await accountPage(page)
    await keepAccount(page, `${randomUUID()}@example.com`)
    await page.goto('/trade/NOVA')
    await live(page)
    const lists = [/^Order history/, /^Money/, /^Fills/]
    for (const name of lists) await list(page, name)
    await fillRows(page).first().waitFor()
    await menu(page).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByText('You are signed out.').waitFor()
    await start(page).click()
    await receipt(page).getByText('Press Buy to own').waitFor()
    await page.getByText('Each trade of yours shows here with its price and fee.').waitFor()
    await list(page, /^Order history/)
    await page.getByText('Orders that are filled, cancelled or refused show here.').waitFor()
    await list(page, /^Money/)
    await expect.poll(() => page.getByTestId('panel-money').locator('tbody tr:not(.skeleton)').count()).toBe(1)
  })

  test('and the accounts are not those of the previous user, when another signs in on the account page', async () => {
    const [{ page: next }, { page }] = [await stage.visitor(), await stage.visitor()]
    await using _next = next.context()
    await using _context = page.context()
    for (const [tab, email] of [
      [next, 'next@example.com'],
      [page, 'before@example.com'],
    ] as const) {
      await startTrading(tab)
      await accountPage(tab)
      await keepAccount(tab, email)
    }
    const accounts = page.getByRole('table', { name: 'Your accounts' }).locator('tbody tr')
    await page.getByRole('button', { name: 'New account' }).click()
    const form = page.getByRole('form', { name: 'New account' })
    await form.getByLabel('Name').fill('Second try')
    await form.getByRole('button', { name: 'Open account' }).click()
    await expect.poll(() => accounts.count()).toBe(2)
    await menu(page).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByText('You are signed out.').waitFor()
    await signIn(page, 'next@example.com')
    await expect.poll(() => accounts.count()).toBe(1)
    expect(await accounts.getByText('Second try').count()).toBe(0)
  })

  test('include what happened while the connection was down, although no frames of it arrived', async () => {
    const { page } = await stage.visitor()
    await using context = page.context()
    const sockets: WebSocketRoute[] = []
    let isDeaf = false
    await page.routeWebSocket(/socket\.io/, (socket) => {
      sockets.push(socket)
      const server = socket.connectToServer()
      server.onMessage((message) => {
        if (!isDeaf || !String(message).startsWith('42["account"')) socket.send(message)
      })
    })
    await startTrading(page)
    const { pathname } = new URL(page.url())
    await list(page, /^Order history/)
    await list(page, /^Fills/)
    await page.getByText('Each trade of yours shows here with its price and fee.').waitFor()
    isDeaf = true
    const other = await context.newPage()
    await other.goto(`${pathname}?first=buy`)
    await live(other)
    await proposal(other)
    await send(other).click()
    await receipt(other).getByText('Bought').waitFor()
    // The snapshot that heartbeats trigger has the position but no fills, as after a long outage.
    await page.getByTestId('panel-fills').waitFor()
    await expect.poll(() => page.getByRole('tab', { name: /^Positions.*1/ }).count()).toBe(1)
    expect(await fillRows(page).count()).toBe(0)
    await sockets.at(-1)?.close()
    await fillRows(page).first().waitFor()
    await list(page, /^Order history/)
    await page.getByTestId('panel-history').getByText('Filled').first().waitFor()
  })
})

test('the account’s data can be downloaded as files', async () => {
  const { page, complaints } = await stage.visitor()
  await using _context = page.context()
  await startTrading(page)
  await send(page).click()
  await receipt(page).getByText('Bought').waitFor()
  await typeLimit(page, '1', 3)
  await send(page).click()
  await list(page, /Open orders/)
  await openOrders(page).first().waitFor()
  await accountPage(page)
  const saved = async (name: string) => {
    const row = card(page, 'Export data').getByRole('listitem').filter({ hasText: name })
    const [file] = await Promise.all([page.waitForEvent('download'), row.getByRole('button').click()])
    const words = await row.getByRole('status').innerText()
    const lines = (await readFile(await file.path(), 'utf8')).trimEnd().split('\r\n')
    return { name: file.suggestedFilename(), head: lines[0], rows: lines.slice(1), words }
  }
  const orders = await saved('Orders')
  expect(orders.name).toMatch(/^guest-\d{4}-orders-\d{4}-\d\d-\d\d\.csv$/)
  expect(orders.head).toMatch(/^orderId,/)
  expect(orders.rows).toHaveLength(2)
  expect(orders.words).toBe('Saved, 2 rows')
  const fills = await saved('Fills')
  expect([fills.head, fills.rows.length > 0]).toEqual([expect.stringMatching(/^fillId,/), true])
  expect((await saved('Ledger')).rows.length).toBeGreaterThan(2)
  expect((await saved('Equity')).head).toBe('time,equity,cash')
  expect(complaints).toEqual([])
})
