import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fewInstruments } from '../rig/server.ts'

/** Shares and a pair of currencies: a market of few has its history, and the page that shows it, sooner. */
const SYMBOLS = ['NOVA', 'LUMA', 'QILL', 'EUR-USD']

/** A file of a few of the shipped instruments, removed with it. */
export async function smallMarket(): Promise<AsyncDisposable & { readonly INSTRUMENTS_FILE: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'valiant-instruments-'))
  return {
    INSTRUMENTS_FILE: await fewInstruments(SYMBOLS, folder),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}
