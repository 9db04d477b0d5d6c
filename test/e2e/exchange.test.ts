import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { PHONE } from '../rig/browser.ts'
import { barriers } from './axe-violations.ts'
import {
  accountPage,
  button,
  field,
  list,
  live,
  openOrders,
  position,
  proposal,
  receipt,
  receiptAway,
  send,
  sentence,
  startTrading,
  switchMargin,
  type,
  typeLimit,
  view,
} from './desk.ts'
import { SCREENS, Stage } from './stage.ts'

const stage = new Stage()

/** A new visitor who has bought the proposed first order. */
async function owner(page: Page): Promise<{ readonly qty: string; readonly symbol: string }> {
  await startTrading(page)
  const first = await proposal(page)
  await send(page).click()
  await receipt(page).getByText(`Bought ${first.qty} ${first.symbol} at`).waitFor()
  return first
}

/** Types exits into an open bracket, some percent away from the price. */
async function typeExits(page: Page): Promise<void> {
  await page.getByRole('switch', { name: 'Take profit and stop loss' }).click()
  for (const name of ['Take profit', 'Stop loss'] as const) await field(page, name).press('ArrowUp')
}

describe.each(SCREENS)('on a $screen', ({ options, screen }) => {
  test('a stop is placed, waits for its price, and is cancelled', async () => {
    const { page, complaints } = await stage.visitor(options)
    await using _context = page.context()
    const { qty, symbol } = await owner(page)
    await view(page, 'Trade')
    await page.getByRole('radio', { name: /^Sell/ }).click()
    await type(page, 'Stop')
    expect(await sentence(page)).toBe('Enter a stop price')
    await field(page, 'Stop price').press('ArrowUp')
    await field(page, 'Stop price').press('PageDown')
    await field(page, 'Quantity').fill(qty)
    const stop = await field(page, 'Stop price').inputValue()
    expect(await sentence(page)).toBe(`Sell ${qty} ${symbol} from ${stop}`)
    await send(page).click()
    await receipt(page).getByText(`Sell ${qty} ${symbol} waits for ${stop}`).waitFor()

    await list(page, /Orders|Open orders/)
    const row = openOrders(page)
    expect(await row.innerText()).toContain(stop)
    await view(page, 'Chart')
    await page.getByRole('listitem', { name: `Sell ${qty} ${symbol} at ${stop}` }).waitFor()
    await list(page, /Orders|Open orders/)
    await button(page, `Cancel sell ${qty} ${symbol} at ${stop}`).click()
    await page.getByText('No open orders').waitFor()
    // The result is shown where the action was, because a phone's ticket is in another view.
    const message = screen === 'phone' ? receiptAway(page) : receipt(page)
    await message.getByText(`Cancelled: sell ${qty} ${symbol}`).waitFor()
    expect(complaints).toEqual([])
  })

  test('a bracket order is placed, its exits wait, and closing the position cancels them', async () => {
    const { page, complaints } = await stage.visitor(options)
    await using _context = page.context()
    await startTrading(page)
    const { qty, symbol } = await proposal(page)
    await typeExits(page)
    expect(await sentence(page)).toBe(`Buy ${qty} ${symbol} at market`)
    await send(page).click()
    await receipt(page).getByText(`Bought ${qty} ${symbol} at`).waitFor()

    await list(page, /Orders|Open orders/)
    await expect.poll(() => openOrders(page).count()).toBe(2)
    const [first, second] = await openOrders(page).allInnerTexts()
    expect(first).toContain('Take profit')
    expect(second).toContain('Stop loss')
    await list(page, /Positions/)
    await button(page, new RegExp(`^Take profit and stop loss of ${symbol}: [\\d,.]+ / [\\d,.]+$`)).waitFor()

    await button(page, `Close ${symbol}`).click()
    await button(page, new RegExp(`^Close ${qty}, `)).click()
    await page.getByText('No positions yet').waitFor()
    await list(page, /Orders|Open orders/)
    await page.getByText('No open orders').waitFor()
    expect(complaints).toEqual([])
  })

  test('an order that would be refused is marked before it is sent, cannot be sent, and has a suggestion', async () => {
    const { page, complaints } = await stage.visitor(options)
    await using _context = page.context()
    await startTrading(page)
    const { symbol } = await proposal(page)
    await typeLimit(page, '900000', 1)
    const refused = page.getByTestId('would-be-refused')
    await refused.getByText(/^Would be refused\. It needs \$[\d,.]+ and you have \$100,000\.00\.$/).waitFor()
    expect(await page.getByTestId('ticket-preview').locator('.after dd').innerText()).toBe('–')
    expect(await sentence(page)).toBe('Change the order to send')
    expect(await send(page).isDisabled()).toBe(true)
    await refused.getByRole('button', { name: /^Use [\d,]+ / }).click()
    await refused.waitFor({ state: 'detached' })
    await send(page).and(page.locator(':enabled')).waitFor()

    await field(page, 'Quantity').fill('5')
    const price = await field(page, 'Limit price').inputValue()
    await field(page, 'Limit price').fill(String(2 * Math.round(Number(price))))
    await refused.getByText('above the middle of the market').waitFor()
    expect(await sentence(page)).toBe('Change the price to send')
    expect(await send(page).isDisabled()).toBe(true)
    await refused.getByRole('button', { name: / \(limit\)$/ }).click()
    await refused.waitFor({ state: 'detached' })

    await page.getByRole('radio', { name: /^Sell/ }).click()
    await refused.getByText(`Would be refused. You hold no ${symbol}.`).waitFor()
    await refused.getByRole('button', { name: 'Margin and short selling' }).waitFor()
    await refused.getByRole('button', { name: 'Buy instead' }).click()
    await refused.waitFor({ state: 'detached' })
    expect(await sentence(page)).toMatch(/^Buy /)
    expect(complaints).toEqual([])
  })

  test('an order is amended in its row', async () => {
    const { page, complaints } = await stage.visitor(options)
    await using _context = page.context()
    await startTrading(page)
    const { symbol } = await proposal(page)
    await typeLimit(page, '7', 6)
    const before = await field(page, 'Limit price').inputValue()
    await send(page).click()
    await receipt(page).getByText('is open').waitFor()
    await list(page, /Orders|Open orders/)
    await button(page, `Change buy 7 ${symbol} at ${before}`).click()
    const form = page.getByRole('form', { name: 'Change the order' })
    await form.getByLabel('Quantity').fill('5')
    await form.getByLabel('Limit').press('PageDown')
    const after = await form.getByLabel('Limit').inputValue()
    await form.getByRole('button', { name: 'Save' }).click()
    await openOrders(page).getByText(after).filter({ visible: true }).waitFor()
    expect(await openOrders(page).innerText()).toContain('0 of 5')

    // A refusal is shown in the ticket's words, and the input stays.
    await button(page, `Change buy 5 ${symbol} at ${after}`).click()
    await form.getByLabel('Quantity').fill('900000')
    await form.getByRole('button', { name: 'Save' }).click()
    const message = screen === 'phone' ? receiptAway(page) : receipt(page)
    await message
      .getByRole('alert')
      .getByText(/^It needs \$[\d,]+\.\d\d and you have \$[\d,]+\.\d\d\.$/)
      .waitFor()
    expect(await form.getByLabel('Quantity').inputValue()).toBe('900,000')
    await form.getByRole('button', { name: 'Back' }).click()

    // A value off the tick grid is not sent, and leaving the row changes nothing.
    await button(page, `Change buy 5 ${symbol} at ${after}`).click()
    await form.getByLabel('Quantity').fill('0')
    expect(await form.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true)
    await form.getByLabel('Quantity').press('Escape')
    await form.waitFor({ state: 'detached' })
    expect(await openOrders(page).innerText()).toContain('0 of 5')
    expect(complaints).toEqual([])
  })

  test('with margin, selling without a position opens a short, which is bought back', async () => {
    const { page, complaints } = await stage.visitor(options)
    await using _context = page.context()
    await startTrading(page)
    const { symbol } = await proposal(page)
    const workspace = `/trade/${symbol}?tab=ticket`
    await accountPage(page)
    await switchMargin(page, true)
    await page.goto(workspace)
    await live(page)
    await type(page, 'Market')
    await page.getByRole('radio', { name: /^Sell/ }).click()
    await field(page, 'Quantity').fill('9')
    expect(await sentence(page)).toBe(`Sell short 9 ${symbol} at market`)
    await page
      .locator('[data-testid=ticket-preview][aria-busy=false]')
      .getByText(/^\$[\d,]+\.\d\d$/)
      .first()
      .waitFor()
    await send(page).click()
    await receipt(page).getByText(`Sold 9 ${symbol} at`).waitFor()

    await list(page, /Positions/)
    expect(await position(page, symbol).innerText()).toMatch(/Short/)
    expect(await barriers(page)).toEqual([])
    await accountPage(page)
    const margin = page
      .getByRole('region', { name: /^Guest/ })
      .getByRole('switch', { name: 'Margin and short selling' })
    await margin.click()
    await page.getByText(/^Not while you are short/).waitFor()
    expect(await margin.isChecked()).toBe(true)

    await page.goto(`/trade/${symbol}?tab=positions`)
    await live(page)
    await button(page, `Close ${symbol}`).click()
    // A short is closed by buying.
    await button(page, /^Close 9, /)
      .and(page.locator('.buy'))
      .click()
    await page.getByText('No positions yet').waitFor()
    await accountPage(page)
    await switchMargin(page, false)
    expect(complaints).toEqual([])
  })

  test.each(['dark', 'light'])(
    'pages with waiting orders have no serious accessibility violations, %s',
    async (theme) => {
      const scope = { colorsOnly: theme === 'light' }
      const { page, layoutShift } = await stage.visitor(options)
      await using context = page.context()
      await context.addCookies([{ name: 'valiant_theme', value: theme, url: stage.server.url }])
      await startTrading(page)
      const { symbol } = await proposal(page)
      await typeExits(page)
      await send(page).click()
      await receipt(page).getByText('Bought').waitFor()
      for (const name of ['Stop', 'Stop limit', 'Trailing stop'] as const) {
        await type(page, name)
        await page.getByLabel('Time in force').selectOption('gtd')
        // The rest of the page has not changed.
        expect(await barriers(page, name === 'Stop' ? scope : { ...scope, within: 'form.ticket' })).toEqual([])
      }
      await list(page, /Positions/)
      await button(page, new RegExp(`^Take profit and stop loss of ${symbol}`)).click()
      expect(await barriers(page, scope)).toEqual([])
      await list(page, /Orders|Open orders/)
      await button(page, /^Change sell/)
        .first()
        .click()
      expect(await barriers(page, scope)).toEqual([])
      expect(await layoutShift()).toBeLessThan(0.01)
      await accountPage(page)
      await page.getByRole('button', { name: 'New account' }).click()
      expect(await barriers(page, scope)).toEqual([])
      await page.getByRole('button', { name: 'Reset account' }).click()
      await page.getByRole('alertdialog').waitFor()
      expect(await barriers(page, scope)).toEqual([])
    },
  )
})

