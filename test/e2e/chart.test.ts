import { readFile } from 'node:fs/promises'
import type { Locator, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { PHONE } from '../rig/browser.ts'
import { barriers } from './axe-violations.ts'
import { field, live, openOrders, receipt, receiptAway, send, startTrading, typeLimit, view } from './desk.ts'
import { SCREENS, Stage } from './stage.ts'

/* The chart's tools: drawings, the RSI below the price, the style of the price. */

const SHIFT_MAX = 0.01
const RSI_PANE_PX = 78
const NOVA_TICK = 0.02

const stage = new Stage()

const canvas = (page: Page): Locator => page.getByTestId('chart-canvas')
const drawn = (page: Page): Locator => page.getByRole('list', { name: 'Your drawings on the chart' })
/** The handles: one per drawing, and the ends of the selected trend line. */
const grips = (page: Page): Locator => drawn(page).getByRole('slider')
const valueOf = (grip: Locator) => grip.getAttribute('aria-valuetext')
const priceOf = async (grip: Locator) => Number(await grip.getAttribute('aria-valuenow'))
const hint = (page: Page): Locator => page.getByText('Pick where the trend line')
const tool = (page: Page, name: string): Locator =>
  page.getByRole('region', { name: 'Chart' }).getByRole('button', { name, exact: true })

/** Opens an instrument's chart and waits until it is drawn. @returns converts a point of the chart to the page */
async function open(page: Page, symbol = 'NOVA'): Promise<(x: number, y: number) => { x: number; y: number }> {
  await page.goto(`/trade/${symbol}?tab=chart`)
  await live(page)
  const box = await canvas(page).boundingBox()
  if (!box) throw new Error('expected a visible chart')
  return (x, y) => ({ x: box.x + x, y: box.y + y })
}

const rightOf = (box: { x: number; width: number } | null) => (box ? box.x + box.width : Infinity)

async function centerOf(grip: Locator): Promise<{ x: number; y: number }> {
  const box = await grip.boundingBox()
  if (!box) throw new Error('expected a visible handle')
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}

interface Height {
  readonly y: number
  readonly price: number
}

const heightOf = async (grip: Locator): Promise<Height> => ({ y: (await centerOf(grip)).y, price: await priceOf(grip) })

/** A line snaps to a whole tick: the largest distance in pixels from where it was dropped. */
const halfATick = (one: Height, other: Height): number =>
  Math.abs((one.y - other.y) / (one.price - other.price)) * (NOVA_TICK / 2) + 1

async function dragged(page: Page, from: { x: number; y: number }, byY: number): Promise<void> {
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(from.x, from.y + byY / 2)
  await page.mouse.move(from.x, from.y + byY)
  await page.mouse.up()
  // The handles follow a frame later.
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))
}

