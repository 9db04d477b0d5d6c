import type { Locator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import {
  accountPage,
  button,
  buyFirst,
  confirmRefused,
  field,
  LARGE,
  list,
  live,
  openOrders,
  position,
  proposal,
  receipt,
  refusal,
  send,
  startTrading,
  typeCrossing,
  typeLimit,
} from './desk.ts'
import { Stage } from './stage.ts'

/* Keys act once even when held, only where they are meant to, and leave the focus in a sensible place. */

const stage = new Stage()

/** Holds a key down, so that the browser repeats it. */
async function hold(page: Page, key: string): Promise<void> {
  await page.keyboard.down(key)
  await page.keyboard.down(key)
}

/** The link of a row, which arrow keys move between. */
const isAt = (page: Page, list: 'orders' | 'positions', row: number) =>
  expect
    .poll(() =>
      page
        .getByTestId(`panel-${list}`)
        .locator('tbody tr')
        .nth(row)
        .evaluate((tr) => tr.querySelector('a') === document.activeElement),
    )
    .toBe(true)

const focused = (one: Locator) =>
  expect.poll(() => one.evaluate((element) => element === document.activeElement)).toBe(true)

async function placeLimits(page: Page, quantities: readonly string[]): Promise<void> {
  for (const [index, qty] of quantities.entries()) {
    await typeLimit(page, qty, 2)
    await send(page).and(page.locator(':enabled')).click()
    await page.getByRole('tab', { name: `Open orders ${index + 1}` }).waitFor()
  }
}

describe('a held key', () => {
  test('sends one order, from the button and from everywhere', async () => {
    const { page, complaints } = await stage.visitor()
    await using _context = page.context()
    await startTrading(page)
    const { qty, symbol } = await proposal(page)
    await page.keyboard.down('Enter')
    await receipt(page).getByText('Bought').waitFor()
    await expect.poll(() => send(page).evaluate((button) => button === document.activeElement)).toBe(true)
    await page.keyboard.down('Enter')
    await page.keyboard.up('Enter')

    await typeLimit(page, '7', 2)
    await page.keyboard.down('Control')
    await page.keyboard.down('Enter')
    await receipt(page).getByText('is open').waitFor()
    await send(page).and(page.locator(':enabled')).waitFor()
    await page.keyboard.down('Enter')
    await page.keyboard.up('Enter')
    await page.keyboard.up('Control')

    // The answer to a later request shows that all earlier ones were processed.
    await list(page, /Open orders/)
    await button(page, 'Cancel all').click()
    await button(page, /^Cancel \d+ order/).click()
    await receipt(page).getByText('1 order cancelled').waitFor()
    expect(await page.getByRole('tab', { name: /^Positions/ }).innerText()).toContain('1')
    await list(page, /^Positions/)
    expect(await position(page, symbol).locator('td').first().innerText()).toBe(qty)
    expect(complaints).toEqual([])
  })

  test('opens the question about canceling all or closing the position, and does not answer it', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    const { qty } = await buyFirst(page)
    await placeLimits(page, ['7'])
    await list(page, /Open orders/)
    await hold(page, 'x')
    expect(await button(page, 'Cancel 1 order').count()).toBe(1)
    await page.keyboard.up('x')
    await page.keyboard.press('x')
    await page.getByText('No open orders').waitFor()
    await hold(page, 'c')
    expect(await button(page, new RegExp(`^Close ${qty}, `)).count()).toBe(1)
    await page.keyboard.up('c')
    await page.keyboard.press('c')
    await page.getByText('No positions yet').waitFor()
  })

  test('opens the question about a line that would fill at once, and does not answer it', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    await startTrading(page)
    await placeLimits(page, ['7'])
    await page.getByRole('slider', { name: /^Price of Buy 7 / }).focus()
    for (let step = 0; step < 6; step++) await page.keyboard.press('Shift+ArrowUp')
    await hold(page, 'Enter')
    expect(await page.getByText(/^Fills at once at/).count()).toBe(1)
    await page.keyboard.up('Enter')
    await page.keyboard.press('Escape')
    await page.getByText('Limit 7').waitFor()
  })
})

test('a line moved by keys passes other lines, and returns when it loses focus', async () => {
  const { page, complaints } = await stage.visitor()
  await using _context = page.context()
  await startTrading(page)
  await placeLimits(page, ['7'])
  await typeLimit(page, '8', 6)
  await send(page).and(page.locator(':enabled')).click()
  await page.getByRole('tab', { name: 'Open orders 2' }).waitFor()
  const line = page.getByRole('slider', { name: /^Price of Buy 8 / })
  await line.focus()
  // As slowly as by hand, so that the labels change places.
  for (let step = 0; step < 6; step++) await page.keyboard.press('Shift+ArrowUp', { delay: 60 })
  for (let step = 0; step < 5; step++) await page.keyboard.press('Shift+ArrowDown', { delay: 60 })
  await expect.poll(() => line.getAttribute('aria-valuetext')).toContain('Enter sends')
  // Its own close button comes first.
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await expect.poll(() => line.getAttribute('aria-valuetext')).not.toContain('Enter sends')
  expect(complaints).toEqual([])
})

