import { RequestRefused } from '@valiant/shared/client/errors'
import type { ErrorCode } from '@valiant/shared/protocol/errors'
import type { OrderPreview } from '@valiant/shared/protocol/order'
import type { WireError } from '@valiant/shared/protocol/wire-error'
import type { Fields } from './fields.svelte.ts'
import { sizeOf } from './order-size.ts'
import type { Surroundings } from './surroundings.ts'

const AFTER_KEY_MS = 150
const AGAIN_MS = 2_000
const NO_ANSWER: ReadonlySet<ErrorCode> = new Set(['TIMEOUT', 'REQUEST_EXPIRED', 'RATE_LIMITED'])

/** The exchange's preview of the typed order: requested after the last key press, and again as the market moves. */
export class PreviewFeed {
  readonly #around: Surroundings
  readonly #fields: Fields
  /** The last answer and the key of its order: the preview, or why the order would be refused. */
  #answered = $state.raw<
    { readonly of: string; readonly preview?: OrderPreview; readonly refusal?: WireError } | undefined
  >()
  #timer: ReturnType<typeof setTimeout> | undefined

  readonly #accepted: (key: string, askedAtMs: number) => void
  readonly #refused: (key: string, code: ErrorCode) => void

  /**
   * @param accepted called when the exchange would take the order; `askedAtMs` by `performance.now()`
   * @param refused called when it would not, before that is shown
   */
  constructor(
    around: Surroundings,
    fields: Fields,
    accepted: (key: string, askedAtMs: number) => void,
    refused: (key: string, code: ErrorCode) => void,
  ) {
    this.#around = around
    this.#fields = fields
    this.#accepted = accepted
    this.#refused = refused
  }

  /** `blank` without an order; `waiting` shows the previous figures in gray. */
  readonly state = $derived.by((): 'blank' | 'waiting' | 'ready' => {
    if (!this.#fields.check.ok || !this.#around.account) return 'blank'
    return this.#answered?.of === this.#fields.key ? 'ready' : 'waiting'
  })
  readonly shown = $derived.by(() => (this.state === 'blank' ? undefined : this.#answered?.preview))
  readonly refusal = $derived.by(() => (this.state === 'ready' ? this.#answered?.refusal : undefined))
  /** The size of the order: its value and its slippage. */
  readonly size = $derived.by(() => sizeOf(this.#fields, this.state === 'ready' ? this.shown : undefined, this.#around))

  edited(): void {
    this.#schedule(AFTER_KEY_MS)
  }

  refresh(): void {
    this.#schedule(0)
  }

  /** Refreshes the preview every two seconds. @returns a function that stops it */
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
    const askedAtMs = performance.now()
    try {
      const preview = await this.#around.ask('order.preview', check.content)
      if (key !== this.#fields.key) return
      this.#answered = { of: key, preview }
      this.#accepted(key, askedAtMs)
    } catch (error) {
      // A question that got no answer in time says nothing about the order: the last figures stay.
      if (error instanceof RequestRefused && key === this.#fields.key && !NO_ANSWER.has(error.error.code)) {
        this.#refused(key, error.error.code)
        this.#answered = { of: key, refusal: error.error }
      }
    }
  }
}
