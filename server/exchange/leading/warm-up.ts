import { setImmediate as turn } from 'node:timers/promises'
import { afterSplits, type ListedInstrument } from '../../instruments.ts'
import type { JournalState } from '../../journal/recovery.ts'
import { QUANTUM_MS, Simulator } from '../../simulator/simulator.ts'
import { recoverEngine } from './recovery.ts'
import type { SavedMarket } from '../market/saved-market.ts'
import { toSimulated } from '../market/simulated.ts'

/** A little more than a new leader has to catch up with. */
const QUANTA = 40

/**
 * Rehearses a take-over: assembles a market from a state, runs it for two seconds and discards it. Code is slow when it
 * runs for the first time, by more than the rest of a take-over takes; this is that first time. Between quanta the
 * process does its other work.
 */
export async function rehearse(parts: {
  state: JournalState
  saved: SavedMarket
  instruments: readonly ListedInstrument[]
  liveness: number
  maxOpenOrdersPerInstrument: number
  /** Whether it is no longer needed. */
  isOver: () => boolean
}): Promise<void> {
  const { state, saved, liveness, maxOpenOrdersPerInstrument, isOver } = parts
  const instruments = afterSplits(parts.instruments, state.splits)
  const simulator = Simulator.restore(saved, instruments.map(toSimulated), { liveness })
  const { epoch } = state.last
  const statuses = new Map<string, never>()
  const engine = recoverEngine({ state, epoch, instruments, simulator, saved, statuses, maxOpenOrdersPerInstrument })
  for (let quanta = 0; quanta < QUANTA && !isOver(); quanta++) {
    simulator.step(simulator.nowMs + QUANTUM_MS)
    engine.quantum(Math.max(state.last.timeMs, simulator.nowMs))
    engine.drain()
    for (const symbol of engine.symbols) engine.drainLevels(symbol, () => undefined)
    await turn()
  }
}
