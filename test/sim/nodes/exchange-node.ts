import type { OrderRate } from '@valiant/shared/protocol/account-rates'
import type { Broadcast } from '../../../server/bus/broadcast.ts'
import type { CommandBus } from '../../../server/bus/commands.ts'
import { systemClock } from '../../../server/exchange/clock.ts'
import { Exchange } from '../../../server/exchange/exchange.ts'
import type { MarketFrame } from '../../../server/feed/market-frame.ts'
import { openSimDatabase } from '../postgres/database.ts'
import type { PostgresServer } from '../postgres/server.ts'
import type { Process } from '../world/process.ts'
import type { World } from '../world/world.ts'
import { simLog } from './log.ts'
import { INSTRUMENTS, LIVENESS } from './market.ts'

/** Limits that no client reaches. */
export const WIDE_RATES: OrderRate = { ordersPerSecond: 10_000, ordersBurst: 10_000 }
/** Limits that every client exceeds, so that a later copy of a refused request may be accepted. */
export const TIGHT_RATES: OrderRate = { ordersPerSecond: 2, ordersBurst: 2 }

interface ExchangeParts {
  readonly world: World
  readonly process: Process
  readonly postgres: PostgresServer
  readonly bus: CommandBus
  readonly broadcast: Broadcast<MarketFrame>
  readonly rates: OrderRate
}

/** Starts the real exchange in a process. Must be called as that process. */
export function startExchange({ world, process, postgres, bus, broadcast, rates }: ExchangeParts): Exchange {
  const exchange = Exchange.start({
    database: openSimDatabase({ world, server: postgres, process }),
    bus,
    broadcast,
    instruments: INSTRUMENTS,
    clock: systemClock,
    log: simLog(world),
    holder: process.name,
    seed: 7,
    historyDays: 1,
    liveness: LIVENESS,
    rates,
    maxOpenOrdersPerInstrument: 200,
  })
  exchange.ended.catch((error: unknown) => {
    world.violate('the market is never given up', error instanceof Error ? error.message : String(error))
  })
  return exchange
}
