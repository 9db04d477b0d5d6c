import type { Handler } from './request.ts'

/** @param nowMs wall time */
export const time =
  ({ nowMs }: { nowMs: () => number }): Handler<'time'> =>
  () => ({ time: nowMs() })
