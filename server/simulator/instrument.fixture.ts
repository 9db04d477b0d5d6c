import type { SimulatedInstrument } from './instrument.ts'

export const SHARE: SimulatedInstrument = {
  symbol: 'NOVA',
  assetClass: 'equity',
  sector: 'Technology',
  startTicks: 9_216,
  sigmaDay: 0.019,
  sizeMultiplier: 1.2,
}
