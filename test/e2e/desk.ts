import type { Locator, Page } from 'playwright-core'

/* The terminal as a trader handles it: by what is written and said there, not by its markup. */

export const start = (page: Page): Locator => page.getByRole('button', { name: 'Start trading with $100,000' })
export const send = (page: Page): Locator => page.getByTestId('send')
export const receipt = (page: Page): Locator => page.getByTestId('receipt')
export const refusal = (page: Page): Locator => page.getByTestId('refusal')
export const position = (page: Page, symbol: string): Locator =>
  page.getByTestId('panel-positions').locator(`[data-symbol="${symbol}"]`)
export const openOrders = (page: Page): Locator => page.getByTestId('panel-orders').locator('[data-order]')
export const field = (page: Page, name: 'Limit price' | 'Quantity'): Locator =>
  page.getByRole('spinbutton', { name, exact: true })

/** Waits until the page is joined to the exchange. */
export async function live(page: Page): Promise<void> {
  await page.locator('footer .latency', { hasText: /\d ms/ }).waitFor({ state: 'attached' })
}

/** Opens the market as a new visitor and becomes a guest. Ends where a first order is proposed. */
export async function startTrading(page: Page): Promise<void> {
  await page.goto('/')
  await live(page)
  await start(page).click()
  await receipt(page).getByText('Press Buy to own').waitFor()
}

/** A phone shows one view at a time; wider pages all of them. */
export async function view(page: Page, name: 'Chart' | 'Book' | 'Trade' | 'Positions'): Promise<void> {
  const tabs = page.getByRole('navigation', { name: 'Views' })
  if (await tabs.isVisible()) await tabs.getByRole('link', { name, exact: true }).click()
}

/** A list of the account; a phone calls it by less. */
export async function list(page: Page, name: RegExp): Promise<void> {
  await view(page, 'Positions')
  await page.getByRole('region', { name: 'Your account' }).getByRole('tab', { name }).click()
}

/** Types a limit order, ten ticks a step below the best bid. */
export async function typeLimit(page: Page, qty: string, steps: number): Promise<void> {
  await page.getByRole('tab', { name: 'Limit', exact: true }).click()
  await page.getByRole('button', { name: 'Bid', exact: true }).click()
  for (let step = 0; step < steps; step++) await field(page, 'Limit price').press('Shift+ArrowDown')
  await field(page, 'Quantity').fill(qty)
}
