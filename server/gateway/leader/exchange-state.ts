import type { MarketStatus } from '../../bus/broadcast.ts'

const LOOK_MS = 250
/** Quanta come each 50 ms. So many looks without a frame, which a long turn of the event loop does not make more. */
const SILENT_LOOKS_MAX = 8

const STARTING: MarketStatus = { epoch: 0, market: 'degraded', message: 'The exchange is starting.' }
const SILENT = 'The exchange is not heard at the moment.'
const CUT_OFF = 'This part of the exchange is cut off from the rest for the moment.'

/**
 * Whether the exchange takes commands, as far as this instance knows: what its leader said last, whether it speaks at all,
 * and whether it could be heard. What is asked while it does not is refused at once and never sent.
 */
export class ExchangeState implements Disposable {
  readonly #changed: (status: MarketStatus) => void
  readonly #timer: NodeJS.Timeout
  #said = STARTING
  #isLinked = true
  #isCutOff = false
  #isSilent = false
  #hasSpoken = false
  #silentLooks = 0

  /** @param changed called with each new status */
  constructor(changed: (status: MarketStatus) => void) {
    this.#changed = changed
    this.#timer = setInterval(() => this.#look(), LOOK_MS)
  }

  get status(): MarketStatus {
    const { epoch, market } = this.#said
    if (this.#isCutOff) return { epoch, market: 'degraded', message: CUT_OFF }
    return this.#isSilent && market === 'open' ? { epoch, market: 'degraded', message: SILENT } : this.#said
  }

  get isOpen(): boolean {
    return this.status.market !== 'degraded'
  }

  /** A leader that has been replaced says nothing more. */
  said(status: MarketStatus): void {
    if (status.epoch < this.#said.epoch) return
    this.#change(() => (this.#said = status))
  }

  /** A frame of the market has come. */
  heard(): void {
    this.#hasSpoken = true
    this.#silentLooks = 0
    // It may be heard while nothing can be asked of it yet.
    const isCutOff = this.#isCutOff && !this.#isLinked
    if (this.#isSilent || this.#isCutOff !== isCutOff) {
      this.#change(() => {
        this.#isSilent = false
        this.#isCutOff = isCutOff
      })
    }
  }

  /** The link to the leader is lost, or there again: then what it said last counts once it is heard. */
  linked(isUp: boolean): void {
    this.#isLinked = isUp
    if (!isUp) this.#change(() => (this.#isCutOff = true))
    else if (!this.#hasSpoken) this.#change(() => (this.#isCutOff = false))
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    if (!this.#hasSpoken || this.#isSilent) return
    this.#silentLooks += 1
    if (this.#silentLooks > SILENT_LOOKS_MAX) this.#change(() => (this.#isSilent = true))
  }

  #change(change: () => void): void {
    const before = this.status
    change()
    const { market, message } = this.status
    if (market !== before.market || message !== before.message) this.#changed(this.status)
  }
}
