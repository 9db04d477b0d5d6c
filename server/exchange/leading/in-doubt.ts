import { readLastBatch } from '../../journal/recovery.ts'
import type { Queries } from '../../database/database.ts'
import { MarketGivenUp } from './defects.ts'
import type { LeaderTerm } from './leader-term.ts'
import { within } from '../../within.ts'

/** Reading the last batch takes longer only on a dead connection. */
const READ_MS_MAX = 20_000

/**
 * `written`: the batch in flight is in the journal and has been published. `open`: there was none, or it is not in the
 * journal and never will be; its commands are read again, and clients only notice a delay. `replaced`: another process
 * leads and decides about it.
 */
type Settled = 'written' | 'open' | 'replaced'

/**
 * After a fault: takes the next epoch, which waits for a commit in doubt, and checks whether it was written. If so,
 * what it held back is published.
 * @param term the term that ended; undefined if none was led
 * @param acknowledged the last batch that the database acknowledged
 * @throws when Postgres does not answer: try again
 * @throws {MarketGivenUp} when the database has lost a batch
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
  // If this process was stopped since it was fenced, a batch of that number may be another leader's.
  if (doubtful === undefined || last.batch !== doubtful.number || last.epoch !== doubtful.epoch) {
    term?.publishUnprintedTrades()
    return 'open'
  }
  term?.releaseLate(doubtful.open)
  return 'written'
}
