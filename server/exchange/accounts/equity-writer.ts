import type { Logger } from 'pino'
import type { EquityCurves, EquitySample } from '../../journal/equity.ts'

/** A statement writes at most so many, so that it ends well within the role's transaction_timeout. */
const SAMPLES_A_STATEMENT_MAX = 5_000
/** When more wait for a database that is slow, the newest are lost: a curve has gaps, an exchange must not grow. */
const SAMPLES_WAITING_MAX = 200_000

/** Writes samples of equity beside the journal, in the order they come. */
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
        this.#log.warn({ err: error, samples: samples.length }, 'exchange: samples of equity are lost')
      }
    }
    this.#isWriting = false
  }
}
