import { resolve } from 'node:path'
import type { Config } from '../config.ts'
import { readInstruments } from '../instruments.ts'

/** Stands for all instruments in a command. */
export const ALL = 'all'

/** A symbol, or `all`, as an operator in a hurry writes it. */
export const readSymbol = (word: string): string => (word.toLowerCase() === ALL ? ALL : word.toUpperCase())

/** The symbols of INSTRUMENTS_FILE. @param root the folder of the installation */
export const listedSymbols = (config: Config, root: string): string[] =>
  readInstruments(resolve(root, config.INSTRUMENTS_FILE)).map(({ spec }) => spec.symbol)
