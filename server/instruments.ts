import { readFileSync } from 'node:fs'
import { formatScaled, formatSteps, parseSteps, type Step, stepOf } from '@valiant/shared/units/decimal'
import { AssetClass, type Instrument } from '@valiant/shared/protocol/market-data'
import { Decimal, InstrumentSymbol } from '@valiant/shared/protocol/fields'
import { z } from 'zod'
import { highestTicks, type InstrumentSpec } from './engine/instrument.ts'

/** One line of the file of instruments: what an operator may choose. */
const Definition = z.strictObject({
  symbol: InstrumentSymbol,
  name: z.string().min(1).max(60),
  assetClass: AssetClass,
  sector: z.string().min(1),
  startPrice: Decimal,
  tickSize: Decimal,
  lotSize: Decimal,
  /** Standard deviation of a day's logarithmic return. */
  sigmaDay: z.number().positive().max(0.2),
  /** Multiplies the mean sizes of the simulated orders, and so the day's volume. */
  sizeMultiplier: z.number().positive().max(10),
  makerBps: z.int().min(0).max(100),
  takerBps: z.int().min(0).max(100),
  priceBandBps: z.int().min(10).max(5_000),
  initialMarginBps: z.int().min(1).max(10_000),
  maintenanceMarginBps: z.int().min(1).max(10_000),
})
type Definition = z.infer<typeof Definition>

/** An instrument in all the forms that the parts of the server need. */
export interface ListedInstrument {
  readonly spec: InstrumentSpec
  readonly wire: Instrument
  readonly tick: Step
  readonly lot: Step
  readonly startTicks: number
  readonly sigmaDay: number
  readonly sizeMultiplier: number
}

/** The asset of cash. */
const MONEY = 'USD'
const MAX_LOTS = 1_000_000
const MIN_NOTIONAL_CENTS = 100
/** A book reaches to so many times the start price. */
const PRICE_RANGE = 10
const BORROW_BPS = { equity: 150, currency: 50, coin: 600 } as const

/**
 * Reads and checks the file of instruments.
 * @throws {Error} naming the instrument and the rule that it breaks
 */
