import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fewInstruments } from '../rig/server.ts'

/** Shares and a currency pair: a small market generates its history and loads faster. */
const SYMBOLS = ['NOVA', 'LUMA', 'QILL', 'EUR-USD']

/** A file with a few of the shipped instruments, deleted when disposed. */
export async function smallMarket(): Promise<AsyncDisposable & { readonly INSTRUMENTS_FILE: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'valiant-instruments-'))
  return {
    INSTRUMENTS_FILE: await fewInstruments(SYMBOLS, folder),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}
