import type { ErrorCode } from '@valiant/shared/protocol/errors'
import type { WireError } from '@valiant/shared/protocol/wire-error'
import { clock, grouped, timeOfDay } from '#lib/ui/format.ts'
import { type Draft, type OrderContent, pricedOf } from './draft.ts'
import { Fields } from './fields.svelte.ts'
import { PreviewFeed } from './preview-feed.svelte.ts'
import type { Receipt, WayOn } from './receipt.ts'
import { Receipts, type Refused } from './receipts.svelte.ts'
import { type AtRefusal, type Deed, refusalOf } from './refusal.ts'
import { IS_OF_THE_ORDER, MUST_CHANGE } from './refusal-kinds.ts'
import { Sender } from './sender.svelte.ts'
import { asksAgain, confirmationOf, sentenceOf, unknownSentence } from './sentences.ts'
import type { Percent } from './percent-sizing.ts'
import type { Surroundings } from './surroundings.ts'

/** The order ticket of one instrument: its fields, the preview, and the receipts. */
export class Ticket {
  readonly fields: Fields
  readonly preview: PreviewFeed
  readonly receipts = new Receipts()
  readonly sender: Sender
  /** A click in the book has made this a limit order: the ticket says so until something is changed. */
  hasSwitched = $state.raw(false)
  readonly #around: Surroundings
  /** The order that was sent, until something is changed. */
  #sentKey = ''
  #refusedKey = ''
  #refusedAtMs = 0

