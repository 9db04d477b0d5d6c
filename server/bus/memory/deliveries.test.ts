import { afterEach, expect, test, vi } from 'vitest'
import { Deliveries } from './deliveries.ts'

afterEach(() => void vi.unstubAllGlobals())

test('after a receiver throws, the deliveries behind it come before those added meanwhile', () => {
  const queued: (() => void)[] = []
  vi.stubGlobal('queueMicrotask', (run: () => void) => void queued.push(run))
  const received: string[] = []
  const deliveries = new Deliveries()
  deliveries.add(() => {
    received.push('first')
    deliveries.add(() => received.push('added meanwhile'))
  })
  deliveries.add(() => {
    throw new Error('a defect of the receiver')
  })
  deliveries.add(() => received.push('behind it'))

  expect(() => queued.shift()?.()).toThrow('a defect of the receiver')
  for (const run of queued.splice(0)) run()

  expect(received).toEqual(['first', 'behind it', 'added meanwhile'])
})
