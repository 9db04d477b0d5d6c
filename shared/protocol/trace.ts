import { z } from 'zod'

/** Sentry writes about 400 characters. */
const BAGGAGE_LENGTH_MAX = 1_024

/**
 * Connects the spans of client and server in one trace. A client may send it as the second argument of an emit, before
 * the acknowledgement; most requests come without it. An invalid value is ignored, because it is not part of the
 * request.
 */
export const TraceHeaders = z.object({
  /** Trace id, span id and the sampling decision: the header `sentry-trace`. */
  sentry: z.string().regex(/^[0-9a-f]{32}-[0-9a-f]{16}(-[01])?$/),
  /** How the trace was sampled: the header `baggage`. */
  baggage: z
    .string()
    .max(BAGGAGE_LENGTH_MAX)
    .regex(/^[\x20-\x7e]*$/)
    .optional(),
})
export type TraceHeaders = Readonly<z.infer<typeof TraceHeaders>>
