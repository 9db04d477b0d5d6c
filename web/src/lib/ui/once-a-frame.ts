/** As often as the exchange sends: updating the page for each stream separately would be four times the work. */
const PASSES_PER_SECOND_MAX = 20
/** Slightly less than the interval, so that an early animation frame is not skipped. */
const PASS_MS = 1_000 / PASSES_PER_SECOND_MAX - 6
const HIDDEN_MS = 500

/** Delivers what all streams have gathered in one animation frame; in a hidden tab, which has none, by a timer. */
class Passes {
  readonly #waiting = new Set<() => void>()
  #passedAtMs = -PASS_MS
  #frame = 0
  #due: ReturnType<typeof setTimeout> | undefined
  #hidden: ReturnType<typeof setTimeout> | undefined

  add(flush: () => void): void {
    this.#waiting.add(flush)
    if (this.#waiting.size > 1) return
    const inMs = this.#passedAtMs + PASS_MS - performance.now()
    if (inMs <= 0) this.#ask()
    else this.#due = setTimeout(this.#ask, inMs)
    this.#hidden = setTimeout(this.#pass, HIDDEN_MS)
  }

  delete(flush: () => void): void {
    this.#waiting.delete(flush)
    if (this.#waiting.size === 0) this.#stop()
  }

  readonly #ask = () => {
    this.#frame = requestAnimationFrame(this.#pass)
  }

  readonly #pass = () => {
    this.#stop()
    this.#passedAtMs = performance.now()
    const flushes = [...this.#waiting]
    this.#waiting.clear()
    for (const flush of flushes) flush()
  }

  #stop(): void {
    cancelAnimationFrame(this.#frame)
    clearTimeout(this.#due)
    clearTimeout(this.#hidden)
  }
}

const passes = new Passes()

/** Gathers a stream's frames and delivers them once per animation frame with all others, at most 20 times a second. */
export class OnceAFrame<Value> {
  #values: Value[] = []
  readonly #handle: (values: readonly Value[]) => void

  constructor(handle: (values: readonly Value[]) => void) {
    this.#handle = handle
  }

  add(value: Value): void {
    this.#values.push(value)
    if (this.#values.length === 1) passes.add(this.#flush)
  }

  stop(): void {
    passes.delete(this.#flush)
    this.#values = []
  }

  readonly #flush = () => {
    const values = this.#values
    this.#values = []
    if (values.length > 0) this.#handle(values)
  }
}