describe('a horizontal line', () => {
  test('is drawn at the crosshair, moved by keys, stored for its instrument, and removed', async () => {
    const { page, complaints } = await stage.visitor()
    await using _context = page.context()
    const at = await open(page)
    const point = at(300, 150)
    await page.mouse.move(point.x, point.y)
    await page.keyboard.press('Alt+h')
    await grips(page).and(page.locator(':focus')).waitFor()
    const drawnAt = await heightOf(grips(page))
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Shift+ArrowUp')
    await expect.poll(() => priceOf(grips(page))).toBeCloseTo(drawnAt.price + 11 * NOVA_TICK, 6)
    expect(Math.abs(drawnAt.y - point.y)).toBeLessThan(halfATick(drawnAt, await heightOf(grips(page))))
    const value = await valueOf(grips(page))

    await open(page, 'LUMA')
    expect(await grips(page).count()).toBe(0)
    await open(page)
    await expect.poll(() => grips(page).count()).toBe(1)
    expect(await valueOf(grips(page))).toBe(value)

    await grips(page).focus()
    await page.keyboard.press('Delete')
    await expect.poll(() => grips(page).count()).toBe(0)
    expect(await canvas(page).and(page.locator(':focus')).count()).toBe(1)
    await open(page)
    expect(await grips(page).count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test('is drawn at the last price by its button, and dragged with the mouse', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    const at = await open(page)
    await tool(page, 'Draw').click()
    await page.getByRole('menuitem', { name: /^Horizontal line/ }).click()
    await grips(page).and(page.locator(':focus')).waitFor()
    const before = await heightOf(grips(page))
    await dragged(page, { x: at(500, 0).x, y: before.y }, 40)
    await expect.poll(() => priceOf(grips(page))).toBeLessThan(before.price)
    const after = await heightOf(grips(page))
    expect(Math.abs(after.y - (before.y + 40))).toBeLessThan(halfATick(before, after))
  })

  test('is not drawn by a key typed into a field', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    await open(page)
    await page.getByRole('spinbutton', { name: 'Quantity' }).press('Alt+h')
    await canvas(page).press('Alt+h')
    await grips(page).first().waitFor({ state: 'attached' })
    expect(await grips(page).count()).toBe(1)
  })
})

test('drawing, moving and removing are undone step by step', async () => {
  const { page, complaints } = await stage.visitor()
  await using context = page.context()
  await open(page)
  const undo = tool(page, 'Undo drawing')
  expect(await undo.isDisabled()).toBe(true)
  await canvas(page).press('Alt+h')
  await grips(page).and(page.locator(':focus')).waitFor()
  const drawnAt = await valueOf(grips(page))
  await page.keyboard.press('Shift+ArrowUp')
  await expect.poll(() => valueOf(grips(page))).not.toBe(drawnAt)
  const movedTo = await valueOf(grips(page))
  await page.keyboard.press('Delete')
  await expect.poll(() => grips(page).count()).toBe(0)

  // As a Cyrillic layout writes it.
  const devtools = await context.newCDPSession(page)
  const undoing = { key: 'я', code: 'KeyZ', modifiers: 2 } as const
  await devtools.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...undoing })
  await devtools.send('Input.dispatchKeyEvent', { type: 'keyUp', ...undoing })
  await expect.poll(() => grips(page).count()).toBe(1)
  expect(await valueOf(grips(page))).toBe(movedTo)
  await undo.click()
  await expect.poll(() => valueOf(grips(page))).toBe(drawnAt)
  await page.reload()
  await live(page)
  await expect.poll(() => valueOf(grips(page))).toBe(drawnAt)
  expect(await undo.isDisabled(), 'of a visit before nothing is taken back').toBe(true)
  expect(complaints).toEqual([])
})

test('the chart is saved as a picture, with the time of the exchange', async () => {
  const { page, complaints } = await stage.visitor()
  await using _context = page.context()
  // The clock of this computer is three days ahead.
  await page.addInitScript(() => {
    const now = Date.now.bind(Date)
    Date.now = () => now() + 3 * 86_400_000
  })
  await open(page)
  const [download] = await Promise.all([page.waitForEvent('download'), tool(page, 'Save a picture').click()])
  const [, day = '', time = ''] = /^NOVA-1m-([\d-]{10})-(\d{4})\.png$/.exec(download.suggestedFilename()) ?? []
  const namedMs = Date.parse(`${day}T${time.slice(0, 2)}:${time.slice(2)}Z`)
  expect(Math.abs(Date.now() - namedMs)).toBeLessThan(3 * 60_000)
  const file = await readFile(await download.path())
  expect(file.subarray(1, 4).toString()).toBe('PNG')
  const box = await canvas(page).boundingBox()
  expect(file.readUInt32BE(16), 'its width').toBe(Math.round(box?.width ?? 0))
  expect(file.readUInt32BE(20), 'its height, with a line above and one below').toBe(Math.round(box?.height ?? 0) + 60)
  expect(complaints).toEqual([])
})

test('the chart enters full screen with its menus, and leaves it', async () => {
  const { page, complaints } = await stage.visitor()
  await using _context = page.context()
  await open(page)
  const before = await canvas(page).boundingBox()
  await tool(page, 'Full screen').click()
  await expect.poll(async () => (await canvas(page).boundingBox())?.width).toBeGreaterThan(before?.width ?? Infinity)
  await tool(page, 'Indicators').click()
  await page.getByRole('menuitemcheckbox', { name: /^Averages/ }).click()
  await expect.poll(() => page.getByText('EMA 20').count()).toBe(0)
  await tool(page, 'Leave full screen').click()
  await expect.poll(async () => (await canvas(page).boundingBox())?.width).toBe(before?.width)
  await tool(page, 'Full screen').waitFor()
  expect(complaints).toEqual([])
})

