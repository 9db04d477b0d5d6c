import type { News } from '@valiant/shared/protocol/news'
import { idText } from '@valiant/shared/units/id'

/** News as it is stored: `number` is its sequence number within that leader's epoch. */
interface StoredNews extends Pick<News, 'kind' | 'headline'> {
  readonly epoch: number
  readonly number: number
  readonly timeMs: number
  readonly symbol: string | undefined
}

/** Converts news to its wire format. */
export const toWireNews = ({ epoch, number, timeMs, symbol, kind, headline }: StoredNews): News => ({
  id: idText(epoch, number),
  time: timeMs,
  ...(symbol !== undefined && { symbol }),
  headline,
  kind,
})
