import { newRequestId } from './request-id.ts'
import { type OpenLink, openSocketLink } from './link.ts'
import type { RequestName } from '../protocol/requests.ts'
import type { TraceHeaders } from '../protocol/trace.ts'

/** Time as the client sees it. */
export interface Clock {
  /** Wall time in ms; it may be set back. */
  now(): number
  /** Runs once, in so many ms. @returns cancels it */
  after(ms: number, run: () => void): () => void
}

/**
 * Follows a request that changes something, from here to its answer.
 * @param send sends it, with what the exchange follows it by, if anything
 */
export type Follow = <Data>(name: RequestName, send: (trace?: TraceHeaders) => Promise<Data>) => Promise<Data>

/** What a client takes from outside itself: with these replaced, the same calls make the same history. */
export interface Surroundings {
  readonly openLink: OpenLink
  readonly clock: Clock
  /** A number from 0 to below 1, for the jitter. */
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
  openLink: openSocketLink,
  clock: systemClock,
  random: Math.random,
  newId: newRequestId,
  follow: (_name, send) => send(),
}
