import { expect, it } from 'vitest'
import { AnswerCache } from './answer-cache.ts'

const answer = { payloadHash: 'aa', result: { ok: true, data: 1 } } as const

it('an answer is at hand while it waits for its commit, and for some seconds after it', () => {
  const memory = new AnswerCache()
  const isCommitted = memory.awaitCommit(17, 'o:a', answer)
  expect(memory.known(17, 'o:a')).toBe(answer)
  isCommitted(1_000)
  expect(memory.known(17, 'o:a')).toBe(answer)
  memory.keep(17, 'o:b', answer, 5_000)
  expect(memory.remembers(17, 'o:a')).toBe(true)
  memory.keep(17, 'o:c', answer, 6_001)
  expect(memory.remembers(17, 'o:a')).toBe(false)
  expect(memory.remembers(17, 'o:b')).toBe(true)
  expect(memory.remembers(16, 'o:b')).toBe(false)
})

it('an answer that uses no id up is that of each copy of its entry, also of one that expires later', () => {
  const memory = new AnswerCache()
  const expired = { ok: false, error: { code: 'REQUEST_EXPIRED', message: '', outcome: 'not_executed' } } as const
  const entry = {
    id: '1',
    gateway: 'a',
    expiresAtMs: 1_001,
    position: '1-0',
    request: { event: 'account', account: 17 },
  } as const
  memory.rememberPassing(entry, expired, 1_000)
  memory.rememberPassing({ ...entry, id: '2' }, expired, 2_000)
  expect(memory.passing({ ...entry, position: '3-0', expiresAtMs: 3_000 })).toBe(expired)
  expect(memory.passing({ ...entry, gateway: 'b' })).toBeUndefined()
  memory.rememberPassing({ ...entry, id: '3' }, expired, 60_000)
  expect(memory.passing(entry)).toBeUndefined()
})
