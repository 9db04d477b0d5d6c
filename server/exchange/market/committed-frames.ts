import type { Engine } from '../../engine/engine.ts'
import type { Trade } from '../../engine/event.ts'
import type { MarketFrame } from '../../feed/market-frame.ts'
import type { Clock } from '../clock.ts'
import type { OpenBatch } from '../leading/open-batch.ts'
import type { MarketPublisher, UnnumberedFrame } from './market-publisher.ts'

export interface CommittedFramesParts {
  readonly epoch: number
  readonly engine: Pick<Engine, 'symbols' | 'status'>
  readonly publisher: MarketPublisher
  readonly clock: Clock
  /** Called with each published frame, to make bars. */
  readonly onMarketFrame: (frame: MarketFrame) => void
  /** Called with all published trades, to check price alerts. */
  readonly onTrades: (frame: MarketFrame) => void
}

/** Publishes the frames and trades of the market, each when the batch in which it arose is released. */
export class CommittedFrames {
  readonly #parts: CommittedFramesParts
  /** Committed trades that no frame has published yet; the next quantum's frame will. */
  #unprinted: Trade[] = []

  constructor(parts: CommittedFramesParts) {
    this.#parts = parts
  }

  /** Notes trades of a batch that a later frame will show. */
  addTrades(trades: readonly Trade[], batch: OpenBatch): void {
    if (trades.length > 0) batch.onRelease(() => this.#unprinted.push(...trades))
  }

  /** @param frame the changes since the last frame, with all trades since then */
  publish(frame: UnnumberedFrame, batch: OpenBatch): void {
    const { clock, publisher, onMarketFrame, onTrades } = this.#parts
    const nowMs = clock.now()
    batch.pricedAtMs ??= nowMs
    batch.pricedForMs = frame.full ? Infinity : Math.max(batch.pricedForMs, nowMs - batch.pricedAtMs)
    batch.onRelease(() => {
      this.#unprinted = []
      const sent = publisher.publish(frame)
      if (sent === undefined) return
      onMarketFrame(sent)
      onTrades(sent)
    })
  }

  /** @param frame the books as of the last frame */
  keepSnapshot(frame: UnnumberedFrame, batch: OpenBatch): void {
    batch.onRelease(() => this.#parts.publisher.keepSnapshot(frame))
  }

  /** Publishes committed trades for which no later frame will come. */
  publishUnprintedTrades(timeMs: number): void {
    const { epoch, engine, publisher, onTrades } = this.#parts
    const trades = this.#unprinted
    if (trades.length === 0) return
    this.#unprinted = []
    const symbols = engine.symbols.map((symbol) => ({
      ...{ symbol, bids: [], asks: [], status: engine.status(symbol) },
      trades: trades.filter((trade) => trade.symbol === symbol),
    }))
    const sent = publisher.publishTrades({ epoch, timeMs, symbols })
    if (sent !== undefined) onTrades(sent)
  }
}
