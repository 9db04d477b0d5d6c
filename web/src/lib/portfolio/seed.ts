import type { LedgerEntry } from '@valiant/shared/protocol/account'
import type { Fill } from '@valiant/shared/protocol/order'
import type { Page } from '#lib/positions/paged-list.svelte.ts'
import type { EquityCurve } from './spans.ts'

/** What the server rendered of an account besides its state; undefined for what did not load. */
export interface PortfolioSeed {
  readonly accountId: string
  readonly fills: Page<Fill> | undefined
  readonly entries: Page<LedgerEntry> | undefined
  readonly curve: EquityCurve | undefined
}

/** Items per list; the page fetches the rest. */
export const SEED_ITEMS = 200