test('messages are shown in full screen, and the hidden ticket sends nothing', async () => {
  const { page, complaints } = await stage.visitor()
  await using _context = page.context()
  await startTrading(page)
  await typeLimit(page, '7', 2)
  await send(page).and(page.locator(':enabled')).click()
  await page.getByRole('tab', { name: 'Open orders 1' }).waitFor()
  await tool(page, 'Full screen').click()
  await tool(page, 'Leave full screen').waitFor()
  expect(await send(page).isVisible()).toBe(false)
  await page.keyboard.press('Control+Enter')
  await page.getByRole('button', { name: /^Cancel Buy 7 / }).click()
  await receiptAway(page).getByRole('button', { name: 'Place again' }).click()
  await page.getByRole('slider', { name: /^Price of Buy 7 / }).waitFor()
  await tool(page, 'Leave full screen').click()
  await page.getByRole('tab', { name: 'Open orders 1' }).waitFor()
  expect(await page.getByRole('slider', { name: /^Price of Buy / }).count()).toBe(1)
  expect(complaints).toEqual([])
})

test('interval and style are one tab stop each, and arrows select among them', async () => {
  const { page, complaints } = await stage.visitor()
  await using _context = page.context()
  await open(page)
  const radio = (name: string) => page.getByRole('radio', { name, exact: true })
  const isPicked = (name: string) =>
    radio(name).evaluate((one) => one.ariaChecked === 'true' && one === document.activeElement)
  await radio('1m').focus()
  await page.keyboard.press('ArrowRight')
  await expect.poll(() => isPicked('5m')).toBe(true)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await expect.poll(() => isPicked('Candles')).toBe(true)
  await page.keyboard.press('ArrowLeft')
  await expect.poll(() => isPicked('Area')).toBe(true)
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Shift+Tab')
  await expect.poll(() => isPicked('5m')).toBe(true)
  // A key of the page selects too, and the tab stop follows.
  await canvas(page).press('1')
  await expect.poll(() => radio('1s').getAttribute('tabindex')).toBe('0')
  expect(await radio('5m').getAttribute('tabindex')).toBe('-1')
  expect(complaints).toEqual([])
})

describe('on a phone the chart', () => {
  test('enters full screen too, and its menu undoes a drawing and saves a picture', async () => {
    const { page, complaints } = await stage.visitor(PHONE)
    await using _context = page.context()
    await open(page)
    const menu = tool(page, 'Chart type, indicators, drawing')
    const item = (name: string) => page.getByRole('menuitem', { name })
    await menu.tap()
    expect(await item('Undo drawing').getAttribute('aria-disabled')).toBe('true')
    await item('Horizontal line').tap()
    await expect.poll(() => grips(page).count()).toBe(1)
    await menu.tap()
    await item('Undo drawing').tap()
    await expect.poll(() => grips(page).count()).toBe(0)
    await menu.tap()
    const [download] = await Promise.all([page.waitForEvent('download'), item('Save a picture').tap()])
    expect(download.suggestedFilename()).toMatch(/^NOVA-1m-/)

    const before = await canvas(page).boundingBox()
    await tool(page, 'Full screen').tap()
    await expect
      .poll(async () => (await canvas(page).boundingBox())?.height)
      .toBeGreaterThan(before?.height ?? Infinity)
    await tool(page, 'Leave full screen').tap()
    await expect.poll(async () => (await canvas(page).boundingBox())?.height).toBe(before?.height)
    expect(complaints).toEqual([])
  })

  test('is drawn as it stays from its first frame on, although it was hidden before', async () => {
    const { page } = await stage.visitor(PHONE)
    await using _context = page.context()
    await page.goto('/trade/NOVA?tab=book')
    await live(page)
    // Wide bars leave room for few times on the axis.
    const axes = page.evaluate(
      () =>
        new Promise<string[]>((resolve) => {
          const drawn: string[] = []
          const look = () => {
            const canvas = document.querySelector<HTMLCanvasElement>('[data-testid=chart-canvas] tr:last-child canvas')
            if (canvas && canvas.width > 0) drawn.push(canvas.toDataURL())
            if (drawn.length < 10) requestAnimationFrame(look)
            else resolve(drawn)
          }
          look()
        }),
    )
    await view(page, 'Chart')
    expect(new Set(await axes).size).toBe(1)
  })

  test.each([320, 360, 390])(
    'has all of its tools within %i pixels, and the intervals move beneath a thumb',
    async (width) => {
      const { page } = await stage.visitor({ ...PHONE, viewport: { width, height: 640 } })
      await using _context = page.context()
      await open(page)
      for (const one of [
        page.getByRole('combobox', { name: 'More intervals' }),
        tool(page, 'Chart type, indicators, drawing'),
        tool(page, 'Full screen'),
      ]) {
        const box = await one.boundingBox()
        expect(box?.width).toBeGreaterThanOrEqual(44)
        expect(rightOf(box)).toBeLessThanOrEqual(width)
      }
      const day = page.getByRole('radio', { name: '1d' })
      await day.tap()
      await expect.poll(() => day.getAttribute('aria-checked')).toBe('true')
      const bar = await page.getByRole('radiogroup', { name: 'Interval' }).boundingBox()
      await expect
        .poll(async () => rightOf(await day.boundingBox()), { message: 'what was picked is in sight' })
        .toBeLessThanOrEqual(rightOf(bar) + 1)
      expect(await barriers(page)).toEqual([])
    },
  )
})

