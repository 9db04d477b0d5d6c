import type { Client } from '@valiant/shared/client/client'
import type { AccountFrameCause, LedgerEntry } from '@valiant/shared/protocol/account'
import type { Fill } from '@valiant/shared/protocol/order'
import { intervalMs } from '#lib/chart/intervals.ts'
import type { Market } from '#lib/market/market.svelte.ts'
import { type Page, PagedList } from '#lib/positions/paged-list.svelte.ts'
import type { AccountState } from '#lib/session/account.svelte.ts'
import type { Session } from '#lib/session/session.svelte.ts'

import { allocationOf } from './allocation.ts'
import { closedTradesOf } from './closed-trades.ts'
import { CANDLES_MAX, type MarketLine, marketInterval, marketLineOf, marketPercent } from './market-line.ts'
import { centsOf, sum } from './money.ts'
import { beganAnewMs, moneyMovesOf, movesMoney, movesSince } from './money-moves.ts'
import { type Change, changeSince, curveOf, deepestOf, evenly } from './performance.ts'
import { bySize, inOrder, profitRowsOf } from './profit-rows.ts'
import type { PortfolioSeed } from './seed.ts'
import { type EquityCurve, readCurve, type Span, SPAN_FIRST } from './spans.ts'
import { RecentItems } from './recent-items.svelte.ts'

/** Page size of the lists; figures fetch larger pages. */
const LIST_ITEMS = 50
const FIGURE_ITEMS = 500
const SECOND_MS = 1_000
/** The exchange samples equity once a minute. */
const SAMPLED_EVERY_MS = 60_000

/** The portfolio of one account: sums in whole cents, kept live by its frames and the quotes. */
export class Portfolio {
  readonly #account: AccountState
  readonly #market: Market
  readonly #session: Session

  readonly fills: PagedList<Fill>
  readonly ledger: PagedList<LedgerEntry>
  readonly #fills: RecentItems<Fill>
  readonly #entries: RecentItems<LedgerEntry>

  span = $state.raw<Span>(SPAN_FIRST)
  phase = $state.raw<'loading' | 'ready' | 'failed'>('loading')
  #curve = $state.raw<EquityCurve | undefined>()
  /** The benchmark line of the whole market. */
  line = $state.raw<MarketLine | undefined>()
  /** Equity now: the end of the curve. */
  #now = $state.raw<{ readonly timeMs: number; readonly equityCents: bigint }>({ timeMs: 0, equityCents: 0n })
  readonly #order: readonly (string | undefined)[]
  readonly #parts: readonly (string | undefined)[]

