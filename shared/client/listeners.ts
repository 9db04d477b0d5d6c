/** Listeners of one kind of event. A listener that throws stops nobody else: its error surfaces on its own. */
export class Listeners<Value> {
  readonly #listeners = new Set<(value: Value) => void>()

  get size(): number {
    return this.#listeners.size
  }

  /** @returns stops it */
  add(listener: (value: Value) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  tell(value: Value): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value)
      } catch (error) {
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}
