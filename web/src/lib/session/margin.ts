import type { Account } from '@valiant/shared/protocol/account'

type MarginFigures = Pick<Account, 'mode' | 'marginState' | 'equity' | 'marginUsed' | 'maintenanceMargin'>

/** The part of the equity that positions and orders use as margin; 1 leaves nothing free. Of a margin account. */
export function usedPart({ mode, equity, marginUsed }: MarginFigures): number | undefined {
  if (mode !== 'margin') return undefined
  const used = Number(marginUsed)
  if (used === 0) return 0
  return Number(equity) <= 0 ? undefined : used / Number(equity)
}

/** A margin account in trouble, in plain words; undefined while all is well. */
export interface MarginWords {
  readonly state: 'warning' | 'liquidating'
  /** Fits a line of the ticket. */
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
