import { expect, test, vi } from 'vitest'
import { RetriedTask } from './retried-task.ts'

/** @param ends the result of each attempt; after them, success */
function taskOf(...ends: (boolean | Error)[]) {
  const logged: string[] = []
  const attempt = vi.fn(() => {
    const end = ends.shift() ?? true
    return end instanceof Error ? Promise.reject(end) : Promise.resolve(end)
  })
  const log = { warn: (_fields: unknown, text: string) => logged.push(text) } as never
  return { task: new RetriedTask({ failure: 'it could not be done', attempt, retryMs: 1, log }), attempt, logged }
}

test('is retried until it succeeds, and no longer', async () => {
  const { task, attempt } = taskOf(false, new Error('away'))
  task.ask()
  await expect.poll(() => attempt).toHaveBeenCalledTimes(3)
  task.ask()
  await expect.poll(() => attempt).toHaveBeenCalledTimes(4)
})

test('runs once more when it is requested while running', async () => {
  const { task, attempt } = taskOf()
  for (let times = 0; times < 3; times++) task.ask()
  expect(attempt).toHaveBeenCalledTimes(1)
  await expect.poll(() => attempt).toHaveBeenCalledTimes(2)
})

test('logs repeated failures once, and again after a success', async () => {
  const { task, attempt, logged } = taskOf(new Error('away'), new Error('away'), true, new Error('away'))
  task.ask()
  await expect.poll(() => attempt).toHaveBeenCalledTimes(3)
  expect(logged).toEqual(['it could not be done; retrying'])
  task.ask()
  await expect.poll(() => attempt).toHaveBeenCalledTimes(5)
  expect(logged).toHaveLength(2)
})

test('is not retried after disposal', async () => {
  const { task, attempt } = taskOf(false)
  task.ask()
  task[Symbol.dispose]()
  task.ask()
  await new Promise(setImmediate)
  expect(attempt).toHaveBeenCalledTimes(1)
})
