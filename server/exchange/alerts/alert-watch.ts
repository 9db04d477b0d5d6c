import type { Logger } from 'pino'
import type { Trade } from '../../engine/event.ts'
import type { MarketFrame } from '../../feed/market-frame.ts'
import type { Alerts, WaitingAlert } from '../../journal/alerts.ts'
import type { Clock } from '../clock.ts'
import { AlertBook, firingOf } from './alert-book.ts'
import type { AlertFirings } from './alert-firings.ts'

/** How often it looks for alerts that were made or deleted. */
const LOOK_MS = 500
/** So long trades are kept for an alert that was made before them and is seen after: twice what a look may take. */
const TRADES_KEPT_MS = 4_000
/** The same before those that wait have been read, which takes longer. */
const FIRST_TRADES_KEPT_MS = 60_000
const PAGE = 10_000

export interface AlertWatchParts {
  readonly alerts: Pick<Alerts, 'mark' | 'waiting' | 'changes'>
  readonly firings: Pick<AlertFirings, 'add'>
  readonly clock: Clock
  readonly log: Pick<Logger, 'warn'>
}

type Seen = Pick<MarketFrame, 'timeMs' | 'symbols'>

/**
 * Follows the alerts that wait, and holds each trade that is told against them. Gateways write alerts into the database
 * and the leader reads them there, beside the journal: the loop never waits for it, and orders do not meet it.
 */
export class AlertWatch implements Disposable {
  readonly #parts: AlertWatchParts
  readonly #book = new AlertBook()
  /** Frames with trades that an alert not seen yet may have been made before, oldest first. */
  readonly #recent: Seen[] = []
  /** From where changes are asked for; undefined before those that wait have been read. */
  #mark: string | undefined
  #isClosed = false
  #cancel: () => void = () => undefined

  constructor(parts: AlertWatchParts) {
    this.#parts = parts
    void this.#look()
  }

  /** A frame has left: what is traded in it can be seen by everyone. */
  saw(frame: Seen): void {
    const { timeMs } = frame
    const symbols = frame.symbols.filter(({ trades }) => trades.length > 0)
    if (symbols.length === 0) return
    for (const { symbol, trades } of symbols) {
      const firings = this.#book.take(symbol, trades)
      if (firings.length > 0) this.#parts.firings.add(firings)
    }
    this.#recent.push({ timeMs, symbols })
    const keptMs = this.#mark === undefined ? FIRST_TRADES_KEPT_MS : TRADES_KEPT_MS
    while ((this.#recent[0]?.timeMs ?? timeMs) < timeMs - keptMs) this.#recent.shift()
  }

  [Symbol.dispose](): void {
    this.#isClosed = true
    this.#cancel()
  }

  async #look(): Promise<void> {
    const { alerts, clock, log } = this.#parts
    try {
      if (this.#mark === undefined) await this.#readAll()
      else {
        // Before the question: what is committed between the two is seen the next time once more.
        const mark = await alerts.mark()
        for (const { isWaiting, ...alert } of await alerts.changes(this.#mark)) {
          if (!isWaiting) this.#book.remove(alert.id)
          else if (!this.#book.has(alert.id)) this.#add(alert)
        }
        this.#mark = mark
      }
    } catch (error) {
      log.warn({ err: error }, 'exchange: price alerts could not be read; again in a moment')
    }
    if (!this.#isClosed) this.#cancel = clock.after(LOOK_MS, () => void this.#look())
  }

  async #readAll(): Promise<void> {
    const { alerts } = this.#parts
    const mark = await alerts.mark()
    let afterId = 0
    for (;;) {
      const page = await alerts.waiting(afterId, PAGE)
      for (const alert of page) this.#add(alert)
      afterId = page.at(-1)?.id ?? 0
      if (page.length < PAGE || this.#isClosed) break
    }
    this.#mark = mark
  }

  /** One that was made before trades which it is seen after. */
  #add(alert: WaitingAlert): void {
    const trades = this.#recent.flatMap(({ symbols }) => tradesOf(symbols, alert))
    const firing = firingOf(alert, trades)
    if (firing === undefined) this.#book.add(alert)
    else this.#parts.firings.add([firing])
  }
}

const tradesOf = (symbols: MarketFrame['symbols'], { symbol, createdAtMs }: WaitingAlert): readonly Trade[] =>
  symbols.find((one) => one.symbol === symbol)?.trades.filter(({ timeMs }) => timeMs >= createdAtMs) ?? []
