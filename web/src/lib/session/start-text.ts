import { page } from '$app/state'
import { dollarsText } from './dollars-text.ts'

/** "Start trading with $100,000", with the starting cash of this server's guests. */
export const startWords = (): string =>
  `Start trading with ${dollarsText((page.data as { readonly startingCash: string }).startingCash)}`
