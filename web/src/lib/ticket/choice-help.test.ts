import { OrderType, TimeInForce } from '@valiant/shared/protocol/fields'
import { expect, test } from 'vitest'
import { durationHelpOf, EXITS_HELP, POST_ONLY_HELP, REDUCE_ONLY_HELP, TYPE_HELP } from './choice-help.ts'

test('every choice of the ticket is explained in one short sentence of its own', () => {
  const sentences = [
    ...OrderType.options.map((type) => TYPE_HELP[type]),
    ...TimeInForce.options.map((duration) => durationHelpOf('limit', duration)),
    EXITS_HELP,
    POST_ONLY_HELP,
    REDUCE_ONLY_HELP,
  ]
  expect(new Set(sentences).size).toBe(sentences.length)
  for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z][^.]{20,110}\.$/)
})

test('of a stop limit, what happens at once happens at its trigger', () => {
  expect(durationHelpOf('stop_limit', 'ioc')).toContain('triggered')
  expect(durationHelpOf('limit', 'ioc')).not.toContain('triggered')
})
