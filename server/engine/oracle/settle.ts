import { wakeLegs } from './brackets.ts'

import { countHolds } from './holds.ts'
import type { Listeners } from './matching.ts'
import { act, endGroupOf, showTrade } from './stops.ts'
import type { NaiveState } from './state.ts'

/**
 * All consequences of what was done, in the order of section 1. Reduce-only orders were already reduced with each fill.
 */
export function settle(state: NaiveState, listeners: Listeners): void {
  for (;;) {
    const filled = state.filledEntries.shift()
    if (filled !== undefined) {
      const { entry } = filled
      const further = state.filledEntries.filter((one) => one.entry === entry)
      state.filledEntries = state.filledEntries.filter((one) => one.entry !== entry)
      const lots = further.reduce((sum, one) => sum + one.lots, filled.lots)
      wakeLegs(state, listeners, entry, lots)
      continue
    }
    const leg = state.filledLegs.shift()
    if (leg !== undefined) {
      endGroupOf(state, leg)
      continue
    }
    const [triggered] = state.triggered
    if (triggered !== undefined) {
      act(state, listeners, triggered)
      continue
    }
    if (state.tradesToShow.length === 0) break
    showTrade(state)
  }

  countHolds(state)
}
