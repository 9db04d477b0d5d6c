import { page } from '$app/state'
import { dollarsText } from './dollars-text.ts'

/** "Start trading with $100,000": the money with which the server opens a guest's account. */
export const startWords = (): string =>
  `Start trading with ${dollarsText((page.data as { readonly startingCash: string }).startingCash)}`
