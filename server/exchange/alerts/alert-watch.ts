import type { Logger } from 'pino'
import type { Trade } from '../../engine/event.ts'
import type { MarketFrame } from '../../feed/market-frame.ts'
import type { Alerts, WaitingAlert } from '../../journal/alerts.ts'
import type { Clock } from '../clock.ts'
import { AlertBook, firingOf } from './alert-book.ts'
import type { AlertFirings } from './alert-firings.ts'

/** How often it looks for created and deleted alerts. */
const LOOK_MS = 500
/** How long trades are kept for alerts that were created before them but are read later: twice what a look may take. */
const TRADES_KEPT_MS = 4_000
/** The same before the first reading of waiting alerts, which takes longer. */
const FIRST_TRADES_KEPT_MS = 60_000
const PAGE = 10_000

interface AlertWatchParts {
  readonly alerts: Pick<Alerts, 'mark' | 'waiting' | 'changes'>
  readonly firings: Pick<AlertFirings, 'add'>
  readonly clock: Clock
  readonly log: Pick<Logger, 'warn'>
}

type Seen = Pick<MarketFrame, 'timeMs' | 'symbols'>

/**
 * Checks each published trade against the waiting alerts. Gateways write alerts to the database and the leader reads
 * them there, so the loop never waits for them and orders are not affected.
 */
export class AlertWatch implements Disposable {
  readonly #parts: AlertWatchParts
  readonly #book = new AlertBook()
  /** Frames with trades that may fire an alert not read yet, oldest first. */
  readonly #recent: Seen[] = []
  /** The mark for reading changes; undefined before the first reading of waiting alerts. */
  #mark: string | undefined
  #isClosed = false
  #cancel: () => void = () => undefined

  constructor(parts: AlertWatchParts) {
    this.#parts = parts
    void this.#look()
  }

  /** A frame was published, so everyone can see its trades. */
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
        // The mark is taken first: what is committed in between is read twice.
        const mark = await alerts.mark()
        for (const { isWaiting, ...alert } of await alerts.changes(this.#mark)) {
          if (!isWaiting) this.#book.remove(alert.id)
          else if (!this.#book.has(alert.id)) this.#add(alert)
        }
        this.#mark = mark
      }
    } catch (error) {
      log.warn({ err: error }, 'exchange: price alerts could not be read; retrying shortly')
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

  /** Adds an alert that may have been created before trades that are already here. */
  #add(alert: WaitingAlert): void {
    const trades = this.#recent.flatMap(({ symbols }) => tradesOf(symbols, alert))
    const firing = firingOf(alert, trades)
    if (firing === undefined) this.#book.add(alert)
    else this.#parts.firings.add([firing])
  }
}

const tradesOf = (symbols: MarketFrame['symbols'], { symbol, createdAtMs }: WaitingAlert): readonly Trade[] =>
  symbols.find((one) => one.symbol === symbol)?.trades.filter(({ timeMs }) => timeMs >= createdAtMs) ?? []
