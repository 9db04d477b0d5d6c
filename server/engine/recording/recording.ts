import type { Command, Side } from '../command.ts'
import type { EngineOptions } from '../engine.ts'
import type { Slot } from '../house.ts'

/** The engine's options that can be recorded. */
export type RecordedOptions = Omit<EngineOptions, 'makeBook'>

/** The first line of a recording. */
export interface Head {
  /** The version of this format. */
  readonly recording: 1
  /** The version of Node that made it. */
  readonly node: string
  readonly options: RecordedOptions
}

/** Each further line: the call and its arguments. Slots are those returned by the engine. */
export type Call =
  | readonly [what: 'beginEpoch', epoch: number]
  | readonly [what: 'apply', command: Command, timeMs: number]
  | readonly [what: 'quantum', timeMs: number]
  | readonly [what: 'publishHighWaters', timeMs: number]
  | readonly [what: 'postponeDeadMen', gapMs: number]
  | readonly [what: 'drain']
  | readonly [what: 'place', symbol: string, side: Side, ticks: number, lots: number, tag: number]
  | readonly [what: 'cancel', symbol: string, slot: Slot]
  | readonly [what: 'take', symbol: string, side: Side, lots: number, limitTicks: number, timeMs: number]
