import type { OrderReference } from '../../server/engine/command.ts'
import type { Order } from '../../server/engine/state.ts'
import type { Chance } from './chance.ts'
import { INSTRUMENTS, type Player } from './player.ts'

export const START_TICKS: Readonly<Record<string, number>> = { SHARE: 1_000, COIN: 300, PENNY: 40 }
const START_MS = 1_000_000

/** The market that actions are generated for: its time, its accounts, fair prices, and a player whose state is read. */
export class Market {
  readonly chance: Chance
  readonly player: Player
  readonly accounts: number[] = []
  nowMs = START_MS
  private readonly fair = new Map(Object.entries(START_TICKS))
  private ids = 0

  constructor(chance: Chance, player: Player) {
    this.chance = chance
    this.player = player
  }

  newId(): number {
    return ++this.ids
  }

  /** Moves fair prices, sometimes with a jump that is large enough for margin calls. */
  drift(): void {
    const { chance } = this
    const { symbol, maxTicks } = chance.one(INSTRUMENTS)
    const before = this.fairOf(symbol)
    const start = START_TICKS[symbol] ?? 1
    const pull = before > 2 * start ? -0.02 : before < start / 2 ? 0.02 : 0
    const jump = chance.oneIn(150) ? chance.between(-12, 12) / 100 : 0
    const step = chance.oneIn(3) ? chance.between(-2, 2) : 0
    const after = Math.round(before * (1 + pull + jump) + step)
    this.fair.set(symbol, Math.min(Math.floor(maxTicks / 2), Math.max(8, after)))
  }

  fairOf(symbol: string): number {
    return this.fair.get(symbol) ?? 1
  }

  setFair(symbol: string, ticks: number): void {
    this.fair.set(symbol, ticks)
  }

  lots(): number {
    const { chance } = this
    return chance.weighted([
      [5, () => chance.between(1, 5)],
      [5, () => chance.between(4, 30)],
      [1, () => chance.between(30, 200)],
    ])()
  }

  /** An account, an instrument, its prices, and the account's position. */
  scene() {
    const { chance, player } = this
    const account = chance.one(this.accounts)
    const spec = chance.one(INSTRUMENTS)
    const held = player.exchange.positions(account).find(({ symbol }) => symbol === spec.symbol)?.lots ?? 0
    const { bidTicks, askTicks } = player.exchange.house(spec.symbol)
    const fair = this.fairOf(spec.symbol)
    return { account, spec, symbol: spec.symbol, held, bid: bidTicks || fair, ask: askTicks || fair, fair }
  }

  /** Prefers an account with a position. */
  sceneWithPosition() {
    let scene = this.scene()
    for (let tries = 0; tries < 6 && scene.held === 0; tries++) scene = this.scene()
    return scene
  }

  /** An open order of a random account. */
  someOrder(): { readonly account: number; readonly order: Readonly<Order> | undefined } {
    const { chance } = this
    const account = chance.one(this.accounts)
    const orders = this.player.exchange.openOrders(account)
    return { account, order: orders.length === 0 ? undefined : chance.one(orders) }
  }

  reference(order: Readonly<Order> | undefined): OrderReference {
    if (order === undefined || this.chance.oneIn(60)) return { number: 1_000_000 }
    return this.chance.oneIn(2) ? { number: order.number } : { clientOrderId: order.clientOrderId }
  }
}

export const clamp = (ticks: number, maxTicks: number): number => Math.min(maxTicks, Math.max(1, ticks))
