import type { Client } from '@valiant/shared/client/client'
import type { AskPayload } from '@valiant/shared/client/outgoing'
import type { BookFrame, Candle, Instrument, Trade } from '@valiant/shared/protocol/market-data'
import type { DataOf, RequestName } from '@valiant/shared/protocol/requests'
import { BookFeed } from '#lib/book/book-feed.svelte.ts'
import type { BookView } from '#lib/book/book-view.svelte.ts'
import { OnceAFrame } from '#lib/ui/once-a-frame.ts'
import { CandleFeed } from '#lib/chart/candle-feed.svelte.ts'
import { Listing } from '#lib/market/listing.svelte.ts'
import type { Market } from '#lib/market/market.svelte.ts'
import { AccountLists } from '#lib/positions/account-lists.svelte.ts'
import type { AccountTab } from '#lib/positions/account-tab.ts'
import { type ExitPrices, exitsOf, protectableQty } from '#lib/positions/exits-of.ts'
import { OrderActions } from '#lib/positions/order-actions.svelte.ts'
import type { AccountState } from '#lib/session/account.svelte.ts'
import type { Session } from '#lib/session/session.svelte.ts'
import type { Trading } from '#lib/trading/trading.svelte.ts'
import { BackgroundEvents } from '#lib/ticket/background-events.ts'
import type { Named, Receipt } from '#lib/ticket/receipt.ts'
import { type Scale, scaleOf } from '#lib/ticket/scale.ts'
import type { Surroundings } from '#lib/ticket/surroundings.ts'
import { Ticket } from '#lib/ticket/ticket.svelte.ts'
import { Tape } from '#lib/trades/tape.svelte.ts'
import type { Panels } from '#lib/panels/panels.svelte.ts'
import type { Toasts } from '#lib/ui/toasts.svelte.ts'

/** What the server rendered of one instrument. */
export interface WorkspaceSeed {
  readonly instrument: Instrument
  readonly book: BookFrame | undefined
  readonly candles: readonly Candle[]
  readonly trades: readonly Trade[]
}

/** No stream reports a halt. */
const STATUSES_EVERY_MS = 10_000

interface WorkspaceParts {
  readonly session: Session
  readonly account: AccountState
  readonly market: Market
  readonly trading: Trading
  readonly toasts: Toasts
  readonly panels: Panels
}

/** What one instrument's workspace shows, and what is done from it. */
export class WorkspaceState implements Surroundings {
  readonly instrument: Instrument
  readonly listing: Listing
  readonly scale: Scale
  readonly bookFeed: BookFeed
  readonly tape: Tape
  readonly candles: CandleFeed
  readonly ticket: Ticket
  readonly actions: OrderActions
  readonly lists: AccountLists

  accountTab = $state.raw<AccountTab>('positions')
  /** The price that is lit in chart and book at once. */
  litTicks = $state.raw<number | undefined>()

  readonly #session: Session
  readonly #account: AccountState
  readonly #market: Market
  readonly #trading: Trading
  readonly #toasts: Toasts
  readonly #panels: Panels
  #isLeft = false
  /** The account whose lists these are. */
  #ownerId: string | undefined
  readonly #events: BackgroundEvents
  readonly myOrders = $derived.by(() =>
    this.#account.openOrders.filter(({ symbol }) => symbol === this.instrument.symbol),
  )
  /** In this instrument: those that were fetched, and those that the account has reported since. */
  readonly myFills = $derived.by(() => {
    const reported = this.#account.fills.filter(({ symbol }) => symbol === this.instrument.symbol)
    return this.account ? this.lists.marked(reported) : reported
  })
  readonly touch = $derived.by(() => ({
    bidTicks: this.book.bids[0]?.[0] ?? 0,
    askTicks: this.book.asks[0]?.[0] ?? 0,
  }))
  /** Where its own orders stand in the book. */
  readonly myTicks = $derived(
    this.myOrders
      .filter(({ status }) => status === 'open' || status === 'partially_filled')
      .map(({ limitPrice }) => this.scale.ticks(limitPrice ?? '') ?? 0),
  )
  /** Just bought or sold: its row is lit once, when it is next seen. */
  litSymbol = $state.raw<string | undefined>()
  readonly position = $derived.by(() => this.#account.positionOf(this.instrument.symbol))

  constructor(seed: WorkspaceSeed, { session, account, market, trading, toasts, panels }: WorkspaceParts) {
    this.instrument = seed.instrument
    this.#session = session
    this.#account = account
    this.#market = market
    this.#trading = trading
    this.#toasts = toasts
    this.#panels = panels
    this.listing = market.of(seed.instrument.symbol) ?? new Listing(seed.instrument)
    this.scale = scaleOf(seed.instrument)
    this.bookFeed = new BookFeed(seed.instrument.symbol, seed.book)
    this.tape = new Tape(seed.trades, this.scale)
    this.candles = new CandleFeed(seed.instrument.symbol, seed.candles)
    this.ticket = new Ticket(this)
    this.actions = new OrderActions(this, {
      listingOf: (symbol) => market.of(symbol),
      tell: (receipt) => (this.#isLeft ? this.tellAway(receipt) : this.ticket.receipts.tell(receipt)),
      hasExits: ({ orderId }) => account.openOrders.some(({ parentOrderId }) => parentOrderId === orderId),
      qtyToProtect: (symbol) => this.#qtyToProtect(symbol),
      has: (symbol) => ({
        held: account.positionOf(symbol)?.position.qty.replace('-', '') ?? '0',
        equity: account.equity ?? 0,
        isMargin: account.account?.mode === 'margin',
      }),
    })
    this.lists = new AccountLists(seed.instrument.symbol, this)
    this.#events = new BackgroundEvents({
      tell: (receipt) => this.ticket.receipts.tell(receipt),
      namedOf: (symbol) => this.#namedOf(symbol),
    })
  }

