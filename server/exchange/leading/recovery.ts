import { StartupError } from '../../database/startup-error.ts'
import type { MarketStatus } from '../../engine/command.ts'
import { Engine } from '../../engine/engine.ts'
import type { JournalState } from '../../journal/recovery.ts'
import type { ListedInstrument } from '../../instruments.ts'
import type { Simulator } from '../../simulator/simulator.ts'
import { restorePrices, type SavedMarket } from '../market/saved-market.ts'

type State = Pick<JournalState, 'accounts' | 'positions' | 'openOrders' | 'deadMen'> & { last: { timeMs: number } }

/**
 * The engine as of the last batch: accounts, positions and open orders in empty books, then the simulated participants
 * around them. This is the only way to build a state: at the start, after a change of leader, after a commit in doubt
 * and after a defect; without accounts and orders, it builds the indicative market.
 * @throws {StartupError} naming unlisted instruments in which accounts hold positions or open orders
 */
export function recoverEngine(parts: {
  state: State
  epoch: number
  instruments: readonly ListedInstrument[]
  simulator: Simulator
  /** Undefined before the first state was saved. */
  saved: SavedMarket | undefined
  statuses: ReadonlyMap<string, MarketStatus>
  maxOpenOrdersPerInstrument: number
}): Engine {
  const { state, epoch, instruments, simulator, saved, statuses, maxOpenOrdersPerInstrument } = parts
  const listed = new Set(instruments.map(({ spec }) => spec.symbol))
  assertListed(state, listed)
  const engine = new Engine({ instruments: instruments.map(({ spec }) => spec), maxOpenOrdersPerInstrument })
  engine.beginEpoch(epoch)
  if (saved !== undefined) restorePrices(engine, saved)
  // Held amounts are restored with the orders.
  for (const account of state.accounts) engine.restore.account({ ...account, heldCents: 0 })
  for (const position of state.positions) {
    if (listed.has(position.symbol)) engine.restore.position({ ...position, heldLots: 0 })
  }
  for (const order of state.openOrders) engine.restore.order(order)
  engine.restore.reviewHolds(state.last.timeMs)
  for (const deadMan of state.deadMen) engine.restore.deadMan(deadMan)
  for (const symbol of engine.symbols) {
    const status = statuses.get(symbol) ?? 'open'
    engine.apply({ kind: 'market.status', symbol, status }, state.last.timeMs)
    if (status !== 'open') simulator.halt(symbol)
    simulator.attach(symbol, engine.house(symbol))
  }
  return engine
}

/** An instrument may be removed from the list when nobody has a position or an order in it. */
function assertListed({ positions, openOrders }: State, listed: ReadonlySet<string>): void {
  const needed = [...positions.filter(({ lots }) => lots !== 0), ...openOrders].map(({ symbol }) => symbol)
  const missing = new Set(needed.filter((symbol) => !listed.has(symbol)))
  if (missing.size === 0) return
  throw new StartupError(
    `Accounts hold positions or open orders in ${[...missing].sort().join(', ')}, which INSTRUMENTS_FILE does not list. ` +
      'List them again, have them closed, and then remove them.',
  )
}
