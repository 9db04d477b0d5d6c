import { only, oneOf, type Sample } from '../telemetry/observable-metrics.ts'
import { NEAR_TICKS } from '../telemetry/market-metrics.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Stopwatch } from '../telemetry/stopwatch.ts'
import type { AssembledMarket } from './leading/assembly.ts'
import type { Lease } from './leading/lease.ts'
import { type MarketHealth, marketHealth } from './market/market-health.ts'
import type { MarketPublisher } from './market/market-publisher.ts'
import type { Standby } from './leading/standby.ts'

/** The state of an exchange at the moment its metrics are collected. */
interface Readable {
  /** Undefined while another leads. */
  readonly lease: Pick<Lease, 'epoch' | 'state'> | undefined
  /** The market being led; undefined while it is being assembled. */
  readonly market: Pick<AssembledMarket, 'live' | 'intake'> | undefined
  /** Undefined while this process leads. */
  readonly standby: Pick<Standby, 'batch' | 'lagBatches' | 'isWarm'> | undefined
  /** The last batch acknowledged by the database. */
  readonly batch: number
  readonly isDegraded: boolean
  readonly degraded: Stopwatch
  readonly inDoubt: Stopwatch
  readonly publisher: Pick<MarketPublisher, 'trades'>
}

/** Connects an exchange to its metrics. @returns a function that disconnects it */
export function showReadings({ exchange, market }: Metrics, read: () => Readable): () => void {
  const leads = ({ lease }: Readable) => lease !== undefined && lease.state !== 'lost'
  const inMarket = <Value>(look: (market: NonNullable<Readable['market']>) => Value): Value | undefined => {
    const { market } = read()
    return market && look(market)
  }
  const health = momentary(() => inMarket(healthBySymbol) ?? [])
  const bySymbol = (look: (one: MarketHealth) => number | undefined) => (): Sample<'symbol'>[] =>
    health().flatMap(([symbol, one]) => {
      const value = look(one)
      return value === undefined ? [] : [[{ symbol }, value]]
    })
  const bySide = (look: (side: MarketHealth['buy']) => number) => (): Sample<'symbol' | 'side'>[] =>
    health().flatMap(([symbol, { buy, sell }]) => [
      [{ symbol, side: 'buy' }, look(buy)],
      [{ symbol, side: 'sell' }, look(sell)],
    ])
  const ends = [
    exchange.leader.from(() => only(leads(read()) ? 1 : 0)),
    exchange.epoch.from(() => {
      const { lease } = read()
      return lease && only(lease.epoch)
    }),
    exchange.batch.from(() => {
      const { standby, batch } = read()
      return only(standby?.batch ?? batch)
    }),
    exchange.standbyLagBatches.from(() => {
      const { standby } = read()
      return standby && only(standby.lagBatches)
    }),
    exchange.standbyWarm.from(() => {
      const { standby } = read()
      return standby && only(standby.isWarm ? 1 : 0)
    }),
    exchange.degradedSeconds.from(() => only(read().degraded.seconds)),
    exchange.inDoubtSeconds.from(() => only(read().inDoubt.seconds)),
    exchange.marketStatus.from(() => {
      const now = read()
      return leads(now) ? oneOf('status', ['open', 'degraded'], now.isDegraded ? 'degraded' : 'open') : undefined
    }),
    exchange.commandsWaiting.from(() => inMarket(({ intake }) => only(intake.waiting))),
    exchange.marketAgeSeconds.from(() => inMarket(({ live }) => only(live.behindMs / 1_000))),
    market.bookOrders.from(bySide(({ orders }) => orders)),
    market.bookDepthLots.from(bySide(({ depthLots }) => depthLots)),
    market.openOrders.from(bySymbol(({ buy, sell }) => buy.usersOrders + sell.usersOrders)),
    market.spreadTicks.from(bySymbol(({ spreadTicks }) => spreadTicks)),
    market.crossed.from(bySymbol(({ spreadTicks }) => (spreadTicks !== undefined && spreadTicks <= 0 ? 1 : 0))),
    market.halted.from(bySymbol(({ isHalted }) => (isHalted ? 1 : 0))),
    market.markTicks.from(bySymbol(({ markTicks }) => markTicks)),
    market.deviationRatio.from(bySymbol(({ deviation }) => deviation)),
    market.trades.from(() => [...read().publisher.trades].map(([symbol, count]) => [{ symbol }, count] as const)),
    market.accounts.from(() => inMarket(({ live }) => only(live.accountCount))),
  ]
  return () => {
    for (const end of ends) end()
  }
}

function healthBySymbol({ live: { engine, simulator } }: NonNullable<Readable['market']>) {
  return engine.symbols.map((symbol) => {
    const referenceTicks = simulator.referenceTicks(symbol)
    return [symbol, marketHealth({ engine, symbol, referenceTicks, nearTicks: NEAR_TICKS })] as const
  })
}

/** Caches a value for the metrics of one collection, which are all read in one go. */
function momentary<Value>(look: () => Value): () => Value {
  let found: { readonly value: Value } | undefined
  return () => {
    if (found === undefined) {
      found = { value: look() }
      queueMicrotask(() => (found = undefined))
    }
    return found.value
  }
}
