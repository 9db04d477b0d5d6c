import type { NewsKind } from '@valiant/shared/protocol/news'
import type { Queries } from '../database/database.ts'
import { sql } from '../database/sql.ts'
import { integers, texts } from './array-literal.ts'
import { fromRow } from './rows.ts'

/** Identifies a news item: the running number within a leader's epoch. Later items have greater numbers. */
interface NewsNumber {
  /** 0 for items of a generated first history. */
  readonly epoch: number
  /** Starts at 1. */
  readonly number: number
}

/** Something that happened in the market. */
export interface NewsItem extends NewsNumber {
  /** Market time. */
  readonly timeMs: number
  /** Undefined when it concerns the whole market. */
  readonly symbol: string | undefined
  readonly kind: NewsKind
  readonly headline: string
}

interface NewsPage {
  /** Only news of this instrument and of the whole market. */
  readonly symbol: string | undefined
  /** The last item of the previous page; only older ones follow. */
  readonly before: NewsNumber | undefined
  readonly limit: number
}

/** The part of the archive that gateways use. */
export type NewsArchive = Pick<News, 'list'>

/** Above every existing number. */
const NEWEST: NewsNumber = { epoch: Number.MAX_SAFE_INTEGER, number: 1 }

/** The archive of published news. Stored outside the journal's batches: a crash may lose the latest. */
export class News {
  readonly #queries: Queries

  constructor(queries: Queries) {
    this.#queries = queries
  }

  /** Existing items stay unchanged. */
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

  /** Removes items from before a time. */
  async forget(beforeMs: number): Promise<void> {
    await this.#queries.none(sql.journal.forgetNews, { beforeMs })
  }
}
