import { PAGE_DEFAULT } from '@valiant/shared/protocol/limits'
import { parseId } from '@valiant/shared/units/id'
import type { Feed } from '../../feed/feed.ts'
import { toWireNews } from '../../feed/news.ts'
import type { NewsArchive } from '../../journal/news.ts'
import { invalid } from '../answering/wire-error.ts'
import { knownSymbol } from './instruments.ts'
import type { Handler } from './request.ts'

/** A page of past news; the cursor is the id of the last news on the page before. */
export const news =
  ({ feed, archive }: { feed: Feed; archive: NewsArchive }): Handler<'news'> =>
  async ({ symbol, cursor, limit = PAGE_DEFAULT }) => {
    const last = cursor === undefined ? undefined : parseId(cursor)
    if (cursor !== undefined && last === undefined) {
      throw invalid('cursor', 'format', { expected: 'the nextCursor of the page before', found: `"${cursor}"` })
    }
    // One more than the page shows, to know whether another page follows.
    const found = await archive.list({
      symbol: symbol === undefined ? undefined : knownSymbol(feed, symbol),
      before: last && { epoch: last.account, number: last.number },
      limit: limit + 1,
    })
    const items = found.slice(0, limit).map(toWireNews)
    const nextCursor = found.length > limit ? items.at(-1)?.id : undefined
    return { items, ...(nextCursor !== undefined && { nextCursor }) }
  }