describe('a position', () => {
  test('is protected, its exits are shown with it, and then removed', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    const { symbol } = await owner(page)
    await button(page, `Take profit and stop loss of ${symbol}: – / –`).click()
    const form = page.getByRole('form', { name: `Protect ${symbol}` })
    for (const [label, key] of [
      ['Take profit', 'PageUp'],
      ['Stop loss', 'PageDown'],
    ] as const) {
      await form.getByLabel(label).press('ArrowUp')
      await form.getByLabel(label).press(key)
    }
    await form.getByRole('button', { name: 'Protect' }).click()
    await receipt(page).getByText(`${symbol} is protected`).waitFor()
    const exits = button(page, new RegExp(`^Take profit and stop loss of ${symbol}: [\\d,.]+ / [\\d,.]+$`))
    await exits.click()
    await form.getByRole('button', { name: 'Remove', exact: true }).click()
    await button(page, `Take profit and stop loss of ${symbol}: – / –`).waitFor()
  })

  test('is protected up to the quantity that open orders leave free, from its row and from its line on the chart', async () => {
    const { page, complaints } = await stage.visitor()
    await using _context = page.context()
    const { symbol } = await owner(page)
    await page.getByRole('radio', { name: /^Sell/ }).click()
    await type(page, 'Limit')
    await page.getByRole('button', { name: 'Ask', exact: true }).click()
    for (let step = 0; step < 4; step++) await field(page, 'Limit price').press('Shift+ArrowUp')
    await field(page, 'Quantity').fill('2')
    await send(page).click()
    await receipt(page).getByText('is open').waitFor()

    await button(page, /^Take profit and stop loss of/).click()
    const form = page.getByRole('form', { name: `Protect ${symbol}` })
    await form.getByText(/^Protects \d+; open orders bind the rest\.$/).waitFor()
    const free = /\d+/.exec(await form.getByText(/^Protects/).innerText())?.[0] ?? ''
    await form.getByLabel('Take profit').press('ArrowUp')
    await form.getByLabel('Take profit').press('PageUp')
    await form.getByRole('button', { name: 'Protect' }).click()
    await receipt(page).getByText(`${free} ${symbol} are protected`).waitFor()

    const line = page.getByRole('slider', { name: /^Price of Position/ })
    for (let step = 0; step < 3; step++) await line.press('Shift+ArrowDown')
    expect(await line.getAttribute('aria-valuetext')).toMatch(/^Stop loss [\d,.]+, −/)
    await line.press('Enter')
    await receipt(page)
      .getByText(/stop loss [\d,.]+; one cancels the other\.$/)
      .waitFor()
    await button(page, new RegExp(`^Take profit and stop loss of ${symbol}: [\\d,.]+ / [\\d,.]+$`)).waitFor()
    expect(complaints).toEqual([])
  })

  test('is reversed in a margin account, from long to equally short', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    const { qty, symbol } = await owner(page)
    expect(await button(page, `Reverse ${symbol}`).count()).toBe(0)
    await accountPage(page)
    await switchMargin(page, true)
    await page.goto(`/trade/${symbol}`)
    await live(page)
    await button(page, `Reverse ${symbol}`).click()
    // The question names the result of closing, as that of "Close" does.
    await button(page, new RegExp(`^Go short ${qty}, [+−]?\\$[\\d,]+\\.\\d\\d$`)).click()
    await position(page, symbol).getByText('Short').filter({ visible: true }).waitFor()
    expect(await position(page, symbol).innerText()).toContain(`−${qty}`)
  })
})

