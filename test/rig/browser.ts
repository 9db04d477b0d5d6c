import sparticuz from '@sparticuz/chromium'
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium, type LaunchOptions, type Page } from 'playwright-core'

/** Chromium is unpacked once, in the project: the machine's temp folder may have another version. */
const UNPACKED = fileURLToPath(new URL('../../.cache/chromium', import.meta.url))

export const DESKTOP: BrowserContextOptions = { viewport: { width: 1440, height: 900 } }
export const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

/** A real Chromium, in the version of the lock file. @throws if it does not start: there is no fallback */
export async function launchBrowser(options: LaunchOptions = {}): Promise<Browser> {
  return await chromium.launch({
    ...options,
    executablePath: await unpackedChromium(),
    // Without a GPU, drawing in software is faster than emulating one, and the charts use a plain canvas.
    args: ['--no-sandbox', '--disable-gpu'],
  })
}

/**
 * The path of Chromium, which is unpacked if necessary. Global setup calls this first, because a process that starts it
 * while another still writes it would find it busy.
 */
export async function unpackedChromium(): Promise<string> {
  await mkdir(UNPACKED, { recursive: true })
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = UNPACKED
  try {
    return await sparticuz.executablePath()
  } finally {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  }
}

/** A page and its errors. */
export interface WatchedPage {
  readonly page: Page
  /** Console errors, exceptions, failed requests and policy violations, in the order they came. */
  readonly complaints: string[]
  /** Sum of all layout shifts in this document that were not caused by input. */
  readonly layoutShift: () => Promise<number>
}

/** Opens a page in a separate browser context: a new visitor with separate cookies. */
export async function newVisitor(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = DESKTOP,
): Promise<WatchedPage> {
  // With LANG=C the page's language would be `en-US@posix`, and `Intl` throws.
  const context = await browser.newContext({ locale: 'en-US', baseURL: url, ...options })
  return watch(await context.newPage())
}

/** Starts recording errors of a page that has not been navigated yet. */
export async function watch(page: Page): Promise<WatchedPage> {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`))
  page.on('requestfailed', (request) => {
    // Leaving a page aborts what it was still loading.
    const reason = request.failure()?.errorText ?? ''
    if (reason !== 'net::ERR_ABORTED') complaints.push(`request: ${reason} ${request.url()}`)
  })
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`response: ${response.status()} ${response.url()}`)
  })
  await page.addInitScript(() => {
    const seen = globalThis as unknown as { layoutShift: number }
    seen.layoutShift = 0
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
        if (!entry.hadRecentInput) seen.layoutShift += entry.value
      }
    }).observe({ type: 'layout-shift', buffered: true })
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      console.error(`policy: ${violatedDirective} forbids ${blockedURI}`),
    )
  })
  const layoutShift = () => page.evaluate(() => (globalThis as unknown as { layoutShift: number }).layoutShift)
  return { page, complaints, layoutShift }
}
