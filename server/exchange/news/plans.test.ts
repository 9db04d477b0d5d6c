import { expect, test } from 'vitest'
import type { CorporateAction } from '../../journal/corporate-actions.ts'
import { Plans } from './plans.ts'

const plan = (id: number): CorporateAction => ({
  ...{ id, kind: 'dividend', symbol: 'VLNT', centsPerLot: 5, atMs: 1, appliedBatch: undefined },
})

test('actions present at the first look are not changes; later additions and removals are reported once', () => {
  const plans = new Plans()
  const [first, second] = [plan(1), plan(2)]
  expect(plans.changesTo([first])).toEqual({ made: [], gone: [] })
  const looked = [first, second]
  expect(plans.changesTo(looked)).toEqual({ made: [second], gone: [] })
  expect(plans.changesTo(looked)).toEqual({ made: [], gone: [] })
  expect(plans.changesTo([plan(1), plan(2)])).toEqual({ made: [], gone: [] })
  expect(plans.changesTo([second, plan(3)])).toEqual({ made: [plan(3)], gone: [first] })
  expect(plans.changesTo([])).toEqual({ made: [], gone: [second, plan(3)] })
})
