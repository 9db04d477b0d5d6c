import type { Logger } from 'pino'
import type { News, NewsItem } from '../../journal/news.ts'
import type { Clock } from '../clock.ts'
import { RetriedWrite } from '../retried-write.ts'

/** This many items may wait for an unavailable database; beyond that the oldest are dropped. */
const WAITING_MAX = 1_000

interface NewsWriterParts {
  readonly news: Pick<News, 'write'>
  readonly clock: Clock
  readonly log: Pick<Logger, 'warn'>
}

/** Stores published news. It outlives the terms of leading, because published news does, too. */
export class NewsWriter implements AsyncDisposable {
  #waiting: readonly NewsItem[] = []
  readonly #writes: RetriedWrite

  constructor({ news, clock, log }: NewsWriterParts) {
    this.#writes = new RetriedWrite({
      clock,
      hasMore: () => this.#waiting.length > 0,
      write: async () => {
        const items = this.#waiting
        await news.write(items)
        const written = new Set(items)
        this.#waiting = this.#waiting.filter((item) => !written.has(item))
      },
      failed: (error) => log.warn({ err: error, news: this.#waiting.length }, 'exchange: news could not be written'),
    })
  }

  add(item: NewsItem): void {
    this.#waiting = [...this.#waiting, item].slice(-WAITING_MAX)
    this.#writes.wake()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writes[Symbol.asyncDispose]()
  }
}
