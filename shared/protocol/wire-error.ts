import { z } from 'zod'
import { ERROR_CODES, INVALID_RULES } from './errors.ts'
import type { Order } from './order.ts'

export const InvalidDetails = z.object({
  rule: z.enum(INVALID_RULES),
  expected: z.string(),
  nearest: z.string().optional(),
})

export const WireError = z.object({
  code: z.enum(ERROR_CODES),
  /** Text for people: what was expected and what was found. */
  message: z.string(),
  /** `unknown` (only TIMEOUT and INTERNAL): the order may have been accepted; it cannot execute after `finalAt`. */
  outcome: z.enum(['not_executed', 'unknown']),
  field: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
  retryAfterMs: z.int().optional(),
  finalAt: z.int().optional(),
  order: z.unknown().optional(),
  seq: z.int().optional(),
})
export type WireError = Omit<z.infer<typeof WireError>, 'order'> & { order?: Order | undefined }