test('after a key of the page the result that another instrument takes along is at the foot, and covers no price', async () => {
  const { page } = await stage.visitor()
  await using _context = page.context()
  await buyFirst(page)
  await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur())
  await page.keyboard.press('Alt+ArrowDown')
  const toast = await page.locator('.toast', { hasText: 'Bought' }).boundingBox()
  expect(toast?.y).toBeGreaterThan(600)
})

test('a letter typed in an open menu does nothing below it', async () => {
  const { page } = await stage.visitor()
  await using _context = page.context()
  await startTrading(page)
  await page.getByRole('button', { name: /, account/ }).click()
  await page.getByRole('menu').waitFor()
  await page.keyboard.press('s')
  expect(await page.getByRole('radio', { name: /^Buy/ }).isChecked()).toBe(true)
})

describe('a workspace key pressed elsewhere', () => {
  test('types into a field or opens a list, and changes neither instrument nor ticket', async () => {
    const { page, complaints } = await stage.visitor()
    await using _context = page.context()
    await startTrading(page)
    await typeLimit(page, '7', 2)
    const url = page.url()
    await page.getByLabel('Price grouping').focus()
    await page.keyboard.press('Alt+ArrowDown')
    await page.keyboard.press('Escape')
    await list(page, /^Alerts/)
    const note = page.getByRole('textbox', { name: 'Note' })
    await note.fill('Sell half.')
    for (const key of ['Alt+ArrowUp', 'Alt+Digit2', 'Control+Alt+Digit3']) await note.press(key)
    await field(page, 'Quantity').press('Control+Alt+Digit2')
    await field(page, 'Quantity').press('Alt+ArrowDown')
    expect(page.url()).toBe(url)
    expect(await page.getByRole('tab', { name: 'Limit', exact: true }).getAttribute('aria-selected')).toBe('true')
    expect(await field(page, 'Quantity').inputValue()).toBe('7')
    // In the ticket's number fields they act as its keys.
    await field(page, 'Quantity').press('Alt+Digit2')
    await page.getByRole('tab', { name: 'Market', exact: true, selected: true }).waitFor()
    expect(complaints).toEqual([])
  })

  test('sends no order from another form or the search', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    await startTrading(page)
    await placeLimits(page, ['8'])
    await typeLimit(page, '7', 2)
    await send(page).and(page.locator(':enabled')).waitFor()
    await list(page, /^Alerts/)
    await page.getByRole('textbox', { name: 'Note' }).press('Control+Enter')
    await page.getByRole('combobox', { name: 'Search markets' }).press('Control+Enter')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await list(page, /Open orders/)
    await openOrders(page).first().getByRole('link').focus()
    await page.keyboard.press('e')
    await openOrders(page).getByRole('textbox', { name: 'Quantity' }).press('Control+Enter')
    await page.keyboard.press('Escape')
    // Anything they had sent would be answered before this.
    await field(page, 'Quantity').press('Control+Enter')
    await page.getByRole('tab', { name: /^Open orders [2-9]/ }).waitFor()
    expect(await openOrders(page).count()).toBe(2)
  })

  test('closes an open dialog first, and a refusal with the next press', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    await startTrading(page)
    await typeCrossing(page, LARGE)
    await send(page).and(page.locator(':enabled')).click()
    await confirmRefused(page)
    await page.getByRole('button', { name: /, account/ }).click()
    await page.getByRole('menu').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'detached' })
    const search = page.getByRole('combobox', { name: 'Search markets' })
    await search.click()
    await page.getByRole('listbox').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('listbox').waitFor({ state: 'detached' })
    await page.keyboard.press('Escape')
    await expect.poll(() => search.evaluate((field) => field === document.activeElement)).toBe(false)
    expect(await refusal(page).count()).toBe(1)
    await page.keyboard.press('Escape')
    await refusal(page).waitFor({ state: 'detached' })
  })
})