describe('a trend line', () => {
  test('is drawn with two clicks, moved as a whole and by its ends, deselected, selected again, and removed', async () => {
    const { page, complaints } = await stage.visitor()
    await using _context = page.context()
    const at = await open(page)
    await page.keyboard.press('Alt+t')
    await hint(page).waitFor()
    const [from, to] = [at(150, 260), at(350, 180)]
    await page.mouse.click(from.x, from.y)
    await page.getByText('Pick where the trend line ends.').waitFor()
    await page.mouse.click(to.x, to.y)
    await expect.poll(() => grips(page).count()).toBe(3)
    expect(await hint(page).count()).toBe(0)
    const [whole, start, end] = [grips(page).nth(0), grips(page).nth(1), grips(page).nth(2)]
    expect(await valueOf(whole)).toBe(`${await valueOf(start)} to ${await valueOf(end)}`)
    const [startPrice, endPrice] = [await priceOf(start), await priceOf(end)]
    expect(endPrice).toBeGreaterThan(startPrice)

    // At a quarter of its length there is no handle, only the line itself.
    const [first, middle] = [await centerOf(start), await centerOf(whole)]
    await dragged(page, { x: (first.x + middle.x) / 2, y: (first.y + middle.y) / 2 }, 30)
    await expect.poll(() => priceOf(start)).toBeLessThan(startPrice)
    const fall = startPrice - (await priceOf(start))
    expect(endPrice - (await priceOf(end))).toBeCloseTo(fall, 6)

    await dragged(page, await centerOf(end), -30)
    await expect.poll(() => priceOf(end)).toBeGreaterThan(endPrice - fall)
    expect(await priceOf(start)).toBeCloseTo(startPrice - fall, 6)
    const value = await valueOf(end)
    await end.press('ArrowLeft')
    await expect.poll(() => valueOf(end)).not.toBe(value)
    expect(await valueOf(whole)).toBe(`${await valueOf(start)} to ${await valueOf(end)}`)

    const begin = await centerOf(start)
    await page.keyboard.press('Escape')
    await expect.poll(() => grips(page).count()).toBe(1)
    await page.mouse.click(begin.x + 2, begin.y)
    await expect.poll(() => grips(page).count()).toBe(3)
    await page.getByRole('button', { name: 'Remove the trend line' }).click()
    await expect.poll(() => grips(page).count()).toBe(0)
    expect(complaints).toEqual([])
  })

  test('is drawn over the newest bars with the keyboard, or canceled', async () => {
    const { page } = await stage.visitor()
    await using _context = page.context()
    await open(page)
    await page.keyboard.press('Alt+t')
    await page.keyboard.press('Escape')
    await hint(page).waitFor({ state: 'detached' })
    await page.keyboard.press('Alt+t')
    await page.keyboard.press('Enter')
    await expect.poll(() => grips(page).count()).toBe(3)
    await page.keyboard.press('Tab')
    const start = page.locator(':focus')
    expect(await start.getAttribute('aria-label')).toBe('Start of the trend line')
    const [value, price] = [await valueOf(start), await priceOf(start)]
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => priceOf(start)).toBeCloseTo(price - 0.02, 6)
    expect((await valueOf(start))?.split(' at ')[1]).not.toBe(value?.split(' at ')[1])
  })
})

