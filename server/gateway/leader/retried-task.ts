import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from '../../telemetry/logger.ts'

interface RetriedTaskParts {
  /** The log message on failure: "… could not be …". */
  readonly failure: string
  /** @returns whether it is done */
  readonly attempt: () => Promise<boolean>
  readonly retryMs: number
  readonly log: Pick<Logger, 'warn'>
}

/** Retries a task until it succeeds, and runs it once more if requested meanwhile; never concurrently. */
export class RetriedTask implements Disposable {
  readonly #parts: RetriedTaskParts
  readonly #end = new AbortController()
  #isWanted = false
  #isUnderWay = false
  /** Whether the failure was logged already, so that a long outage does not fill the log. */
  #hasFailed = false

  constructor(parts: RetriedTaskParts) {
    this.#parts = parts
  }

  ask(): void {
    this.#isWanted = true
    if (!this.#isUnderWay) void this.#run()
  }

  [Symbol.dispose](): void {
    this.#end.abort()
  }

  async #run(): Promise<void> {
    this.#isUnderWay = true
    const { retryMs } = this.#parts
    const { signal } = this.#end
    while (this.#isWanted && !signal.aborted) {
      this.#isWanted = false
      if (await this.#attempt()) {
        this.#hasFailed = false
        continue
      }
      this.#isWanted = true
      await pause(retryMs, undefined, { signal }).catch(() => undefined)
    }
    this.#isUnderWay = false
  }

  async #attempt(): Promise<boolean> {
    const { failure, attempt, log } = this.#parts
    try {
      return await attempt()
    } catch (error) {
      if (!this.#hasFailed) log.warn({ err: error }, `${failure}; retrying`)
      this.#hasFailed = true
      return false
    }
  }
}
