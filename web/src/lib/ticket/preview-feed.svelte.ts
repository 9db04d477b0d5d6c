import { RequestRefused } from '@valiant/shared/client/errors'
import type { OrderPreview } from '@valiant/shared/protocol/order'
import type { WireError } from '@valiant/shared/protocol/wire-error'
import type { Fields } from './fields.svelte.ts'
import { centsOf } from './scale.ts'
import type { Surroundings } from './surroundings.ts'

const AFTER_KEY_MS = 150
const AGAIN_MS = 2_000

/** What the exchange says that the typed order would do: asked for after the last key, and anew as the market moves. */
export class PreviewFeed {
  readonly #around: Surroundings
  readonly #fields: Fields
  /** The last answer, and for which order it was: what it would do, or why it would be refused. */
  #answered = $state.raw<
    { readonly of: string; readonly preview?: OrderPreview; readonly refusal?: WireError } | undefined
  >()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(around: Surroundings, fields: Fields) {
    this.#around = around
    this.#fields = fields
  }

  /** Blank without an order; waiting shows the old figures in grey. */
  readonly state = $derived.by((): 'blank' | 'waiting' | 'ready' => {
    if (!this.#fields.check.ok || !this.#around.account) return 'blank'
    return this.#answered?.of === this.#fields.key ? 'ready' : 'waiting'
  })
  readonly shown = $derived.by(() => (this.state === 'blank' ? undefined : this.#answered?.preview))
  readonly refusal = $derived.by(() => (this.state === 'ready' ? this.#answered?.refusal : undefined))
  readonly slippageBps = $derived.by(() => (this.state === 'ready' ? (this.shown?.slippageBps ?? 0) : 0))
  /** What the order is worth: by the exchange, else at its limit, trigger or the touch. */
  readonly valueCents = $derived.by(() => {
    const { check } = this.#fields
    if (!check.ok) return 0n
    if (this.state === 'ready' && this.shown) return BigInt(centsOf(this.shown.notional))
    return this.#around.scale.valueCents(check.pricingTicks, check.lots)
  })

  edited(): void {
    this.#schedule(AFTER_KEY_MS)
  }

  refresh(): void {
    this.#schedule(0)
  }

  /** The market moves on: asked for again every two seconds. @returns stops it */
  watch(): () => void {
    this.refresh()
    const again = setInterval(() => {
      if (this.state !== 'blank' && !document.hidden) this.refresh()
    }, AGAIN_MS)
    return () => {
      clearInterval(again)
      clearTimeout(this.#timer)
    }
  }

  #schedule(afterMs: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#ask(), afterMs)
  }

  async #ask(): Promise<void> {
    const { check, key } = this.#fields
    if (!check.ok || !this.#around.account || !this.#around.isLive) return
    try {
      const preview = await this.#around.ask('order.preview', check.content)
      if (key === this.#fields.key) this.#answered = { of: key, preview }
    } catch (error) {
      if (error instanceof RequestRefused && key === this.#fields.key) {
        this.#answered = { of: key, refusal: error.error }
      }
    }
  }
}
