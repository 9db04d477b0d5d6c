import type { MarketStatus } from '../../bus/broadcast.ts'

const LOOK_MS = 250
/**
 * Market frames come every 50 ms. Counted in looks instead of milliseconds, so that a blocked event loop does not count
 * as silence.
 */
const SILENT_LOOKS_MAX = 8

const STARTING: MarketStatus = { epoch: 0, market: 'degraded', message: 'The exchange is starting.' }
const SILENT = 'The exchange is not heard at the moment.'
const CUT_OFF = 'This part of the exchange is cut off from the rest for the moment.'

/**
 * Whether the exchange takes commands, as far as this instance knows. That depends on the leader's last status, on
 * whether its frames still arrive, and on the link to it. While the exchange is not open, requests are refused at once
 * and never sent.
 */
export class ExchangeState implements Disposable {
  readonly #changed: (status: MarketStatus) => void
  readonly #timer: NodeJS.Timeout
  #published = STARTING
  #isLinked = true
  #isCutOff = false
  #isSilent = false
  #hasFrames = false
  #silentLooks = 0

  /** @param changed called with each new status */
  constructor(changed: (status: MarketStatus) => void) {
    this.#changed = changed
    this.#timer = setInterval(() => this.#look(), LOOK_MS)
  }

  get status(): MarketStatus {
    const { epoch, market } = this.#published
    if (this.#isCutOff) return { epoch, market: 'degraded', message: CUT_OFF }
    return this.#isSilent && market === 'open' ? { epoch, market: 'degraded', message: SILENT } : this.#published
  }

  get isOpen(): boolean {
    return this.status.market !== 'degraded'
  }

  /** The leader published its status. A replaced leader is ignored. */
  published(status: MarketStatus): void {
    if (status.epoch < this.#published.epoch) return
    this.#change(() => (this.#published = status))
  }

  /** A market frame arrived. */
  frameArrived(): void {
    this.#hasFrames = true
    this.#silentLooks = 0
    // Frames may arrive before commands can be sent again.
    const isCutOff = this.#isCutOff && !this.#isLinked
    if (this.#isSilent || this.#isCutOff !== isCutOff) {
      this.#change(() => {
        this.#isSilent = false
        this.#isCutOff = isCutOff
      })
    }
  }

  /**
   * The link to the leader was lost or restored. Once restored, the last status is valid again when the next frame
   * arrives.
   */
  linked(isUp: boolean): void {
    this.#isLinked = isUp
    if (!isUp) this.#change(() => (this.#isCutOff = true))
    else if (!this.#hasFrames) this.#change(() => (this.#isCutOff = false))
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    if (!this.#hasFrames || this.#isSilent) return
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
