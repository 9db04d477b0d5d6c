import type { NewsKind } from '@valiant/shared/protocol/news'
import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { integers, texts } from './array-literal.ts'
import { fromRow } from './rows.ts'

/** Which news it is: the how manieth of the leader that told it. Later ones follow. */
export interface NewsNumber {
  /** 0 for what a first history drew. */
  readonly epoch: number
  /** From 1 on. */
  readonly number: number
}

/** What has happened in the market. */
export interface NewsItem extends NewsNumber {
  /** Market time. */
  readonly timeMs: number
  /** Undefined where it is of the whole market. */
  readonly symbol: string | undefined
  readonly kind: NewsKind
  readonly headline: string
}

export interface NewsPage {
  /** Of this instrument and of the whole market alone. */
  readonly symbol: string | undefined
  /** The last of the page before: only older ones follow. */
  readonly before: NewsNumber | undefined
  readonly limit: number
}

/** What a gateway does with news. */
export type NewsArchive = Pick<News, 'list'>

/** After every one that there is. */
const NEWEST: NewsNumber = { epoch: Number.MAX_SAFE_INTEGER, number: 1 }

/** What has been told of the market, beside the journal's batches: a crash may lose the last of it. */
export class News {
  readonly #queries: Queries

  constructor(queries: Queries) {
    this.#queries = queries
  }

  /** What is there already stays as it is. */
  async write(items: readonly NewsItem[]): Promise<void> {
    if (items.length === 0) return
    const values = [
      integers(items, ({ epoch }) => epoch),
      integers(items, ({ number }) => number),
      integers(items, ({ timeMs }) => timeMs),
      texts(items, ({ symbol }) => symbol),
      texts(items, ({ kind }) => kind),
      texts(items, ({ headline }) => headline),
    ]
    await this.#queries.none({ ...sql.journal.writeNews, values })
  }

  /** Newest first. */
  async list({ symbol, before = NEWEST, limit }: NewsPage): Promise<NewsItem[]> {
    const parameters = { symbol: symbol ?? null, beforeEpoch: before.epoch, beforeNumber: before.number, limit }
    return (await this.#queries.any<unknown>(sql.journal.listNews, parameters)).map((row) => fromRow<NewsItem>(row))
  }

  /** Drops what happened before a time. */
  async forget(beforeMs: number): Promise<void> {
    await this.#queries.none(sql.journal.forgetNews, { beforeMs })
  }
}
