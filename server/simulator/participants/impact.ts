/** Time constants of the memory of order flow. None is below 90 s, because a shorter one would revert within a minute. */
const MEMORY_SECONDS = [90, 900, 9_000]
/** Y, chosen so that 1% of the daily volume, traded in ten minutes, moves the price by 1.4·σ_D·√(Q/ADV). */
const STRENGTH = 2.05
const SOFTENING = 2e-6
const SOFTENING_ROOT = Math.sqrt(SOFTENING)

/**
 * The impact I of all signed order flow: I = Y·σ_D·⅓ Σ_k g(X_k), g(u) = sgn(u)(√(|u| + c) − √c). Each X_k sums flow as a
 * share of the daily volume and decays with τ_k. The impact is concave in the accumulated volume, not in the size of one
 * order, so slicing an order changes nothing. g is odd and increasing, so a round trip never pays, whatever its schedule
 * (Alfonsi and Schied 2010; concavity in the order's size would allow manipulation: Gatheral 2010). The square root:
 * Almgren et al. 2005.
 */
export class Impact {
  /** I as a fraction of the price: 0.01 is 1%. */
  value = 0
  private readonly memory: Float64Array
  private readonly dayLots: number
  private readonly scale: number

  constructor(dayLots: number, sigmaDay: number, memory: readonly number[] = MEMORY_SECONDS.map(() => 0)) {
    this.memory = Float64Array.from(memory)
    this.dayLots = dayLots
    this.scale = (STRENGTH * sigmaDay) / MEMORY_SECONDS.length
    this.refresh()
  }

  save(): readonly number[] {
    return [...this.memory]
  }

  decay(seconds: number): void {
    const { memory } = this
    for (let at = 0; at < memory.length; at++) {
      memory[at] = (memory[at] ?? 0) * Math.exp(-seconds / (MEMORY_SECONDS[at] ?? 1))
    }
    this.refresh()
  }

  /** @param signedLots bought lots positive, sold ones negative */
  add(signedLots: number): void {
    const { memory } = this
    const part = signedLots / this.dayLots
    for (let at = 0; at < memory.length; at++) memory[at] = (memory[at] ?? 0) + part
    this.refresh()
  }

  private refresh(): void {
    const { memory } = this
    let sum = 0
    for (let at = 0; at < memory.length; at++) sum += softRoot(memory[at] ?? 0)
    this.value = this.scale * sum
  }
}

function softRoot(flow: number): number {
  return flow >= 0 ? Math.sqrt(flow + SOFTENING) - SOFTENING_ROOT : SOFTENING_ROOT - Math.sqrt(SOFTENING - flow)
}