  /** Open orders of all instruments. */
  get orderCount(): number {
    return this.#account.openOrders.length
  }

  get book(): BookView {
    return this.bookFeed.view
  }

  get name(): string {
    return this.listing.label
  }

  get lastTicks(): number {
    const { bidTicks, askTicks } = this.touch
    return this.listing.touch?.lastTicks || Math.round((bidTicks + askTicks) / 2)
  }

  get account() {
    return this.#account.snapshot
  }

  get trading() {
    return this.#trading.choice
  }

  get isLive(): boolean {
    return this.#session.isLive
  }

  /** Orders can be cancelled and changed, positions closed. What is shown of them is current. */
  get canAct(): boolean {
    return this.isLive && !this.isStale && !this.#market.isIndicative
  }

  get instrumentStatus() {
    return this.listing.status
  }

  get marketStatus() {
    return this.#market.status
  }

  get isStale(): boolean {
    return this.#session.isStale
  }

  ask<Name extends RequestName>(name: Name, payload: AskPayload<Name>): Promise<DataOf<Name>> {
    return this.#session.client.ask(name, payload)
  }

  serverNow(): number {
    return this.#session.serverNow()
  }

  /** The ticket is gone, and its slot with it: the trader is at another instrument, or on another page. */
  tellAway({ title, text, kind }: Receipt): void {
    const named = title.includes(this.name) ? title : `${this.name}: ${title}`
    this.#toasts.show(`${named}. ${text}`, kind === 'refused' ? 'alert' : 'note')
  }

  /** What of the position in this instrument exits can protect. */
  readonly exitQty = $derived.by(() => this.#qtyToProtect(this.instrument.symbol) ?? this.position?.position.qty ?? '0')

  /** Take profit or stop loss of the position in this instrument, beside the exit of the other kind that there is. */
  protect(exit: Partial<ExitPrices>): void {
    const { symbol } = this.instrument
    const { takeProfit, stopLoss } = exitsOf(this.#account.openOrders, symbol)
    const prices = { takeProfit: takeProfit?.limitPrice, stopLoss: stopLoss?.stopPrice, ...exit }
    void this.actions.protect(symbol, prices)
  }

  #namedOf(symbol: string): Named | undefined {
    const listing = this.#market.of(symbol)
    return listing && { name: listing.label, scale: scaleOf(listing.instrument) }
  }

  #qtyToProtect(symbol: string): string | undefined {
    const live = this.#account.positionOf(symbol)
    if (!live?.listing) return undefined
    const isMargin = this.#account.account?.mode === 'margin'
    const scale = scaleOf(live.listing.instrument)
    return protectableQty(this.#account.openOrders, live.position, { isMargin, scale })
  }

  /** Joins the streams; what arrives is applied once a painted frame. @returns ends it */
  follow(client: Client): () => void {
    const { symbol } = this.instrument
    const tape = new OnceAFrame<Parameters<Tape['take']>[0]>((frames) => {
      for (const frame of frames) this.tape.take(frame)
    })
    this.#ownerId = this.account?.account.id
    this.#readLists()
    const stops = [
      this.bookFeed.follow(client),
      this.#market.keepQuotes(client, symbol),
      client.subscribe({ channel: 'trades', symbols: [symbol] }, (frame) => tape.add(frame)),
      this.candles.follow(client),
      client.on('account', (frame) => {
        this.#events.take(frame)
        this.litSymbol = frame.fills[0]?.symbol ?? this.litSymbol
        this.lists.take(frame)
      }),
      client.on('accountState', (snapshot) => this.actions.inPlace.settle(snapshot)),
      client.on('connection', (state) => {
        if (state.phase === 'reconnecting') this.#events.lost(this.#session.serverNow(state.sinceMs))
      }),
      client.on('welcome', ({ accountId }) => {
        this.ticket.preview.refresh()
        void this.#market.refreshStatuses(client)
        this.#tellMissed(client, accountId)
        this.#catchUp(accountId)
        // The page may have been loaded while accounts could not be read.
        this.ticket.resume()
      }),
      this.ticket.watch(),
    ]
    const statuses = setInterval(() => {
      if (!document.hidden && this.isLive) void this.#market.refreshStatuses(client)
    }, STATUSES_EVERY_MS)
    return () => {
      this.#isLeft = true
      clearInterval(statuses)
      tape.stop()
      for (const stop of stops) stop()
    }
  }

  /** After a reconnect, when frames may have been missed, and another user may have signed in. */
  #catchUp(accountId: string | undefined): void {
    if (accountId === this.#ownerId) this.lists.reload()
    else {
      this.lists.forget()
      if (this.#ownerId !== undefined) this.#forget()
    }
    this.#ownerId = accountId
    if (accountId === undefined) return
    this.#readLists()
    this.show(this.accountTab)
  }

  #readLists(): void {
    if (this.account) this.lists.read(this.account.account.resets)
  }

  #tellMissed(client: Client, accountId: string | undefined): void {
    if (accountId === undefined || accountId !== this.#ownerId) return
    const isMargin = this.account?.account.mode === 'margin'
    void this.#events.back(client, isMargin, () => !this.#isLeft && accountId === this.#ownerId)
  }

  /** Nothing that concerns the previous account can be answered or undone any more. */
  #forget(): void {
    this.ticket.forget()
    this.actions.inPlace.forget()
  }

  /** Shows a list that the user must see now, even if the lists are hidden. */
  reveal(tab: AccountTab): void {
    this.#panels.reveal('bottom')
    this.show(tab)
  }

  show(tab: AccountTab): void {
    this.accountTab = tab
    if (this.account) this.lists.open(tab)
  }
}
