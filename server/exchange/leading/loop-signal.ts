/** What a term of leading waits for: a reason to take a turn, or a fault from anywhere. Only the first fault counts. */
export class LoopSignal {
  #wake = Promise.withResolvers<undefined>()
  #fault: { readonly error: unknown } | undefined

  readonly wake = (): void => this.#wake.resolve(undefined)

  readonly fail = (error: unknown): void => {
    this.#fault ??= { error }
    this.wake()
  }

  get fault(): { readonly error: unknown } | undefined {
    return this.#fault
  }

  /** Resolves at the next `wake`, or at once if there was one since it last resolved. */
  async next(): Promise<void> {
    await this.#wake.promise
    this.#wake = Promise.withResolvers()
  }
}
