import { expect, it } from 'vitest'
import { AnswerMemory } from './answer-memory.ts'

const answer = { payloadHash: 'aa', result: { ok: true, data: 1 } } as const

it('an answer is at hand while it waits for its commit, and for some seconds after it', () => {
  const memory = new AnswerMemory()
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
