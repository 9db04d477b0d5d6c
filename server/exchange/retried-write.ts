import type { Clock } from './clock.ts'

const RETRY_MS = 500
/** A write that hangs on a dead connection must not delay the end of the process. */
const CLOSE_MS_MAX = 1_000

interface RetriedWriteParts {
  /** Whether there is something to write. */
  readonly hasMore: () => boolean
  /** Writes everything or a part; what fails stays pending. */
  readonly write: () => Promise<void>
  readonly failed: (error: unknown) => void
  readonly clock: Clock
}

/** Writes outside the journal, one at a time, each retried until the database accepts it. */
export class RetriedWrite implements AsyncDisposable {
  readonly #parts: RetriedWriteParts
  #writing = Promise.resolve()
  #isWriting = false
  #isClosing = false

  constructor(parts: RetriedWriteParts) {
    this.#parts = parts
  }

  /** Something may have to be written. */
  wake(): void {
    if (!this.#isWriting) this.#writing = this.#run()
  }

  /** Waits a limited time for the current write, which is not retried if it fails. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true
    await Promise.race([this.#writing, this.#pause(CLOSE_MS_MAX)])
  }

  async #run(): Promise<void> {
    const { hasMore, write, failed } = this.#parts
    this.#isWriting = true
    while (hasMore()) {
      try {
        await write()
      } catch (error) {
        failed(error)
        if (this.#isClosing) break
        await this.#pause(RETRY_MS)
      }
    }
    this.#isWriting = false
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#parts.clock.after(ms, resolve))
  }
}
