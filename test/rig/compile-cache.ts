import { join } from 'node:path'

/**
 * For the environment of every server and command that tests start from this checkout: Node keeps what it compiled, so that
 * the next start takes two thirds of the time. Copies of the checkout stay out of it, since every run makes others.
 */
export const COMPILE_CACHE = { NODE_COMPILE_CACHE: join(import.meta.dirname, '../../.cache/compile') } as const
