import type { Plant } from './plant.ts'

/** The gateway takes a silence for a no. */
export const timeoutIsFailure: Plant = {
  answerOf: (answer) =>
    !answer.ok && answer.error.code === 'TIMEOUT'
      ? { ok: false, error: { ...answer.error, code: 'UNAVAILABLE', outcome: 'not_executed' } }
      : answer,
}
