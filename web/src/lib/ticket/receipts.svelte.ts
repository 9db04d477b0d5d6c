import type { ErrorCode } from '@valiant/shared/protocol/errors'
import type { Receipt } from './receipt.ts'

const RECEIPT_MS = 6_000
/** Shown for less, a result may not have been read. */
const READ_MS = 3_000
/** Bounds receipts that arrive faster than they expire; the count behind the newest has two digits. */
const RECEIPTS_MAX = 100

/** A refused order: its refusal stays until something changes, and its code says whether the order must. */
export type Refused = Receipt & { readonly code: ErrorCode }

/** The results of the last orders: receipts that expire, and a refusal that stays until something changes. */
export class Receipts {
  /** Newest first; all but the first are counted as "+1", each for as long as it would be shown. */
  items = $state.raw<readonly Receipt[]>([])
  refusal = $state.raw<Refused | undefined>()
  readonly #toldAtMs = new WeakMap<Receipt, number>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #newest: { readonly receipt: Receipt; readonly toldAtMs: number } | undefined

  /** Reports something that was done, here or elsewhere on the page. */
  tell(receipt: Receipt): void {
    const nowMs = performance.now()
    const earlier = this.#done.filter(
      (one) =>
        (one.of === undefined || one.of !== receipt.of) &&
        (one.stays || nowMs - (this.#toldAtMs.get(one) ?? 0) < RECEIPT_MS),
    )
    this.items = [receipt, ...earlier].slice(0, RECEIPTS_MAX)
    this.#toldAtMs.set(receipt, nowMs)
    this.#newest = { receipt, toldAtMs: nowMs }
    this.release()
  }

  refuse(refusal: Refused): void {
    this.refusal = refusal
    this.items = this.#staying
    this.#newest = { receipt: refusal, toldAtMs: performance.now() }
  }

  /** @returns the newest result, if it is still shown and may not have been read yet */
  unread(): Receipt | undefined {
    if (!this.#newest) return undefined
    const { receipt, toldAtMs } = this.#newest
    const isShown = receipt === this.refusal || this.items.includes(receipt)
    const isFresh = receipt.kind !== 'info' && performance.now() - toldAtMs <= READ_MS
    return isShown && (isFresh || receipt.stays) ? receipt : undefined
  }

  /** Something is typed: the refusal no longer applies, nor does a proposal. */
  edited(): void {
    this.refusal = undefined
    this.items = this.#done
  }

  /** Closes the newest; one behind it that stays until it is closed is next. */
  dismiss(): void {
    this.items = this.items.slice(1).filter(({ stays }) => stays)
    this.refusal = undefined
  }

  /** Keeps the receipt while the pointer or the focus is on it. */
  hold(): void {
    clearTimeout(this.#timer)
  }

  release(): void {
    clearTimeout(this.#timer)
    const [newest] = this.items
    if (newest && newest.kind !== 'info' && !newest.stays) {
      this.#timer = setTimeout(() => (this.items = this.#staying), RECEIPT_MS)
    }
  }

  get #staying(): readonly Receipt[] {
    return this.items.filter(({ stays }) => stays)
  }

  get #done(): readonly Receipt[] {
    return this.items.filter(({ kind }) => kind !== 'info')
  }
}
