import type { AccountFrameCause, EquityPoint, LedgerEntry } from '@valiant/shared/protocol/account'
import { PAGE_MAX } from '@valiant/shared/protocol/limits'
import type { AccountState } from '#lib/session/account.svelte.ts'
import type { Session } from '#lib/session/session.svelte.ts'
import { equityCurve } from './equity-curve.ts'
import { beganAnewMs, movesMoney, movesSince } from './money-moves.ts'
import { type Change, changeSince } from './performance.ts'
import { type EquityCurve, readCurve, type Span } from './spans.ts'
import { RecentItems } from './recent-items.svelte.ts'

const MINUTE_MS = 60_000

/** The equity of an account over a span, and its profit, for a small chart that loads it itself. */
export class EquityView {
  span = $state.raw<Span>('1D')
  phase = $state.raw<'loading' | 'ready' | 'failed'>('loading')
  #read = $state.raw<EquityCurve | undefined>()
  readonly #session: Session
  readonly #account: AccountState
  readonly #entries: RecentItems<LedgerEntry>

  readonly points = $derived(this.#read?.points ?? [])
  readonly #now = $derived.by(() => {
    const { equityCents } = this.#account
    // Equity is sampled once a minute.
    const timeMs = (Math.floor(this.#session.serverNow(this.#session.nowMs) / MINUTE_MS) + 1) * MINUTE_MS
    return equityCents === undefined ? undefined : { timeMs, equityCents }
  })
  readonly curve = $derived.by(() => this.#now && equityCurve(this.points, this.#now))
  readonly change = $derived.by(() => this.#changeSince(this.points))
  /** Since the start of the UTC day, or of the account. */
  readonly today = $derived.by(() => {
    const base = this.#read?.dayBase
    return base && this.#changeSince([base, ...this.points.filter(([timeMs]) => timeMs > base[0])])
  })

  constructor(parts: { readonly account: AccountState; readonly session: Session }) {
    this.#account = parts.account
    this.#session = parts.session
    this.#entries = new RecentItems<LedgerEntry>(
      (cursor) => this.#session.client.ask('ledger', { limit: PAGE_MAX, ...(cursor !== undefined && { cursor }) }),
      ({ entryId }) => entryId,
      undefined,
    )
  }

  /** In the browser: loads the first span and follows changes. @returns ends it */
  follow(): () => void {
    void this.show(this.span)
    const { client } = this.#session
    const stops = [
      client.on('account', ({ cause }) => {
        if (movesMoney(cause)) void this.#moved(cause)
      }),
      client.on('welcome', () => void (this.phase === 'failed' ? this.show(this.span) : this.#entries.refresh())),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }

  async show(span: Span): Promise<void> {
    this.span = span
    this.phase = 'loading'
    try {
      await this.#entries.fill()
      const sinceMs = beganAnewMs(this.#account.account?.resets ?? 0, this.#entries.items)
      const nowMs = Math.round(this.#session.serverNow())
      const read = await readCurve((query) => this.#session.client.ask('equity', query), { span, nowMs, sinceMs })
      if (this.span !== span) return
      this.#read = read
      this.phase = 'ready'
    } catch {
      if (this.span === span) this.phase = 'failed'
    }
  }

  /** A reset starts another curve. */
  async #moved(cause: AccountFrameCause): Promise<void> {
    await this.#entries.refresh()
    if (cause === 'reset') await this.show(this.span)
  }

  #changeSince(points: readonly EquityPoint[]): Change | undefined {
    const [base] = points
    const moves = base && movesSince(this.#entries, base[0])
    return this.#now && moves && changeSince(points, this.#now, moves)
  }
}
