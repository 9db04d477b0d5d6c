import type { LedgerEntry } from '@valiant/shared/protocol/account'
import type { Fill } from '@valiant/shared/protocol/order'
import type { Page } from '#lib/positions/paged-list.svelte.ts'
import type { EquityCurve } from './spans.ts'

/** What the server painted of an account, beside its state. What it could not read is undefined. */
export interface PortfolioSeed {
  readonly accountId: string
  readonly fills: Page<Fill> | undefined
  readonly entries: Page<LedgerEntry> | undefined
  readonly curve: EquityCurve | undefined
}

/** Of each list; the rest comes when the page is there. */
export const SEED_ITEMS = 200
