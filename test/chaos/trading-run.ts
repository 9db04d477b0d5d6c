import { setTimeout as delay } from 'node:timers/promises'
import { judge, type Verdict } from './judge.ts'
import { type Asked, isExecuted, type Told, TradingLog } from './trading-log.ts'
import { openTrader, openWireTrader, type Trader } from './traders.ts'

const LOOK_MS = 5
const RECOVER_MS_MAX = 60_000
/** Of so many who trade by the SDK, one does so by plain Socket.IO. */
const WIRE_EVERY = 8
/** No order begins to execute later than this after it was reported as not executed. */
export const FINAL_MS = 5_500
const OPENED_AT_ONCE = 8
const AGAIN_AT_ONCE = 50
/** Longer than this is no slow machine any more, whatever else runs on it. */
const ABSURD_MS = 15_000

export interface TradingRunOptions {
  readonly traders: number
  /** Where they connect; several are dealt in turn. */
  readonly urls: readonly string[]
  readonly paceMs: number
  /** So many of the orders are asked for once more at the end. */
  readonly againMax: number
}

/** What a row of the table came to. */
export interface Result {
  readonly verdict: Verdict
  readonly quotesGapMs: number
  readonly recoverMs: readonly number[]
  readonly notes: readonly string[]
  /** Its own bars that it missed, correctness first. */
  readonly misses: readonly string[]
}

/** What is traded on. */
export interface Ground {
  readonly databaseUrl: string
  /** What the servers' logs have told of defects so far. */
  faults(): readonly string[]
  /** How the servers stand, for who has to find out why nothing goes on. */
  describe(): string
  /**
   * Collects the orders that were reported as not executed, for whoever checks them once they are final. Without it each
   * run waits until then.
   */
  readonly denied?: Asked[]
}

let floors = 0

/** Traders at work while something breaks. */
export class TradingRun {
  readonly log = new TradingLog()
  readonly traders: Trader[] = []
  readonly #ground: Ground
  readonly #options: TradingRunOptions
  readonly #isLong: boolean
  readonly #recoverMs: number[] = []
  readonly #notes: string[] = []
  readonly #misses: string[] = []
  readonly #faultsBefore: number
  #tradingFrom = 0

  private constructor(ground: Ground, options: TradingRunOptions, isLong: boolean) {
    this.#ground = ground
    this.#options = options
    this.#isLong = isLong
    this.#faultsBefore = this.#ground.faults().length
  }

  /** Opens when everyone trades. */
  static async open(ground: Ground, options: TradingRunOptions, isLong: boolean): Promise<TradingRun> {
    const run = new TradingRun(ground, options, isLong)
    const prefix = `f${floors++}-${Date.now().toString(36)}`
    const numbers = Array.from({ length: options.traders }, (_, number) => number)
    for (let at = 0; at < numbers.length; at += OPENED_AT_ONCE) {
      const some = numbers.slice(at, at + OPENED_AT_ONCE).map((number) => {
        const url = options.urls[number % options.urls.length] ?? ''
        const open = number % WIRE_EVERY === WIRE_EVERY - 1 ? openWireTrader : openTrader
        return open({ url, number, prefix, paceMs: options.paceMs, log: run.log })
      })
      run.traders.push(...(await Promise.all(some)))
    }
    const opened = Date.now()
    await run.#until(() => run.log.firstAnswerAfter(opened) !== undefined, 'the first answer')
    for (const trader of run.traders) trader.restartClock()
    run.#tradingFrom = Date.now()
    return run
  }

  /** Waits until an order that was sent after the moment is executed, and notes how long that took. */
  async recovered(sinceMs: number, bar: { readonly maxMs: number }): Promise<number> {
    await this.#until(() => this.log.firstAnswerAfter(sinceMs) !== undefined, 'an answer after the fault')
    const tookMs = (this.log.firstAnswerAfter(sinceMs) ?? 0) - sinceMs
    this.#recoverMs.push(tookMs)
    this.within('recovery', tookMs, bar.maxMs)
    return tookMs
  }

  /** Trading goes on as it is. */
  async goOn(ms: number): Promise<void> {
    await delay(ms)
  }

  note(text: string): void {
    this.#notes.push(text)
  }

  /** What happened to one order. */
  noteTrail({ trader, order: { clientOrderId }, sentAt, toldAt }: Asked): void {
    const steps = this.log.trails.of(clientOrderId).join('; ')
    this.note(`${clientOrderId} of trader ${trader}, ${toldAt - sentAt} ms: ${steps}`)
  }

