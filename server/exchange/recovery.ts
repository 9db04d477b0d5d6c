import { Engine } from '../engine/engine.ts'
import type { JournalState } from '../journal/recovery.ts'
import type { ListedInstrument } from '../instruments.ts'
import type { Simulator } from '../simulator/simulator.ts'

/**
 * The engine as of the last batch: accounts, positions and open orders into empty books, then the simulated participants
 * around them. The one way to come to a state: at the start, after a take-over, after a commit in doubt, after a defect.
 */
export function recoverEngine(parts: {
  state: JournalState
  epoch: number
  instruments: readonly ListedInstrument[]
  simulator: Simulator
  maxOpenOrdersPerInstrument: number
}): Engine {
  const { state, epoch, instruments, simulator, maxOpenOrdersPerInstrument } = parts
  const engine = new Engine({ instruments: instruments.map(({ spec }) => spec), maxOpenOrdersPerInstrument })
  engine.beginEpoch(epoch)
  // What orders hold comes back with the orders.
  for (const account of state.accounts) engine.restoreAccount({ ...account, heldCents: 0 })
  for (const position of state.positions) engine.restorePosition({ ...position, heldLots: 0 })
  for (const order of state.openOrders) engine.restoreOrder(order)
  for (const symbol of engine.symbols) simulator.attach(symbol, engine.house(symbol))
  return engine
}
