import type { DeadMen } from './dead-men.ts'
import type { EventLog } from './event-log.ts'
import type { Expiries } from './expiries.ts'
import type { Markets } from './markets.ts'
import type { Portfolios } from './portfolios.ts'
import type { Liquidation } from './risk/liquidation.ts'
import type { MarginWatch } from './risk/margin-watch.ts'
import type { WorkingOrders } from './working-orders.ts'

/** A high-water price moves with every new extreme; it is reported at most once in this many ms. */
const HIGH_WATER_REPORT_MS = 1_000

interface QuantumParts {
  readonly log: EventLog
  readonly markets: Markets
  readonly portfolios: Portfolios
  readonly working: WorkingOrders
  readonly expiries: Expiries
  readonly deadMen: DeadMen
  readonly liquidation: Liquidation
  readonly watch: MarginWatch
  readonly endsPerQuantumMax: number
}

/** What depends on time alone. */
export class Quantum {
  private readonly parts: QuantumParts
  /** Market time at which changed high-water prices were last reported. */
  private highWatersReportedAtMs = 0

  constructor(parts: QuantumParts) {
    this.parts = parts
  }

  /** Moves the marks, and does everything that is due. */
  pass(timeMs: number): void {
    const { markets, portfolios, watch, deadMen, liquidation, endsPerQuantumMax } = this.parts
    watch.move(markets.stepMarks())
    const endsLeft = endsPerQuantumMax - this.expire(timeMs)
    deadMen.goOff(timeMs, endsLeft, (account) => portfolios.of(account))
    liquidation.step(timeMs)
    if (timeMs - this.highWatersReportedAtMs >= HIGH_WATER_REPORT_MS) this.publishHighWaters(timeMs)
  }

  /** Reports every high-water price that has changed since its order was last reported. */
  publishHighWaters(timeMs: number): void {
    const { log, markets, working } = this.parts
    this.highWatersReportedAtMs = timeMs
    log.begin(undefined, 'trade')
    for (const market of markets.all()) {
      for (const order of market.stops.takeMoved()) working.change(order, timeMs)
    }
  }

  /** @returns the number of expired orders */
  private expire(timeMs: number): number {
    const { log, working, expiries, endsPerQuantumMax } = this.parts
    for (let count = 0; count < endsPerQuantumMax; count++) {
      const order = expiries.due(timeMs)
      if (order === undefined) return count
      log.begin(order.portfolio, 'session')
      working.cancel(order, order.timeInForce === 'day' ? 'day_end' : 'gtd', timeMs)
    }
    return endsPerQuantumMax
  }
}
