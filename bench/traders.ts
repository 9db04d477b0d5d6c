import { type Command, FIRST_USER_ACCOUNT } from '../server/engine/command.ts'
import { Engine } from '../server/engine/engine.ts'
import type { EngineEvents } from '../server/engine/event.ts'
import { ACCOUNTS_PER_SIDE, MAX_TICKS, MIDDLE_TICKS, type Operation } from './workload.ts'

/** Enough for everything that one account buys or sells. */
const STARTING_CENTS = 20_000_000_00
const STARTING_LOTS = 100_000
const SYMBOL = 'VLNT'
export const NOW_MS = Date.UTC(2026, 0, 1)

const INSTRUMENT = {
  symbol: SYMBOL,
  lotName: 'share',
  centsPerTickLot: 1,
  maxTicks: MAX_TICKS,
  minLots: 1,
  maxLots: 1_000_000,
  minNotionalCents: 100,
  makerBps: 2,
  takerBps: 5,
  priceBandBps: 2_000,
  initialMarginBps: 5_000,
  maintenanceMarginBps: 2_500,
  shortable: true,
  borrowBps: 150,
}

/** An engine with the workload's buyers, and its sellers with the lots that they will sell. */
export function tradersEngine(): { engine: Engine; opening: EngineEvents; accounts: readonly number[] } {
  const engine = new Engine({ instruments: [INSTRUMENT], maxOpenOrdersPerInstrument: 200 })
  engine.beginEpoch(1)
  const accounts = Array.from({ length: 2 * ACCOUNTS_PER_SIDE }, (_, at) => FIRST_USER_ACCOUNT + at)
  for (const account of accounts) {
    const isSeller = account >= FIRST_USER_ACCOUNT + ACCOUNTS_PER_SIDE
    const purchaseCents = isSeller ? 2 * STARTING_LOTS * MIDDLE_TICKS : 0
    const startingCents = STARTING_CENTS + purchaseCents
    engine.apply({ kind: 'account.open', account, name: 'bench', startingCents }, NOW_MS)
    if (!isSeller) continue
    engine.house(SYMBOL).place('sell', MIDDLE_TICKS, STARTING_LOTS, 0)
    const order = { side: 'buy', ticks: MIDDLE_TICKS, lots: STARTING_LOTS, account, number: 1 } as const
    const bought = engine.apply(placing(order, 'opening'), NOW_MS)
    if (!bought.ok || bought.order.status !== 'filled')
      throw new Error('a seller could not buy the lots that it is going to sell')
  }
  return { engine, opening: engine.drain(), accounts }
}

/** An operation of the workload as a command of the engine. */
export function commandOf(operation: Operation): Command {
  const { id, lots, account, number } = operation
  if (lots > 0) return placing(operation, `o${id}`)
  // A seller's first order was its opening purchase.
  const before = account >= FIRST_USER_ACCOUNT + ACCOUNTS_PER_SIDE ? 1 : 0
  return { kind: 'order.cancel', account, order: { number: number + before } }
}

const placing = (order: Omit<Operation, 'id'>, clientOrderId: string) =>
  ({
    kind: 'order.place',
    account: order.account,
    clientOrderId,
    symbol: SYMBOL,
    side: order.side,
    type: 'limit',
    lots: order.lots,
    limitTicks: order.ticks,
    timeInForce: 'gtc',
    postOnly: false,
    selfTrade: 'cancel_maker',
    source: 'api',
  }) as const
