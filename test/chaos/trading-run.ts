import { setTimeout as delay } from 'node:timers/promises'
import { judge, type Verdict } from './judge.ts'
import { type SentOrder, isExecuted, type Reported, TradingLog } from './trading-log.ts'
import { openTrader } from './sdk-trader.ts'
import type { Trader } from './trader.ts'
import { openWireTrader } from './wire-trader.ts'

const POLL_MS = 5
const RECOVER_MS_MAX = 60_000
/** One of this many traders uses plain Socket.IO instead of the SDK. */
const WIRE_EVERY = 8
/** An order that was reported as not executed cannot start to execute later than this. */
export const FINAL_MS = 5_500
const CONCURRENT_OPENS = 8
const CONCURRENT_REPEATS = 50
/** A time that even a slow, shared machine does not exceed. */
const ABSURD_MS = 15_000

interface TradingRunOptions {
  /** A full run, which is held to its limits. */
  readonly isLong: boolean
  readonly traders: number
  /** Addresses to which traders connect in turn. */
  readonly urls: readonly string[]
  readonly paceMs: number
  /** Limit of the orders that are sent once more at the end. */
  readonly againMax: number
}

/** The result of a row. */
export interface Result {
  readonly verdict: Verdict
  readonly quotesGapMs: number
  readonly recoverMs: readonly number[]
  readonly notes: readonly string[]
  /** Conditions and limits that were missed, correctness first. */
  readonly misses: readonly string[]
}

/** The servers on which the traders trade. */
export interface Target {
  readonly databaseUrl: string
  /** Defects in the servers' logs so far. */
  faults(): readonly string[]
  /** The state of the servers, to find out why a run hangs. */
  describe(): string
  /**
   * Collects the orders that were reported as not executed, for a caller that checks them when they are final. Without it each
   * run waits until then.
   */
  readonly denied?: SentOrder[]
}

let runs = 0

/** Traders that trade during a fault. */
export class TradingRun {
  readonly log = new TradingLog()
  readonly traders: Trader[] = []
  readonly #target: Target
  readonly #options: TradingRunOptions
  readonly #isLong: boolean
  readonly #recoverMs: number[] = []
  readonly #notes: string[] = []
  readonly #misses: string[] = []
  readonly #faultsBefore: number
  #tradingFrom = 0

  private constructor(target: Target, options: TradingRunOptions) {
    this.#target = target
    this.#options = options
    this.#isLong = options.isLong
    this.#faultsBefore = this.#target.faults().length
  }

