import type { Logger } from 'pino'
import type { EquityCurves, EquitySample } from '../../journal/equity.ts'

/** At most this many samples per statement, so that each ends well within the role's transaction_timeout. */
const SAMPLES_A_STATEMENT_MAX = 5_000
/**
 * With more than this waiting for a slow database the newest are dropped: a gap in a curve is better than growing
 * memory.
 */
const SAMPLES_WAITING_MAX = 200_000

/** Writes equity samples outside the journal, in order. */
export class EquityWriter {
  readonly #curves: Pick<EquityCurves, 'write'>
  readonly #log: Logger
  readonly #waiting: EquitySample[] = []
  #isWriting = false

  constructor({ curves, log }: { curves: Pick<EquityCurves, 'write'>; log: Logger }) {
    this.#curves = curves
    this.#log = log
  }

  write(samples: readonly EquitySample[]): void {
    for (const sample of samples) {
      if (this.#waiting.length >= SAMPLES_WAITING_MAX) break
      this.#waiting.push(sample)
    }
    if (!this.#isWriting) void this.#drain()
  }

  async #drain(): Promise<void> {
    this.#isWriting = true
    while (this.#waiting.length > 0) {
      const samples = this.#waiting.splice(0, SAMPLES_A_STATEMENT_MAX)
      try {
        await this.#curves.write(samples)
      } catch (error) {
        this.#log.warn({ err: error, samples: samples.length }, 'exchange: equity samples were lost')
      }
    }
    this.#isWriting = false
  }
}
