import { expect, it } from 'vitest'
import { REQUESTS } from '../protocol/requests.ts'
import { newRequestId } from './request-id.ts'
import { CLIENT_ID_PATTERN } from '../protocol/fields.ts'
import { DATED_REQUESTS, ID_FIELDS } from './outgoing.ts'

it('gives an id to every request that changes something, and to no other', () => {
  const changing = Object.entries(REQUESTS).filter(([, { changes }]) => changes)
  expect(Object.keys(ID_FIELDS).sort()).toEqual(changing.map(([name]) => name).sort())
})

it('dates every request that changes something and can have a validUntil', () => {
  const dated = Object.entries(REQUESTS).filter(([, { changes, payload }]) => changes && 'validUntil' in payload.shape)
  expect([...DATED_REQUESTS].sort()).toEqual(dated.map(([name]) => name).sort())
})

it('makes unique ids in the protocol’s format', () => {
  const ids = Array.from({ length: 1_000 }, newRequestId)
  expect(new Set(ids).size).toBe(1_000)
  for (const id of ids) expect(id).toMatch(CLIENT_ID_PATTERN)
})
