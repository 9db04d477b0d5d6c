import { expect, it } from 'vitest'
import { AnswerCache } from './answer-cache.ts'

const answer = { payloadHash: 'aa', result: { ok: true, data: 1 } } as const

it('an answer is at hand while it waits for its commit, and for some seconds after it', () => {
  const answers = new AnswerCache()
  const isCommitted = answers.awaitCommit(17, 'o:a', answer)
  expect(answers.known(17, 'o:a')).toBe(answer)
  isCommitted(1_000)
  expect(answers.known(17, 'o:a')).toBe(answer)
  answers.keep(17, 'o:b', answer, 5_000)
  expect(answers.remembers(17, 'o:a')).toBe(true)
  answers.keep(17, 'o:c', answer, 6_001)
  expect(answers.remembers(17, 'o:a')).toBe(false)
  expect(answers.remembers(17, 'o:b')).toBe(true)
  expect(answers.remembers(16, 'o:b')).toBe(false)
})
