import { formatCents } from '@valiant/shared/units/cents'
import { idText } from '@valiant/shared/units/id'
import { type AccountHistory, numberIn } from './history.ts'
import { accountOf, type Handler } from './request.ts'

/** How many fills one answer adds up: some 20 ms of Postgres. */
export const SUMMED_MAX = 10_000

/** Adds up a bounded number of fills, newest first: however many an account has, no answer costs more. */
export const realized =
  ({ history }: { history: Pick<AccountHistory, 'stretchOf' | 'realized'> }): Handler<'realized'> =>
  async ({ from, cursor }, requester) => {
    const account = accountOf(requester)
    const beforeCursor = numberIn(cursor, account)
    const { first, before } = await history.stretchOf('fills', account, {
      ...(from !== undefined && { fromMs: from }),
      ...(beforeCursor !== undefined && { before: beforeCursor }),
      limit: SUMMED_MAX,
    })
    const downTo = Math.max(first, before - SUMMED_MAX)
    const sums = before > first ? await history.realized(account, { downTo, before }) : []
    return {
      items: sums.map(({ symbol, realizedCents, feeCents, fills }) => ({
        ...{ symbol, fills },
        ...{ realizedPnl: formatCents(realizedCents), fees: formatCents(feeCents) },
      })),
      ...(cursor === undefined && before > first && { newestFillId: idText(account, before - 1) }),
      ...(downTo > first && { nextCursor: idText(account, downTo) }),
    }
  }
