import { Registry } from 'prom-client'
import { ObservableCounter, ObservableGauge } from './observable-metrics.ts'

/** Depth is counted so far from the middle, on each side. */
export const NEAR_TICKS = 10

/** The health of the market, by symbol, told by its leader alone: read from the books when metrics are read. */
export class MarketMetrics {
  readonly bookOrders: ObservableGauge<'symbol' | 'side'>
  readonly bookDepthLots: ObservableGauge<'symbol' | 'side'>
  readonly spreadTicks: ObservableGauge<'symbol'>
  readonly crossed: ObservableGauge<'symbol'>
  readonly halted: ObservableGauge<'symbol'>
  readonly trades: ObservableCounter<'symbol'>
  readonly markTicks: ObservableGauge<'symbol'>
  readonly deviationRatio: ObservableGauge<'symbol'>
  readonly openOrders: ObservableGauge<'symbol'>
  readonly accounts: ObservableGauge

  constructor(registry = new Registry()) {
    const bySymbol = { registry, labelNames: ['symbol'] as const }
    const bySide = { registry, labelNames: ['symbol', 'side'] as const }
    this.bookOrders = new ObservableGauge({
      ...{ ...bySide, name: 'valiant_book_orders' },
      help: 'Orders that rest in the book, of people and of simulated participants; side "buy" or "sell".',
    })
    this.bookDepthLots = new ObservableGauge({
      ...{ ...bySide, name: 'valiant_book_depth_lots' },
      help: `Lots that rest within ${NEAR_TICKS} ticks of the middle; with an empty other side, of the best price.`,
    })
    this.spreadTicks = new ObservableGauge({
      ...{ ...bySymbol, name: 'valiant_book_spread_ticks' },
      help: 'Best ask less best bid; none where a side is empty.',
    })
    this.crossed = new ObservableGauge({
      ...{ ...bySymbol, name: 'valiant_book_crossed' },
      help: '1 where the best bid is not below the best ask, which is a defect.',
    })
    this.halted = new ObservableGauge({
      ...{ ...bySymbol, name: 'valiant_symbol_halted' },
      help: '1 where the instrument takes no orders: halted or closed.',
    })
    this.trades = new ObservableCounter({
      ...{ ...bySymbol, name: 'valiant_trades_total' },
      help: 'Trades that this leader has shown, those of simulated participants among themselves included.',
    })
    this.markTicks = new ObservableGauge({
      ...{ ...bySymbol, name: 'valiant_mark_price_ticks' },
      help: 'The mark, by which margin is reckoned; none before the first two-sided market.',
    })
    this.deviationRatio = new ObservableGauge({
      ...{ ...bySymbol, name: 'valiant_price_deviation_ratio' },
      help: 'How far the middle of the book lies from the reference of the simulated makers: 0.01 is 1 % above it.',
    })
    this.openOrders = new ObservableGauge({
      ...{ ...bySymbol, name: 'valiant_open_orders' },
      help: 'Orders of people that rest in the book; stops that wait for their price are not in it.',
    })
    this.accounts = new ObservableGauge({ registry, name: 'valiant_accounts', help: 'Accounts of people.' })
  }
}
