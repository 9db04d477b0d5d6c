import type { EngineEvents } from '../server/engine/event.ts'
import { OpenBatch } from '../server/exchange/leading/open-batch.ts'
import { batchOf, resultOf } from '../server/journal/batch.fixture.ts'
import type { Batch } from '../server/journal/journal.ts'
import { type Commit, type Flow, LoneJournal, marketOrders, type OpenFlow } from './lone-journal.ts'
import type { Rig } from './rig.ts'
import { commandOf, NOW_MS, tradersEngine } from './traders.ts'
import { type Operation, workload } from './workload.ts'

export interface DurableRates {
  /** 1 order, 1 fill, 4 entries, its balances and its answer, 256 orders a batch. */
  readonly by256: number
  /** The same, each order alone. */
  readonly by1: number
  /** What the engine makes of the bench's workload: orders that rest, cancels, partial and full fills with fees. */
  readonly mixed: number
}

const SECONDS = 2
const WARM_UP_SECONDS = 0.3
const BATCH = 256

/** Orders a second through the journal. While one batch commits the next is made, as in the exchange's loop. */
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
      orders += journal.ordersABatch
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
      if (taken.length < BATCH) throw new Error('the workload is at its end')
      for (const operation of taken) engine.apply(commandOf(operation), NOW_MS + batch)
      return { ...rowsOf(batch, engine.drain()), results: taken.map(answerTo) }
    },
  }
}

/** As the exchange would commit it. Its objects are the engine's own, so it is to be committed before the next command. */
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
