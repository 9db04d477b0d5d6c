import type { Client } from '@valiant/shared/client/client'
import type { News as NewsItem } from '@valiant/shared/protocol/news'
import { createContext } from 'svelte'
import { PagedList } from '#lib/positions/paged-list.svelte.ts'
import type { Session } from '#lib/session/session.svelte.ts'

/** What happens in the market. It is read when somebody looks at it; how much came since then is counted anywhere. */
export class News {
  readonly list: PagedList<NewsItem>
  unread = $state.raw(0)
  #isWatched = false

  constructor(session: Session) {
    this.list = new PagedList(
      (cursor) => session.client.ask('news', cursor === undefined ? {} : { cursor }),
      ({ id }) => id,
    )
  }

  /** Somebody looks at it. @returns ends it */
  watch(): () => void {
    this.#isWatched = true
    this.unread = 0
    this.list.open()
    return () => {
      this.#isWatched = false
    }
  }

  /** @returns ends it */
  follow(client: Client): () => void {
    let wasLive = true
    const stops = [
      client.on('news', (item) => {
        this.list.prepend([item])
        if (!this.#isWatched) this.unread += 1
      }),
      client.on('connection', ({ phase }) => {
        const isLive = phase === 'live'
        // What was told while there was no connection is told no more.
        if (isLive && !wasLive) void this.list.reload()
        wasLive = isLive
      }),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }
}

export const [useNews, provideNews] = createContext<News>()
