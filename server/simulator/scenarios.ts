import { CALM, type Conditions } from './conditions.ts'

const MINUTE_MS = 60_000

interface Phase {
  readonly fromMinute: number
  /** Until the next phase; what is not named is calm. */
  readonly conditions: Partial<Conditions>
  /** The value jumps as the phase begins. Log size: 0.07 is 7 % up. */
  readonly jump?: number
}

/** A programme that an operator plays on an instrument: phases in order of time, calm after the last. */
export interface Scenario {
  readonly summary: string
  readonly phases: readonly Phase[]
  readonly endsMinute: number
}

/** A pull by so much in so many minutes, as `Conditions.force`. */
const pull = (logSize: number, minutes: number): number => logSize / (minutes * 60)

const SHOCK = { placements: 0.6, spread: 2, takers: 6, volatility: 2.5 }

/** Gap as from news that nobody expected; who quotes waits for it. */
const gap = (summary: string, jump: number): Scenario => ({
  summary,
  phases: [
    { fromMinute: 0, conditions: { placements: 0.4, spread: 2, takers: 0.5 } },
    { fromMinute: 5, conditions: SHOCK, jump },
    { fromMinute: 20, conditions: { takers: 2.5, volatility: 1.6 } },
  ],
  endsMinute: 60,
})

/** What can be played. Their sizes are for shares; a pair moves as far, which is much for one. */
export const SCENARIOS = {
  'flash-crash': {
    summary: 'falls by some 6 % in four minutes, quotes thin, and comes back within twenty',
    phases: [
      {
        fromMinute: 0,
        conditions: { force: pull(-0.06, 4), placements: 0.3, spread: 3, takers: 5, bias: -0.3, volatility: 2 },
      },
      { fromMinute: 4, conditions: { force: pull(0.05, 15), placements: 0.5, spread: 2, takers: 3, bias: 0.15 } },
      { fromMinute: 19, conditions: { volatility: 1.3 } },
    ],
    endsMinute: 40,
  },
  'earnings-beat': gap('five quiet minutes, then 7 % up at once, and a lively hour', 0.07),
  'earnings-miss': gap('five quiet minutes, then 7 % down at once, and a lively hour', -0.07),
  'short-squeeze': {
    summary: 'rises by some 15 % in two hours, then gives most of it back in one',
    phases: [
      {
        fromMinute: 0,
        conditions: { force: pull(0.15, 120), bias: 0.3, takers: 3, volatility: 1.5, placements: 0.6, spread: 1.3 },
      },
      {
        fromMinute: 120,
        conditions: { force: pull(-0.09, 60), bias: -0.2, takers: 4, volatility: 2.5, placements: 0.5, spread: 1.5 },
      },
    ],
    endsMinute: 180,
  },
  drought: {
    summary: 'an hour of few and small quotes far apart; the price itself is calm',
    phases: [{ fromMinute: 0, conditions: { placements: 0.2, spread: 3, depth: 0.4, takers: 0.7 } }],
    endsMinute: 60,
  },
  trend: {
    summary: 'rises by some 3 % over ten hours, a little at a time',
    phases: [{ fromMinute: 0, conditions: { force: pull(0.03, 600), bias: 0.08, takers: 1.3 } }],
    endsMinute: 600,
  },
  quiet: {
    summary: 'eight hours in which hardly anything moves',
    phases: [{ fromMinute: 0, conditions: { volatility: 0.3, takers: 0.3, pace: 0.5 } }],
    endsMinute: 480,
  },
} as const satisfies Record<string, Scenario>

export type ScenarioName = keyof typeof SCENARIOS

export const isScenario = (name: string): name is ScenarioName => Object.hasOwn(SCENARIOS, name)

/** When a scenario that begins at a moment is over. */
export const endOf = ({ name, fromMs }: ScenarioRun): number => fromMs + SCENARIOS[name].endsMinute * MINUTE_MS

/** A scenario in the market of one instrument, from a moment of market time on. */
export interface ScenarioRun {
  readonly name: ScenarioName
  readonly fromMs: number
}

/** Those of a list that this version can play, by symbol. */
export function playable(
  list: readonly { readonly symbol: string; readonly name: string; readonly fromMs: number }[],
): ReadonlyMap<string, ScenarioRun> {
  return new Map(list.flatMap(({ symbol, name, fromMs }) => (isScenario(name) ? [[symbol, { name, fromMs }]] : [])))
}

/** How far a run has come, for who goes on from there. */
export interface ScenarioProgress extends ScenarioRun {
  /** So many of its phases have begun. */
  readonly entered: number
  readonly isOver: boolean
}

interface Step {
  readonly progress: ScenarioProgress
  readonly conditions: Conditions
  /** What the value jumps by, of phases that have begun since. */
  readonly jump: number
}

/**
 * Where a run stands at a moment.
 * @param before where it stood; undefined for one that is new. What was over before anyone began it is not made up for
 */
export function stepOf(run: ScenarioRun, before: ScenarioProgress | undefined, timeMs: number): Step {
  const { phases }: Scenario = SCENARIOS[run.name]
  const isOver = timeMs >= endOf(run)
  const entered = phases.filter(({ fromMinute }) => run.fromMs + fromMinute * MINUTE_MS <= timeMs).length
  const begun = isOver && before === undefined ? [] : phases.slice(before?.entered ?? 0, entered)
  return {
    progress: { name: run.name, fromMs: run.fromMs, entered, isOver },
    conditions: isOver ? CALM : conditionsAfter(phases, entered),
    jump: begun.reduce((sum, { jump = 0 }) => sum + jump, 0),
  }
}

/** The conditions that a run has brought. */
export const conditionsOf = ({ name, entered, isOver }: ScenarioProgress): Conditions =>
  isOver ? CALM : conditionsAfter(SCENARIOS[name].phases, entered)

function conditionsAfter(phases: readonly Phase[], entered: number): Conditions {
  const phase = phases[entered - 1]
  return phase === undefined ? CALM : { ...CALM, ...phase.conditions }
}
