import { AccountSnapshot } from '@valiant/shared/protocol/account'
import type { ExchangeRequests } from '../leader/exchange-requests.ts'
import { RequestFailure } from '../answering/wire-error.ts'
import { accountOf, type Handler } from './request.ts'

/** The user's accounts at their current value, one request to the exchange each. */
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
    // One at a time, so that a user with many accounts does not fill the queue to the exchange.
    for (const account of own) {
      const answer = await exchange.ask({ request: { event: 'account', account }, receivedAtMs })
      if (!answer.ok) throw new RequestFailure(answer.error)
      valued.push(AccountSnapshot.parse(answer.data).account)
    }
    return valued
  }
