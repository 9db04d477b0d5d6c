import { EQUITY_POINTS_MAX } from '@valiant/shared/protocol/limits'
import { INTERVAL_MS } from '@valiant/shared/protocol/market-data'
import { EQUITY_INTERVALS, type EquityQuery } from '@valiant/shared/protocol/queries'
import { formatCents } from '@valiant/shared/units/cents'
import type { AccountHistory } from './history.ts'
import { accountOf, type Handler } from './request.ts'

export const equity =
  ({ history }: { history: Pick<AccountHistory, 'equity'> }): Handler<'equity'> =>
  async (query, requester) => {
    const { from, to } = query
    const samples = await history.equity(accountOf(requester), {
      ...(from !== undefined && { fromMs: from }),
      ...(to !== undefined && { toMs: to }),
      intervalMs: INTERVAL_MS[intervalOf(query, requester.receivedAtMs)],
      limit: EQUITY_POINTS_MAX,
    })
    return samples.map(({ atMs, equityCents, cashCents }) => [atMs, formatCents(equityCents), formatCents(cashCents)])
  }

/** The requested interval, or the finest one that fits the whole span in one answer. */
function intervalOf({ from, to, interval }: EquityQuery, nowMs: number): (typeof EQUITY_INTERVALS)[number] {
  if (interval !== undefined) return interval
  if (from === undefined) return '1m'
  const spanMs = Math.min(to ?? nowMs, nowMs) - from
  return EQUITY_INTERVALS.find((one) => spanMs <= EQUITY_POINTS_MAX * INTERVAL_MS[one]) ?? '1d'
}
