import type { AccountNumber } from '../command.ts'
import type { Engine } from '../engine.ts'
import { ANN, engineOf, START_MS } from '../engine.fixture.ts'

/**
 * For tests: an engine in which Ann has a margin account and the share's mark is at its mid price.
 * @param drawing the book of the share
 */
export function marginEngineOf(drawing: string): Engine {
  const engine = engineOf(drawing)
  toMargin(engine, ANN)
  engine.quantum(START_MS)
  engine.drain()
  return engine
}

export function toMargin(engine: Engine, account: AccountNumber): void {
  engine.apply({ kind: 'account.update', account, mode: 'margin' }, START_MS)
}

/** Sets the mark of the share, in ticks; it need not agree with the book. */
export function markAt(engine: Engine, ticks: number): void {
  engine.restore.mark('VLNT', ticks * 1_000_000)
}
