import { expect, it } from 'vitest'
import { OpenBatch } from './open-batch.ts'

it('says all that it held back, in order, whatever one of the receivers throws', () => {
  const open = new OpenBatch()
  const said: unknown[] = []
  const defect = new Error('a receiver that is broken')
  open.onRelease(() => said.push('first'))
  open.onRelease(() => {
    throw defect
  })
  open.onRelease(() => said.push('last'))
  open.release((error) => said.push(error))
  expect(said).toEqual(['first', defect, 'last'])
})
