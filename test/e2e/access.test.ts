import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { DESKTOP, PHONE } from '../rig/browser.ts'
import { barriers } from './axe-violations.ts'
import { buyFirst, field, list, live, receipt, send, startTrading, type, typeLimit, view } from './desk.ts'
import { SCREENS, Stage } from './stage.ts'

/* The terminal as people see and use it who change its letters or colors, who touch, listen, only have keys, or print. */

const stage = new Stage()

/** Text spacing that a page must bear without loss (WCAG 2.2, 1.4.12). */
const SPACING = `
  * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
  p { margin-bottom: 2em !important; }
`

/** Texts of which a part is hidden by an edge that does not scroll. Lists show as much as fits, by design. */
const cutTexts = (page: Page, within: string) =>
  page.locator(within).evaluateAll((parts) => {
    const clips = (overflow: string) => overflow === 'hidden' || overflow === 'clip'
    const texts = parts.flatMap((part) => {
      const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT)
      const found: Text[] = []
      while (walker.nextNode()) if (walker.currentNode.nodeValue?.trim()) found.push(walker.currentNode as Text)
      return found
    })
    return texts
      .filter(({ parentElement: parent }) => {
        return parent?.checkVisibility({ visibilityProperty: true }) && !parent.closest('.visually-hidden')
      })
      .filter((text) => {
        const range = document.createRange()
        range.selectNodeContents(text)
        const box = range.getBoundingClientRect()
        // The space around the letters may be cut.
        const middle = (box.top + box.bottom) / 2
        const half = 0.4 * parseFloat(getComputedStyle(text.parentElement!).fontSize)
        for (let around = text.parentElement; around; around = around.parentElement) {
          const { overflowX, overflowY } = getComputedStyle(around)
          const edge = around.getBoundingClientRect()
          if (clips(overflowX) && (box.left < edge.left - 1 || box.right > edge.right + 3)) return true
          if (clips(overflowY) && (middle - half < edge.top - 1 || middle + half > edge.bottom + 1)) return true
          if (!clips(overflowX) && overflowX !== 'visible') return false
        }
        return false
      })
      .map((text) => text.nodeValue?.trim())
  })

/** Choices that are wider than the place where the chosen one is shown. */
const cutChoices = (page: Page, within: string) =>
  page
    .locator(`${within} .select .sizer`)
    .evaluateAll((choices) =>
      choices.filter((choice) => choice.scrollWidth > choice.clientWidth).map(({ textContent }) => textContent),
    )

describe.each(SCREENS)('on a $screen', ({ options }) => {
  test('wider letters and lines cut no text', async () => {
    // The page's policy forbids styles of others, which a browser's own may set.
    const { page } = await stage.visitor({ ...options, bypassCSP: true })
    await using _context = page.context()
    await buyFirst(page)
    for (const [path, within] of [
      ['/', 'section[aria-label="Instruments"] :is(.last, .change, .go)'],
      [
        '/trade/NOVA?tab=ticket',
        'section[aria-label="Instrument"] :is(.title, .price, .name), form[aria-label="Order ticket"]',
      ],
      ['/portfolio', 'section[aria-label="Statistics"], section[aria-labelledby="profit-title"] .head'],
    ] as const) {
      await page.goto(path)
      await live(page)
      await page.addStyleTag({ content: SPACING })
      expect(await cutTexts(page, within), path).toEqual([])
      expect(await cutChoices(page, 'form[aria-label="Order ticket"]'), path).toEqual([])
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect(beyond, path).toBeLessThanOrEqual(0)
    }
  })
})

test.each(['/', '/trade/NOVA?tab=ticket', '/trade/NOVA?tab=positions', '/portfolio', '/account', '/docs/reference'])(
  'at 320 pixels, as if enlarged four times, %s scrolls in one direction',
  async (path) => {
    const { page } = await stage.visitor({ viewport: { width: 320, height: 256 } })
    await using _context = page.context()
    await page.goto(path)
    await live(page)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
  },
)

describe('with forced system colors', () => {
  test('each button has an edge, and the current page is marked', async () => {
    const { page } = await stage.visitor({ ...DESKTOP, forcedColors: 'active' })
    await using _context = page.context()
    await buyFirst(page)
    for (const path of ['/trade/NOVA', '/account', '/portfolio']) {
      await page.goto(path)
      await live(page)
      const buttons = page.locator('.button, form[aria-label="Order ticket"] button:not([role=tab], .more)')
      const edgeless = await buttons.filter({ visible: true }).evaluateAll((all) =>
        all
          .filter((button) => {
            const { borderTopStyle, outlineStyle } = getComputedStyle(button)
            return borderTopStyle === 'none' && outlineStyle === 'none'
          })
          .map(({ textContent }) => textContent.trim()),
      )
      expect(edgeless, path).toEqual([])
    }
    const backgrounds = await page
      .getByRole('navigation', { name: 'Pages' })
      .getByRole('link')
      .evaluateAll((links) => links.map((link) => getComputedStyle(link).backgroundColor))
    expect(new Set(backgrounds).size).toBe(2)
  })

  test('a switch shows whether it is on', async () => {
    const { page } = await stage.visitor({ ...DESKTOP, forcedColors: 'active' })
    await using _context = page.context()
    await page.goto('/account')
    await live(page)
    const looks = (checked: boolean) =>
      page
        .getByRole('switch', { checked })
        .first()
        .evaluate((element) => getComputedStyle(element).backgroundColor)
    expect(await looks(true)).not.toBe(await looks(false))
  })
})

