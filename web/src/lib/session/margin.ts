import type { Account } from '@valiant/shared/protocol/account'

type MarginFigures = Pick<Account, 'mode' | 'marginState' | 'equity' | 'marginUsed' | 'maintenanceMargin'>

/** The fraction of a margin account's equity that positions and orders use; at 1 nothing is free. */
export function usedPart({ mode, equity, marginUsed }: MarginFigures): number | undefined {
  if (mode !== 'margin') return undefined
  const used = Number(marginUsed)
  if (used === 0) return 0
  return Number(equity) <= 0 ? undefined : used / Number(equity)
}

/** The texts for a margin account in trouble; undefined if it is not. */
export interface MarginWords {
  readonly state: 'warning' | 'liquidating'
  /** Short enough for a line of the ticket. */
  readonly short: string
  readonly text: string
}

export function marginWords({ mode, marginState }: MarginFigures): MarginWords | undefined {
  if (mode !== 'margin') return undefined
  if (marginState === 'warning') {
    return {
      state: 'warning',
      short: 'Margin is low',
      text: 'Margin is low: close something or deposit, or positions will be closed for you.',
    }
  }
  if (marginState === 'liquidating') {
    return {
      state: 'liquidating',
      short: 'Positions are being closed',
      text: 'Your positions are being closed until what you own covers them. A deposit may end it.',
    }
  }
  return undefined
}
