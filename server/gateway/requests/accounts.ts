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
    return Promise.all(
      own.map(async (account) => {
        const answer = await exchange.ask({ request: { event: 'account', account }, receivedAtMs })
        if (!answer.ok) throw new RequestFailure(answer.error)
        return AccountSnapshot.parse(answer.data).account
      }),
    )
  }
