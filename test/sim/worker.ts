import { parentPort, workerData } from 'node:worker_threads'
import { genesis } from './genesis.ts'
import { type HistoryEnd, runHistory } from './history.ts'
import { PLANTS } from './planted/plants.ts'

/** Which seeds a worker runs: `count` of them, starting with `from`, `step` apart; a negative `step` counts down. */
export interface Task {
  readonly from: number
  readonly step: number
  readonly count: number
  /** The name of a planted bug; the worker stops at the first seed that finds it. */
  readonly plant?: string
}

/** What a worker reports of each seed. */
export type SeedEnd = Pick<HistoryEnd, 'seed' | 'violations' | 'hash' | 'events' | 'virtualMs' | 'commits' | 'replies'>

if (parentPort !== null) {
  // Nobody reads stack traces here, and they cost 5% of the time; a replay of one seed has them.
  Error.stackTraceLimit = 0
  const { from, step, count, plant } = workerData as Task
  const planted = plant === undefined ? {} : PLANTS[plant]
  if (planted === undefined) throw new Error(`there is no planted bug ${plant ?? ''}`)
  const begin = await genesis()
  for (let i = 0; i < count; i++) {
    const {
      lines: _lines,
      faults: _faults,
      ...end
    } = await runHistory({
      seed: from + i * step,
      genesis: begin,
      plant: planted,
    })
    parentPort.postMessage(end satisfies SeedEnd)
    if (plant !== undefined && end.violations.length > 0) break
  }
}
