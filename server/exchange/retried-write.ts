import type { Clock } from './clock.ts'

const RETRY_MS = 500
/** A write that hangs on a dead link must not hold up the end of the process. */
const CLOSE_MS_MAX = 1_000

export interface RetriedWriteParts {
  /** There is something to write. */
  readonly hasMore: () => boolean
  /** Writes what there is, or a part; what fails is there again. */
  readonly write: () => Promise<void>
  readonly failed: (error: unknown) => void
  readonly clock: Clock
}

/** Writes beside the journal, one after the other, each again until the database takes it. */
export class RetriedWrite implements AsyncDisposable {
  readonly #parts: RetriedWriteParts
  #writing = Promise.resolve()
  #isWriting = false
  #isClosing = false

  constructor(parts: RetriedWriteParts) {
    this.#parts = parts
  }

  /** There may be something to write. */
  wake(): void {
    if (!this.#isWriting) this.#writing = this.#run()
  }

  /** Waits for what is being written, within bounds, and tries nothing again. */
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
