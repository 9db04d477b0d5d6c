import { expect, it } from 'vitest'
import { RecentAnswers } from './recent-answers.ts'

it('an answer is kept until no further copy of its command can arrive', () => {
  const answers = new RecentAnswers<string>()
  answers.keep('a', 'first', 1_000)
  answers.keep('b', 'second', 2_000)
  answers.keep('c', 'third', 6_000)
  expect([answers.get('a'), answers.get('b'), answers.get('d')]).toEqual(['first', 'second', undefined])
  answers.keep('d', 'fourth', 6_001)
  expect([answers.get('a'), answers.get('b')]).toEqual([undefined, 'second'])
})
