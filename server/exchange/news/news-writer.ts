import type { Logger } from 'pino'
import type { News, NewsItem } from '../../journal/news.ts'
import type { Clock } from '../clock.ts'

const RETRY_MS = 500
/** A write that hangs on a dead link must not hold up the end of the process. */
const CLOSE_MS_MAX = 1_000
/** So many wait for a database that is away, then the oldest are lost. */
const WAITING_MAX = 1_000

export interface NewsWriterParts {
  readonly news: Pick<News, 'write'>
  readonly clock: Clock
  readonly log: Pick<Logger, 'warn'>
}

/** Keeps what has been told, for those who come later. It outlives the stretches of leading, as what was told does. */
export class NewsWriter implements AsyncDisposable {
  readonly #parts: NewsWriterParts
  readonly #waiting: NewsItem[] = []
  #writing = Promise.resolve()
  #isWriting = false
  #isClosing = false

  constructor(parts: NewsWriterParts) {
    this.#parts = parts
  }

  add(item: NewsItem): void {
    this.#waiting.push(item)
    if (this.#waiting.length > WAITING_MAX) this.#waiting.shift()
    if (!this.#isWriting) this.#writing = this.#write()
  }

  /** Waits for what is being written, within bounds. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true
    await Promise.race([this.#writing, this.#pause(CLOSE_MS_MAX)])
  }

  async #write(): Promise<void> {
    const { news, log } = this.#parts
    this.#isWriting = true
    while (this.#waiting.length > 0) {
      const items = this.#waiting.splice(0)
      try {
        await news.write(items)
      } catch (error) {
        this.#waiting.unshift(...items)
        log.warn({ err: error, news: this.#waiting.length }, 'exchange: news could not be written')
        if (this.#isClosing) break
        await this.#pause(RETRY_MS)
      }
    }
    this.#isWriting = false
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#parts.clock.after(ms, resolve))
  }
}
