import { expect, it } from 'vitest'
import { silentSince } from './freshness.ts'

it('a connection is silent once a heartbeat is overdue, since the last frame', () => {
  expect(silentSince(10_000, 11_400)).toBeUndefined()
  expect(silentSince(10_000, 11_600)).toBe(10_000)
  expect(silentSince(undefined, 11_600)).toBeUndefined()
})