test('an order line on the chart is moved by keys and follows the exchange', async () => {
  const { page } = await stage.visitor()
  await using _context = page.context()
  await startTrading(page)
  const { symbol } = await proposal(page)
  await typeLimit(page, '7', 2)
  const before = await field(page, 'Limit price').inputValue()
  await send(page).click()
  await receipt(page).getByText('is open').waitFor()
  const handle = page.getByRole('slider', { name: `Price of Buy 7 ${symbol} at ${before}` })
  await handle.press('Shift+ArrowDown')
  await handle.press('ArrowDown')
  const moved = /^[\d,.]*\d/.exec((await handle.getAttribute('aria-valuetext')) ?? '')?.[0] ?? ''
  expect(Number(moved.replaceAll(',', ''))).toBeLessThan(Number(before.replaceAll(',', '')))
  await handle.press('Enter')
  await page.getByRole('listitem', { name: `Buy 7 ${symbol} at ${moved}` }).waitFor()
  await receipt(page).getByRole('button', { name: 'Move back' }).click()
  await page.getByRole('listitem', { name: `Buy 7 ${symbol} at ${before}` }).waitFor()
})

test('a halted instrument is marked, accepts only cancels, and resumes', async () => {
  const { page, complaints } = await stage.visitor()
  await using _context = page.context()
  await startTrading(page)
  const { symbol } = await proposal(page)
  await typeLimit(page, '7', 2)
  await send(page).click()
  await receipt(page).getByText('is open').waitFor()
  await stage.operator('halt', symbol)
  await page.getByText(`${symbol} is halted. Orders can be cancelled, not placed.`).first().waitFor()
  expect(await sentence(page)).toBe(`${symbol} is halted`)
  expect(await send(page).isDisabled()).toBe(true)
  expect(await barriers(page)).toEqual([])
  await list(page, /Open orders/)
  await button(page, /^Cancel buy 7/).click()
  await page.getByText('No open orders').waitFor()
  await stage.operator('resume', symbol)
  await send(page).and(page.locator(':enabled')).waitFor()
  expect(complaints).toEqual([])
})