export function readInstruments(file: string): readonly ListedInstrument[] {
  const parsed = z
    .array(Definition)
    .min(1)
    .safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`)
  const listed = parsed.data.map((definition) => {
    try {
      return listedInstrument(definition)
    } catch (error) {
      throw new Error(`${file}: ${definition.symbol}: ${(error as Error).message}`, { cause: error })
    }
  })
  const symbols = new Set(listed.map(({ wire }) => wire.symbol))
  if (symbols.size !== listed.length) throw new Error(`${file}: a symbol stands in it twice`)
  return listed
}

/** The definitions that the database stores (`seedInstruments`). */
export const definitionsOf = (listed: readonly ListedInstrument[]) =>
  listed.map(({ wire, spec }) => ({ ...wire, maxTicks: spec.maxTicks }))

/** Each `denominator` lots became `numerator`. */
export interface AppliedSplit {
  readonly symbol: string
  readonly numerator: number
  readonly denominator: number
}

/**
 * The instruments after their splits; the file has them as they were listed. Prices are scaled by the ratio, sizes by its
 * inverse. The highest price of a book is only ever raised, and only as far as the value of the largest order stays exact:
 * a gateway that has not heard of a split yet may still send an order at a price from before it.
 */
export function afterSplits(
  listed: readonly ListedInstrument[],
  splits: readonly AppliedSplit[],
): readonly ListedInstrument[] {
  if (splits.length === 0) return listed
  return listed.map((instrument) => {
    const own = splits.filter(({ symbol }) => symbol === instrument.spec.symbol)
    if (own.length === 0) return instrument
    const factor = own.reduce((product, { numerator, denominator }) => (product * denominator) / numerator, 1)
    const { spec, startTicks, sizeMultiplier } = instrument
    const maxTicks = Math.max(spec.maxTicks, Math.min(Math.floor(spec.maxTicks * factor), highestTicks(spec)))
    return {
      ...instrument,
      startTicks: startTicks * factor,
      sizeMultiplier: sizeMultiplier / factor,
      spec: { ...spec, maxTicks },
    }
  })
}

/** The highest price of the book of the symbol that was split last. */
export const maxTicksAfter = (listed: readonly ListedInstrument[], splits: readonly AppliedSplit[]): number =>
  afterSplits(listed, splits).find(({ spec }) => spec.symbol === splits.at(-1)?.symbol)?.spec.maxTicks ?? 0

/** At a lower price one tick is more than 2 %, too much to make a market. */
const PRICE_TICKS_MIN = 50

/**
 * Whether splits have left the start price where shares can be traded: not among the lowest ticks, and not near the end of
 * the book, where the price could not rise further.
 */
export const isTradable = ({ startTicks, spec }: ListedInstrument): boolean =>
  startTicks >= PRICE_TICKS_MIN && startTicks <= spec.maxTicks / 2

/** @throws {Error} naming the rule that the definition breaks */
function listedInstrument(definition: Definition): ListedInstrument {
  const tick = stepOf(definition.tickSize)
  const lot = stepOf(definition.lotSize)
  const start = parseSteps(definition.startPrice, tick)
  if (!start.ok) throw new Error(`startPrice ${definition.startPrice} is not on the tick of ${definition.tickSize}`)

  // A day's movement is 100 to 200 ticks, so that spreads are about two ticks.
  const ticksPerSigma = start.value * definition.sigmaDay
  if (ticksPerSigma < 100 || ticksPerSigma > 200) {
    throw new Error(`startPrice × sigmaDay ÷ tickSize must lie between 100 and 200, is ${ticksPerSigma.toFixed(0)}`)
  }
  if (!['1', '2', '5'].includes(String(tick.unit).replace(/0+$/, ''))) {
    throw new Error(`tickSize ${definition.tickSize} is not 1, 2 or 5 times a power of ten`)
  }
  // Tick × lot in whole cents: a fill's value never rounds.
  const centsPerTickLot = (tick.unit * lot.unit * 100) / 10 ** (tick.decimals + lot.decimals)
  if (!Number.isInteger(centsPerTickLot)) throw new Error('tickSize × lotSize is not a whole number of cents')
  const maxTicks = start.value * PRICE_RANGE
  if (maxTicks > highestTicks({ maxLots: MAX_LOTS, centsPerTickLot, takerBps: definition.takerBps })) {
    throw new Error('the largest order is worth more than can be counted exactly')
  }
  const [base = definition.symbol, quote = MONEY] = definition.symbol.split('-')
  // The ledger books cash and lots under these names, and an account has one currency.
  if (definition.symbol === MONEY) throw new Error(`${MONEY} is the money of accounts and cannot be traded`)
  if (quote !== MONEY) throw new Error(`prices are in ${MONEY}, so the part after the dash must be ${MONEY}`)
  // Otherwise whoever uses their margin fully would be liquidated at once.
  if (definition.maintenanceMarginBps > definition.initialMarginBps) {
    throw new Error('maintenanceMarginBps must not exceed initialMarginBps')
  }
  return {
    tick,
    lot,
    startTicks: start.value,
    sigmaDay: definition.sigmaDay,
    sizeMultiplier: definition.sizeMultiplier,
    spec: {
      symbol: definition.symbol,
      lotName:
        definition.assetClass === 'equity' && definition.lotSize === '1' ? 'share' : `${definition.lotSize} ${base}`,
      centsPerTickLot,
      maxTicks,
      minLots: 1,
      maxLots: MAX_LOTS,
      minNotionalCents: MIN_NOTIONAL_CENTS,
      makerBps: definition.makerBps,
      takerBps: definition.takerBps,
      priceBandBps: definition.priceBandBps,
      initialMarginBps: definition.initialMarginBps,
      maintenanceMarginBps: definition.maintenanceMarginBps,
      shortable: true,
      borrowBps: BORROW_BPS[definition.assetClass],
    },
    wire: {
      symbol: definition.symbol,
      name: definition.name,
      assetClass: definition.assetClass,
      sector: definition.sector,
      base,
      quote: MONEY,
      tickSize: definition.tickSize,
      lotSize: definition.lotSize,
      minQty: formatSteps(1, lot),
      maxQty: formatSteps(MAX_LOTS, lot),
      minNotional: formatScaled(MIN_NOTIONAL_CENTS, 2),
      makerBps: definition.makerBps,
      takerBps: definition.takerBps,
      initialMarginBps: definition.initialMarginBps,
      maintenanceMarginBps: definition.maintenanceMarginBps,
      shortable: true,
      borrowBps: BORROW_BPS[definition.assetClass],
      priceBandBps: definition.priceBandBps,
      orderTypes: ['market', 'limit', 'stop', 'stop_limit', 'trailing_stop'],
      timesInForce: ['gtc', 'ioc', 'fok', 'day', 'gtd'],
      session:
        definition.assetClass === 'equity' ? { open: '13:30', close: '20:00' } : { open: '00:00', close: '00:00' },
      status: 'open',
      version: 1,
    },
  }
}
