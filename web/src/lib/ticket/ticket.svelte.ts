import type { AskPayload } from '@valiant/shared/client/requests'
import { OutcomeUnknownError, RequestRefused } from '@valiant/shared/client/errors'
import { newRequestId } from '@valiant/shared/client/request-id'
import type { AccountSnapshot } from '@valiant/shared/protocol/account'
import type { WireError } from '@valiant/shared/protocol/errors'
import type { Instrument, Level } from '@valiant/shared/protocol/market-data'
import type { OrderPreview } from '@valiant/shared/protocol/order'
import type { DataOf, RequestName } from '@valiant/shared/protocol/requests'
import { clock, grouped } from '#lib/ui/format.ts'
import { checked, type Draft, lotsOf, type OrderContent } from './draft.ts'
import { plainDecimal, stepped } from './entry.ts'
import { asksAgain, previewCents, type Receipt, receiptOf, refusalOf, sentenceOf, type WayOn } from './receipt.ts'
import { centsOf, type Scale } from './scale.ts'
import { affordableLots, nextPercent, type Percent, percentOf } from './share.ts'

/** What a ticket sees around it. */
export interface Surroundings {
  readonly instrument: Instrument
  readonly name: string
  readonly scale: Scale
  readonly book: { readonly bids: readonly Level[]; readonly asks: readonly Level[] }
  readonly account: AccountSnapshot | undefined
  readonly isLive: boolean
  /** Of the whole exchange: degraded takes no orders, and its prices are indicative. */
  readonly marketStatus: 'open' | 'degraded' | 'halted'
  /** The connection is away for longer than a moment. */
  readonly isStale: boolean
  ask<Name extends RequestName>(name: Name, payload: AskPayload<Name>): Promise<DataOf<Name>>
  serverNow(): number
}

/** An order on its way. `isUnknown`: no answer came in time. */
export interface InFlight {
  readonly clientOrderId: string
  readonly content: OrderContent
  readonly sentAtMs: number
  readonly isUnknown: boolean
}

const PREVIEW_AFTER_MS = 150
const PREVIEW_AGAIN_MS = 2_000
const CONFIRM_DEAF_MS = 300
const CONFIRM_BACK_MS = 8_000
const RECEIPT_MS = 6_000
const ASK_AGAIN_MS = 2_000
const COUNT_DOWN_MS = 100

/** The order ticket of one instrument: what is typed, what it would do, what became of it. */
export class Ticket {
  side = $state<Draft['side']>('buy')
  type = $state<Draft['type']>('limit')
  priceText = $state('')
  qtyText = $state('')
  unit = $state<Draft['unit']>('qty')
  timeInForce = $state<Draft['timeInForce']>('gtc')
  postOnly = $state(false)
  percent = $state<Percent | undefined>()

  phase = $state<'editing' | 'confirming' | 'sending'>('editing')
  inFlight = $state.raw<InFlight | undefined>()
  /** Too many orders at once: how long until the next one. */
  waitMs = $state(0)
  /** Newest first; all but the first are counted as "+1". */
  receipts = $state.raw<readonly Receipt[]>([])
  refusal = $state.raw<(Receipt & { readonly code: WireError['code'] }) | undefined>()
  /** What the exchange says the order would do, and for which content it said so. */
  previewed = $state.raw<
    { readonly of: string; readonly preview?: OrderPreview; readonly error?: WireError } | undefined
  >()

  readonly #around: Surroundings
  #previewTimer: ReturnType<typeof setTimeout> | undefined
  #confirmTimer: ReturnType<typeof setTimeout> | undefined
  #receiptTimer: ReturnType<typeof setTimeout> | undefined
  #waitTimer: ReturnType<typeof setInterval> | undefined
  #confirmSince = 0
  #refusedContent = ''

  constructor(around: Surroundings) {
    this.#around = around
    const best = around.book.bids[0]?.[0]
    if (best !== undefined) this.priceText = around.scale.price(best)
  }

