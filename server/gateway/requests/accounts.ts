import { AccountSnapshot } from '@valiant/shared/protocol/account'
import type { ExchangeRequests } from '../leader/exchange-requests.ts'
import { RequestFailure } from '../answering/wire-error.ts'
import { accountOf, type Handler } from './request.ts'

/** The user's accounts, valued now: each is asked of the exchange. */
export const accounts =
  ({
    exchange,
    accountsOf,
  }: {
    exchange: ExchangeRequests
    accountsOf: (userId: string) => Promise<readonly number[]>
  }): Handler<'accounts'> =>
  async (_payload, requester) => {
    const { userId, receivedAtMs } = requester
    const own = userId === undefined ? [accountOf(requester)] : await accountsOf(userId)
    const valued = []
    // One after the other: who has many must not fill the line to the exchange.
    for (const account of own) {
      const answer = await exchange.ask({ request: { event: 'account', account }, receivedAtMs })
      if (!answer.ok) throw new RequestFailure(answer.error)
      valued.push(AccountSnapshot.parse(answer.data).account)
    }
    return valued
  }
