import type { Result, TradingRun } from '../chaos/trading-run.ts'
import { isExecuted, type SentOrder } from '../chaos/trading-log.ts'
import { type Scene, tell } from './scene.ts'

const FEEDLESS_MS = 2_000
const TRAILS_MAX = 5

/** Checks that both versions have led on the same schema, if batches record the release that wrote them. */
export async function bothWrote(scene: Scene): Promise<void> {
  const { arena, run } = scene
  const client = await arena.connection()
  try {
    const { rowCount } = await client.query(HAS_RELEASES)
    if (rowCount === 0) return
    const { rows } = await client.query<{ release: string; count: string }>(RELEASES)
    for (const { release, count } of rows) tell(scene, `${count} batches written by the version "${release}"`)
    run.must('batches of both versions', rows.length === 2)
  } finally {
    await client.end()
  }
}
const HAS_RELEASES = `SELECT FROM information_schema.columns WHERE table_name = 'journal_batch' AND column_name = 'release'`
const RELEASES = `SELECT release, count(*) AS count FROM journal_batch WHERE batch > 0 GROUP BY release ORDER BY min(batch)`

/** Judges that no order failed because of the update, and that nobody was without prices for long. */
export async function judged({ arena, run, scale }: Pick<Scene, 'arena' | 'run' | 'scale'>): Promise<Result> {
  const { failed, text } = await unanswered(run)
  run.within('a socket without prices', run.quotesGapMs, FEEDLESS_MS)
  if (run.quotesGapMs > FEEDLESS_MS) run.noteLongestQuiet()
  for (const sent of failed.slice(0, TRAILS_MAX)) run.noteTrail(sent)
  run.note(text)
  // If a commit takes longer than a second the market is degraded because of the machine, not because of the update.
  const isMachineSlow = !scale.isLong && arena.fleet.members.some((member) => member.log().includes(SLOW_COMMIT))
  if (isMachineSlow) run.note('the machine was too slow for the exchange: orders that it refused do not count')
  run.must(text, failed.length === 0 || isMachineSlow)
  const result = await run.close()
  const { unknown, longestWithoutMatchMs } = result.verdict
  const isKnown = unknown === 0 || isMachineSlow
  const misses = isKnown ? result.misses : [...result.misses, `${unknown} orders with an unknown outcome`]
  return {
    ...result,
    misses,
    notes: [...result.notes, `longest without a match ${longestWithoutMatchMs} ms, ${run.log.timeouts} TIMEOUT`],
  }
}

/** A part of the leader's log message in that case. */
const SLOW_COMMIT = 'is not answered in time'

/** Orders that were refused or never sent. A refusal by the exchange itself counts as an answer. */
export async function unanswered({
  log,
}: TradingRun): Promise<{ readonly failed: readonly SentOrder[]; readonly text: string }> {
  const orders = await Array.fromAsync(log.orders())
  const failed = orders.filter(({ reported }) => reported !== undefined && !isExecuted(reported))
  return { failed, text: `of ${orders.length} orders ${failed.length} without an answer of the exchange` }
}