test('on a phone small names and links have touch targets of 44 pixels', async () => {
  const { page } = await stage.visitor(PHONE)
  await using _context = page.context()
  await buyFirst(page)
  /** How wide and high the area around the middle of an element is that presses it. */
  const reach = (selector: string) =>
    page
      .locator(selector)
      .filter({ visible: true })
      .first()
      .evaluate((element) => {
        element.scrollIntoView({ block: 'center' })
        const box = element.getBoundingClientRect()
        const [x, y] = [box.left + box.width / 2, box.top + box.height / 2]
        const from = (right: number, down: number) => {
          let steps = 0
          while (steps < 60 && element.contains(document.elementFromPoint(x + right * steps, y + down * steps))) steps++
          return steps
        }
        return { width: from(1, 0) + from(-1, 0), height: from(0, 1) + from(0, -1) }
      })
  const expectTarget = async (selector: string) => {
    const { width, height } = await reach(selector)
    // Neighbors may share a pixel.
    expect(width, selector).toBeGreaterThanOrEqual(43)
    expect(height, selector).toBeGreaterThanOrEqual(43)
  }
  await page.goto('/')
  await live(page)
  for (const selector of ['a.home', '[role=tab]:has-text("FX")', '[role=tab]:has-text("Favourites")', '.pick-sort'])
    await expectTarget(selector)
  await page.goto('/portfolio')
  await live(page)
  await expectTarget('[role=radio]:has-text("1W")')
  await page.goto('/account')
  await live(page)
  await expectTarget('[role=tab]:has-text("1W")')
  await page.goto('/trade/NOVA?tab=ticket')
  await live(page)
  for (const name of ['Limit', 'Stop']) await expectTarget(`[role=tab]:has-text("${name}")`)
  await type(page, 'Trailing stop')
  for (const name of ['Trail', 'Quantity'] as const)
    expect((await field(page, name).boundingBox())?.height, name).toBeGreaterThanOrEqual(44)
  for (const label of ['Unit %, switch', 'Trail up', 'Trail down']) await expectTarget(`[aria-label="${label}"]`)
  await typeLimit(page, '900000', 1)
  await page.getByTestId('would-be-refused').waitFor()
  await expectTarget('[data-testid=would-be-refused] button')
  await list(page, /^Fills/)
  await page.getByTestId('panel-fills').getByRole('link').first().waitFor()
  await expectTarget('[data-testid=panel-fills] td a')
  await page.goto('/docs')
  await live(page)
  await expectTarget('nav[aria-label=Documentation] a')
})

test('on a phone no text is smaller than 11 pixels, and no field than 16, at which iOS would enlarge the page', async () => {
  const { page } = await stage.visitor(PHONE)
  await using _context = page.context()
  await buyFirst(page)
  const views = ['chart', 'book', 'ticket', 'positions'].map((tab) => `/trade/NOVA?tab=${tab}`)
  for (const path of ['/', ...views, '/portfolio', '/account']) {
    await page.goto(path)
    await live(page)
    const small = await page.evaluate(() => {
      const found: string[] = []
      const note = (element: Element, least: number) => {
        const { fontSize } = getComputedStyle(element)
        const isSeen = element.checkVisibility() && element.getBoundingClientRect().width > 1
        if (isSeen && parseFloat(fontSize) < least) found.push(`${fontSize} ${element.outerHTML.slice(0, 80)}`)
      }
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
      while (texts.nextNode()) {
        const { parentElement, textContent } = texts.currentNode
        if (parentElement && textContent?.trim()) note(parentElement, 11)
      }
      for (const one of document.querySelectorAll('input:not([type=checkbox], [type=radio]), select')) note(one, 16)
      return found
    })
    expect(small, path).toEqual([])
  }
})

test('the preview of an order is read out once, after typing has stopped', async () => {
  const { page, complaints } = await stage.visitor()
  await using _context = page.context()
  let asked = 0
  page.on('websocket', (socket) =>
    socket.on('framesent', ({ payload }) => {
      if (String(payload).includes('order.preview')) asked++
    }),
  )
  await startTrading(page)
  await typeLimit(page, '1', 1)
  const said = page.getByTestId('preview-said')
  const heard = await said.evaluateHandle((region) => {
    const texts: string[] = []
    new MutationObserver(() => {
      if (region.textContent !== '') texts.push(region.textContent)
    }).observe(region, { childList: true, characterData: true, subtree: true })
    return texts
  })
  await field(page, 'Quantity').fill('')
  await field(page, 'Quantity').pressSequentially('12')
  await said.getByText(/^Estimated cost \$[\d,.]+\. Fee .* Buying power after \$[\d,.]+$/).waitFor()
  // The preview is refreshed as the market moves.
  const before = asked
  await expect.poll(() => asked).toBeGreaterThan(before + 1)
  expect(await heard.jsonValue()).toHaveLength(1)
  await field(page, 'Quantity').fill('900000')
  await said.getByText(/It needs \$[\d,.]+ and you have/).waitFor()
  expect(await heard.jsonValue()).toHaveLength(2)
  expect(await said.getAttribute('role')).toBe('status')
  expect(complaints).toEqual([])
})

