import type { Trade } from '../../engine/event.ts'
import type { Firing, WaitingAlert } from '../../journal/alerts.ts'

type Print = Pick<Trade, 'ticks' | 'timeMs'>

/**
 * Whether a trade fires an alert: at its price, or beyond. Not the crossing counts but where the trade is, so that nothing
 * need be remembered of where the price came from: whatever was missed, the next trade beyond fires it.
 */
export const fires = ({ op, ticks }: Pick<WaitingAlert, 'op' | 'ticks'>, tradeTicks: number): boolean =>
  op === 'above' ? tradeTicks >= ticks : tradeTicks <= ticks

/** The alerts of a symbol, and the prices that none of them is nearer than. */
interface Waiting {
  readonly alerts: Map<number, WaitingAlert>
  nearestAbove: number
  nearestBelow: number
}

/** The alerts that wait, by symbol. A trade that reaches none costs two comparisons. */
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
    // Where it was the nearest, the next trade that would have reached it finds out.
    this.#bySymbol.get(this.#symbols.get(id) ?? '')?.alerts.delete(id)
    this.#symbols.delete(id)
  }

  /** Takes out what these trades fire, each alert with the first that does. @param trades oldest first */
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

/** By the first of these trades that fires it. @param trades oldest first */
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
