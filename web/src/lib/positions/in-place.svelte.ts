import type { Position } from '@valiant/shared/protocol/account'
import type { Order } from '@valiant/shared/protocol/order'

/** A question that a row or a list's header asks in place. */
export type Question = 'cancelAll' | 'closeAll' | `close ${string}` | `reverse ${string}`
/** A row that is being edited in place. */
export type Editing = `amend ${string}` | `protect ${string}`

/** What the account has now. */
interface Standing {
  readonly openOrders: readonly Order[]
  readonly positions: readonly Position[]
}

const ASKS_MS = 8_000
const AGAIN_MS = 2_000

/** What the lists ask in place of a button, and which of their rows is a form. */
export class InPlace {
  asking = $state.raw<Question | undefined>()
  editing = $state.raw<Editing | undefined>()

  #askedAt = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  ask(question: Question): void {
    clearTimeout(this.#timer)
    this.asking = question
    this.#askedAt = performance.now()
    this.#timer = setTimeout(() => this.withdraw(), ASKS_MS)
  }

  /** The first press of a key asks; a second one within two seconds confirms. @returns whether to go ahead */
  isAgain(question: Question): boolean {
    if (this.asking === question && performance.now() - this.#askedAt < AGAIN_MS) return true
    this.ask(question)
    return false
  }

  /** Takes back the question. A row that is being edited stays open. */
  withdraw(): void {
    clearTimeout(this.#timer)
    this.asking = undefined
  }

  /** Opens a row for editing, or closes it if it is already open. */
  edit(row: Editing): void {
    this.withdraw()
    this.editing = this.editing === row ? undefined : row
  }

  /** Closes the row that is being edited. */
  leave(): void {
    this.editing = undefined
  }

  /** Closes the form that sent a request, unless another one has been opened since. */
  leaveSent(row: Editing): void {
    if (this.editing === row) this.leave()
  }

  /** Esc: takes back the question; without one closes the row that is being edited. */
  keep(): void {
    if (this.asking === undefined) this.leave()
    else this.withdraw()
  }

  /** Another account, or none: nothing of the previous one is asked or edited any more. */
  forget(): void {
    this.withdraw()
    this.leave()
  }

  /**
   * Ends the questions and edits of orders and positions that are gone: a form that waited for the next position in the
   * same instrument would open by itself, and take the focus from whatever is typed then.
   */
  settle({ openOrders, positions }: Standing): void {
    const isThere = (of: Question | Editing): boolean => {
      if (of === 'cancelAll') return openOrders.length > 0
      if (of === 'closeAll') return positions.length > 0
      const [what, key] = of.split(' ')
      return what === 'amend'
        ? openOrders.some(({ orderId }) => orderId === key)
        : positions.some(({ symbol }) => symbol === key)
    }
    if (this.editing !== undefined && !isThere(this.editing)) this.leave()
    if (this.asking !== undefined && !isThere(this.asking)) this.withdraw()
  }
}
