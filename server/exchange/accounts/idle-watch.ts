import type { Logger } from 'pino'
import type { AccountNumber } from '../../engine/command.ts'
import type { EquityCurves } from '../../journal/equity.ts'
import type { Clock } from '../clock.ts'

const LOOK_MS = 3_600_000

interface IdleWatchParts {
  readonly curves: Pick<EquityCurves, 'idleHolders'>
  readonly clock: Clock
  readonly log: Pick<Logger, 'warn'>
  /**
   * Called with the idle accounts. One that trades while they are read stays listed until the next hour, and at worst
   * loses points of its curve.
   */
  readonly found: (idle: ReadonlyMap<AccountNumber, number>) => void
}

/** Reads which accounts have positions but have long not traded: when leading begins and every hour. */
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
      log.warn({ err: error }, 'exchange: idle accounts could not be read; retrying in an hour')
    }
    if (!this.#isOver) this.#cancel = clock.after(LOOK_MS, () => void this.#look())
  }
}
