import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { barriers } from './axe-violations.ts'
import { button, list, startTrading } from './desk.ts'
import { SCREENS, Stage } from './stage.ts'

const stage = new Stage()

const price = (page: Page) => page.getByRole('textbox', { name: /^Tell me when .+ trades at$/ })
const note = (page: Page) => page.getByRole('textbox', { name: 'Note' })
const rows = (page: Page) => page.getByTestId('panel-alerts').locator('[data-alert]')
/** The toast of an alert that has fired. */
const toast = (page: Page) => page.getByRole('alert').filter({ hasText: /Your alert was for/ })
const lastPrice = async (page: Page) =>
  Number((await page.getByTestId('last-price').innerText()).replaceAll(/[^\d.]/g, ''))

async function setBesidePrice(page: Page): Promise<void> {
  await price(page).press('ArrowUp')
  await note(page).fill('Sell half.')
  await button(page, 'Set alert').click()
  await expect.poll(() => rows(page).count()).toBe(2)
}
const isToldSoon = (page: Page): Promise<boolean> =>
  toast(page)
    .waitFor({ timeout: 10_000 })
    .then(
      () => true,
      () => false,
    )

describe.each(SCREENS)('on a $screen', ({ screen, options }) => {
  test('an alert next to the price fires and is shown; one far away waits until it is deleted', async () => {
    const { page, complaints } = await stage.visitor(options)
    await using _context = page.context()
    await startTrading(page)
    await list(page, /^Alerts/)
    const panel = page.getByTestId('panel-alerts')
    await panel.getByText('Nothing yet.').waitFor()

    if (screen === 'desktop') {
      // By key and by the bell, which both focus the field from anywhere.
      await list(page, /^Positions/)
      await page.getByRole('button', { name: 'Set a price alert' }).press('Enter')
      await expect.poll(() => price(page).evaluate((field) => field === document.activeElement)).toBe(true)
    }
    await price(page).fill('0.001')
    await panel.getByText('Price goes in steps of').waitFor()
    expect(await button(page, 'Set alert').isDisabled()).toBe(true)
    const far = (2 * (await lastPrice(page))).toFixed(2)
    await price(page).fill(far)
    await panel.getByText(/^At [\d,.]+ or higher$/).waitFor()
    await note(page).fill(' Too good to be true. ')
    await note(page).press('Enter')
    await rows(page).getByText('Waiting').waitFor()
    await rows(page).getByText('Too good to be true.').filter({ visible: true }).waitFor()
    expect([await price(page).inputValue(), await note(page).inputValue()]).toEqual(['', ''])

    // The field starts with the last price, which the next trade on that side reaches. If the price moves away while the alert
    // is being set, another alert is set.
    await setBesidePrice(page)
    while (!(await isToldSoon(page))) {
      await button(page, /^Delete the alert for /)
        .first()
        .click()
      await expect.poll(() => rows(page).count()).toBe(1)
      await setBesidePrice(page)
    }
    expect(await toast(page).innerText()).toMatch(/^\w+ traded at [\d,.]+ at \d\d:\d\d:\d\d\..+ Sell half\.$/m)
    await rows(page)
      .getByText(/^Traded at/)
      .waitFor()
    expect(await rows(page).count()).toBe(2)
    expect(await barriers(page)).toEqual([])

    await button(page, /^Delete the alert for .+ or higher$/)
      .last()
      .click()
    await expect.poll(() => rows(page).count()).toBe(1)
    // An alert that fired just before it was deleted has a toast too.
    const links = toast(page).getByRole('link', { name: /^Open / })
    const shown = await links.count()
    await links.first().click()
    await expect.poll(() => links.count()).toBe(shown - 1)
    expect(new URL(page.url()).pathname).toMatch(/^\/trade\/\w+$/)
    await page.reload()
    await list(page, /^Alerts/)
    await rows(page)
      .getByText(/^Traded at/)
      .waitFor()
    expect(await rows(page).count()).toBe(1)
    expect(complaints).toEqual([])
  })
})