describe('on the account page', () => {
  test('money is deposited and withdrawn, never more than there is', async () => {
    const { page, complaints } = await stage.visitor()
    await using _context = page.context()
    await startTrading(page)
    await accountPage(page)
    const form = page.getByRole('form', { name: 'Deposit or withdraw' })
    await form.getByLabel('Amount in dollars').fill('5k')
    await form.getByRole('button', { name: 'Deposit' }).click()
    await page.getByText('$5,000.00 was paid in.').waitFor()
    await form.getByLabel('Amount in dollars').fill('1.234')
    await form.getByText('At most two decimals').waitFor()
    expect(await form.getByRole('button', { name: 'Deposit' }).isDisabled()).toBe(true)
    await page
      .getByRole('region', { name: /^Guest/ })
      .getByText('$105,000.00')
      .first()
      .waitFor()
    await form.getByLabel('Amount in dollars').fill('200,000')
    await form.getByRole('button', { name: 'Withdraw' }).click()
    await page.getByText('$105,000.00 are free. Nothing was moved.').waitFor()
    await form.getByLabel('Amount in dollars').fill('105,000')
    await form.getByRole('button', { name: 'Withdraw' }).click()
    await page.getByText('$105,000.00 was taken out.').waitFor()
    expect(complaints).toEqual([])
  })

  test('a reset asks first, then restores the starting state', async () => {
    const { page, complaints } = await stage.visitor()
    await using _context = page.context()
    const { symbol } = await owner(page)
    await typeLimit(page, '7', 2)
    await send(page).click()
    await receipt(page).getByText('is open').waitFor()
    await accountPage(page)
    await page.getByRole('button', { name: 'Reset account' }).click()
    const dialog = page.getByRole('alertdialog')
    await dialog.getByRole('button', { name: 'Keep it' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Reset account' }).click()
    await dialog.getByLabel('Start with, in dollars').fill('25,000')
    await dialog.getByRole('button', { name: 'Reset', exact: true }).click()
    await page.getByText('You start over with $25,000.00.').waitFor()
    await page.goto(`/trade/${symbol}`)
    await live(page)
    await page.getByText('No positions yet').waitFor()
    await list(page, /Open orders/)
    await page.getByText('No open orders').waitFor()
    await list(page, /Fills/)
    expect(await page.getByTestId('panel-fills').locator('tbody tr').count()).toBeGreaterThan(0)
    await list(page, /Money/)
    await page.getByTestId('panel-money').getByText('Reset').first().waitFor()
    expect(complaints).toEqual([])
  })

  test('an API key is created, shown once, used by a program, and revoked', async () => {
    const { page, complaints } = await stage.visitor()
    await using _context = page.context()
    await owner(page)
    await accountPage(page)
    await page.getByText('No keys yet.').waitFor()
    await page.getByRole('button', { name: 'New key' }).click()
    const form = page.getByRole('form', { name: 'New key' })
    await form.getByLabel('Name').fill('grid-bot')
    await form.getByLabel('May trade').uncheck()
    await form.getByRole('button', { name: 'Make key' }).click()
    const made = page.getByRole('status').filter({ hasText: '“grid-bot” is ready.' })
    const key = await made.locator('code').innerText()
    const asBot = () => fetch(`${stage.server.url}/api/account`, { headers: { authorization: `Bearer ${key}` } })
    expect((await asBot()).status).toBe(200)
    await made.getByRole('button', { name: 'Done' }).click()
    expect(await page.content()).not.toContain(key)
    const row = page.getByRole('row', { name: /grid-bot/ })
    expect(await row.innerText()).toMatch(/vk_[0-9a-f]{16}….*read/s)
    await row.getByRole('button', { name: 'Revoke grid-bot' }).click()
    await row.getByText('Revoke grid-bot? Its open orders stay.').waitFor()
    await row.getByRole('button', { name: 'Revoke grid-bot now' }).click()
    await page.getByText('grid-bot is revoked. Its programs are signed out.').waitFor()
    await page.getByText('No keys yet.').waitFor()
    expect((await asBot()).status).toBe(401)
    expect(complaints).toEqual([])
  })

  test('the message about the result does not cover the pressed button', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    await startTrading(page)
    await accountPage(page)
    const form = page.getByRole('form', { name: 'Deposit or withdraw' })
    const amount = form.getByLabel('Amount in dollars')
    await amount.fill('10')
    // So low that the field is at the bottom, where messages are shown.
    await page.setViewportSize({ width: 1_440, height: 760 })
    await amount.evaluate((field) => field.scrollIntoView({ block: 'end' }))
    await form.getByRole('button', { name: 'Deposit' }).click()
    await page.getByText('$10.00 was paid in.').waitFor()
    const pressed = await form.getByRole('button', { name: 'Withdraw' }).boundingBox()
    const message = await page.locator('.toast').boundingBox()
    expect((message?.y ?? 0) + (message?.height ?? 0)).toBeLessThan(pressed?.y ?? 0)
  })

  test('on a phone it does not cover the reset below the form either', async () => {
    const { page } = await stage.visitor(PHONE)
    await using _context = page.context()
    await startTrading(page)
    await accountPage(page)
    const form = page.getByRole('form', { name: 'Deposit or withdraw' })
    await form.getByLabel('Amount in dollars').fill('10')
    const reset = page.getByRole('button', { name: 'Reset account' })
    // Just above the tabs at the foot, where messages are shown.
    await reset.evaluate((button) => scrollBy(0, button.getBoundingClientRect().bottom - (innerHeight - 70)))
    await form.getByRole('button', { name: 'Deposit' }).tap()
    await page.getByText('$10.00 was paid in.').waitFor()
    const [below, told] = [await reset.boundingBox(), await page.locator('.toast').boundingBox()]
    expect((told?.y ?? 0) + (told?.height ?? 0)).toBeLessThan(below?.y ?? 0)
  })

  test('an invalid e-mail address is reported at its field', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    await page.goto('/account')
    await live(page)
    const email = page.getByLabel('E-mail')
    await email.fill('foo')
    await page.locator('form').getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').getByText('‘foo’ is no e-mail address.').waitFor()
    expect(await email.evaluate((field) => field === document.activeElement)).toBe(true)
  })

  test('a second account is opened, is still selected after a reload, and is left again', async () => {
    const { page, complaints } = await stage.visitor()
    await using _context = page.context()
    const { symbol } = await owner(page)
    await accountPage(page)
    await page.getByRole('button', { name: 'New account' }).click()
    const form = page.getByRole('form', { name: 'New account' })
    await form.getByLabel('Name').fill('Second thoughts')
    await form.getByLabel('Starts with, in dollars').fill('7,500')
    await form.getByRole('switch', { name: 'Margin and short selling' }).click()
    await form.getByRole('button', { name: 'Open account' }).click()
    await page.getByText('“Second thoughts” is open, with $7,500.00.').waitFor()
    await page.goto(`/trade/${symbol}`)
    await live(page)
    await page.getByText('No positions yet').waitFor()
    await page.locator('header').getByText('$7,500.00').first().waitFor()
    // The header shows the account in use, and its menu shows the user.
    await page.getByRole('button', { name: 'Second thoughts, account' }).click()
    await page.getByText(/^Second thoughts of Guest \d{4}$/).waitFor()
    await page.getByRole('menuitem', { name: 'Account', exact: true }).click()
    await page.getByText('Your accounts live in this browser.').waitFor()

    await accountPage(page)
    await page.getByRole('button', { name: /^Switch to Guest/ }).click()
    await page.getByText(/^This is “Guest .*” now\.$/).waitFor()
    await page.goto(`/trade/${symbol}`)
    await live(page)
    await position(page, symbol).waitFor()
    expect(complaints).toEqual([])
  })
})
