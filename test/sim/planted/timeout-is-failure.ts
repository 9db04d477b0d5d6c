import type { Plant } from './plant.ts'

/** The gateway reports a timeout as a failure. */
export const timeoutIsFailure: Plant = {
  answerOf: (answer) =>
    !answer.ok && answer.error.code === 'TIMEOUT'
      ? { ok: false, error: { ...answer.error, code: 'UNAVAILABLE', outcome: 'not_executed' } }
      : answer,
}
