import { expect, test, vi } from 'vitest'
import { RetriedTask } from './retried-task.ts'

/** @param ends what each attempt comes to; done, after them */
function renewalOf(...ends: (boolean | Error)[]) {
  const said: string[] = []
  const attempt = vi.fn(() => {
    const end = ends.shift() ?? true
    return end instanceof Error ? Promise.reject(end) : Promise.resolve(end)
  })
  const log = { warn: (_fields: unknown, text: string) => said.push(text) } as never
  return { renewal: new RetriedTask({ failure: 'it could not be done', attempt, retryMs: 1, log }), attempt, said }
}

test('is tried until it is done, and no more', async () => {
  const { renewal, attempt } = renewalOf(false, new Error('away'))
  renewal.ask()
  await expect.poll(() => attempt).toHaveBeenCalledTimes(3)
  renewal.ask()
  await expect.poll(() => attempt).toHaveBeenCalledTimes(4)
})

test('asked for while it is under way, it is done once more', async () => {
  const { renewal, attempt } = renewalOf()
  for (let times = 0; times < 3; times++) renewal.ask()
  expect(attempt).toHaveBeenCalledTimes(1)
  await expect.poll(() => attempt).toHaveBeenCalledTimes(2)
})

test('what keeps failing is told once, and anew when it had been done in between', async () => {
  const { renewal, attempt, said } = renewalOf(new Error('away'), new Error('away'), true, new Error('away'))
  renewal.ask()
  await expect.poll(() => attempt).toHaveBeenCalledTimes(3)
  expect(said).toEqual(['it could not be done; trying again until it can'])
  renewal.ask()
  await expect.poll(() => attempt).toHaveBeenCalledTimes(5)
  expect(said).toHaveLength(2)
})

test('disposed of, it is not tried again', async () => {
  const { renewal, attempt } = renewalOf(false)
  renewal.ask()
  renewal[Symbol.dispose]()
  renewal.ask()
  await new Promise(setImmediate)
  expect(attempt).toHaveBeenCalledTimes(1)
})