  constructor(around: Surroundings) {
    this.#around = around
    this.fields = new Fields(around)
    this.preview = new PreviewFeed(
      around,
      this.fields,
      (key, askedAtMs) => this.#accepted(key, askedAtMs),
      (key, code) => this.#cannotRepeat(key, code),
    )
    this.sender = new Sender(around, this.receipts, (error, content) => this.#refused(error, content))
  }

  /** Why nothing can be sent at the moment, in the words of the button. */
  readonly #standstill = $derived.by((): string | undefined => {
    const { name, isStale, marketStatus, instrumentStatus, account } = this.#around
    const { inFlight, waitMs } = this.sender
    if (isStale) return 'Waiting for connection'
    if (marketStatus === 'degraded') return 'No orders for the moment'
    if (marketStatus === 'halted' || instrumentStatus === 'halted') return `${name} is halted`
    if (instrumentStatus === 'closed') return `${name} is closed`
    if (account?.account.marginState === 'liquidating') return 'Being liquidated'
    if (inFlight) return inFlight.isUnknown ? 'Waiting for the result' : 'Sending'
    return waitMs > 0 ? `Next order in ${grouped((waitMs / 1_000).toFixed(1))} s` : undefined
  })
  /** This very order was refused: it must change before it can be sent again. */
  readonly #isRefusedAsIs = $derived.by(() => {
    const { refusal } = this.receipts
    return refusal !== undefined && this.#refusedKey === this.fields.key && MUST_CHANGE.has(refusal.code)
  })
  /** Why the typed order must change before it can be sent: it was refused as it is, or its preview is. */
  readonly #mustChange = $derived.by((): ErrorCode | undefined => {
    if (this.#isRefusedAsIs) return this.receipts.refusal?.code
    const code = this.preview.refusal?.code
    return code !== undefined && MUST_CHANGE.has(code) ? code : undefined
  })
  /** Why the exchange would refuse the typed order now; shown in place of the preview. */
  readonly wouldBeRefused = $derived.by((): Receipt | undefined => {
    const { check } = this.fields
    const { refusal } = this.preview
    if (refusal === undefined || !check.ok || !IS_OF_THE_ORDER.has(refusal.code)) return undefined
    return refusalOf(refusal, this.#at(check.content, 'try'))
  })
  readonly buttonText = $derived.by(() => {
    const { check, shorting } = this.fields
    if (this.#standstill !== undefined) return this.#standstill
    if (!check.ok) return check.missing
    if (!this.#around.account) return 'Waiting for your account'
    if (this.#mustChange !== undefined) {
      return `Change the ${this.#mustChange === 'PRICE_BAND' ? 'price' : 'order'} to send`
    }
    if (this.isConfirming) {
      return confirmationOf(check.content, this.#around.name, { valueCents: this.preview.size.valueCents, shorting })
    }
    return sentenceOf(check.content, this.#around.name, shorting)
  })
  readonly canSend = $derived.by(
    () =>
      this.#around.isLive &&
      this.#around.account !== undefined &&
      this.#standstill === undefined &&
      this.fields.check.ok &&
      this.#mustChange === undefined,
  )
  readonly isConfirming = $derived.by(() => this.sender.phase === 'confirming' && this.canSend)
  readonly asksFirst = $derived.by(() => {
    const { largestCents, slippageBps } = this.preview.size
    return asksAgain({ type: this.fields.type, valueCents: largestCents, slippageBps }, this.#around.trading)
  })
  /** "Buy 50 NOVA was sent at 14:32:11; …", while its result isn't known. */
  readonly unknownText = $derived.by(() => {
    const { inFlight } = this.sender
    if (!inFlight || (!this.#around.isStale && !inFlight.isUnknown)) return undefined
    return unknownSentence(inFlight.content, this.#around.name, clock(inFlight.sentAtMs))
  })

  /** Changes the draft; the preview follows after the last key. */
  edit(change: Partial<Draft>): void {
    this.fields.edit(change)
    this.#sentKey = ''
    this.hasSwitched = false
    this.receipts.edited()
    this.sender.back()
    this.preview.edited()
  }

  /** A click in the book: the price, with Shift also the quantity down to it. */
  pick(ticks: number, lots?: number): void {
    const change = this.fields.pick(ticks, lots)
    this.edit(change)
    this.hasSwitched = change.type !== undefined
  }

  pickPercent(percent: Percent): void {
    this.edit({ qtyText: this.fields.qtyOfPercent(percent), unit: 'qty' })
    this.fields.percent = percent
  }

  stepPercent(by: 1 | -1): void {
    this.pickPercent(this.fields.percentAfter(by))
  }

  stepPrice(by: number): void {
    const change = this.fields.steppedPrice(by)
    if (change) this.edit(change)
  }

  /** Proposes a harmless first order, a market buy for one percent of the money; it is not sent. */
  proposeFirst(): void {
    const { scale, name, instrument } = this.#around
    this.edit({ side: 'buy', type: 'market', unit: 'qty' })
    const least = scale.lots(instrument.minQty) ?? 1
    const qtyText = scale.qty(Math.max(least, this.fields.affordableLots(1)))
    this.edit({ qtyText })
    const text = 'Practice money: start again any time.'
    this.receipts.items = [{ kind: 'info', title: `Press Buy to own ${grouped(qtyText)} ${name}`, text, waysOn: [] }]
  }

  /** The send button, or Ctrl+Enter. One press is at most one order. */
  press(): void {
    const { check } = this.fields
    if (!this.canSend || !check.ok) return
    const { key } = this.fields
    void this.sender.press(check.content, this.asksFirst).then((isAccepted) => {
      if (isAccepted && key === this.fields.key) {
        this.#sentKey = key
        // A quarter of the money that was there before is none of what is there now.
        this.fields.percent = undefined
      }
      this.preview.refresh()
    })
  }

  /** Tells what became of an order that was in flight when the page was reloaded. */
  resume(): void {
    void this.sender.resume().then(() => this.preview.refresh())
  }

  take(way: WayOn): void {
    if (way.do === 'act') way.act()
    if (way.do !== 'use' && way.do !== 'send') return
    this.edit(way.draft)
    if (way.do === 'send') this.press()
  }

  /** Keeps the preview up to date while the ticket is shown. @returns stops it */
  watch(): () => void {
    const stop = this.preview.watch()
    this.resume()
    return () => {
      stop()
      this.sender.stop()
      this.receipts.hold()
      const unread = this.receipts.unread()
      if (unread) this.#around.tellAway(unread)
    }
  }

  /** Another account is shown: what the ticket asked or reported concerns the previous one. */
  forget(): void {
    this.sender.back()
    this.receipts.dismiss()
  }

  /** The cause of a refusal is gone: the exchange would take the same order now. */
  #accepted(key: string, askedAtMs: number): void {
    if (this.#isRefusedAsIs && key === this.#refusedKey && askedAtMs > this.#refusedAtMs)
      this.receipts.refusal = undefined
  }

  /**
   * An order that was just sent could not be sent again, as one for all of the money: nobody asked for that, so the ticket
   * is empty instead of refusing it.
   */
  #cannotRepeat(key: string, code: ErrorCode): void {
    if (key !== this.#sentKey || !IS_OF_THE_ORDER.has(code)) return
    this.#sentKey = ''
    this.fields.edit({ qtyText: '' })
  }

  #refused(error: WireError, content: OrderContent): Refused {
    this.#refusedKey = JSON.stringify(content)
    this.#refusedAtMs = performance.now()
    return { code: error.code, ...refusalOf(error, this.#at(content, 'place')) }
  }

  #at(content: OrderContent, deed: Deed): AtRefusal {
    const { scale, book, instrument, account, name } = this.#around
    const bid = book.bids[0]?.[0] ?? 0
    const ask = book.asks[0]?.[0] ?? 0
    return {
      name,
      scale,
      content,
      bid: scale.price(bid),
      ask: scale.price(ask),
      passive: scale.price(content.side === 'buy' ? Math.max(bid, ask - 1) : bid + 1),
      bandPercent: instrument.priceBandBps / 100,
      affordable: scale.qty(this.fields.affordableLots(100, pricedOf(content))),
      held: scale.qty(Math.abs(this.fields.positionLots)),
      equity: Number(account?.account.equity ?? 0),
      isMargin: this.fields.isMargin,
      isShortable: instrument.shortable,
      opens: timeOfDay(instrument.session.open),
      deed,
    }
  }
}
