import { parentPort, workerData } from 'node:worker_threads'
import { genesis } from './genesis.ts'
import { type HistoryEnd, runHistory } from './history.ts'
import { PLANTS } from './planted/plants.ts'

/** Which seeds a worker runs: `from`, and then each `step`th, `count` in all. */
export interface Task {
  readonly from: number
  readonly step: number
  readonly count: number
  /** The name of a planted bug: then it stops at the first seed that finds it. */
  readonly plant?: string
}

/** What a worker tells of each seed. */
export type SeedEnd = Pick<HistoryEnd, 'seed' | 'violations' | 'hash' | 'events' | 'virtualMs' | 'commits' | 'replies'>

if (parentPort !== null) {
  // Nobody reads them here, and to make them takes a twentieth of the time; who lives through a seed again has them.
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
