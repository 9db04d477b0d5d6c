/** Time constants in seconds of the memory of order flow. None below 90 s: a fast one reverts within the minute. */
const MEMORY_SECONDS = [90, 900, 9_000]
/** Y: with it one percent of a day's volume, traded in ten minutes, moves the price by 1.4·σ_D·√(Q/ADV). */
const STRENGTH = 2.05
const SOFTENING = 2e-6
const SOFTENING_ROOT = Math.sqrt(SOFTENING)

/**
 * The impact I of all signed order flow: I = Y·σ_D·⅓ Σ_k g(X_k), g(u) = sgn(u)(√(|u| + c) − √c), where each X_k sums
 * flow over a day's volume and decays with τ_k. Concave in accumulated volume and never in the size of one order, so
 * that slicing changes nothing; g is odd and increasing, so that a round trip never pays, whatever its schedule
 * (Alfonsi and Schied 2010; the other way round is manipulable: Gatheral 2010). The root: Almgren et al. 2005.
 */
export class Impact {
  /** I, a part of the price: 0.01 is one percent. */
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
