import { fileURLToPath } from 'node:url'
import { readInstruments } from '../../../server/instruments.ts'

/** One instrument with little activity, because the simulation does not test the market. */
export const INSTRUMENTS = readInstruments(
  fileURLToPath(new URL('../../../db/instruments.json', import.meta.url)),
).slice(0, 1)
export const LIVENESS = 0.02
