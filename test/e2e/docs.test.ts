import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ERROR_CODES } from '@valiant/shared/protocol/errors'
import { EVENTS } from '@valiant/shared/protocol/events'
import { REQUESTS } from '@valiant/shared/protocol/requests'
import { expect, test } from 'vitest'
import { ROOT } from '../process/command.ts'
import { DESKTOP, PHONE } from '../rig/browser.ts'
import { barriers } from './axe-violations.ts'
import { startTrading } from './desk.ts'
import { Stage } from './stage.ts'

const stage = new Stage()

const read = async (path: string) => {
  const response = await fetch(stage.server.url + path)
  expect(response.status, path).toBe(200)
  return response.text()
}

test('the server renders an anchor for each error, request and event', async () => {
  const errors = await read('/docs/errors')
  expect(ERROR_CODES.filter((code) => !errors.includes(`id="${code}"`))).toEqual([])
  const reference = await read('/docs/reference')
  const anchors = [
    ...Object.keys(REQUESTS).map((name) => `id="request-${name}"`),
    ...Object.keys(EVENTS).map((name) => `id="event-${name}"`),
  ]
  expect(anchors.filter((anchor) => !reference.includes(anchor))).toEqual([])
})

test.each([
  ['a desktop, dark', DESKTOP, 'dark'],
  ['a phone, light', PHONE, 'light'],
] as const)('the pages are read on %s: no barriers, nothing beside the screen', async (_, options, colorScheme) => {
  const { page, complaints } = await stage.visitor({ ...options, colorScheme })
  await using _context = page.context()
  for (const path of ['/docs/trading', '/docs', '/docs/errors', '/docs/reference']) {
    await page.goto(path)
    await page.getByRole('navigation', { name: 'Documentation' }).waitFor()
    expect(await barriers(page), path).toEqual([])
    const { width, shown } = await page.evaluate(() => ({
      width: document.documentElement.scrollWidth,
      shown: window.innerWidth,
    }))
    expect(width, path).toBeLessThanOrEqual(shown)
  }
  expect(complaints).toEqual([])
})

test('somebody who has never traded finds what a stop is, and what it costs', async () => {
  const { page } = await stage.visitor()
  await using _context = page.context()
  await page.goto('/')
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Docs' }).click()
  await page.getByRole('link', { name: 'How trading works' }).first().click()
  await page.getByRole('heading', { name: 'How trading works' }).waitFor()
  await page.getByRole('link', { name: 'Order types' }).click()
  await expect
    .poll(() =>
      page
        .getByRole('term')
        .filter({ hasText: /^Stop$/ })
        .isVisible(),
    )
    .toBe(true)
  expect(
    await page
      .locator('#costs')
      .getByRole('row', { name: /^Stocks / })
      .innerText(),
  ).toMatch(/2 bp\s+5 bp/)
})

test('on a phone, the account’s menu leads there', async () => {
  const { page } = await stage.visitor(PHONE)
  await using _context = page.context()
  await startTrading(page)
  await page.goto('/')
  await page.getByRole('button', { name: /, account/ }).click()
  await page.getByRole('menuitem', { name: 'How trading works' }).click()
  await page.getByRole('heading', { name: 'How trading works' }).waitFor()
})

test('the bot on the first page of the docs runs unchanged and buys a share', async () => {
  const { page } = await stage.visitor()
  await using _context = page.context()
  await page.goto('/docs')
  const shown = page.locator('pre').first()
  await shown.getByText(`const origin = '${stage.server.url}'`).waitFor()
  const program = await shown.innerText()
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { cwd: ROOT })
  expect((await run).stdout).toMatch(/^filled$/m)
})