test('style and RSI are changed on the existing chart and remembered', async () => {
  const { page, complaints, layoutShift } = await stage.visitor()
  await using _context = page.context()
  await open(page)
  await canvas(page)
    .locator('canvas')
    .first()
    .evaluate((element) => (element.dataset['mine'] = 'yes'))
  const heights = () =>
    canvas(page)
      .locator('canvas')
      .evaluateAll((all) => all.map(({ clientHeight }) => clientHeight))
  const rsiHead = page.getByRole('columnheader', { name: 'RSI 14' })
  // A wide page has room for it from the start.
  await rsiHead.waitFor()
  // Its layout is no table to a screen reader.
  expect(await page.getByRole('region', { name: 'Chart' }).getByRole('table').count()).toBe(1)
  await expect.poll(heights).toContain(RSI_PANE_PX)
  await page
    .getByRole('cell', { name: /^\d{1,3}\.\d\d$/ })
    .first()
    .waitFor({ state: 'attached' })

  for (const [name, label] of [
    ['Bars', 'Bars of NOVA'],
    ['Line', 'Line of the closes of NOVA'],
    ['Area', 'Area under the closes of NOVA'],
    ['Candles', 'Candles of NOVA'],
    ['Bars', 'Bars of NOVA'],
  ] as const) {
    await page.getByRole('radio', { name, exact: true }).click()
    await page.getByRole('group', { name: label }).waitFor()
  }
  await tool(page, 'Indicators').click()
  await page.getByRole('menuitemcheckbox', { name: /RSI 14/ }).click()
  await rsiHead.waitFor({ state: 'detached' })
  await expect.poll(heights).not.toContain(RSI_PANE_PX)
  await tool(page, 'Indicators').click()
  await page.getByRole('menuitemcheckbox', { name: /^Averages/ }).click()
  await page.getByText('EMA 20', { exact: false }).first().waitFor({ state: 'detached' })
  expect(await canvas(page).locator('canvas[data-mine]').count()).toBe(1)

  await open(page, 'LUMA')
  await page.getByRole('group', { name: 'Bars of LUMA' }).waitFor()
  expect(await page.getByRole('radio', { name: 'Bars', exact: true }).getAttribute('aria-checked')).toBe('true')
  expect(await rsiHead.count()).toBe(0)
  await tool(page, 'Indicators').click()
  await page.getByRole('menuitemcheckbox', { name: /RSI 14/ }).click()
  await expect.poll(heights).toContain(RSI_PANE_PX)
  await page.setViewportSize({ width: 1440, height: 1000 })
  await expect.poll(heights).toContain(RSI_PANE_PX)
  expect(await layoutShift()).toBeLessThan(SHIFT_MAX)
  expect(complaints).toEqual([])
})

test('invalid data in the browser’s storage is ignored', async () => {
  const { page, complaints } = await stage.visitor()
  await using _context = page.context()
  await page.addInitScript(() => {
    localStorage.setItem('valiant.chart', '{"style":"renko"')
    localStorage.setItem('valiant.drawings.NOVA', '[{"kind":"horizontal","price":"1e9"},{"kind":"trend"},7]')
  })
  await open(page)
  await page.getByRole('group', { name: 'Candles of NOVA' }).waitFor()
  expect(await grips(page).count()).toBe(0)
  expect(complaints).toEqual([])
})

