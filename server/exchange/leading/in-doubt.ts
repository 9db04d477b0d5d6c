import { readLastBatch } from '../../journal/recovery.ts'
import type { Queries } from '../../database/database.ts'
import { MarketGivenUp } from './defects.ts'
import type { LeaderTerm } from './leader-term.ts'
import { within } from '../within.ts'

/** A reading of the last batch that takes longer hangs on a dead link. */
const READ_MS_MAX = 20_000

/**
 * `written`: what was in flight is in the journal, and has been said. `open`: nothing was, or it is not and never will be:
 * its commands are read again, and their senders see only delay. `replaced`: another leads, and says what became of it.
 */
export type Settled = 'written' | 'open' | 'replaced'

/**
 * After a fault: takes the next epoch, which waits for a commit in doubt, and looks whether it was
 * written. If so, what was held back is said.
 * @param term which has ended; undefined when none came to lead
 * @param acknowledged the last batch that the database has acknowledged
 * @throws when Postgres does not answer: try again
 * @throws {MarketGivenUp} when the database has forgotten a batch
 */
export async function settleDoubt(parts: {
  lease: { fenceSelf(): Promise<boolean> }
  queries: Queries
  term: Pick<LeaderTerm, 'inFlight' | 'releaseLate' | 'publishUnprintedTrades'> | undefined
  acknowledged: number
}): Promise<Settled> {
  const { lease, queries, term, acknowledged } = parts
  if (!(await lease.fenceSelf())) return 'replaced'
  const last = await within(READ_MS_MAX, readLastBatch(queries))
  if (last.batch < acknowledged) {
    throw new MarketGivenUp(`batch ${acknowledged} was acknowledged, but the database ends at ${last.batch}`)
  }
  const doubtful = term?.inFlight
  // This process may have stood still since the fence: then a batch of that number can be another leader's.
  if (doubtful === undefined || last.batch !== doubtful.number || last.epoch !== doubtful.epoch) {
    term?.publishUnprintedTrades()
    return 'open'
  }
  term?.releaseLate(doubtful.open)
  return 'written'
}
