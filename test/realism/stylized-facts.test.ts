import { beforeAll, describe, expect, test } from 'vitest'
import type { AssetClass } from '../../server/simulator/instrument.ts'
import { type FactorFacts, factorFacts } from './factors.ts'
import {
  type BookFacts,
  bookFacts,
  type FlowFacts,
  flowFacts,
  type PriceFacts,
  priceFacts,
  type TradeFacts,
  tradeFacts,
} from './stylized-facts.ts'
import { type Recording, recordBook, recordBrownian, recordCoarse } from './recording.ts'
import { median } from './statistics.ts'

/** The slow check that the market looks like a market: the bands of docs/market-model.md, 4, on medians of three seeds. */
const SEEDS = [1, 2, 3]
/** A quarter of the quotes of the live market: the facts are the same at a quarter of the cost. */
const LIVENESS = 0.25
/** Shares run longer, since the history is compared with them. */
const DAYS: Readonly<Record<AssetClass, number>> = { equity: 20, currency: 10, coin: 10 }

/** A minute of one core, and more on a busy machine. */
const RECORDING_TIMEOUT_MS = 600_000

type Facts = PriceFacts & FlowFacts & TradeFacts & BookFacts

interface Band {
  readonly fact: keyof (Facts & FactorFacts)
  readonly above: number
  readonly below: number
  readonly source: string
}

const PRICE_BANDS = [
  { fact: 'kurtosis', above: 3, below: 60, source: 'fact 1, fat tails: Cont 2001' },
  { fact: 'returnMemory', above: 0, below: 0.05, source: 'fact 2, no memory of returns: Cont 2001' },
  { fact: 'volatilityMemory1', above: 0.1, below: 0.5, source: 'fact 3, volatility comes in clusters: Cont 2001' },
  { fact: 'volatilityMemory100', above: 0.02, below: 0.3, source: 'fact 3, for hours: Cont 2001' },
  { fact: 'volatilityDecay', above: 0.2, below: 0.45, source: 'fact 3b, and slowly forgotten: Liu et al. 1997' },
  { fact: 'tailIndex', above: 2, below: 5, source: 'fact 4, a cubic tail: Gopikrishnan et al. 1998' },
] as const satisfies readonly Band[]

const FLOW_BANDS = [
  { fact: 'volumeVolatility', above: 0.3, below: 0.8, source: 'fact 7, volume follows volatility: Cont 2001' },
  { fact: 'signMemory1', above: 0.1, below: 0.5, source: 'fact 8, signs of trades remember: Lillo and Farmer 2004' },
  { fact: 'signDecay', above: 0.3, below: 0.8, source: 'fact 8, for long: Lillo and Farmer 2004' },
  { fact: 'waitVariation', above: 1.5, below: 6, source: 'fact 11, trades come in bursts' },
  { fact: 'minuteFano', above: 10, below: 300, source: 'fact 11, at every scale' },
] as const satisfies readonly Band[]

const BOOK_BANDS = [
  { fact: 'flowPart', above: 0.18, below: 0.42, source: 'fact 0, order flow moves prices' },
  { fact: 'meanSpread', above: 1.4, below: 3.2, source: 'fact 9, a spread of a few ticks' },
  { fact: 'spreadVolatility', above: 0.35, below: 0.7, source: 'fact 9, wider when prices move' },
  { fact: 'hump', above: 1.25, below: 3, source: 'fact 9c, most rests off the best price: Bouchaud et al. 2002' },
  { fact: 'farDepth', above: 0.1, below: 0.75, source: 'fact 9c, and less far away' },
] as const satisfies readonly Band[]

