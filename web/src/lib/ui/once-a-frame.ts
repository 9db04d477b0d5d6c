/** Gathers the newest value of each key, and applies them together before the next painted frame. */
export class OnceAFrame<Value> {
  readonly #apply: (values: Iterable<Value>) => void
  readonly #gathered = new Map<string, Value>()
  #frame: number | undefined

  constructor(apply: (values: Iterable<Value>) => void) {
    this.#apply = apply
  }

  put(key: string, value: Value): void {
    this.#gathered.set(key, value)
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined
      const values = [...this.#gathered.values()]
      this.#gathered.clear()
      this.#apply(values)
    })
  }

  /** What was gathered is not applied any more. */
  stop(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame)
    this.#frame = undefined
    this.#gathered.clear()
  }
}
