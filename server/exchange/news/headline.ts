import { labelOf } from '@valiant/shared/protocol/instrument-label'
import { formatCents } from '@valiant/shared/units/cents'
import type { ListedInstrument } from '../../instruments.ts'
import type { PlannedAction } from '../../journal/corporate-actions.ts'

/** The stage of a corporate action. */
type Stage = 'planned' | 'applied' | 'withdrawn'

/** An event of one instrument; `logSize` is the size of a jump of its value. */
export type Happening =
  | { readonly kind: 'halt' | 'close' | 'resume'; readonly symbol: string }
  | { readonly kind: 'jump'; readonly symbol: string; readonly logSize: number }
  | (PlannedAction & { readonly stage: Stage })

type Named = Pick<ListedInstrument['wire'], 'symbol' | 'name' | 'assetClass' | 'base' | 'lotSize'>

/** A one-line headline without a final period. */
export function headlineOf(happening: Happening, instrument: Named): string {
  const who = `${instrument.name} (${labelOf(instrument)})`
  switch (happening.kind) {
    case 'halt':
      return `Trading in ${who} is halted`
    case 'close':
      return `Trading in ${who} is closed`
    case 'resume':
      return `Trading in ${who} is open again`
    case 'jump':
      return `The price of ${who} has ${moved(happening.logSize)} by about ${percent(happening.logSize)}`
    case 'dividend': {
      const dividend = `a dividend of $${formatCents(happening.centsPerLot)} ${unitOf(instrument)}`
      if (happening.stage === 'planned') return `${who} will pay ${dividend} on ${moment(happening.atMs)}`
      if (happening.stage === 'applied') return `${who} has paid ${dividend}`
      return `The dividend of ${who} that was due on ${moment(happening.atMs)} is called off`
    }
    case 'split': {
      const split = `${happening.numerator} for ${happening.denominator}`
      if (happening.stage === 'planned') return `${who} will be split ${split} on ${moment(happening.atMs)}`
      if (happening.stage === 'applied') return `${who} has been split ${split}`
      return `The split of ${who} that was due on ${moment(happening.atMs)} is called off`
    }
  }
}

/**
 * Headline of a jump of the whole market, whose instruments jump by different amounts. @param logSize the largest of
 * them
 */
export const marketHeadlineOf = (logSize: number): string =>
  `Prices across the market have ${moved(logSize)} by up to ${percent(logSize)}`

/** From this fraction of the price on, a move is called a jump or a drop. */
const JUMP_FROM = 0.01

function moved(logSize: number): string {
  const isLarge = sizeOf(logSize) >= JUMP_FROM
  if (logSize > 0) return isLarge ? 'jumped' : 'risen'
  return isLarge ? 'dropped' : 'fallen'
}

const percent = (logSize: number): string => `${(100 * sizeOf(logSize)).toFixed(2)}%`

/** The size of a move as a fraction of the price. */
const sizeOf = (logSize: number): number => Math.abs(Math.expm1(logSize))

const unitOf = ({ assetClass, lotSize, base }: Named): string =>
  assetClass === 'equity' && lotSize === '1' ? 'a share' : `for each ${lotSize} ${base}`

const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })
const moment = (timeMs: number): string =>
  `${DAY.format(timeMs)} at ${new Date(timeMs).toISOString().slice(11, 16)} UTC`