  readonly touchTicks = $derived.by(() => {
    const { bids, asks } = this.#around.book
    return (this.side === 'buy' ? asks : bids)[0]?.[0] ?? 0
  })
  readonly draft = $derived<Draft>({
    side: this.side,
    type: this.type,
    priceText: this.priceText,
    qtyText: this.qtyText,
    unit: this.unit,
    timeInForce: this.timeInForce,
    postOnly: this.postOnly,
  })
  readonly check = $derived.by(() => {
    const { instrument, scale } = this.#around
    return checked(this.draft, instrument, scale, this.touchTicks)
  })
  readonly #key = $derived(this.check.ok ? JSON.stringify(this.check.content) : '')
  /** Blank without an order; waiting shows the old figures in grey. */
  readonly previewState = $derived.by((): 'blank' | 'waiting' | 'ready' => {
    if (!this.check.ok || !this.#around.account) return 'blank'
    return this.previewed?.of === this.#key ? 'ready' : 'waiting'
  })
  readonly preview = $derived(this.previewState === 'blank' ? undefined : this.previewed?.preview)
  /** What the order is worth: by the preview, else at its limit or the market's touch. */
  readonly valueCents = $derived.by(() => {
    if (!this.check.ok) return 0n
    if (this.previewState === 'ready' && this.preview) return previewCents(this.preview.notional)
    return this.#around.scale.valueCents(this.check.limitTicks ?? this.touchTicks, this.check.lots)
  })
  /** Lots a sale may take: the position less what open sales bind. */
  readonly sellableLots = $derived.by(() => {
    const { account, instrument, scale } = this.#around
    const held = account?.positions.find(({ symbol }) => symbol === instrument.symbol)
    const bound = (account?.openOrders ?? [])
      .filter(({ symbol, side }) => symbol === instrument.symbol && side === 'sell')
      .reduce((sum, { remainingQty }) => sum + (scale.lots(remainingQty) ?? 0), 0)
    return Math.max(0, (held ? (scale.lots(held.qty) ?? 0) : 0) - bound)
  })
  /** Refused as it stands: it must change before it can be sent again. */
  readonly isRefusedAsIs = $derived(
    this.refusal !== undefined && this.#refusedContent === this.#key && MUST_CHANGE.has(this.refusal.code),
  )
  readonly buttonText = $derived.by(() => {
    if (this.#around.isStale) return 'Waiting for connection'
    if (this.#around.marketStatus === 'degraded') return 'No orders for the moment'
    if (this.#around.marketStatus === 'halted' || this.#around.instrument.status === 'halted') {
      return `${this.#around.name} is halted`
    }
    if (this.inFlight) return this.inFlight.isUnknown ? 'Waiting for the result' : 'Sending'
    if (this.waitMs > 0) return `Next order in ${(this.waitMs / 1_000).toFixed(1)} s`
    if (!this.check.ok) return this.check.missing
    if (!this.#around.account) return 'Waiting for your account'
    if (this.isRefusedAsIs) return `Change the ${this.refusal?.code === 'PRICE_BAND' ? 'price' : 'order'} to send`
    return sentenceOf(this.check.content, this.#around.name)
  })
  readonly canSend = $derived.by(
    () =>
      this.#around.isLive &&
      this.#around.marketStatus === 'open' &&
      this.#around.instrument.status === 'open' &&
      this.#around.account !== undefined &&
      this.check.ok &&
      !this.inFlight &&
      this.waitMs === 0 &&
      !this.isRefusedAsIs,
  )

  /** Changes what is typed; the preview follows after the last key. */
  edit(change: Partial<Draft>): void {
    Object.assign(this, change)
    if (change.qtyText !== undefined || change.side !== undefined) this.percent = undefined
    this.refusal = undefined
    this.receipts = this.receipts.filter(({ kind }) => kind !== 'info')
    if (this.phase === 'confirming') this.back()
    this.#schedulePreview(PREVIEW_AFTER_MS)
  }

  /** A click in the book: its price, and with Shift the quantity down to it; a market order becomes a limit order. */
  pick(ticks: number, lots?: number): void {
    const { scale } = this.#around
    this.edit({
      type: 'limit',
      priceText: scale.price(ticks),
      ...(lots === undefined ? {} : { qtyText: scale.qty(lots), unit: 'qty' as const }),
    })
  }

  pickPercent(percent: Percent): void {
    const { scale } = this.#around
    const lots =
      this.side === 'sell'
        ? Number(percentOf(BigInt(this.sellableLots), percent))
        : this.#affordableLots(percent, this.check.ok ? this.check.limitTicks : undefined)
    this.edit({ qtyText: scale.qty(lots), unit: 'qty' })
    this.percent = percent
  }

  /** Arrow keys anywhere: the limit price by ticks. */
  stepPrice(by: number): void {
    if (this.type !== 'limit') return
    const { scale, book } = this.#around
    this.edit({ priceText: stepped(this.priceText, scale.tick, by, book.bids[0]?.[0] ?? 0) })
  }

  stepPercent(by: 1 | -1): void {
    this.pickPercent(nextPercent(this.percent, by))
  }

  /** Types the same quantity in the other unit. */
  toggleUnit(): void {
    const { scale } = this.#around
    const unit = this.unit === 'qty' ? 'money' : 'qty'
    const lots = lotsOf(this.draft, scale, this.#pricingTicks())
    if (!lots) {
      this.edit({ unit, qtyText: '' })
      return
    }
    const cents = scale.valueCents(this.#pricingTicks(), lots)
    this.edit({
      unit,
      qtyText: unit === 'qty' ? scale.qty(lots) : `${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`,
    })
  }

  /** A first order that nobody can regret: a market buy of one percent of the money, seen before it is sent. */
  proposeFirst(): void {
    const { scale, name, instrument } = this.#around
    this.edit({ side: 'buy', type: 'market', unit: 'qty' })
    const least = scale.lots(instrument.minQty) ?? 1
    const lots = Math.max(least, this.#affordableLots(1, undefined))
    this.edit({ qtyText: scale.qty(lots) })
    const text = 'Practice money: start again any time.'
    this.receipts = [{ kind: 'info', title: `Press Buy to own ${scale.qty(lots)} ${name}`, text, waysOn: [] }]
  }

  /** The send button, or Ctrl+Enter. One press is at most one order. */
  press(): void {
    if (!this.canSend || !this.check.ok) return
    if (this.phase === 'confirming') {
      if (performance.now() - this.#confirmSince >= CONFIRM_DEAF_MS) void this.#send(this.check.content)
      return
    }
    const slippageBps = this.previewState === 'ready' ? (this.preview?.slippageBps ?? 0) : 0
    if (!asksAgain(this.type, this.valueCents, slippageBps)) return void this.#send(this.check.content)
    this.phase = 'confirming'
    this.#confirmSince = performance.now()
    this.#confirmTimer = setTimeout(() => this.back(), CONFIRM_BACK_MS)
  }

  /** Esc, or eight seconds: the button asks no more. */
  back(): void {
    clearTimeout(this.#confirmTimer)
    if (this.phase === 'confirming') this.phase = 'editing'
  }

  take(way: WayOn): void {
    if (way.do === 'view') return
    this.edit(way.draft)
    if (way.do === 'send') this.press()
  }

  dismiss(): void {
    this.receipts = []
    this.refusal = undefined
  }

  /** A pointer rests on the receipt: it stays until it leaves. */
  holdReceipt(): void {
    clearTimeout(this.#receiptTimer)
  }

  releaseReceipt(): void {
    clearTimeout(this.#receiptTimer)
    if (this.receipts[0] && this.receipts[0].kind !== 'info') {
      this.#receiptTimer = setTimeout(() => (this.receipts = []), RECEIPT_MS)
    }
  }

  /** Tells of something that was done elsewhere on the page: a cancel, a close. */
  tell(receipt: Receipt): void {
    const earlier = this.receipts.filter(({ kind }) => kind !== 'info')
    this.receipts = [receipt, ...earlier]
    this.releaseReceipt()
  }

  /** The figures anew: the market moved, or the connection is back. */
  refresh(): void {
    this.#schedulePreview(0)
  }

  /** The market moves on: the preview is asked for again every two seconds. @returns stops it */
  watch(): () => void {
    this.#schedulePreview(0)
    const again = setInterval(() => {
      if (this.previewState !== 'blank' && !document.hidden && !this.inFlight) this.refresh()
    }, PREVIEW_AGAIN_MS)
    return () => {
      clearInterval(again)
      clearInterval(this.#waitTimer)
      for (const timer of [this.#previewTimer, this.#confirmTimer, this.#receiptTimer]) clearTimeout(timer)
    }
  }

  #schedulePreview(afterMs: number): void {
    clearTimeout(this.#previewTimer)
    this.#previewTimer = setTimeout(() => void this.#askPreview(), afterMs)
  }

  async #askPreview(): Promise<void> {
    if (!this.check.ok || !this.#around.account || !this.#around.isLive) return
    const of = this.#key
    try {
      const preview = await this.#around.ask('order.preview', this.check.content)
      if (of === this.#key) this.previewed = { of, preview }
    } catch (error) {
      // What would be refused has no figures; the refusal is told when it is sent.
      if (error instanceof RequestRefused && of === this.#key) this.previewed = { of, error: error.error }
    }
  }

  async #send(content: OrderContent): Promise<void> {
    this.back()
    const clientOrderId = newRequestId()
    const sentAtMs = this.#around.serverNow()
    this.phase = 'sending'
    this.refusal = undefined
    this.inFlight = { clientOrderId, content, sentAtMs, isUnknown: false }
    try {
      const order = await this.#around.ask('order.place', { ...content, clientOrderId })
      this.tell(receiptOf(order, this.#around))
    } catch (error) {
      if (error instanceof OutcomeUnknownError) await this.#findOut(clientOrderId, error.finalAt)
      else if (error instanceof RequestRefused) this.#refused(error.error, content)
      else this.tell(NOT_SENT)
    }
    this.inFlight = undefined
    this.phase = 'editing'
    this.#schedulePreview(0)
  }

  /** No answer: after `finalAt` what the exchange says of the id is final. */
  async #findOut(clientOrderId: string, finalAt = 0): Promise<void> {
    if (this.inFlight) this.inFlight = { ...this.inFlight, isUnknown: true }
    for (;;) {
      const waitMs = Math.max(ASK_AGAIN_MS, finalAt - this.#around.serverNow())
      await new Promise((resolve) => setTimeout(resolve, waitMs))
      try {
        const order = await this.#around.ask('order.get', { clientOrderId })
        this.tell(receiptOf(order, this.#around))
        return
      } catch (error) {
        if (error instanceof RequestRefused && error.error.code === 'NOT_FOUND') {
          this.tell(NEVER_ARRIVED)
          return
        }
      }
    }
  }

  #refused(error: WireError, content: OrderContent): void {
    const { scale, book } = this.#around
    const bid = book.bids[0]?.[0] ?? 0
    const ask = book.asks[0]?.[0] ?? 0
    const limitTicks = content.limitPrice === undefined ? undefined : scale.ticks(content.limitPrice)
    this.#refusedContent = JSON.stringify(content)
    if (error.code === 'RATE_LIMITED') this.#countDown(error.retryAfterMs ?? 1_000)
    this.refusal = {
      code: error.code,
      ...refusalOf(error, {
        ...this.#named,
        content,
        bid: scale.price(bid),
        ask: scale.price(ask),
        passive: scale.price(content.side === 'buy' ? Math.max(bid, ask - 1) : bid + 1),
        bandPercent: this.#around.instrument.priceBandBps / 100,
        affordable: scale.qty(this.#affordableLots(100, limitTicks)),
      }),
    }
    this.receipts = []
  }

  #countDown(forMs: number): void {
    const until = performance.now() + forMs
    clearInterval(this.#waitTimer)
    this.waitMs = forMs
    this.#waitTimer = setInterval(() => {
      this.waitMs = Math.max(0, until - performance.now())
      if (this.waitMs > 0) return
      clearInterval(this.#waitTimer)
      if (this.refusal?.code === 'RATE_LIMITED') this.refusal = undefined
    }, COUNT_DOWN_MS)
  }

  /** Lots for a percentage of the buying power, at a limit or down the book. */
  #affordableLots(percent: number, limitTicks: number | undefined): number {
    const { account, instrument, scale, book } = this.#around
    const ticks = limitTicks ?? (this.type === 'limit' ? this.#typedTicks() : undefined)
    const budgetCents = percentOf(BigInt(Math.max(0, centsOf(account?.account.buyingPower ?? '0.00'))), percent)
    const offers: readonly Level[] = ticks === undefined ? book.asks : [[ticks, Number.MAX_SAFE_INTEGER]]
    const lots = affordableLots({ budgetCents, feeBps: instrument.takerBps, offers }, scale)
    return Math.min(lots, scale.lots(instrument.maxQty) ?? lots)
  }

  #typedTicks(): number | undefined {
    const plain = plainDecimal(this.priceText)
    const ticks = plain === undefined ? undefined : this.#around.scale.ticks(plain)
    return ticks === 0 ? undefined : ticks
  }

  #pricingTicks(): number {
    return (this.type === 'limit' ? this.#typedTicks() : undefined) ?? this.touchTicks
  }

  get #named() {
    return { name: this.#around.name, scale: this.#around.scale }
  }

  /** "Buy 50 NOVA was sent at 14:32:11; …", while its result isn't known. */
  readonly unknownText = $derived.by(() => {
    if (!this.inFlight || (!this.#around.isStale && !this.inFlight.isUnknown)) return undefined
    const { content, sentAtMs } = this.inFlight
    const what = `${content.side === 'buy' ? 'Buy' : 'Sell'} ${grouped(content.qty ?? '')} ${this.#around.name}`
    return `${what} was sent at ${clock(sentAtMs)}; its result isn't known yet. It can't be placed twice. The result shows here as soon as we're back.`
  })
}

/** Refusals that the same order would meet again. */
const MUST_CHANGE: ReadonlySet<WireError['code']> = new Set([
  'PRICE_BAND',
  'INSUFFICIENT_FUNDS',
  'INSUFFICIENT_POSITION',
  'MIN_NOTIONAL',
  'INVALID',
])

const NOT_SENT: Receipt = {
  kind: 'canceled',
  title: 'Order not sent',
  text: 'There is no connection to the exchange. Nothing is held.',
  waysOn: [],
}
const NEVER_ARRIVED: Receipt = {
  kind: 'canceled',
  title: 'Order not placed',
  text: 'It never reached the exchange. Nothing was executed.',
  waysOn: [],
}
