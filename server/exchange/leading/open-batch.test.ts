import { expect, it } from 'vitest'
import { OpenBatch } from './open-batch.ts'

it('publishes everything it held back, in order, even if a receiver throws', () => {
  const open = new OpenBatch()
  const published: unknown[] = []
  const defect = new Error('a receiver that is broken')
  open.onRelease(() => published.push('first'))
  open.onRelease(() => {
    throw defect
  })
  open.onRelease(() => published.push('last'))
  open.release((error) => published.push(error))
  expect(published).toEqual(['first', defect, 'last'])
})