describe('a key in a row', () => {
  test('changes the order on any layout and with Caps Lock, unless letters are no commands', async () => {
    const { page, complaints } = await stage.visitor()
    await using context = page.context()
    await startTrading(page)
    await placeLimits(page, ['7'])
    await list(page, /Open orders/)
    const devtools = await context.newCDPSession(page)
    const pressE = async (key: string) => {
      await openOrders(page).getByRole('link').focus()
      for (const type of ['rawKeyDown', 'keyUp'] as const) {
        await devtools.send('Input.dispatchKeyEvent', { type, key, code: 'KeyE', windowsVirtualKeyCode: 69 })
      }
    }
    const form = page.getByRole('form', { name: 'Change the order' })
    for (const key of ['у', 'E', 'e']) {
      await pressE(key)
      await form.waitFor()
      await page.keyboard.press('Escape')
      await form.waitFor({ state: 'detached' })
    }
    await accountPage(page)
    await page.getByRole('switch', { name: 'Letters and digits are commands' }).click()
    await page.goBack()
    await live(page)
    await list(page, /Open orders/)
    await pressE('e')
    expect(await form.count()).toBe(0)
    // Nor does anything name the keys; arrows in a field still work.
    expect(
      await page
        .getByTestId('panel-orders')
        .getByRole('button', { name: /^Change / })
        .getAttribute('title'),
    ).toBe('Change')
    expect(await page.getByTitle(/ \([\w/?]\)$/).count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test('leads to the next in every list and leaves the price alone, and deletes an alert', async () => {
    const { page, complaints } = await stage.visitor()
    await using _context = page.context()
    await buyFirst(page)
    await page.getByRole('button', { name: 'View' }).click()
    await typeLimit(page, '1', 1)
    await page.getByRole('button', { name: 'Ask', exact: true }).click()
    await field(page, 'Limit price').press('Shift+ArrowUp')
    await send(page).and(page.locator(':enabled')).click()
    const links = page.getByTestId('panel-fills').locator('tbody a')
    await expect.poll(() => links.count()).toBeGreaterThan(1)
    await send(page).and(page.locator(':enabled')).waitFor()
    const price = await field(page, 'Limit price').inputValue()
    await links.first().focus()
    await page.keyboard.press('ArrowDown')
    await focused(links.nth(1))
    await page.keyboard.press('ArrowUp')
    await focused(links.first())

    await list(page, /^Alerts/)
    const form = page.getByRole('form', { name: 'New alert' })
    for (const at of ['300', '310', '320']) {
      await form.getByRole('textbox').first().fill(at)
      await page.keyboard.press('Enter')
      await button(page, new RegExp(`^Delete the alert for .* ${at}`)).waitFor()
    }
    const alerts = page.getByTestId('panel-alerts').locator('tbody a')
    await alerts.first().focus()
    await page.keyboard.press('ArrowDown')
    await focused(alerts.nth(1))
    // Neither its repeats nor a second press delete the next one, which moves under the focus.
    await hold(page, 'Delete')
    await expect.poll(() => alerts.count()).toBe(2)
    await page.keyboard.press('Delete')
    await focused(alerts.nth(1))
    expect(await alerts.count()).toBe(2)
    await button(page, /^Delete the alert for .* 310/).waitFor({ state: 'detached' })
    expect(await field(page, 'Limit price').inputValue()).toBe(price)
    expect(complaints).toEqual([])
  })
})

describe('keyboard focus keeps its place', () => {
  test('in the orders, after one was amended, left or canceled', async () => {
    const { page, complaints } = await stage.visitor()
    await using _context = page.context()
    await startTrading(page)
    await placeLimits(page, ['7', '8', '9'])
    await list(page, /Open orders/)
    const price = await field(page, 'Limit price').inputValue()
    const row = openOrders(page).nth(1)
    await row.getByRole('link').focus()
    await page.keyboard.press('e')
    await page.keyboard.press('Escape')
    await isAt(page, 'orders', 1)
    await page.keyboard.press('e')
    await row.getByRole('textbox', { name: 'Quantity' }).fill('5')
    await page.keyboard.press('Enter')
    await row.getByText('0 of 5').waitFor()
    await isAt(page, 'orders', 1)
    await page.keyboard.press('Delete')
    await expect.poll(() => openOrders(page).count()).toBe(2)
    await isAt(page, 'orders', 1)
    await page.keyboard.press('ArrowUp')
    await isAt(page, 'orders', 0)
    await page.keyboard.press('Delete')
    await expect.poll(() => openOrders(page).count()).toBe(1)
    await isAt(page, 'orders', 0)
    // With keyboard focus, the undo button stays longer than usual.
    await receipt(page).getByRole('button', { name: 'Place again' }).focus()
    await new Promise((resolve) => setTimeout(resolve, 7_000))
    await page.keyboard.press('Enter')
    await expect.poll(() => openOrders(page).count()).toBe(2)
    await openOrders(page).first().getByRole('link').focus()
    await page.keyboard.press('Delete')
    await expect.poll(() => openOrders(page).count()).toBe(1)
    await isAt(page, 'orders', 0)
    // A press right after another does nothing.
    const hasNone = async () => {
      await page.keyboard.press('Delete')
      return page.getByText('No open orders').isVisible()
    }
    await expect.poll(hasNone).toBe(true)
    const tab = page.getByRole('tab', { name: 'Open orders' })
    await expect.poll(() => tab.evaluate((tab) => tab === document.activeElement)).toBe(true)
    expect(await field(page, 'Limit price').inputValue()).toBe(price)
    expect(complaints).toEqual([])
  })

  test('in the positions, including the one of the workspace’s instrument', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    const { symbol } = await buyFirst(page)
    const other = symbol === 'NOVA' ? 'LUMA' : 'NOVA'
    await page.goto(`/trade/${other}`)
    await live(page)
    await page.getByRole('tab', { name: 'Market', exact: true }).click()
    await field(page, 'Quantity').fill('1')
    await send(page).and(page.locator(':enabled')).click()
    await receipt(page).getByText('Bought').waitFor()
    const links = page.getByTestId('panel-positions').locator('tbody a')
    await expect.poll(() => links.count()).toBe(2)
    // On a phone, the buttons of the workspace's own position are below its row.
    await links.first().click()
    await page.waitForURL('**?tab=positions')
    await links.first().focus()
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => links.last().evaluate((link) => link === document.activeElement)).toBe(true)
    await page.keyboard.press('ArrowUp')
    await expect.poll(() => links.first().evaluate((link) => link === document.activeElement)).toBe(true)
    await page.keyboard.press('e')
    await page.keyboard.press('Escape')
    await expect.poll(() => links.first().evaluate((link) => link === document.activeElement)).toBe(true)
  })

  test('in a question about all rows, at its harmless answer, and after it in the list', async () => {
    const { page, complaints } = await stage.visitor()
    await using _context = page.context()
    await startTrading(page)
    await placeLimits(page, ['7', '8'])
    await list(page, /Open orders/)
    const [all, keep] = [button(page, 'Cancel all'), button(page, 'Keep')]
    await page.keyboard.press('Tab')
    await focused(all)
    await page.keyboard.press('Enter')
    await focused(keep)
    await page.keyboard.press('Enter')
    await focused(all)
    await page.keyboard.press('Enter')
    await focused(keep)
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    await expect.poll(() => openOrders(page).count()).toBe(0)
    await focused(page.getByRole('tab', { name: 'Open orders' }))
    expect(complaints).toEqual([])
  })

  test('in the question of a row, among the alerts and in a receipt', async () => {
    const { page, complaints } = await stage.visitor()
    await using _context = page.context()
    const { symbol } = await buyFirst(page)
    await list(page, /^Positions/)
    await button(page, `Close ${symbol}`).focus()
    await page.keyboard.press('Enter')
    await focused(button(page, 'Keep'))
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    const reopen = receipt(page).getByRole('button', { name: 'Reopen at market' })
    await reopen.focus()
    await page.keyboard.press('Enter')
    await receipt(page).getByText('Bought').waitFor()
    await focused(receipt(page).getByRole('button', { name: 'View' }))

    await list(page, /^Alerts/)
    const form = page.getByRole('form', { name: 'New alert' })
    for (const price of ['300', '310']) {
      await form.getByRole('textbox').first().fill(price)
      await page.keyboard.press('Enter')
      await button(page, new RegExp(`^Delete the alert for .* ${price}`)).waitFor()
    }
    await button(page, /^Delete the alert for .* 310/).focus()
    await page.keyboard.press('Enter')
    await focused(page.getByTestId('panel-alerts').locator('tbody a'))
    expect(complaints).toEqual([])
  })

  test('in the forms of the account, whose buttons are disabled meanwhile, and in questions about its keys', async () => {
    const { page, complaints } = await stage.visitor()
    await using _context = page.context()
    await startTrading(page)
    await accountPage(page)
    const amount = page.getByLabel('Amount in dollars')
    for (const name of ['Deposit', 'Withdraw']) {
      await amount.fill('100')
      await page.getByRole('button', { name }).focus()
      await page.keyboard.press('Enter')
      await expect.poll(() => amount.inputValue()).toBe('')
      await focused(amount)
    }
    const keys = page.getByRole('region', { name: 'API keys' })
    await keys.getByRole('button', { name: 'New key' }).click()
    await keys.getByLabel('Name').fill('grid-bot')
    await page.keyboard.press('Enter')
    const revoke = keys.getByRole('button', { name: 'Revoke grid-bot', exact: true })
    await revoke.focus()
    await page.keyboard.press('Enter')
    await focused(keys.getByRole('button', { name: 'Keep' }))
    await page.keyboard.press('Enter')
    await focused(revoke)
    expect(complaints).toEqual([])
  })
})
