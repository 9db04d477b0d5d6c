import { Registry } from 'prom-client'
import { ObservableCounter, ObservableGauge } from './observable-metrics.ts'

/** Depth counts the orders within this distance of the mid price, on each side. */
export const NEAR_TICKS = 10

/** The state of the market by symbol, exported by the leader only. Read from the books when metrics are scraped. */
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
      help: 'Orders resting in the book, of people and of simulated participants, by side: "buy" or "sell".',
    })
    this.bookDepthLots = new ObservableGauge({
      ...{ ...bySide, name: 'valiant_book_depth_lots' },
      help: `Lots resting within ${NEAR_TICKS} ticks of the mid price, or of the best price when the other side is empty.`,
    })
    this.spreadTicks = new ObservableGauge({
      ...{ ...bySymbol, name: 'valiant_book_spread_ticks' },
      help: 'Best ask minus best bid. No sample when a side is empty.',
    })
    this.crossed = new ObservableGauge({
      ...{ ...bySymbol, name: 'valiant_book_crossed' },
      help: '1 if the best bid is not below the best ask, which is a defect.',
    })
    this.halted = new ObservableGauge({
      ...{ ...bySymbol, name: 'valiant_symbol_halted' },
      help: '1 while the instrument accepts no orders: halted or closed.',
    })
    this.trades = new ObservableCounter({
      ...{ ...bySymbol, name: 'valiant_trades_total' },
      help: 'Trades that this leader has published, including those between simulated participants.',
    })
    this.markTicks = new ObservableGauge({
      ...{ ...bySymbol, name: 'valiant_mark_price_ticks' },
      help: 'The mark price, from which margin is calculated. No sample before the first two-sided market.',
    })
    this.deviationRatio = new ObservableGauge({
      ...{ ...bySymbol, name: 'valiant_price_deviation_ratio' },
      help: 'How far the mid price of the book is from the reference price of the simulated makers: 0.01 is 1% above it.',
    })
    this.openOrders = new ObservableGauge({
      ...{ ...bySymbol, name: 'valiant_open_orders' },
      help: 'Orders of people resting in the book, without stops that wait for their trigger price.',
    })
    this.accounts = new ObservableGauge({ registry, name: 'valiant_accounts', help: 'Accounts of people.' })
  }
}
