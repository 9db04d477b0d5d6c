import { isClosed } from '@valiant/shared/client/account-mirror'
import type { Client } from '@valiant/shared/client/client'
import type { AccountFrame, LedgerEntry } from '@valiant/shared/protocol/account'
import { PAGE_MAX } from '@valiant/shared/protocol/limits'
import type { Fill, Order } from '@valiant/shared/protocol/order'
import type { AccountTab } from './account-tab.ts'
import { joined } from './joined.ts'
import { PagedList } from './paged-list.svelte.ts'
import { RealizedToday, type TodaySource } from './realized-today.svelte.ts'

/** The lists of an account that are fetched page by page, and those fills that the chart of one instrument marks. */
export class AccountLists {
  readonly fills: PagedList<Fill>
  readonly history: PagedList<Order>
  readonly ledger: PagedList<LedgerEntry>
  readonly realizedToday: RealizedToday
  /**
   * In one instrument: an order fills in a dozen parts, so the newest fills of the whole account cover only a few
   * orders, of all instruments together.
   */
  readonly #marked: PagedList<Fill>
  readonly #symbol: string

  constructor(symbol: string, client: Pick<Client, 'ask'> & TodaySource) {
    this.#symbol = symbol
    this.realizedToday = new RealizedToday(client)
    this.fills = new PagedList((cursor) => client.ask('fills', pageAfter(cursor)), fillIdOf)
    this.#marked = new PagedList(
      (cursor) => client.ask('fills', { symbol, limit: PAGE_MAX, ...pageAfter(cursor) }),
      fillIdOf,
    )
    this.history = new PagedList(
      (cursor) => client.ask('orders', { status: 'closed', ...pageAfter(cursor) }),
      ({ orderId }) => orderId,
    )
    this.ledger = new PagedList(
      (cursor) => client.ask('ledger', pageAfter(cursor)),
      ({ entryId }) => entryId,
    )
  }

  /** Fetches the list of a tab when it is first shown. */
  open(tab: AccountTab): void {
    if (tab === 'fills') this.fills.open()
    if (tab === 'history') this.history.open()
    if (tab === 'money') this.ledger.open()
  }

  /** The fills in the instrument: those fetched for its chart, and newer ones. */
  marked(newer: readonly Fill[]): readonly Fill[] {
    return joined(newer, this.#marked.items, fillIdOf)
  }

  /** Fetches what is always shown: the fills in the chart, and today's realized profit. @param resets of the account */
  read(resets: number): void {
    void (this.#marked.state === 'new' ? this.#marked.more() : this.#marked.reload())
    void this.realizedToday.read(resets)
  }

  /** Adds what an account frame reports. */
  take(frame: AccountFrame): void {
    const { fills, orders } = frame
    this.realizedToday.take(frame)
    this.fills.prepend([...fills].reverse())
    this.#marked.prepend(fills.filter(({ symbol }) => symbol === this.#symbol).reverse())
    this.history.prepend(orders.filter(isClosed))
    void this.ledger.reload()
  }

  /** After a reconnect, because account frames may have been missed. */
  reload(): void {
    for (const list of [this.fills, this.history, this.ledger]) void list.reload()
  }

  /** Starts over for another account. */
  forget(): void {
    for (const list of [this.fills, this.history, this.ledger, this.#marked, this.realizedToday]) list.forget()
  }
}

const fillIdOf = ({ fillId }: Fill) => fillId
const pageAfter = (cursor: string | undefined) => (cursor === undefined ? {} : { cursor })
