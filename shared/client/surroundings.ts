import { newRequestId } from './request-id.ts'
import { type OpenTransport, openSocketTransport } from './transport.ts'
import type { RequestName } from '../protocol/requests.ts'
import type { TraceHeaders } from '../protocol/trace.ts'

/** Time as the client sees it. */
export interface Clock {
  /** Wall time in ms; it may be set back. */
  now(): number
  /** Runs once after that many ms. @returns cancels it */
  after(ms: number, run: () => void): () => void
}

/**
 * Traces a request that changes something, until its answer.
 * @param send sends it, with the trace that the exchange is to continue, if any
 */
export type Follow = <Data>(name: RequestName, send: (trace?: TraceHeaders) => Promise<Data>) => Promise<Data>

/** Everything that makes a client nondeterministic; with these replaced, the same calls give the same history. */
export interface Surroundings {
  readonly openTransport: OpenTransport
  readonly clock: Clock
  /** A number from 0 to below 1, for jitter. */
  readonly random: () => number
  /** Ids of orders and requests, unique for ever. */
  readonly newId: () => string
  readonly follow: Follow
}

const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

export const SYSTEM: Surroundings = {
  openTransport: openSocketTransport,
  clock: systemClock,
  random: Math.random,
  newId: newRequestId,
  follow: (_name, send) => send(),
}