  /** Resolves when all traders are open and the first order is answered. */
  static async open(target: Target, options: TradingRunOptions): Promise<TradingRun> {
    const run = new TradingRun(target, options)
    const prefix = `f${runs++}-${Date.now().toString(36)}`
    const numbers = Array.from({ length: options.traders }, (_, number) => number)
    for (let at = 0; at < numbers.length; at += CONCURRENT_OPENS) {
      const some = numbers.slice(at, at + CONCURRENT_OPENS).map((number) => {
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

  /** Waits until an order that was sent after a time is answered, and records how long that took. */
  async recovered(sinceMs: number, bar: { readonly maxMs: number }): Promise<number> {
    await this.#until(() => this.log.firstAnswerAfter(sinceMs) !== undefined, 'an answer after the fault')
    const tookMs = (this.log.firstAnswerAfter(sinceMs) ?? 0) - sinceMs
    this.#recoverMs.push(tookMs)
    this.within('recovery', tookMs, bar.maxMs)
    return tookMs
  }

  /** Lets trading continue for a while. */
  async goOn(ms: number): Promise<void> {
    await delay(ms)
  }

  note(text: string): void {
    this.#notes.push(text)
  }

  /** Notes the steps of one order. */
  noteTrail({ trader, order: { clientOrderId }, sentAt, reportedAt }: SentOrder): void {
    const steps = this.log.trails.of(clientOrderId).join('; ')
    this.note(`${clientOrderId} of trader ${trader}, ${reportedAt - sentAt} ms: ${steps}`)
  }

  /** Notes the connections of the trader who was without prices longest. */
  noteLongestQuiet(): void {
    const at = this.traders.findIndex(({ longestQuietMs }) => longestQuietMs === this.quotesGapMs)
    this.note(`trader ${at}: ${this.log.trails.of(`trader ${at}`).join('; ')}`)
  }

  /** A limit of a time. On a shared machine times mean little, so the short form only rejects absurd ones. */
  within(what: string, value: number, max: number): void {
    if (value > (this.#isLong ? max : Math.max(max, ABSURD_MS))) this.#misses.push(`${what}: ${value}, at most ${max}`)
  }

  /** A limit of an amount, which holds on any machine. */
  bounded(what: string, value: number, max: number): void {
    if (value > max) this.#misses.push(`${what}: ${value}, at most ${max}`)
  }

  /** A condition that holds on any machine. */
  must(what: string, holds: boolean): void {
    if (!holds) this.#misses.push(what)
  }

  /** The longest time that any socket was without prices since trading began. */
  get quotesGapMs(): number {
    return Math.max(...this.traders.map(({ longestQuietMs }) => longestQuietMs))
  }

  /** Ends the trading and judges it. All servers must be running again. */
  async close(): Promise<Result> {
    const quotesGapMs = this.quotesGapMs
    const toMs = Date.now()
    await Promise.all(this.traders.map((trader) => trader.finish()))
    const again = await this.#repeat()
    const reasons = new Map<string, number>()
    const { denied } = this.#target
    let lastReportedMs = 0
    for await (const sent of this.log.orders()) {
      const { reported, reportedAt } = sent
      if (!isExecuted(reported)) {
        denied?.push(sent)
        lastReportedMs = Math.max(lastReportedMs, reportedAt)
      }
      const reason = whyNot(reported)
      if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    }
    if (denied === undefined) await delay(Math.max(0, lastReportedMs + FINAL_MS - Date.now()))
    for (const trader of this.traders) trader.close()
    const verdict = await judge(this.#target.databaseUrl, this.log, { again, fromMs: this.#tradingFrom, toMs })
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
    this.must(`no batches of an earlier epoch (found ${verdict.lateBatches})`, verdict.lateBatches === 0)
    const { staleFrames } = this.log
    if (staleFrames.length > 0) {
      this.#misses.push(`${staleFrames.length} frames of an earlier epoch: ${countsText(countsOf(staleFrames))}`)
    }
    for (const error of this.log.unforeseen) this.#misses.push(`a promise of the SDK rejected with ${String(error)}`)
    for (const fault of this.#target.faults().slice(this.#faultsBefore)) this.#misses.push(`a server's log: ${fault}`)
  }

  /** Sends answered orders once more, to check that their answers have not changed. */
  async #repeat(): Promise<Map<SentOrder, Reported>> {
    const answered = this.log.latestOrders.filter(({ reported }) => isExecuted(reported))
    const some = answered.slice(-this.#options.againMax)
    const again = new Map<SentOrder, Reported>()
    for (let at = 0; at < some.length; at += CONCURRENT_REPEATS) {
      const part = some.slice(at, at + CONCURRENT_REPEATS)
      await Promise.all(
        part.map(async (sent) => {
          const reported = await this.traders[sent.trader]?.again(sent.order)
          if (reported !== undefined) again.set(sent, reported)
        }),
      )
    }
    return again
  }

  async #until(holds: () => boolean, what: string): Promise<void> {
    const deadline = Date.now() + RECOVER_MS_MAX
    while (!holds()) {
      if (Date.now() > deadline) {
        throw new Error(`timed out waiting for ${what} after ${RECOVER_MS_MAX} ms.\n${this.#target.describe()}`)
      }
      await delay(POLL_MS)
    }
  }
}

/** Why an order was not executed; undefined if it was, or if that is unknown. */
function whyNot(reported: Reported | undefined): string | undefined {
  if (reported?.as === 'not_sent') return 'no connection'
  return reported?.as === 'refused' ? reported.error.code : undefined
}

function countsOf(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}

const countsText = (counts: ReadonlyMap<string, number>): string =>
  counts.size === 0 ? 'none' : [...counts].map(([word, count]) => `${count} ${word}`).join(', ')