const FACTOR_BANDS = [
  { fact: 'aggregation', above: 0.1, below: 0.8, source: 'fact 5, thinner tails over longer times: Cont 2001' },
  { fact: 'leverage', above: -0.08, below: -0.01, source: 'fact 6, the leverage effect: Bouchaud et al. 2001' },
  { fact: 'hourSkewness', above: -1.8, below: -0.2, source: 'fact 6b, falls are faster: Cont 2001' },
  { fact: 'acrossSectors', above: 0.2, below: 0.5, source: 'fact 12, one market' },
  { fact: 'sectorExcess', above: 0.04, below: 0.15, source: 'fact 12, sectors move together' },
  { fact: 'fallExcess', above: 0.08, below: 0.35, source: 'fact 12b, more so in falls: Ang and Chen 2002' },
] as const satisfies readonly Band[]

const factsOf = (recording: Recording): Facts => ({
  ...priceFacts(recording.mids),
  ...flowFacts(recording),
  ...tradeFacts(recording),
  ...bookFacts(recording),
})

const medianOf = <Name extends string>(runs: readonly Readonly<Record<Name, number>>[], fact: Name): number =>
  median(runs.map((run) => run[fact]))

describe.each(['equity', 'currency', 'coin'] as const)('the simulated market of class %s', (assetClass) => {
  let recordings: Recording[]
  let facts: Facts[]

  beforeAll(() => {
    recordings = SEEDS.map((seed) => recordBook({ assetClass, seed, days: DAYS[assetClass], liveness: LIVENESS }))
    facts = recordings.map(factsOf)
  }, RECORDING_TIMEOUT_MS)

  test.each([...PRICE_BANDS, ...FLOW_BANDS, ...BOOK_BANDS])('has $fact between $above and $below ($source)', (band) => {
    const measured = medianOf(facts, band.fact)
    expect(measured).toBeGreaterThan(band.above)
    expect(measured).toBeLessThan(band.below)
  })

  test('never has a crossed book or an empty side', () => {
    expect(recordings.map(({ badSeconds }) => badSeconds)).toEqual([0, 0, 0])
  })

  if (assetClass !== 'equity') return

  // Other paths, so medians: of three full runs and, since they are cheap, of nine coarse ones.
  test.each([
    ['dayVolatility', 0.15],
    ['volatilityMemory1', 0.25],
    ['volatilityMemory100', 0.25],
    ['tailIndex', 0.25],
    ['dayLots', 0.25],
    ['volumeVolatility', 0.25],
  ] as const)('is what the history made without a book: %s within %d', (fact, tolerance) => {
    const ratio = medianOf(coarseFacts(), fact) / medianOf(facts, fact)
    expect(ratio).toBeGreaterThan(1 - tolerance)
    expect(ratio).toBeLessThan(1 + tolerance)
  })
})

describe('the values of the listed shares', () => {
  let facts: FactorFacts[]

  beforeAll(() => {
    facts = SEEDS.map((seed) => factorFacts({ seed, days: 30 }))
  })

  test.each(FACTOR_BANDS)('have $fact between $above and $below ($source)', ({ fact, above, below }) => {
    const measured = medianOf(facts, fact)
    expect(measured).toBeGreaterThan(above)
    expect(measured).toBeLessThan(below)
  })
})

describe('geometric Brownian motion, which is no market', () => {
  const runs = SEEDS.map((seed) => priceFacts(recordBrownian({ assetClass: 'equity', seed, days: DAYS.equity })))
  const passes = PRICE_BANDS.filter((band) => {
    const measured = medianOf(runs, band.fact)
    return measured > band.above && measured < band.below
  })

  test('has no memory of returns, and fails every other fact', () => {
    expect(passes.map(({ fact }) => fact)).toEqual(['returnMemory'])
  })
})

let coarse: (PriceFacts & FlowFacts)[] | undefined

/** Made once, when the first comparison asks. */
function coarseFacts(): (PriceFacts & FlowFacts)[] {
  coarse ??= [1, 2, 3, 4, 5, 6, 7, 8, 9].map((seed) => {
    const recording = recordCoarse({ assetClass: 'equity', seed, days: DAYS.equity })
    return { ...priceFacts(recording.mids), ...flowFacts(recording) }
  })
  return coarse
}
