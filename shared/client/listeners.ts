/** Listeners to one kind of event. A listener that throws does not stop the others: its error surfaces on its own. */
export class Listeners<Value> {
  /** One entry per call of `add`, so that a function which is added twice is called twice. */
  readonly #listeners = new Set<{ readonly call: (value: Value) => void }>()

  get size(): number {
    return this.#listeners.size
  }

  /** @returns removes it */
  add(listener: (value: Value) => void): () => void {
    const entry = { call: listener }
    this.#listeners.add(entry)
    return () => this.#listeners.delete(entry)
  }

  tell(value: Value): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener.call(value)
      } catch (error) {
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}
