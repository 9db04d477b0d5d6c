import type { Logger } from 'pino'
import type { AccountNumber } from '../../engine/command.ts'
import type { EquityCurves } from '../../journal/equity.ts'
import type { Clock } from '../clock.ts'

const LOOK_MS = 3_600_000

export interface IdleWatchParts {
  readonly curves: Pick<EquityCurves, 'idleHolders'>
  readonly clock: Clock
  readonly log: Pick<Logger, 'warn'>
  /** Who trades while they are read is among them until the next hour, and loses points of its curve at most. */
  readonly found: (idle: ReadonlyMap<AccountNumber, number>) => void
}

/** Reads, when a market is led and each hour, who holds something and has long not traded. */
export class IdleWatch implements Disposable {
  readonly #parts: IdleWatchParts
  #isOver = false
  #cancel: () => void = () => undefined

  constructor(parts: IdleWatchParts) {
    this.#parts = parts
    void this.#look()
  }

  [Symbol.dispose](): void {
    this.#isOver = true
    this.#cancel()
  }

  async #look(): Promise<void> {
    const { curves, clock, log, found } = this.#parts
    try {
      const idle = await curves.idleHolders(clock.now())
      if (!this.#isOver) found(idle)
    } catch (error) {
      log.warn({ err: error }, 'exchange: who is idle could not be read; again in an hour')
    }
    if (!this.#isOver) this.#cancel = clock.after(LOOK_MS, () => void this.#look())
  }
}
