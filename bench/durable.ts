import type { EngineEvents } from '../server/engine/event.ts'
import { OpenBatch } from '../server/exchange/leading/open-batch.ts'
import { batchOf, resultOf } from '../server/journal/batch.fixture.ts'
import type { Batch } from '../server/journal/journal.ts'
import { type Commit, type Flow, LoneJournal, marketOrders, type OpenFlow } from './lone-journal.ts'
import type { Rig } from './rig.ts'
import { commandOf, NOW_MS, tradersEngine } from './traders.ts'
import { type Operation, workload } from './workload.ts'

export interface DurableRates {
  /** Orders with one fill, four entries, balances and an answer each, in batches of 256. */
  readonly by256: number
  /** The same orders, in batches of one. */
  readonly by1: number
  /** The engine's output for the workload of `workload.ts`: resting orders, cancels, partial and full fills with fees. */
  readonly mixed: number
}

const SECONDS = 2
const WARM_UP_SECONDS = 0.3
const BATCH = 256

/** Orders per second through the journal. While one batch commits, the next is prepared, as in the exchange's loop. */
export async function durableRates(rig: Rig): Promise<DurableRates> {
  return {
    by256: await rateOf(rig, marketOrders(BATCH)),
    by1: await rateOf(rig, marketOrders(1)),
    mixed: await rateOf(rig, mixedOrders),
  }
}

async function rateOf(rig: Rig, flow: OpenFlow): Promise<number> {
  await using journal = await LoneJournal.open(rig, flow)
  let orders = 0
  const run = async (seconds: number) => {
    const began = performance.now()
    orders = 0
    let next = journal.next()
    while (performance.now() - began < 1_000 * seconds) {
      const committed = journal.commit(next)
      next = journal.next()
      await committed
      orders += journal.ordersPerBatch
    }
    const rate = (1_000 * orders) / (performance.now() - began)
    await journal.commit(next)
    return rate
  }
  await run(WARM_UP_SECONDS)
  return await run(SECONDS)
}

async function mixedOrders(commit: Commit): Promise<Flow> {
  const { engine, opening, accounts } = tradersEngine()
  await commit((batch) => ({
    ...rowsOf(batch, opening),
    opened: accounts.map((account) => ({ account, userId: `user-${account}` })),
  }))
  const operations = workload()
  let at = 0
  return {
    size: BATCH,
    next: (batch) => {
      const taken = operations.slice(at, (at += BATCH))
      if (taken.length < BATCH) throw new Error('the workload is used up')
      for (const operation of taken) engine.apply(commandOf(operation), NOW_MS + batch)
      return { ...rowsOf(batch, engine.drain()), results: taken.map(answerTo) }
    },
  }
}

/** The batch as the exchange would commit it. It contains live objects of the engine, so it must be committed before the next command. */
function rowsOf(batch: number, events: EngineEvents): Batch {
  const open = new OpenBatch()
  open.record(events)
  const { epoch, streamPosition } = batchOf({ batch })
  return open.toCommit({ epoch, batch, streamPosition, timeMs: NOW_MS + batch })
}

const ORDER_ANSWER_CHARACTERS = 600

function answerTo({ id, lots, account, number }: Operation) {
  const commandId = lots > 0 ? `o:o${id}` : `r:cancel-${id}`
  const data = { orderId: `${account}-${number}`, rest: 'x'.repeat(ORDER_ANSWER_CHARACTERS) }
  return resultOf(account, commandId, { ok: true, data })
}
