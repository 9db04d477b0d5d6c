/**
 * Gathers what arrives and hands it on once per animation frame: 20 frames a second of several streams then cost one
 * pass over the page. In a hidden tab, where no frame comes, it is handed on by a timer.
 */
export class OnceAFrame<Value> {
  #values: Value[] = []
  #frame = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #handle: (values: readonly Value[]) => void

  constructor(handle: (values: readonly Value[]) => void) {
    this.#handle = handle
  }

  add(value: Value): void {
    this.#values.push(value)
    if (this.#values.length > 1) return
    this.#frame = requestAnimationFrame(this.#flush)
    this.#timer = setTimeout(this.#flush, HIDDEN_MS)
  }

  stop(): void {
    cancelAnimationFrame(this.#frame)
    clearTimeout(this.#timer)
    this.#values = []
  }

  readonly #flush = () => {
    const values = this.#values
    this.stop()
    if (values.length > 0) this.#handle(values)
  }
}

const HIDDEN_MS = 500
