import type { IncomingMessage } from 'node:http'
import type { PreferenceStore } from '../../auth/preferences.ts'
import { AccountSnapshot } from '@valiant/shared/protocol/account'
import { ACCOUNT_COOKIE, type PageList, type PageSource } from '@valiant/shared/protocol/page'
import { formatCents } from '@valiant/shared/units/cents'
import type { MarketStatus } from '../../bus/broadcast.ts'
import type { ExchangeRequests } from '../leader/exchange-requests.ts'
import type { Market } from '../market/market.ts'
import { inTime } from '../answering/time-limit.ts'
import { type Identity, requesterOf, type Sessions } from '../sessions/sessions.ts'
import type { AccountHandlers, Handler } from '../requests/request.ts'

interface PageParts {
  readonly market: Market
  readonly status: () => MarketStatus
  readonly sessions: Sessions
  readonly exchange: ExchangeRequests
  readonly lists: Pick<AccountHandlers, PageList>
  readonly preferences: Pick<PreferenceStore, 'read'>
  readonly startingCents: number
  readonly admit: PageSource['admit']
}

/**
 * What the page of one request may read, in process. Pages render without an account, and while the exchange or the
 * database is away, so what cannot be read in time is left out.
 */
export function pageSourceOf(request: IncomingMessage, parts: PageParts): PageSource {
  const { market, status, sessions, exchange, lists, preferences, startingCents, admit } = parts
  const receivedAtMs = Date.now()
  const soon = <Value>(reading: Promise<Value>) =>
    inTime(reading, { receivedAtMs, changes: false }).catch(() => undefined)
  const identity = once(() => soon(identityOf(request, sessions)))
  // Without the account: this works even while the exchange is away.
  const signedIn = once(() => soon(sessions.signedIn(request.headers)))
  const list: PageSource['list'] = async (name, query) => {
    const known = await identity()
    if (known === undefined) return undefined
    const answer: Handler<typeof name> = lists[name]
    const requester = requesterOf(known, { socketId: undefined, receivedAtMs })
    return soon((async () => answer(query, requester))())
  }
  return {
    admit,
    now: () => ({ timeMs: Date.now(), epoch: market.epoch(), market: status().market }),
    instruments: () => market.instruments(),
    tickers: () => market.tickers(),
    sparklines: (points) => market.sparklines(points),
    book: (symbol, depth) => market.book(symbol, depth),
    trades: (query) => market.trades(query),
    candles: (query) => market.candles(query),
    visitor: async () => {
      const known = await signedIn()
      if (known === undefined) return undefined
      const { userId, name, email, isGuest } = known
      return { userId, name, ...(email !== undefined && { email }), isGuest }
    },
    startingCash: () => formatCents(startingCents),
    account: async () => {
      const account = (await identity())?.account
      if (account === undefined) return undefined
      try {
        const answer = await exchange.ask({ request: { event: 'account', account }, receivedAtMs: Date.now() })
        return answer.ok ? AccountSnapshot.parse(answer.data) : undefined
      } catch {
        return undefined
      }
    },
    preferences: async (keys) => {
      const known = await signedIn()
      return known && soon(preferences.read(known.userId, keys))
    },
    fills: async (limit) => (await list('fills', { limit }))?.items ?? [],
    list,
  }
}

/** The visitor with the account that the page's cookie names, if it is theirs; otherwise with the oldest. */
async function identityOf({ headers }: IncomingMessage, sessions: Sessions): Promise<Identity | undefined> {
  const ofAccount = (accountId?: string) => sessions.ofRequest(headers, 'GET', accountId).catch(() => undefined)
  const chosen = CHOSEN.exec(headers.cookie ?? '')?.[1]
  return (chosen === undefined ? undefined : await ofAccount(chosen)) ?? ofAccount()
}

const CHOSEN = new RegExp(`(?:^|;\\s*)${ACCOUNT_COOKIE}=([0-9A-Z]{1,64})(?:;|$)`)

/** Makes one promise and returns it each time, since a page asks in several places. */
function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined
  return () => (made ??= make())
}
