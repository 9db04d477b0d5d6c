import type { Broadcast } from '../../bus/broadcast.ts'
import type { Engine } from '../../engine/engine.ts'
import type { MarketFrame } from '../../feed/market-frame.ts'
import { toWireNews } from '../../feed/news.ts'
import type { ListedInstrument } from '../../instruments.ts'
import type { NewsItem } from '../../journal/news.ts'
import type { Simulator } from '../../simulator/simulator.ts'
import type { OpenBatch } from '../leading/open-batch.ts'
import { type Happening, headlineOf } from './headline.ts'
import { newsOfJumps, type UnnumberedNews } from './jumps.ts'

/**
 * A jump is published after this time, when the makers' prices have followed it (docs/market-model.md, 1). The news
 * explains why a price moved, and must not allow anyone to trade ahead of it.
 */
export const JUMP_NEWS_DELAY_MS = 1_000

export interface NewsDeskParts {
  readonly epoch: number
  readonly engine: Pick<Engine, 'status'>
  readonly simulator: Pick<Simulator, 'nowMs' | 'newsSince'>
  readonly instruments: ReadonlyMap<string, Pick<ListedInstrument, 'wire'>>
  readonly broadcast: Pick<Broadcast<MarketFrame>, 'publishNews'>
  /** Called with each published item, to store it. */
  readonly onNews: (item: NewsItem) => void
}

/**
 * Publishes what happens in the market, together with the batch that makes it happen. Nothing is published twice: a new
 * leader starts from the current state and does not draw published jumps again.
 */
export class NewsDesk {
  readonly #parts: NewsDeskParts
  /** Jumps up to this time have been published, or happened before this market. */
  #publishedUntilMs: number
  #count = 0

  constructor(parts: NewsDeskParts) {
    this.#parts = parts
    this.#publishedUntilMs = parts.simulator.nowMs
  }

  /** Publishes an event of one instrument with a batch; unlisted instruments are ignored. */
  publish(open: OpenBatch, happening: Happening, timeMs: number): void {
    const { kind, symbol } = happening
    const instrument = this.#parts.instruments.get(symbol)
    if (instrument === undefined) return
    this.#add(open, { timeMs, symbol, headline: headlineOf(happening, instrument.wire), kind })
  }

  /** Publishes the jumps that prices have followed. @param open the batch that saves the simulator's present state */
  publishJumps(open: OpenBatch): void {
    const { simulator, instruments, engine } = this.#parts
    const untilMs = simulator.nowMs - JUMP_NEWS_DELAY_MS
    if (untilMs <= this.#publishedUntilMs) return
    const due = simulator.newsSince(this.#publishedUntilMs).filter(({ timeMs }) => timeMs <= untilMs)
    this.#publishedUntilMs = untilMs
    for (const item of newsOfJumps(due, instruments, (symbol) => engine.status(symbol))) this.#add(open, item)
  }

  #add(open: OpenBatch, news: UnnumberedNews): void {
    const { epoch, broadcast, onNews } = this.#parts
    this.#count += 1
    const item = { epoch, number: this.#count, ...news }
    open.onRelease(() => {
      broadcast.publishNews({ epoch, ...toWireNews(item) })
      onNews(item)
    })
  }
}
