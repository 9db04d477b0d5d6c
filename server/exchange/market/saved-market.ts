import type { Engine } from '../../engine/engine.ts'
import type { Simulator } from '../../simulator/simulator.ts'
import { readSimulatorState, rescaled, type SimulatorState } from '../../simulator/state.ts'

/** Of one instrument, beside what the simulator keeps: without it marks and triggers would jump over a restart. */
interface SavedPrices {
  /** In millionths of a tick; 0 before the first two-sided market. */
  readonly markMicroTicks: number
  /** The last trade; 0 before the first. */
  readonly lastTicks: number
}

/** What is saved with the batches: the simulator's state, and the prices that the engine goes on from. */
export type SavedMarket = SimulatorState & { readonly prices?: Readonly<Record<string, SavedPrices>> }

/** @param split of an instrument whose shares have just been split: its simulated state follows, the engine's has */
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

/** @throws {RangeError} when it is no state of a market */
export const readSavedMarket = (json: unknown): SavedMarket => readSimulatorState(json)

/** Gives the engine back the prices it had. */
export function restorePrices(engine: Engine, { prices = {} }: SavedMarket): void {
  for (const symbol of engine.symbols) {
    const saved = prices[symbol]
    if (saved === undefined) continue
    engine.restoreMark(symbol, saved.markMicroTicks)
    engine.restoreLastTrade(symbol, saved.lastTicks)
  }
}
