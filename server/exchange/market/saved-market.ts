import type { Engine } from '../../engine/engine.ts'
import type { Simulator } from '../../simulator/simulator.ts'
import { readSimulatorState, rescaled, type SimulatorState } from '../../simulator/state.ts'

/**
 * Prices of an instrument that the simulator does not save; without them marks and triggers would jump at a restart.
 */
interface SavedPrices {
  /** In millionths of a tick; 0 before the first two-sided market. */
  readonly markMicroTicks: number
  /** The last trade; 0 before the first. */
  readonly lastTicks: number
}

/** The state saved with batches: the simulator's, and the prices from which the engine continues. */
export type SavedMarket = SimulatorState & { readonly prices?: Readonly<Record<string, SavedPrices>> }

/**
 * @param split of an instrument that has just been split: the engine's state already reflects it, the simulator's is
 * adjusted here
 */
export function saveMarket(
  engine: Engine,
  simulator: Simulator,
  split?: { readonly symbol: string; readonly factor: number },
): SavedMarket {
  const state = simulator.save()
  const prices = Object.fromEntries(
    engine.symbols.map((symbol) => [
      symbol,
      { markMicroTicks: engine.markMicroTicks(symbol), lastTicks: engine.lastTicks(symbol) },
    ]),
  )
  return { ...(split === undefined ? state : rescaled(state, split.symbol, split.factor)), prices }
}

/** @throws {RangeError} when it is not the state of a market */
export const readSavedMarket = (json: unknown): SavedMarket => readSimulatorState(json)

/** Restores the engine's saved prices. */
export function restorePrices(engine: Engine, { prices = {} }: SavedMarket): void {
  for (const symbol of engine.symbols) {
    const saved = prices[symbol]
    if (saved === undefined) continue
    engine.restore.mark(symbol, saved.markMicroTicks)
    engine.restore.lastTrade(symbol, saved.lastTicks)
  }
}
