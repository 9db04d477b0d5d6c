import { newRequestId } from './request-id.ts'
import { type OpenLink, openSocketLink } from './link.ts'

/** Time as the client sees it. */
export interface Clock {
  /** Wall time in ms; it may be set back. */
  now(): number
  /** Runs once, in so many ms. @returns cancels it */
  after(ms: number, run: () => void): () => void
}

/** What a client takes from outside itself: with these replaced, the same calls make the same history. */
export interface Surroundings {
  readonly openLink: OpenLink
  readonly clock: Clock
  /** A number from 0 to below 1, for the jitter. */
  readonly random: () => number
  /** Ids of orders and requests, unique for ever. */
  readonly newId: () => string
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
}
