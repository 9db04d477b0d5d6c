import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { button, list, position, proposal, receipt, send, startTrading, typeLimit } from './desk.ts'
import { Stage } from './stage.ts'

/* What a key does once however long it is held, and nowhere but where it is meant to. */

const stage = new Stage()

/** Held down: the browser says it again and again, as keyboards do. */
async function hold(page: Page, key: string): Promise<void> {
  await page.keyboard.down(key)
  await page.keyboard.down(key)
}

async function placeLimits(page: Page, quantities: readonly string[]): Promise<void> {
  for (const [index, qty] of quantities.entries()) {
    await typeLimit(page, qty, 2)
    await send(page).and(page.locator(':enabled')).click()
    await page.getByRole('tab', { name: `Open orders ${index + 1}` }).waitFor()
  }
}

describe('a key that is held', () => {
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

    // What all of them come to is told by an answer to what was sent after them.
    await list(page, /Open orders/)
    await button(page, 'Cancel all').click()
    await button(page, /^Cancel \d+ order/).click()
    await receipt(page).getByText('1 order cancelled').waitFor()
    expect(await page.getByRole('tab', { name: /^Positions/ }).innerText()).toContain('1')
    await list(page, /^Positions/)
    expect(await position(page, symbol).locator('td').first().innerText()).toBe(qty)
    expect(complaints).toEqual([])
  })

  test('asks whether all is to be cancelled, or the position closed, and is no answer to it', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    await startTrading(page)
    const { qty } = await proposal(page)
    await send(page).click()
    await receipt(page).getByText('Bought').waitFor()
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

  test('asks whether a line is to be where it fills at once, and is no answer to it', async () => {
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

test('a letter that is typed in an open menu works nothing below it', async () => {
  const { page } = await stage.visitor()
  await using _context = page.context()
  await startTrading(page)
  await page.getByRole('button', { name: /, account/ }).click()
  await page.getByRole('menu').waitFor()
  await page.keyboard.press('s')
  expect(await page.getByRole('radio', { name: /^Buy/ }).isChecked()).toBe(true)
})