test('an interval without a button is shown by the menu beside the buttons', async () => {
  const { page } = await stage.visitor(PHONE)
  await using _context = page.context()
  await open(page)
  const menu = page.getByRole('combobox', { name: 'More intervals' })
  const pick = async (interval: string, shown: string) => {
    await menu.selectOption(interval)
    await expect.poll(() => menu.inputValue()).toBe(shown)
  }
  await pick('4h', '4h')
  await pick('1s', '1s')
  await pick('5m', '')
  await pick('30m', '30m')
  await page.setViewportSize({ width: 1440, height: 900 })
  await pick('4h', '')
})

test('a narrower page has the tools in menus, a phone in one', async () => {
  const { page } = await stage.visitor({ viewport: { width: 1024, height: 768 } })
  await using _context = page.context()
  await open(page)
  await tool(page, 'Chart type: Candles').click()
  await page.getByRole('menuitemradio', { name: 'Line' }).click()
  await tool(page, 'Chart type: Line').waitFor()
  expect(await page.getByRole('columnheader', { name: 'RSI 14' }).count()).toBe(0)

  const phone = await stage.visitor(PHONE)
  await using _phone = phone.page.context()
  const at = await open(phone.page)
  const menu = tool(phone.page, 'Chart type, indicators, drawing')
  await menu.tap()
  await phone.page.getByRole('menuitem', { name: 'Trend line' }).tap()
  await hint(phone.page).waitFor()
  const [from, to] = [at(60, 260), at(200, 160)]
  await phone.page.touchscreen.tap(from.x, from.y)
  await phone.page.getByText('Pick where the trend line ends.').waitFor()
  await phone.page.touchscreen.tap(to.x, to.y)
  await expect.poll(() => grips(phone.page).count()).toBe(3)
  expect(await barriers(phone.page)).toEqual([])
  await phone.page.touchscreen.tap(at(30, 400).x, at(30, 400).y)
  await expect.poll(() => grips(phone.page).count()).toBe(1)
  // Its current position, because a new price may have moved the scale.
  const line = await centerOf(grips(phone.page))
  await phone.page.touchscreen.tap(line.x, line.y)
  await phone.page.getByRole('button', { name: 'Remove the trend line' }).tap()
  await expect.poll(() => grips(phone.page).count()).toBe(0)
  expect(await phone.layoutShift()).toBeLessThan(SHIFT_MAX)
  expect(phone.complaints).toEqual([])
})

test.each(['dark', 'light'])('there are no serious accessibility violations, %s', async (theme) => {
  const scope = { colorsOnly: theme === 'light' }
  const { page } = await stage.visitor()
  await using context = page.context()
  await context.addCookies([{ name: 'valiant_theme', value: theme, url: stage.server.url }])
  await open(page)
  await page.keyboard.press('Alt+h')
  await page.keyboard.press('Alt+t')
  await page.keyboard.press('Enter')
  await expect.poll(() => grips(page).count()).toBe(4)
  expect(await barriers(page, scope)).toEqual([])
  await tool(page, 'Draw').click()
  await page.getByRole('menuitem').first().waitFor()
  expect(await barriers(page, scope)).toEqual([])
})

test.each(SCREENS)(
  'on a $screen many orders at one price are one chip, which leads to their list',
  async ({ options }) => {
    const { page, complaints } = await stage.visitor(options)
    await using _context = page.context()
    await startTrading(page)
    await page.goto('/trade/NOVA?tab=ticket')
    await live(page)
    await typeLimit(page, '1', 3)
    const price = await field(page, 'Limit price').inputValue()
    for (const qty of ['3', '4', '5', '6']) {
      await field(page, 'Quantity').fill(qty)
      await send(page).and(page.locator(':enabled')).click()
      await receipt(page).getByText(`Buy ${qty} `).waitFor()
    }
    await view(page, 'Chart')
    const lines = page.getByRole('list', { name: 'Your lines on the chart' })
    await lines.getByRole('listitem', { name: `Buy: 4 orders, 18 in all, at ${price}` }).waitFor()
    expect(await lines.getByRole('listitem').count()).toBe(1)
    await lines.getByRole('button', { name: /^Show Buy: 4 orders/ }).click()
    await expect.poll(() => openOrders(page).filter({ visible: true }).count()).toBe(4)
    expect(complaints).toEqual([])
  },
)
