import { labelOf } from '@valiant/shared/protocol/instrument-label'
import type { Instrument, Quote, TickerFrame } from '@valiant/shared/protocol/market-data'
import { parseSteps, type Step, stepOf } from '@valiant/shared/units/decimal'
import {
  changeToneOf,
  compact,
  price,
  priceOfTicks,
  quantityOfLots,
  signedPercent,
  signOf,
  toneOf,
} from '#lib/ui/format.ts'

/** The touch and the last trade, in ticks and lots; an empty side is 0. */
export interface Touch {
  readonly bidTicks: number
  readonly bidLots: number
  readonly askTicks: number
  readonly askLots: number
  readonly lastTicks: number
}

/** One instrument with its current market. Numbers are for arithmetic, texts are as shown. */
export class Listing {
  readonly instrument: Instrument
  readonly symbol: string
  readonly label: string
  readonly tick: Step
  readonly lot: Step
  /** The price of one tick, the size of one lot. */
  readonly tickSize: number
  readonly lotSize: number

  /** Whether it takes orders now; `instrument` has the status at page load. */
  status = $state.raw<Instrument['status']>('open')
  touch = $state.raw<Touch | undefined>()
  ticker = $state.raw<TickerFrame | undefined>()
  /** Closes of the last 24 hours, oldest first. */
  closes = $state.raw<readonly number[]>([])
  /** Changes with each change of the last price; its sign is the direction. For the flash of a cell. */
  move = $state.raw<{ readonly count: number; readonly direction: -1 | 0 | 1 }>({ count: 0, direction: 0 })

  readonly last = $derived(this.#priceOf(this.touch?.lastTicks))
  readonly bid = $derived(this.#priceOf(this.touch?.bidTicks))
  readonly ask = $derived(this.#priceOf(this.touch?.askTicks))
  readonly mid = $derived(
    this.bid === undefined || this.ask === undefined ? this.last : Math.round((this.bid + this.ask) * 5e9) / 1e10,
  )
  /** Change of the last price over 24 hours, in percent. */
  readonly changePct = $derived.by(() => {
    const open = Number(this.ticker?.open ?? 0)
    return this.last === undefined || open === 0 ? undefined : (this.last / open - 1) * 100
  })
  /** Value traded in 24 hours, in dollars. */
  readonly turnover = $derived(this.ticker ? Number(this.ticker.volume) * Number(this.ticker.vwap) : undefined)
  /** Where the last price stands between the day's low (0) and high (1). */
  readonly inRange = $derived.by(() => {
    if (this.last === undefined || !this.ticker) return undefined
    const [low, high] = [Math.min(Number(this.ticker.low), this.last), Math.max(Number(this.ticker.high), this.last)]
    return high > low ? (this.last - low) / (high - low) : 0.5
  })

  readonly lastText = $derived.by(() => priceOfTicks(this.touch?.lastTicks, this.tick))
  readonly bidText = $derived.by(() => priceOfTicks(this.touch?.bidTicks, this.tick))
  readonly askText = $derived.by(() => priceOfTicks(this.touch?.askTicks, this.tick))
  readonly bidQtyText = $derived.by(() => quantityOfLots(this.touch?.bidLots, this.lot))
  readonly askQtyText = $derived.by(() => quantityOfLots(this.touch?.askLots, this.lot))
  readonly changeText = $derived(signedPercent(this.changePct))
  readonly tone = $derived(toneOf(this.changePct === undefined ? 0 : this.changePct.toFixed(2)))
  readonly changeTone = $derived(changeToneOf(this.changePct))
  readonly turnoverText = $derived(this.turnover === undefined ? '–' : `$${compact(this.turnover)}`)
  readonly spreadText = $derived.by(() =>
    this.touch?.bidTicks && this.touch.askTicks
      ? priceOfTicks(this.touch.askTicks - this.touch.bidTicks, this.tick)
      : '–',
  )

  constructor(instrument: Instrument) {
    this.instrument = instrument
    this.symbol = instrument.symbol
    this.label = labelOf(instrument)
    this.status = instrument.status
    this.tick = stepOf(instrument.tickSize)
    this.lot = stepOf(instrument.lotSize)
    this.tickSize = Number(instrument.tickSize)
    this.lotSize = Number(instrument.lotSize)
  }

  /** A price in ticks as a number; undefined for an empty side. */
  #priceOf(ticks: number | undefined): number | undefined {
    return ticks ? (ticks * this.tick.unit) / 10 ** this.tick.decimals : undefined
  }

  /** A decimal string or number as this instrument's prices are shown. */
  priceText(value: number | string | undefined | null): string {
    return price(value, this.tick)
  }

  applyQuote(quote: Quote): void {
    const [, bidTicks, bidLots, askTicks, askLots, lastTicks] = quote
    this.#move(lastTicks)
    this.touch = { bidTicks, bidLots, askTicks, askLots, lastTicks }
  }

  applyTicker(ticker: TickerFrame): void {
    this.ticker = ticker
    // Quotes are newer than tickers; only the page's first ticker stands in for one.
    this.touch ??= {
      bidTicks: steps(ticker.bid, this.tick),
      bidLots: steps(ticker.bidQty, this.lot),
      askTicks: steps(ticker.ask, this.tick),
      askLots: steps(ticker.askQty, this.lot),
      lastTicks: steps(ticker.last, this.tick),
    }
  }

  #move(lastTicks: number): void {
    const before = this.touch?.lastTicks
    if (!before || before === lastTicks) return
    this.move = { count: this.move.count + 1, direction: signOf(lastTicks - before) }
  }
}

function steps(text: string, step: Step): number {
  const parsed = parseSteps(text, step)
  return parsed.ok ? parsed.value : 0
}
