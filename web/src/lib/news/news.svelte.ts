import type { Client } from '@valiant/shared/client/client'
import type { News as NewsItem } from '@valiant/shared/protocol/news'
import { createContext } from 'svelte'
import { PagedList } from '#lib/positions/paged-list.svelte.ts'
import type { Session } from '#lib/session/session.svelte.ts'

/** Market news. It loads when its list is opened; what arrives while the list is closed is counted on every page. */
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

  /** The list is on screen. @returns ends it */
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
        // News published while the connection was lost is not sent again.
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
