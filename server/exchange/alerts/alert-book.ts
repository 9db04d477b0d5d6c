import type { Trade } from '../../engine/event.ts'
import type { Firing, WaitingAlert } from '../../journal/alerts.ts'

type Print = Pick<Trade, 'ticks' | 'timeMs'>

/**
 * Whether a trade fires an alert: at its price or beyond. Only the trade's price counts, not a crossing, so that no
 * earlier price must be remembered: if a trade was missed, the next one beyond the price fires the alert.
 */
const fires = ({ op, ticks }: Pick<WaitingAlert, 'op' | 'ticks'>, tradeTicks: number): boolean =>
  op === 'above' ? tradeTicks >= ticks : tradeTicks <= ticks

/** The alerts of a symbol, and the nearest prices above and below that any of them may have. */
interface Waiting {
  readonly alerts: Map<number, WaitingAlert>
  nearestAbove: number
  nearestBelow: number
}

/** Waiting alerts by symbol. A trade that fires none costs two comparisons. */
export class AlertBook {
  readonly #bySymbol = new Map<string, Waiting>()
  readonly #symbols = new Map<number, string>()

  get size(): number {
    return this.#symbols.size
  }

  has(id: number): boolean {
    return this.#symbols.has(id)
  }

  add(alert: WaitingAlert): void {
    const waiting = this.#bySymbol.get(alert.symbol) ?? { alerts: new Map(), nearestAbove: Infinity, nearestBelow: 0 }
    this.#bySymbol.set(alert.symbol, waiting)
    this.#symbols.set(alert.id, alert.symbol)
    waiting.alerts.set(alert.id, alert)
    approach(waiting, alert)
  }

  remove(id: number): void {
    // If it had the nearest price, the bound is corrected by the next trade that reaches it.
    this.#bySymbol.get(this.#symbols.get(id) ?? '')?.alerts.delete(id)
    this.#symbols.delete(id)
  }

  /** Removes the alerts that these trades fire, each with the first trade that fires it. @param trades oldest first */
  take(symbol: string, trades: readonly Print[]): Firing[] {
    const waiting = this.#bySymbol.get(symbol)
    if (waiting === undefined || !trades.some(({ ticks }) => reaches(waiting, ticks))) return []
    const firings: Firing[] = []
    Object.assign(waiting, { nearestAbove: Infinity, nearestBelow: 0 })
    for (const alert of waiting.alerts.values()) {
      const firing = firingOf(alert, trades)
      if (firing === undefined) approach(waiting, alert)
      else {
        firings.push(firing)
        this.remove(alert.id)
      }
    }
    return firings
  }
}

/** The first of these trades that fires the alert. @param trades oldest first */
export function firingOf(alert: WaitingAlert, trades: readonly Print[]): Firing | undefined {
  const trade = trades.find(({ ticks }) => fires(alert, ticks))
  return trade && { id: alert.id, timeMs: trade.timeMs, ticks: trade.ticks }
}

const reaches = ({ nearestAbove, nearestBelow }: Waiting, ticks: number): boolean =>
  ticks >= nearestAbove || ticks <= nearestBelow

function approach(waiting: Waiting, { op, ticks }: WaitingAlert): void {
  if (op === 'above') waiting.nearestAbove = Math.min(waiting.nearestAbove, ticks)
  else waiting.nearestBelow = Math.max(waiting.nearestBelow, ticks)
}
