import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

/* Uses the terminal like a trader, by its visible and accessible texts instead of its markup. */

export const start = (page: Page): Locator => page.getByRole('button', { name: 'Start trading with $100,000' })
export const send = (page: Page): Locator => page.getByTestId('send')
export const receipt = (page: Page): Locator => page.getByTestId('receipt')
/** Where receipts are shown while the ticket is not visible. */
export const receiptAway = (page: Page): Locator => page.getByTestId('receipt-away')
export const refusal = (page: Page): Locator => page.getByTestId('refusal')
export const position = (page: Page, symbol: string): Locator =>
  page.getByTestId('panel-positions').locator(`[data-symbol="${symbol}"]`)
export const openOrders = (page: Page): Locator => page.getByTestId('panel-orders').locator('[data-order]')
type FieldName = 'Limit price' | 'Stop price' | 'Trail' | 'Quantity' | 'Take profit' | 'Stop loss'
export const field = (page: Page, name: FieldName): Locator => page.getByRole('spinbutton', { name, exact: true })
/** The text of the button, such as "Buy 5 NOVA at market". */
export const sentence = async (page: Page): Promise<string> => (await send(page).locator('.num').innerText()).trim()
/** The order that is proposed on a first visit. */
export async function proposal(page: Page): Promise<{ readonly qty: string; readonly symbol: string }> {
  await send(page)
    .getByText(/^Buy [\d,]+ \w+ at market$/)
    .waitFor()
  const [, qty = '', symbol = ''] = /^Buy ([\d,]+) (\w+) at market$/.exec(await sentence(page)) ?? []
  return { qty, symbol }
}

/** Waits until the page is connected to the exchange. */
export async function live(page: Page): Promise<void> {
  await page.locator('footer .latency', { hasText: /\d ms/ }).waitFor({ state: 'attached' })
}

/** Opens the market as a new visitor and becomes a guest, up to the proposal of a first order. */
export async function startTrading(page: Page): Promise<void> {
  await page.goto('/')
  await live(page)
  await start(page).click()
  await receipt(page).getByText('Press Buy to own').waitFor()
}

/** Becomes a guest and accepts the proposed first order. @returns what was bought */
export async function buyFirst(page: Page): Promise<{ readonly qty: string; readonly symbol: string }> {
  await startTrading(page)
  const bought = await proposal(page)
  await send(page).click()
  await receipt(page).getByText('Bought').waitFor()
  return bought
}

/** Opens a view. A phone shows one at a time, wider pages all of them. */
export async function view(page: Page, name: 'Chart' | 'Book' | 'Trade' | 'Positions'): Promise<void> {
  const tabs = page.getByRole('navigation', { name: 'Views' })
  if (await tabs.isVisible()) await tabs.getByRole('link', { name, exact: true }).click()
}

/** Opens a list of the account, whose name is shorter on a phone. */
export async function list(page: Page, name: RegExp): Promise<void> {
  await view(page, 'Positions')
  await page.getByRole('region', { name: 'Your account' }).getByRole('tab', { name }).click()
}

/** Types a limit order, ten ticks per step below the best bid. */
export async function typeLimit(page: Page, qty: string, steps: number): Promise<void> {
  await page.getByRole('tab', { name: 'Limit', exact: true }).click()
  await page.getByRole('button', { name: 'Bid', exact: true }).click()
  for (let step = 0; step < steps; step++) await field(page, 'Limit price').press('Shift+ArrowDown')
  await field(page, 'Quantity').fill(qty)
}

/** A quantity of the first share that costs more than may be sent without a confirmation, and less than a guest has. */
export const LARGE = '70'

/** Types a post-only order that would fill at once: it may be sent, and the exchange refuses it. */
export async function typeCrossing(page: Page, qty = '1'): Promise<void> {
  await typeLimit(page, qty, 0)
  await page.getByRole('button', { name: 'Ask', exact: true }).click()
  for (const _ of [1, 2]) await field(page, 'Limit price').press('Shift+ArrowUp')
  await page.getByRole('checkbox', { name: 'Post only' }).check()
}

/**
 * Confirms an order that the exchange refuses. The button ignores presses for a moment, so that a double click does not
 * confirm.
 */
export async function confirmRefused(page: Page): Promise<void> {
  const question = send(page)
    .and(page.locator(':enabled'))
    .getByText(/^Confirm: /)
  await question.waitFor()
  await expect
    .poll(async () => {
      if ((await question.count()) > 0) await send(page).dispatchEvent('click')
      return await refusal(page).count()
    })
    .toBe(1)
}

/** Sends an order that the ticket asks about, and answers yes. */
export async function sendConfirmed(page: Page, asked: RegExp): Promise<void> {
  await send(page).click()
  // The button ignores presses for a moment, so that a double click does not confirm.
  const question = page.getByText(asked)
  await question.waitFor()
  await expect
    .poll(async () => {
      if ((await question.count()) > 0) await send(page).click()
      return await question.count()
    })
    .toBe(0)
}

/** Selects an order type, including those without a tab. */
export async function type(
  page: Page,
  name: 'Limit' | 'Market' | 'Stop' | 'Stop limit' | 'Trailing stop',
): Promise<void> {
  if (name === 'Stop limit' || name === 'Trailing stop') {
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name }).click()
  } else await page.getByRole('tab', { name, exact: true }).click()
}

/** A button of a row. On a phone, a position's buttons are below its row. */
export const button = (page: Page, name: string | RegExp): Locator =>
  page.getByRole('region', { name: 'Your account' }).getByRole('button', { name }).filter({ visible: true })

/** Opens the account page and waits until it is connected. */
export async function accountPage(page: Page): Promise<void> {
  await page.goto('/account')
  await live(page)
}

/** Switches margin on the account page and waits until the exchange has done it. */
export async function switchMargin(page: Page, on: boolean): Promise<void> {
  await page
    .getByRole('region', { name: /^Guest/ })
    .getByRole('switch', { name: 'Margin and short selling' })
    .click()
  await page.getByText(on ? 'Margin and short selling are on.' : 'This account pays in cash now.').waitFor()
}

/** A password for tests in which it does not matter. */
export const PASSWORD = 'long enough'

/** Signs a guest up on the account page. */
export async function keepAccount(page: Page, email: string): Promise<void> {
  await page.getByRole('button', { name: 'Keep this account' }).click()
  await typeEmail(page, 'Keep this account', email, PASSWORD)
}

/** Signs a visitor in on the account page. */
export const signIn = (page: Page, email: string, password = PASSWORD): Promise<void> =>
  typeEmail(page, 'Sign in', email, password)

async function typeEmail(page: Page, button: string, email: string, password: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel(/^Password/).fill(password)
  await page.locator('form').getByRole('button', { name: button }).click()
  await page.getByText(/^You are signed in as/).waitFor()
}

/** Waits until the server has stored all changed preferences. */
export const saved = (page: Page): Promise<void> =>
  expect
    .poll(async () => (await page.context().cookies()).find(({ name }) => name === 'valiant_unsaved')?.value ?? '')
    .toBe('')