  /** What happened to the connections of who was without prices longest. */
  noteLongestQuiet(): void {
    const at = this.traders.findIndex(({ longestQuietMs }) => longestQuietMs === this.quotesGapMs)
    this.note(`trader ${at}: ${this.log.trails.of(`trader ${at}`).join('; ')}`)
  }

  /** A bound on a time. On a shared machine times say little: the short form only rejects absurd ones. */
  within(what: string, value: number, max: number): void {
    if (value > (this.#isLong ? max : Math.max(max, ABSURD_MS))) this.#misses.push(`${what}: ${value}, at most ${max}`)
  }

  /** A bound on an amount, not on a time: it holds on any machine. */
  bounded(what: string, value: number, max: number): void {
    if (value > max) this.#misses.push(`${what}: ${value}, at most ${max}`)
  }

  /** A condition of the row that holds on any machine. */
  must(what: string, holds: boolean): void {
    if (!holds) this.#misses.push(what)
  }

  /** The longest time that any socket was without prices since trading began. */
  get quotesGapMs(): number {
    return Math.max(...this.traders.map(({ longestQuietMs }) => longestQuietMs))
  }

  /** Ends the trading and judges it. The fleet is whole again. */
  async close(): Promise<Result> {
    const quotesGapMs = this.quotesGapMs
    const toMs = Date.now()
    await Promise.all(this.traders.map((trader) => trader.finish()))
    const again = await this.#askAgain()
    const reasons = new Map<string, number>()
    const { denied } = this.#ground
    let lastToldMs = 0
    for await (const asked of this.log.orders()) {
      const { told, toldAt } = asked
      if (!isExecuted(told)) {
        denied?.push(asked)
        lastToldMs = Math.max(lastToldMs, toldAt)
      }
      const reason = whyNot(told)
      if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    }
    if (denied === undefined) await delay(Math.max(0, lastToldMs + FINAL_MS - Date.now()))
    for (const trader of this.traders) trader.close()
    const verdict = await judge(this.#ground.databaseUrl, this.log, { again, fromMs: this.#tradingFrom, toMs })
    this.#mustBeRight(verdict)
    this.note(`not executed: ${countsText(reasons)}`)
    this.log[Symbol.dispose]()
    return { verdict, quotesGapMs, recoverMs: this.#recoverMs, notes: this.#notes, misses: this.#misses }
  }

  #mustBeRight(verdict: Verdict): void {
    for (const fault of ['lost', 'doubled', 'contradicted', 'auditFaults'] as const) {
      const found = verdict[fault]
      if (found.length > 0) this.#misses.push(`${fault}: ${found.length}, such as ${found.slice(0, 3).join('; ')}`)
    }
    this.must(`${verdict.lateBatches} batches of an epoch that was over`, verdict.lateBatches === 0)
    const { staleFrames } = this.log
    if (staleFrames.length > 0) {
      this.#misses.push(`${staleFrames.length} frames of an epoch that was over: ${countsText(countsOf(staleFrames))}`)
    }
    for (const error of this.log.unforeseen) this.#misses.push(`a promise of the SDK rejected with ${String(error)}`)
    for (const fault of this.#ground.faults().slice(this.#faultsBefore)) this.#misses.push(`a server's log: ${fault}`)
  }

  /** An answer once given is the answer for ever. */
  async #askAgain(): Promise<Map<Asked, Told>> {
    const answered = this.log.latestOrders.filter(({ told }) => isExecuted(told))
    const some = answered.slice(-this.#options.againMax)
    const again = new Map<Asked, Told>()
    for (let at = 0; at < some.length; at += AGAIN_AT_ONCE) {
      const part = some.slice(at, at + AGAIN_AT_ONCE)
      await Promise.all(
        part.map(async (asked) => {
          const told = await this.traders[asked.trader]?.again(asked.order)
          if (told !== undefined) again.set(asked, told)
        }),
      )
    }
    return again
  }

  async #until(holds: () => boolean, what: string): Promise<void> {
    const deadline = Date.now() + RECOVER_MS_MAX
    while (!holds()) {
      if (Date.now() > deadline) {
        throw new Error(`${what} did not come within ${RECOVER_MS_MAX} ms.\n${this.#ground.describe()}`)
      }
      await delay(LOOK_MS)
    }
  }
}

/** Why an order was not executed, for a person; undefined when it was, or when nobody knows. */
function whyNot(told: Told | undefined): string | undefined {
  if (told?.as === 'not_sent') return 'no connection'
  return told?.as === 'refused' ? told.error.code : undefined
}

function countsOf(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}

const countsText = (counts: ReadonlyMap<string, number>): string =>
  counts.size === 0 ? 'none' : [...counts].map(([word, count]) => `${count} ${word}`).join(', ')
