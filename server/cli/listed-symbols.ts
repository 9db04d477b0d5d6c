import { resolve } from 'node:path'
import type { Config } from '../config.ts'
import { readInstruments } from '../instruments.ts'

/** Stands for all instruments in a command. */
export const ALL = 'all'

/** The symbols of INSTRUMENTS_FILE. @param root the folder of the installation */
export const listedSymbols = (config: Config, root: string): string[] =>
  readInstruments(resolve(root, config.INSTRUMENTS_FILE)).map(({ spec }) => spec.symbol)
