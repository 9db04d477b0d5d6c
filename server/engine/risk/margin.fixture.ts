import type { AccountNumber } from '../command.ts'
import type { Engine } from '../engine.ts'
import { ANN, floorOf, START_MS } from '../engine.fixture.ts'

/**
 * For tests: the trading floor with Ann's a margin account, and the share's mark where its mid is.
 * @param drawing of the share's book
 */
export function marginFloorOf(drawing: string): Engine {
  const engine = floorOf(drawing)
  toMargin(engine, ANN)
  engine.quantum(START_MS)
  engine.drain()
  return engine
}

export function toMargin(engine: Engine, account: AccountNumber): void {
  engine.apply({ kind: 'account.update', account, mode: 'margin' }, START_MS)
}

/** Puts the mark of the share where it is wanted, in ticks: it need not follow the book. */
export function markAt(engine: Engine, ticks: number): void {
  engine.restoreMark('VLNT', ticks * 1_000_000)
}
