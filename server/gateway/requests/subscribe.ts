import {
  type BookDepth,
  type Channel,
  type Interval,
  INTERVALS,
  type Subscription,
} from '@valiant/shared/protocol/market-data'
import type { DataOf } from '@valiant/shared/protocol/requests'
import type { Feed } from '../../feed/feed.ts'
import { invalid } from '../answering/wire-error.ts'
import { knownSymbol } from './instruments.ts'
import { forbid } from './read-field.ts'
import type { Handler } from './request.ts'

/** A validated subscription: listed symbols, each once, in the order given. */
export type CheckedSubscription =
  | { readonly channel: 'quotes' | 'ticker' | 'trades'; readonly symbols: readonly string[] }
  | { readonly channel: 'candles'; readonly symbols: readonly string[]; readonly interval: Interval }
  | {
      readonly channel: 'book'
      readonly symbols: readonly string[]
      /** Undefined: 25 when subscribing, any when unsubscribing. */
      readonly depth: BookDepth | undefined
    }

/** Starts and ends the streams of sockets. */
export interface Subscriptions {
  /**
   * From the snapshot on, the socket gets the frames of the subscription. The answer must be sent in the same turn.
   * @throws {RequestFailure} TOO_MANY_SUBSCRIPTIONS
   */
  subscribe(socketId: string, subscription: CheckedSubscription): DataOf<'subscribe'>
  unsubscribe(socketId: string, subscription: CheckedSubscription): void
}

export const subscribe =
  ({ feed, subscriptions }: { feed: Feed; subscriptions: Subscriptions }): Handler<'subscribe'> =>
  (payload, { socketId }) =>
    subscriptions.subscribe(ofSocket(socketId), checkedSubscription(feed, payload))

/** @throws {RequestFailure} over REST, which has no streams */
export function ofSocket(socketId: string | undefined): string {
  if (socketId !== undefined) return socketId
  throw invalid('', 'type', { expected: 'a socket, since a stream needs one', found: 'a REST request' })
}

/**
 * Checks what the schema cannot: which fields a channel takes, and whether the symbols are listed.
 * @throws {RequestFailure} INVALID naming the field
 */
export function checkedSubscription(
  feed: Feed,
  { channel, symbols, interval, depth }: Subscription,
): CheckedSubscription {
  if (channel !== 'candles') forbid('interval', interval, `for the channel ${channel}`)
  if (channel !== 'book') forbid('depth', depth, `for the channel ${channel}`)
  const listed = listedSymbols(feed, channel, symbols)
  switch (channel) {
    case 'quotes':
    case 'ticker':
    case 'trades':
      return { channel, symbols: listed }
    case 'candles':
      if (interval === undefined) {
        throw invalid('interval', 'required', { expected: `one of ${INTERVALS.join(', ')}`, found: 'nothing' })
      }
      return { channel, symbols: listed, interval }
    case 'book':
      return { channel, symbols: listed, depth }
    default:
      return channel satisfies never
  }
}

function listedSymbols(feed: Feed, channel: Channel, symbols: readonly string[] | undefined): readonly string[] {
  const takesAll = channel === 'quotes' || channel === 'ticker'
  if (symbols === undefined) {
    if (takesAll) return feed.symbols
    throw invalid('symbols', 'required', { expected: `a list of symbols for the channel ${channel}`, found: 'nothing' })
  }
  const all = symbols.indexOf('*')
  if (all >= 0) {
    if (takesAll && symbols.length === 1) return feed.symbols
    const expected = takesAll ? '"*" alone, or symbols' : `symbols one by one for the channel ${channel}`
    throw invalid(`symbols.${all}`, 'format', { expected, found: '"*"' })
  }
  return [...new Set(symbols.map((symbol, index) => knownSymbol(feed, symbol, `symbols.${index}`)))]
}
