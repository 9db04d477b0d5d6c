import type { NewsFrame } from '@valiant/shared/protocol/news'
import { idText } from '@valiant/shared/units/id'
import type { Broadcast } from '../../bus/broadcast.ts'
import type { Engine } from '../../engine/engine.ts'
import type { MarketFrame } from '../../feed/market-frame.ts'
import type { ListedInstrument } from '../../instruments.ts'
import type { Simulator } from '../../simulator/simulator.ts'
import type { OpenBatch } from '../leading/open-batch.ts'
import { type Happening, headlineOf, marketHeadlineOf } from './headline.ts'

/**
 * A jump is told so long after it, when the makers' prices have followed (market.md: within a third of a second, by e): it
 * says why a price has moved, and is no way to be there before it.
 */
export const JUMP_TOLD_AFTER_MS = 1_000

export interface NewsDeskParts {
  readonly epoch: number
  readonly engine: Pick<Engine, 'status'>
  readonly simulator: Pick<Simulator, 'nowMs' | 'newsSince'>
  readonly instruments: ReadonlyMap<string, Pick<ListedInstrument, 'wire'>>
  readonly broadcast: Pick<Broadcast<MarketFrame>, 'publishNews'>
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
    this.#add(open, { time: timeMs, symbol, headline: headlineOf(happening, instrument.wire), kind })
  }

  /** The jumps that prices have followed. @param open the batch that the simulator is saved with, as it is now */
  tellJumps(open: OpenBatch): void {
    const { simulator } = this.#parts
    const untilMs = simulator.nowMs - JUMP_TOLD_AFTER_MS
    if (untilMs <= this.#toldMs) return
    const due = simulator.newsSince(this.#toldMs).filter(({ timeMs }) => timeMs <= untilMs)
    this.#toldMs = untilMs
    // The prices of what is halted stand still, whatever its value does.
    const seen = due.filter(({ symbol }) => this.#parts.engine.status(symbol) === 'open')
    for (const [timeMs, jumps] of Map.groupBy(seen, (jump) => jump.timeMs)) {
      for (const { symbol, logSize, scope } of jumps) {
        if (scope === 'own') this.tell(open, { kind: 'jump', symbol, logSize }, timeMs)
      }
      const [largest] = jumps
        .filter(({ scope }) => scope === 'market')
        .sort((a, b) => Math.abs(b.logSize) - Math.abs(a.logSize))
      if (largest === undefined) continue
      this.#add(open, { time: timeMs, headline: marketHeadlineOf(largest.logSize), kind: 'jump' })
    }
  }

  #add(open: OpenBatch, news: Omit<NewsFrame, 'epoch' | 'id'>): void {
    const { epoch, broadcast } = this.#parts
    this.#count += 1
    const frame = { epoch, id: idText(epoch, this.#count), ...news }
    open.onRelease(() => broadcast.publishNews(frame))
  }
}