test('an order is placed and cancelled with the keyboard alone', async () => {
  const { page, complaints } = await stage.visitor()
  await using _context = page.context()
  const STOPS_MAX = 120
  /** Moves by Tab until an element with this role and name has the focus. */
  const tabTo = async (name: RegExp) => {
    for (let stop = 0; stop < STOPS_MAX; stop++) {
      await page.keyboard.press('Tab')
      const focused = await page.evaluate(() => {
        const { activeElement: element } = document
        if (!(element instanceof HTMLElement)) return ''
        const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : undefined
        return (element.ariaLabel ?? label ?? element.textContent).trim()
      })
      if (name.test(focused)) return
    }
    throw new Error(`nothing named ${String(name)} was reached`)
  }
  await page.goto('/')
  await live(page)
  await tabTo(/^Start trading/)
  await page.keyboard.press('Enter')
  await receipt(page).getByText('Press Buy to own').waitFor()
  await expect.poll(() => send(page).evaluate((button) => button === document.activeElement)).toBe(true)
  await tabTo(/^Market$/)
  await page.keyboard.press('ArrowLeft')
  await tabTo(/^Bid$/)
  await page.keyboard.press('Enter')
  await tabTo(/^Quantity$/)
  await page.keyboard.type('3')
  await tabTo(/^Buy 3 /)
  await page.keyboard.press('Enter')
  await receipt(page).getByText('is open').waitFor()
  await tabTo(/^Positions/)
  await page.keyboard.press('ArrowRight')
  await page.getByTestId('panel-orders').locator('[data-order]').waitFor()
  await tabTo(/^Cancel all$/)
  await page.keyboard.press('Enter')
  await tabTo(/^Cancel 1 order$/)
  await page.keyboard.press('Enter')
  await page.getByTestId('panel-orders').locator('[data-order]').waitFor({ state: 'detached' })
  expect(complaints).toEqual([])
})

test('a long headline takes two lines on a phone until it is pressed', async () => {
  await stage.operator('dividend', 'NOVA', '--cents-per-lot', '45', '--at', '2030-01-02T13:30:00Z')
  const { page, complaints } = await stage.visitor({ ...PHONE, viewport: { width: 320, height: 640 } })
  await using _context = page.context()
  await page.goto('/trade/NOVA')
  await live(page)
  await list(page, /^News/)
  const row = page.getByTestId('panel-news').locator('tr.below').filter({ hasText: 'will pay a dividend of' }).first()
  const more = row.getByRole('button', { name: 'Whole text' })
  await more.waitFor()
  const text = row.locator('.text')
  const lines = () =>
    text.evaluate((element) => Math.round(element.clientHeight / parseFloat(getComputedStyle(element).lineHeight)))
  expect(await lines()).toBe(2)
  expect(await barriers(page, { within: '[data-testid=panel-news]' })).toEqual([])
  await more.focus()
  await page.keyboard.press('Enter')
  await expect.poll(lines).toBe(3)
  await more.tap()
  await expect.poll(lines).toBe(2)
  expect(complaints).toEqual([])
})

test('on paper the portfolio and the lists are black on white, without bars, and whole', async () => {
  const { page } = await stage.visitor()
  await using _context = page.context()
  await buyFirst(page)
  await page.goto('/portfolio')
  await live(page)
  await page.setViewportSize({ width: 718, height: 1_000 })
  await page.emulateMedia({ media: 'print' })
  await page.getByTestId('portfolio-trades').locator('tbody tr').first().waitFor()
  const away = ['header', 'footer', 'nav', 'button:has-text("CSV")']
  for (const selector of away) expect(await page.locator(selector).filter({ visible: true }).count(), selector).toBe(0)
  const background = await page.locator('html').evaluate((html) => getComputedStyle(html).backgroundColor)
  expect(background).toBe('rgb(255, 255, 255)')
  for (const rows of ['profit', 'portfolio-trades']) {
    expect(
      await page.getByTestId(rows).evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight),
      rows,
    ).toBeLessThanOrEqual(0)
  }

  await page.emulateMedia({ media: null })
  await page.goto('/trade/NOVA?tab=positions')
  await live(page)
  await list(page, /^History/)
  await page.getByTestId('panel-history').locator('tbody tr').first().waitFor()
  await page.emulateMedia({ media: 'print' })
  await view(page, 'Positions')
  for (const head of ['Type', 'Average', 'Fee', 'State']) {
    await page.getByTestId('panel-history').getByRole('columnheader', { name: head }).waitFor()
  }
  expect(await page.getByRole('form', { name: 'Order ticket' }).isVisible()).toBe(false)
  expect(await page.getByRole('navigation').filter({ visible: true }).count()).toBe(0)
})
