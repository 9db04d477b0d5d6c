import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { SeedEnd, Task } from './worker.ts'

/** Runs many histories on all cores. @param report called with the result of each */
export async function runSeeds(
  { from, count }: { from: number; count: number },
  report: (end: SeedEnd) => void,
): Promise<void> {
  const workers = Math.min(availableParallelism(), count)
  const tasks = Array.from({ length: workers }, (_, index) => ({
    from: from + index,
    step: workers,
    count: Math.ceil((count - index) / workers),
  }))
  await Promise.all(tasks.map((task) => runTask(task, report)))
}

/** Looks for a planted bug. @returns the first seed that finds it, if any does */
export async function findPlant(plant: string, seedsMax: number): Promise<SeedEnd | undefined> {
  let found: SeedEnd | undefined
  await runTask({ from: 1, step: 1, count: seedsMax, plant }, (end) => {
    if (end.violations.length > 0) found ??= end
  })
  return found
}

/** Runs one worker's share of histories in order. @param report called with the result of each */
export async function runTask(task: Task, report: (end: SeedEnd) => void): Promise<void> {
  const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: task })
  try {
    await new Promise<void>((resolve, reject) => {
      worker.on('message', report)
      worker.on('error', reject)
      worker.on('exit', (code) => {
        if (code === 0) resolve()
        else reject(new Error(`a worker of the simulation ended with ${code}`))
      })
    })
  } finally {
    await worker.terminate()
  }
}
