import type { Broadcast } from '../../bus/broadcast.ts'
import type { Engine } from '../../engine/engine.ts'
import type { MarketFrame } from '../../feed/market-frame.ts'
import { toWireNews } from '../../feed/news.ts'
import type { ListedInstrument } from '../../instruments.ts'
import type { NewsItem } from '../../journal/news.ts'
import type { Simulator } from '../../simulator/simulator.ts'
import type { OpenBatch } from '../leading/open-batch.ts'
import { type Happening, headlineOf } from './headline.ts'
import { newsOfJumps, type Untold } from './jumps.ts'

/**
 * A jump is told so long after it, when the makers' prices have followed (docs/market-model.md, 1): it
 * says why a price has moved, and is no way to be there before it.
 */
export const JUMP_TOLD_AFTER_MS = 1_000

export interface NewsDeskParts {
  readonly epoch: number
  readonly engine: Pick<Engine, 'status'>
  readonly simulator: Pick<Simulator, 'nowMs' | 'newsSince'>
  readonly instruments: ReadonlyMap<string, Pick<ListedInstrument, 'wire'>>
  readonly broadcast: Pick<Broadcast<MarketFrame>, 'publishNews'>
  /** Sees each as it is told, to keep it. */
  readonly onNews: (item: NewsItem) => void
}

/**
 * Tells everyone what has happened in the market, each thing with the batch that makes it so. Nothing is told twice: a
 * successor begins with what is there, and draws no jump again that was told.
 */
export class NewsDesk {
  readonly #parts: NewsDeskParts
  /** Jumps up to here have been told, or were before this market. */
  #toldMs: number
  #count = 0

  constructor(parts: NewsDeskParts) {
    this.#parts = parts
    this.#toldMs = parts.simulator.nowMs
  }

  /** Of one instrument, with a batch; what is not listed is no news. */
  tell(open: OpenBatch, happening: Happening, timeMs: number): void {
    const { kind, symbol } = happening
    const instrument = this.#parts.instruments.get(symbol)
    if (instrument === undefined) return
    this.#add(open, { timeMs, symbol, headline: headlineOf(happening, instrument.wire), kind })
  }

  /** The jumps that prices have followed. @param open the batch that the simulator is saved with, as it is now */
  tellJumps(open: OpenBatch): void {
    const { simulator, instruments, engine } = this.#parts
    const untilMs = simulator.nowMs - JUMP_TOLD_AFTER_MS
    if (untilMs <= this.#toldMs) return
    const due = simulator.newsSince(this.#toldMs).filter(({ timeMs }) => timeMs <= untilMs)
    this.#toldMs = untilMs
    for (const told of newsOfJumps(due, instruments, (symbol) => engine.status(symbol))) this.#add(open, told)
  }

  #add(open: OpenBatch, told: Untold): void {
    const { epoch, broadcast, onNews } = this.#parts
    this.#count += 1
    const item = { epoch, number: this.#count, ...told }
    open.onRelease(() => {
      broadcast.publishNews({ epoch, ...toWireNews(item) })
      onNews(item)
    })
  }
}
