import type { Conditions } from './conditions.ts'
import type { FlowState } from './participants/flow.ts'
import type { LatentValueState } from './price-process/latent-value.ts'
import type { WorldState } from './price-process/world.ts'
import type { ScenarioProgress } from './scenarios.ts'

/** Incremented with every incompatible change of the state. */
export const STATE_VERSION = 1

export interface InstrumentState {
  readonly symbol: string
  readonly value: LatentValueState
  readonly flow: FlowState
  /** Only if not calm and not from a scenario: a version without scenarios would otherwise keep them forever. */
  readonly conditions?: Conditions
  readonly scenario?: ScenarioProgress
}

/**
 * The whole state of the simulator as plain JSON, about 0.8 kB per instrument. It does not contain the simulated orders:
 * quotes and tail are placed again around the reference (docs/market-model.md, 5).
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
 * The state after a split of one instrument, whose start price was multiplied by `factor`. The value is stored relative to
 * the start price and flow relative to the daily volume, so only the makers' reference is stored in ticks.
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
 * Reads a state that `save` returned, after it was stored as JSON.
 * @throws {RangeError} when it is not a state or has another version; the caller then starts a new market or stops
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

/** The path of the first number that is not finite; JSON stores NaN and infinities as null. */
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
