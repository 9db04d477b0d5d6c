import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { DESKTOP, launchBrowser, newVisitor, PHONE, type WatchedPage } from '../rig/browser.ts'
import { CarefulOperator } from '../rig/operator.ts'
import { startServer } from '../rig/server.ts'
import { smallMarket } from './small-market.ts'

/** The most common screens. */
export const SCREENS = [
  { screen: 'desktop', options: DESKTOP },
  { screen: 'phone', options: PHONE },
] as const

type StageServer = Awaited<ReturnType<typeof startServer>>

/** A server with a small market and a browser for all tests of a file. */
export class Stage {
  readonly #parts = new AsyncDisposableStack()
  readonly #operator = new CarefulOperator(() => this.server.databaseUrl)
  #instruments: string | undefined
  #server: StageServer | undefined
  #browser: Browser | undefined

  constructor() {
    beforeAll(() => this.#open())
    afterEach(() => this.#operator.takeBack(this.server.url))
    afterAll(() => this.#parts.disposeAsync())
  }

  /** Path of the file with the market's instruments. */
  get instruments(): string {
    return opened(this.#instruments)
  }

  get server(): StageServer {
    return opened(this.#server)
  }

  get browser(): Browser {
    return opened(this.#browser)
  }

  /** Opens the server in a browser context with separate cookies. */
  visitor(options?: BrowserContextOptions): Promise<WatchedPage> {
    return newVisitor(this.browser, this.server.url, options)
  }

  /** Runs an operator's command; what a test leaves halted is resumed after it. */
  async operator(...words: readonly string[]): Promise<void> {
    await this.#operator.type(...words)
  }

  async #open(): Promise<void> {
    const { INSTRUMENTS_FILE } = this.#parts.use(await smallMarket())
    this.#instruments = INSTRUMENTS_FILE
    this.#server = this.#parts.use(await startServer({ INSTRUMENTS_FILE }))
    const browser = await launchBrowser()
    this.#browser = browser
    this.#parts.defer(() => browser.close())
  }
}

function opened<Part>(part: Part | undefined): Part {
  if (part === undefined) throw new Error('expected a call in a test: nothing is open before')
  return part
}
