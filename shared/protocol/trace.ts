import { z } from 'zod'

/** Some 400 characters is what Sentry writes. */
const BAGGAGE_LENGTH_MAX = 1_024

/**
 * What makes two parts write into one trace. A client may send it as a second argument of an emit, before the
 * acknowledgement; a request without it is the rule. What is none is passed over: it is no part of the request.
 */
export const TraceHeaders = z.object({
  /** Trace, span, and whether it is recorded: the header `sentry-trace`. */
  sentry: z.string().regex(/^[0-9a-f]{32}-[0-9a-f]{16}(-[01])?$/),
  /** How it was sampled: the header `baggage`. */
  baggage: z
    .string()
    .max(BAGGAGE_LENGTH_MAX)
    .regex(/^[\x20-\x7e]*$/)
    .optional(),
})
export type TraceHeaders = Readonly<z.infer<typeof TraceHeaders>>