  readonly holdings = $derived.by(() => this.#account.holdings)
  readonly cashCents = $derived.by(() => centsOf(this.#account.account?.cash ?? '0'))
  readonly realizedCents = $derived.by(() => centsOf(this.#account.account?.realizedPnl ?? '0'))
  readonly equityCents = $derived.by(() => this.#account.equityCents ?? 0n)
  readonly unrealizedCents = $derived(sum(this.holdings.map(({ unrealizedCents }) => unrealizedCents)))

  /** When the account was last reset, as far as is known; undefined if never. */
  readonly #sinceMs = $derived.by(() => beganAnewMs(this.#account.account?.resets ?? 0, this.#entries.items))
  readonly #ownFills = $derived.by(() => {
    const sinceMs = this.#sinceMs ?? 0
    return this.#fills.items.filter(({ time }) => time >= sinceMs)
  })
  readonly #moves = $derived.by(() => moneyMovesOf(this.#entries.items))

  readonly profitRows = $derived.by(() =>
    inOrder(profitRowsOf(this.holdings, this.#ownFills, this.realizedCents), this.#order),
  )
  readonly closedTrades = $derived.by(() => closedTradesOf(this.#ownFills, this.#account.snapshot?.positions ?? []))
  readonly allocation = $derived.by(() => {
    const { parts, ...sums } = allocationOf(this.holdings, this.cashCents)
    const place = (symbol: string | undefined) =>
      this.#parts.includes(symbol) ? this.#parts.indexOf(symbol) : this.#parts.length
    return { parts: parts.toSorted((a, b) => place(a.symbol) - place(b.symbol)), ...sums }
  })

  readonly points = $derived(this.#curve?.points)
  readonly curve = $derived.by(() => curveOf(this.#curve?.points ?? [], this.#now, this.#moves))
  readonly evenCurve = $derived.by(() => evenly(this.curve, this.#curve?.stepMs ?? Infinity))
  readonly change = $derived.by(() => this.#changeSince(this.#curve?.points ?? []))
  readonly today = $derived.by(() => {
    const { dayBase, points = [] } = this.#curve ?? {}
    return dayBase && this.#changeSince([dayBase, ...points.filter(([timeMs]) => timeMs > dayBase[0])])
  })
  readonly maxDrawdownPct = $derived.by(() => (this.points?.length ? deepestOf(this.curve) : undefined))

  /** The return of all instruments over the same time, in percent. */
  readonly market = $derived.by(() => {
    const { line } = this
    return line && marketPercent(line, (symbol) => this.#market.of(symbol)?.last)
  })

  readonly fillsFailed = $derived.by(() => this.#fills.hasFailed)

  constructor(
    parts: { readonly account: AccountState; readonly market: Market; readonly session: Session },
    seed: PortfolioSeed | undefined,
  ) {
    this.#account = parts.account
    this.#market = parts.market
    this.#session = parts.session
    const fillsOf = (limit: number) => (cursor: string | undefined) =>
      this.#session.client.ask('fills', { limit, ...(cursor !== undefined && { cursor }) })
    const entriesOf = (limit: number) => (cursor: string | undefined) =>
      this.#session.client.ask('ledger', { limit, ...(cursor !== undefined && { cursor }) })
    const fillId = ({ fillId }: Fill) => fillId
    const entryId = ({ entryId }: LedgerEntry) => entryId
    this.#fills = new RecentItems<Fill>(fillsOf(FIGURE_ITEMS), fillId, seed?.fills)
    this.#entries = new RecentItems<LedgerEntry>(entriesOf(FIGURE_ITEMS), entryId, seed?.entries)
    this.fills = new PagedList<Fill>(fillsOf(LIST_ITEMS), fillId)
    this.ledger = new PagedList<LedgerEntry>(entriesOf(LIST_ITEMS), entryId)
    if (seed?.fills) show(this.fills, seed.fills)
    if (seed?.entries) show(this.ledger, seed.entries)
    this.#curve = seed?.curve
    this.phase = seed?.curve ? 'ready' : 'loading'
    this.#order = bySize(profitRowsOf(this.holdings, this.#ownFills, this.realizedCents))
    this.#parts = allocationOf(this.holdings, this.cashCents)
      .parts.toSorted((a, b) => b.share - a.share)
      .map(({ symbol }) => symbol)
    this.#beat()
  }

  /** Shows another span; the drawn one stays until it has loaded. */
  async show(span: Span): Promise<void> {
    if (span !== this.span) this.line = undefined
    this.span = span
    this.phase = 'loading'
    try {
      await this.#read(span)
      await this.#readMarket(span)
    } catch {
      if (this.span === span) this.phase = 'failed'
    }
  }

  /** Fetches what failed to load. */
  retry(): void {
    void this.#fills.fill()
    void this.#entries.fill()
  }

  /** Follows the account and the market; called once, in the browser. @returns ends it */
  follow(client: Client): () => void {
    if (client.isLive) void this.#catchUp()
    const stops = [
      client.on('account', (frame) => {
        const fills = frame.fills.toReversed()
        this.fills.prepend(fills)
        this.#fills.prepend(fills)
        void this.ledger.reload()
        if (movesMoney(frame.cause)) void this.#moved(frame.cause)
      }),
      client.on('welcome', () => void this.#catchUp()),
    ]
    const beat = setInterval(() => this.#beat(), SECOND_MS)
    const samples = setInterval(() => {
      if (!document.hidden && client.isLive) void this.#refresh()
    }, SAMPLED_EVERY_MS)
    return () => {
      clearInterval(beat)
      clearInterval(samples)
      for (const stop of stops) stop()
    }
  }

  /** Fetches what may have changed since the page was rendered, or since the connection was lost. */
  async #catchUp(): Promise<void> {
    for (const list of [this.fills, this.ledger]) void (list.state === 'new' ? list.more() : list.reload())
    await Promise.all([this.#fills.refresh(), this.#entries.refresh()])
    if (this.phase === 'ready') await Promise.all([this.#refresh(), this.#readMarket(this.span)])
    else await this.show(this.span)
  }

  /** After a deposit, withdrawal or reset: a reset starts another curve. */
  async #moved(cause: AccountFrameCause): Promise<void> {
    await this.#entries.refresh()
    this.#beat()
    if (cause === 'reset') await this.#refresh()
  }

  /** Reloads the span that is shown, with the newest samples. */
  async #refresh(): Promise<void> {
    if (this.phase !== 'ready') return
    try {
      await this.#read(this.span)
    } catch {
      // What is drawn stays; the next minute retries.
    }
  }

  async #read(span: Span): Promise<void> {
    const { client } = this.#session
    const nowMs = Math.round(this.#session.serverNow())
    const curve = await readCurve((query) => client.ask('equity', query), { span, nowMs, sinceMs: this.#sinceMs })
    if (this.span !== span) return
    this.#curve = curve
    this.phase = 'ready'
    this.#beat()
  }

  /** The benchmark from the start of the curve; the curve does not depend on it. */
  async #readMarket(span: Span): Promise<void> {
    const { client } = this.#session
    const beganMs = this.#curve?.points[0]?.[0]
    if (beganMs === undefined) {
      this.line = undefined
      return
    }
    const interval = marketInterval(this.#session.serverNow() - beganMs)
    const step = intervalMs(interval)
    const from = Math.floor(beganMs / step) * step
    try {
      const candles = await Promise.all(
        this.#market.listings.map(async ({ symbol }) => {
          const all = await client.ask('candles', { symbol, interval, from, limit: CANDLES_MAX })
          return [symbol, all] as const
        }),
      )
      if (this.span === span) this.line = marketLineOf(candles, step)
    } catch {
      // The curve is shown without it.
    }
  }

  #beat(): void {
    if (this.#session.isStale) return
    this.#now = { timeMs: this.#session.serverNow(this.#session.nowMs), equityCents: this.equityCents }
  }

  /** Undefined also if deposits and withdrawals since then are not known. */
  #changeSince(points: EquityCurve['points']): Change | undefined {
    const [base] = points
    const moves = base && movesSince(this.#entries, base[0])
    return moves && changeSince(points, { timeMs: this.#now.timeMs, equityCents: this.equityCents }, moves)
  }
}

/** A list as the server rendered it; the next fetch gives its cursor. */
function show<Item>(list: PagedList<Item>, { items, nextCursor }: Page<Item>): void {
  list.items = items.slice(0, LIST_ITEMS)
  list.hasMore = nextCursor !== undefined || items.length > LIST_ITEMS
  list.state = 'ready'
}
