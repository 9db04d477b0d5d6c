import { CALM, type Conditions } from './conditions.ts'

const MINUTE_MS = 60_000

interface Phase {
  readonly fromMinute: number
  /** Conditions until the next phase; those not given are calm. */
  readonly conditions: Partial<Conditions>
  /** Jump of the value at the start of the phase. Log size: 0.07 is 7% up. */
  readonly jump?: number
}

/** A program that an operator plays on an instrument: phases in order of time, then calm again. */
export interface Scenario {
  readonly summary: string
  readonly phases: readonly Phase[]
  readonly endsMinute: number
}

/** `Conditions.force` for a move by `logSize` in `minutes`. */
const pull = (logSize: number, minutes: number): number => logSize / (minutes * 60)

const SHOCK = { placements: 0.6, spread: 2, takers: 6, volatility: 2.5 }

/** A gap as after unexpected news, with thin quotes before it. */
const gap = (summary: string, jump: number): Scenario => ({
  summary,
  phases: [
    { fromMinute: 0, conditions: { placements: 0.4, spread: 2, takers: 0.5 } },
    { fromMinute: 5, conditions: SHOCK, jump },
    { fromMinute: 20, conditions: { takers: 2.5, volatility: 1.6 } },
  ],
  endsMinute: 60,
})

/** The scenarios. Their sizes are chosen for shares; a currency pair moves as far, which is a lot for one. */
export const SCENARIOS = {
  'flash-crash': {
    summary: 'falls by about 6% in four minutes with thin quotes, and recovers within twenty',
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
  'earnings-beat': gap('five quiet minutes, then 7% up at once, then a lively hour', 0.07),
  'earnings-miss': gap('five quiet minutes, then 7% down at once, then a lively hour', -0.07),
  'short-squeeze': {
    summary: 'rises by about 15% in two hours, then loses most of it in one',
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
    summary: 'an hour of few, small and wide quotes; the price itself is calm',
    phases: [{ fromMinute: 0, conditions: { placements: 0.2, spread: 3, depth: 0.4, takers: 0.7 } }],
    endsMinute: 60,
  },
  trend: {
    summary: 'rises gradually by about 3% over ten hours',
    phases: [{ fromMinute: 0, conditions: { force: pull(0.03, 600), bias: 0.08, takers: 1.3 } }],
    endsMinute: 600,
  },
  quiet: {
    summary: 'eight hours with hardly any movement',
    phases: [{ fromMinute: 0, conditions: { volatility: 0.3, takers: 0.3, pace: 0.5 } }],
    endsMinute: 480,
  },
} as const satisfies Record<string, Scenario>

export type ScenarioName = keyof typeof SCENARIOS

export const isScenario = (name: string): name is ScenarioName => Object.hasOwn(SCENARIOS, name)

/** The time at which a run ends. */
export const endOf = ({ name, fromMs }: ScenarioRun): number => fromMs + SCENARIOS[name].endsMinute * MINUTE_MS

/** A scenario that is played on one instrument from a given market time. */
export interface ScenarioRun {
  readonly name: ScenarioName
  readonly fromMs: number
}

/** The runs that this version can play, by symbol. */
export function playable(
  list: readonly { readonly symbol: string; readonly name: string; readonly fromMs: number }[],
): ReadonlyMap<string, ScenarioRun> {
  return new Map(list.flatMap(({ symbol, name, fromMs }) => (isScenario(name) ? [[symbol, { name, fromMs }]] : [])))
}

/** How far a run has progressed, to continue from there. */
export interface ScenarioProgress extends ScenarioRun {
  /** Number of phases that have started. */
  readonly entered: number
  readonly isOver: boolean
}

interface Step {
  readonly progress: ScenarioProgress
  readonly conditions: Conditions
  /** Sum of the jumps of phases that have started since the last step. */
  readonly jump: number
}

/**
 * The progress of a run at a given time.
 * @param before the progress before; undefined for a new run. A run that is new and already over causes no jumps
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

/** The current conditions of a run. */
export const conditionsOf = ({ name, entered, isOver }: ScenarioProgress): Conditions =>
  isOver ? CALM : conditionsAfter(SCENARIOS[name].phases, entered)

function conditionsAfter(phases: readonly Phase[], entered: number): Conditions {
  const phase = phases[entered - 1]
  return phase === undefined ? CALM : { ...CALM, ...phase.conditions }
}
