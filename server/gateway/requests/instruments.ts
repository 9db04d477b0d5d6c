import type { Feed } from '../../feed/feed.ts'
import { invalid } from '../answering/wire-error.ts'
import type { Handler } from './request.ts'

export const instruments =
  ({ feed }: { feed: Feed }): Handler<'instruments'> =>
  () => [...feed.instruments()]

/**
 * The symbol, if it is listed.
 * @throws {RequestFailure} INVALID naming the field
 */
export function knownSymbol(feed: Feed, symbol: string, field = 'symbol'): string {
  if (feed.has(symbol)) return symbol
  throw invalid(field, 'unknown', { expected: 'the symbol of a listed instrument', found: `"${symbol}"` })
}
