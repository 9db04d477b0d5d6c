import type { Instrument } from '@valiant/shared/protocol/market-data'

type Priced = Pick<
  Instrument,
  'assetClass' | 'makerBps' | 'takerBps' | 'borrowBps' | 'shortable' | 'initialMarginBps' | 'maintenanceMarginBps'
>

/** What a class of instruments costs, in words: `2 bp`, or `1 to 2 bp` where its instruments differ. */
export interface Costs {
  readonly label: string
  readonly maker: string
  readonly taker: string
  /** A year, to sell short; a dash where no instrument can be. */
  readonly borrow: string
  readonly initial: string
  readonly maintenance: string
  readonly leverage: string
}

const CLASSES = [
  { assetClass: 'equity', label: 'Stocks' },
  { assetClass: 'currency', label: 'FX' },
  { assetClass: 'coin', label: 'Crypto' },
] as const
const BPS = 10_000

/** The costs of each class that has instruments. */
export function costsByClass(instruments: readonly Priced[]): Costs[] {
  return CLASSES.flatMap(({ assetClass, label }) => {
    const all = instruments.filter((instrument) => instrument.assetClass === assetClass)
    if (all.length === 0) return []
    const borrowed = all.filter(({ shortable }) => shortable)
    return [
      {
        label,
        maker: range(all, ({ makerBps }) => makerBps, ' bp'),
        taker: range(all, ({ takerBps }) => takerBps, ' bp'),
        borrow: borrowed.length === 0 ? '–' : range(borrowed, ({ borrowBps }) => borrowBps / 100, '%'),
        initial: range(all, ({ initialMarginBps }) => initialMarginBps / 100, '%'),
        maintenance: range(all, ({ maintenanceMarginBps }) => maintenanceMarginBps / 100, '%'),
        leverage: range(all, ({ initialMarginBps }) => rounded(BPS / initialMarginBps), ' times'),
      },
    ]
  })
}

function range(instruments: readonly Priced[], of: (instrument: Priced) => number, unit: string): string {
  const values = instruments.map(of)
  const [least, most] = [Math.min(...values), Math.max(...values)]
  return least === most ? `${least}${unit}` : `${least} to ${most}${unit}`
}

const rounded = (value: number): number => Math.round(10 * value) / 10
