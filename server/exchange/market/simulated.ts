import type { ListedInstrument } from '../../instruments.ts'
import type { SimulatedInstrument } from '../../simulator/instrument.ts'

/** An instrument's parameters for the simulator. */
export const toSimulated = ({ wire, startTicks, sigmaDay, sizeMultiplier }: ListedInstrument): SimulatedInstrument => ({
  symbol: wire.symbol,
  assetClass: wire.assetClass,
  sector: wire.sector,
  startTicks,
  sigmaDay,
  sizeMultiplier,
})
