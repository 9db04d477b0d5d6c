import type { Conditions } from './conditions.ts'
import type { FlowState } from './participants/flow.ts'
import type { LatentValueState } from './price-process/latent-value.ts'
import type { WorldState } from './price-process/world.ts'
import type { ScenarioProgress } from './scenarios.ts'

/** Grows with every change that an older or newer simulator could not read. */
export const STATE_VERSION = 1

export interface InstrumentState {
  readonly symbol: string
  readonly value: LatentValueState
  readonly flow: FlowState
  /** Only where not calm, and not a scenario's: a version that knows no scenarios must not go on with them for ever. */
  readonly conditions?: Conditions
  readonly scenario?: ScenarioProgress
}

/**
 * All that the simulator remembers, as plain JSON, about 0.8 kB an instrument. The simulated orders are not in it:
 * makers and tail are placed anew around the reference (docs/market-model.md, 5).
 */
export interface SimulatorState {
  readonly version: typeof STATE_VERSION
  readonly seed: number
  /** The end of the last quantum. */
  readonly nowMs: number
  readonly world: WorldState
  readonly instruments: readonly InstrumentState[]
}

/**
 * The state after a split of one instrument, whose start price has become `factor` of what it was: the value follows from
 * that, sizes are told in parts of a day's volume, and only where the makers stand is kept in ticks.
 */
export function rescaled(state: SimulatorState, symbol: string, factor: number): SimulatorState {
  const instruments = state.instruments.map((instrument) => {
    if (instrument.symbol !== symbol) return instrument
    const { flow } = instrument
    return { ...instrument, flow: { ...flow, followedTicks: flow.followedTicks * factor } }
  })
  return { ...state, instruments }
}

/**
 * A state that was kept as JSON, as `save` gave it.
 * @throws {RangeError} when it is of another version or not a state: the caller starts a new market or stops
 */
export function readSimulatorState(json: unknown): SimulatorState {
  if (!isRecord(json)) throw new RangeError(`simulator state: expected an object, found ${typeof json}`)
  if (json['version'] !== STATE_VERSION) {
    throw new RangeError(`simulator state: expected version ${STATE_VERSION}, found ${String(json['version'])}`)
  }
  const wrong = wrongNumber(json, 'state')
  if (wrong !== undefined) throw new RangeError(`simulator state: expected a finite number at ${wrong}`)
  if (typeof json['nowMs'] !== 'number' || !isRecord(json['world']) || !Array.isArray(json['instruments'])) {
    throw new RangeError('simulator state: expected nowMs, world and instruments')
  }
  return json as unknown as SimulatorState
}

/** Where a number is missing: JSON writes NaN and infinities as null. */
function wrongNumber(value: unknown, path: string): string | undefined {
  if (value === null || (typeof value === 'number' && !Number.isFinite(value))) return path
  if (typeof value !== 'object') return undefined
  for (const [key, part] of Object.entries(value)) {
    const wrong = wrongNumber(part, `${path}.${key}`)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
