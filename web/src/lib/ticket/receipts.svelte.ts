import type { ErrorCode } from '@valiant/shared/protocol/errors'
import type { Receipt } from './receipt.ts'

const RECEIPT_MS = 6_000

/** What was not taken stays until it is changed; its code says whether it must be. */
export type Refused = Receipt & { readonly code: ErrorCode }

/** What became of the last orders: receipts that go by themselves, and a refusal that stays until something changes. */
export class Receipts {
  /** Newest first; all but the first are counted as "+1". */
  items = $state.raw<readonly Receipt[]>([])
  refusal = $state.raw<Refused | undefined>()
  #timer: ReturnType<typeof setTimeout> | undefined

  /** Tells of something that was done, here or elsewhere on the page. */
  tell(receipt: Receipt): void {
    this.items = [receipt, ...this.#done.filter(({ of }) => of === undefined || of !== receipt.of)]
    this.release()
  }

  refuse(refusal: Refused): void {
    this.refusal = refusal
    this.items = []
  }

  /** Something is typed: what it answered is over, and a proposal too. */
  edited(): void {
    this.refusal = undefined
    this.items = this.#done
  }

  dismiss(): void {
    this.items = []
    this.refusal = undefined
  }

  /** A pointer or the focus rests on the receipt: it stays until that leaves. */
  hold(): void {
    clearTimeout(this.#timer)
  }

  release(): void {
    clearTimeout(this.#timer)
    const [newest] = this.items
    if (newest && newest.kind !== 'info') this.#timer = setTimeout(() => (this.items = []), RECEIPT_MS)
  }

  get #done(): readonly Receipt[] {
    return this.items.filter(({ kind }) => kind !== 'info')
  }
}
