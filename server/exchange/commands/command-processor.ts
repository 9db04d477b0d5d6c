import type { Answer, Rate } from '@valiant/shared/protocol/events'
import type { CommandBus, CommandEntry } from '../../bus/commands.ts'
import {
  type ChangeRequest,
  type ExchangeRequest,
  type InvalidChangeRequest,
  type OpenAccountRequest,
  type ReadRequest,
  validUntilOf,
} from '../../bus/exchange-request.ts'
import { traceCommand } from '../../telemetry/tracing.ts'
import { AccountOpening } from '../accounts/account-opening.ts'
import { type AccountRates, isRated } from './account-rates.ts'
import { AnswerCache, entryKey, type KnownAnswer, type Result } from './answer-cache.ts'
import { hasExpired, type Intake, type PreparedCommand } from './intake.ts'
import type { KnownCommands } from './known-commands.ts'
import { type Outcome, refused } from '../operations/outcome.ts'
import { OrderAnswers, type OrderHistory } from './order-answers.ts'
import type { RecentAnswers } from './recent-answers.ts'
import { ReadRequests } from './read-requests.ts'
import { plainError, UNKNOWN_REQUEST } from './refusal.ts'
import { Replies } from './replies.ts'
import type { LiveMarket } from '../market/live-market.ts'

const isChange = (request: ExchangeRequest): request is ChangeRequest => isRated(request.event)
const isNotOpen = (result: Result): result is Exclude<Result, Answer> => 'notOpen' in result

/** Commands that caused a defect in the engine or the database: answered INTERNAL and never tried again. */
export type PoisonCommands = ReadonlySet<string>

/**
 * Processes commands in the protocol's order: expiry, known ids, rate, `validUntil`, the rules of the exchange. Every
 * outcome that uses up an id becomes a row of the open batch, and its answer is sent after the commit.
 */
export class CommandProcessor {
  readonly #market: LiveMarket
  readonly #bus: Pick<CommandBus, 'nowMs'>
  readonly #intake: Intake
  readonly #known: KnownCommands
  readonly #rates: AccountRates
  readonly #poison: PoisonCommands
  readonly #refusals: RecentAnswers<Answer>
  readonly #answers = new AnswerCache()
  readonly #replies: Replies
  readonly #orders: OrderAnswers
  readonly #reads: ReadRequests
  readonly #opening: AccountOpening

  /**
   * @param parts.refusals answers to commands, by `entryKey`, that did not use up their ids. They are kept while this
   * process leads, because a copy must not be executed in the next term either.
   */
  constructor(parts: {
    market: LiveMarket
    bus: Pick<CommandBus, 'nowMs' | 'reply'>
    history: OrderHistory
    intake: Intake
    known: KnownCommands
    rates: AccountRates
    refusals: RecentAnswers<Answer>
    poison: PoisonCommands
    draw: (from: number, end: number) => number
  }) {
    this.#market = parts.market
    this.#bus = parts.bus
    this.#intake = parts.intake
    this.#known = parts.known
    this.#rates = parts.rates
    this.#refusals = parts.refusals
    this.#poison = parts.poison
    const { market, history } = parts
    const replies = (this.#replies = new Replies(market, parts.bus))
    const orders = (this.#orders = new OrderAnswers({ market, history, replies }))
    this.#reads = new ReadRequests({ market, orders, replies })
    this.#opening = new AccountOpening(parts)
  }

  /** Whether the answer to this id is in memory, so that the journal need not be read. */
  remembers(account: number, commandId: string): boolean {
    return this.#answers.remembers(account, commandId)
  }

  /**
   * Processes commands that have arrived, until the open batch holds `commandsMax`.
   * @throws {CommandDefect} naming the entry on which the engine threw
   */
  takeUp(commandsMax: number): void {
    const { open } = this.#market
    while (open.commands < commandsMax && !this.#market.isOver) {
      const command = this.#intake.next()
      if (command === undefined) return
      const { trace, request } = command.entry
      const span = traceCommand(trace, request.event)
      try {
        if (!this.#takeUpOne(command)) continue
      } catch (cause) {
        throw new CommandDefect(command.entry, { cause })
      }
      open.entries.push(entryKey(command.entry))
      if (span !== undefined) open.follow(span)
      this.#intake.done(command)
    }
  }

  /** @returns false when the command must be prepared again */
  #takeUpOne(command: PreparedCommand): boolean {
    const { entry } = command
    const { request } = entry
    if (command.isExpired === true || hasExpired(entry, this.#bus.nowMs())) return true
    const nowMs = this.#market.clock.now()
    if (request.event === 'accounts.open') this.#openFirst(command, request)
    else if (isChange(request) || request.event === 'change.invalid') return this.#change(command, request, nowMs)
    else this.#read(entry, request)
    return true
  }

  #openFirst({ entry, accounts = [] }: PreparedCommand, request: OpenAccountRequest): void {
    if (this.#isPoison(entry)) {
      this.#replies.withBatch(entry, poison.answer)
      return
    }
    const { account, isNew } = this.#opening.openFirst(request, accounts)
    this.#replies.withBatch(entry, { ok: true, data: account, ...(!isNew && { duplicate: true }) })
  }

  #read(entry: CommandEntry, request: ReadRequest): void {
    if (this.#isPoison(entry)) this.#replies.withBatch(entry, poison.answer)
    else if (!this.#market.hasAccount(request.account)) this.#replies.withBatch(entry, noAccount.answer)
    else if (!this.#isListed(request)) this.#replies.withBatch(entry, unknownRequest.answer)
    else this.#reads.answer(entry, request)
  }

  /** A request that changes something; it is executed once per id. */
  #change(command: PreparedCommand, request: ChangeRequest | InvalidChangeRequest, nowMs: number): boolean {
    const { entry } = command
    const { commandId } = entry
    const { account } = request
    if (!this.#market.hasAccount(account)) {
      this.#replies.withBatch(entry, noAccount.answer)
      return true
    }
    if (commandId !== undefined) {
      const known = this.#knownAnswer(command, account, commandId)
      if (known !== undefined) {
        this.#repeat(entry, request, known, nowMs)
        return true
      }
      // Its account's ids were dropped, or it was answered and committed, since it was prepared.
      if (!command.isNew && this.#known.mayHave(account, commandId)) {
        this.#intake.again(command)
        return false
      }
    }
    if (request.event === 'change.invalid') {
      this.#lookAtRate(entry, request, nowMs)
      return true
    }
    const refusal = this.#refusals.get(entryKey(entry))
    if (refusal !== undefined) this.#refuse(entry, refusal)
    else this.#takeUpNew(command, request, nowMs)
    return true
  }

  #knownAnswer({ stored }: PreparedCommand, account: number, commandId: string): KnownAnswer | undefined {
    const remembered = this.#answers.known(account, commandId)
    if (remembered !== undefined || stored === undefined) return remembered
    const known = { payloadHash: stored.payloadHash.toString('hex'), result: stored.result as Result }
    this.#answers.keep(account, commandId, known, performance.now())
    return known
  }

  /** Nothing else of it needs to be checked: its fields are wrong. */
  #lookAtRate(entry: CommandEntry, { account, change }: InvalidChangeRequest, nowMs: number): void {
    const { rate, retryAfterMs } = this.#rates.look(account, change, nowMs)
    if (retryAfterMs === 0) this.#replies.withBatch(entry, { ok: true, data: {}, rate })
    else this.#replies.withBatch(entry, { ok: false, error: tooMany(change, retryAfterMs), rate })
  }

  /** Checks the rate, then `validUntil`, then the rules of the exchange. */
  #takeUpNew({ entry, accounts = [] }: PreparedCommand, request: ChangeRequest, nowMs: number): void {
    if (!this.#isListed(request)) {
      this.#refuse(entry, unknownRequest.answer)
      return
    }
    const { rate, retryAfterMs } = this.#rates.take(request.account, request.event, nowMs)
    if (retryAfterMs > 0) {
      this.#refuse(entry, { ok: false, error: tooMany(request.event, retryAfterMs), rate })
      return
    }
    // Uses the clock shared by all servers, on which its `finalAt` is based: this server's own may be seconds off.
    const busMs = this.#bus.nowMs()
    const lateMs = busMs - (validUntilOf(request) ?? Infinity)
    if (lateMs > 0) {
      // How late, not when: the gateway has restated `validUntil` in that clock.
      const message = `The request was taken up ${lateMs} ms after its validUntil and was not executed.`
      // The refusal holds for all copies: one sent after the clocks were corrected may have a later expiry.
      this.#refuse(entry, { ok: false, error: plainError('REQUEST_EXPIRED', message), rate })
      return
    }
    const outcome = this.#isPoison(entry) ? poison : this.#carryOut(request, accounts)
    if ('invalid' in outcome) {
      this.#refuse(entry, { ok: false, error: outcome.invalid, rate })
      return
    }
    const result = 'notOpen' in outcome ? outcome : outcome.answer
    this.#record(entry, request.account, result)
    if (isNotOpen(result)) this.#orders.notOpen(entry, request, { rate })
    else this.#replies.withBatch(entry, { ...result, rate })
  }

  #carryOut(request: ChangeRequest, owned: readonly number[]): Outcome {
    if (request.event === 'accounts.create') return this.#opening.create(request, owned)
    return this.#market.operate((timeMs) => this.#market.operations.carryOut(request, timeMs))
  }

  /** Records the answer as a row under the command's id. */
  #record({ commandId, payloadHash }: CommandEntry, account: number, result: Result): void {
    if (commandId === undefined) return
    this.#known.add(account, commandId)
    const isCommitted = this.#answers.awaitCommit(account, commandId, { payloadHash, result })
    this.#market.open.onRelease(() => {
      isCommitted(performance.now())
      this.#known.settled(account)
    })
    const hash = Buffer.from(payloadHash ?? '', 'hex')
    this.#market.open.results.push({ account, commandId, payloadHash: hash, result })
  }

  /** Repeats the first answer; with other content, the id is refused as used. Neither counts as a request. */
  #repeat(
    entry: CommandEntry,
    request: ChangeRequest | InvalidChangeRequest,
    { payloadHash, result }: KnownAnswer,
    nowMs: number,
  ): void {
    const isInvalid = request.event === 'change.invalid'
    const { rate } = this.#rates.look(request.account, isInvalid ? request.change : request.event, nowMs)
    if (isInvalid || (payloadHash !== undefined && payloadHash !== entry.payloadHash)) {
      this.#refuseTaken(entry, request.account, rate)
    } else if (isNotOpen(result)) this.#orders.notOpen(entry, request, { rate, duplicate: true })
    else this.#replies.withBatch(entry, { ...result, rate, duplicate: true })
  }

  /** Names the order when the id is a clientOrderId; a requestId has no order. */
  #refuseTaken(entry: CommandEntry, account: number, rate: Rate): void {
    const [, kind, id = ''] = /^([or]):(.*)$/s.exec(entry.commandId ?? '') ?? []
    if (kind === 'o') {
      this.#orders.idTaken(entry, { account, clientOrderId: id }, rate)
      return
    }
    const message = `requestId "${id}" was already used for another request.`
    this.#replies.withBatch(entry, { ok: false, error: plainError('DUPLICATE_CLIENT_ORDER_ID', message), rate })
  }

  /**
   * Refuses a command without using up its id, so there is no row. A successor only knows of it by the stream position:
   * the refusal is sent after a batch whose position is past the entry has been committed.
   */
  #refuse(entry: CommandEntry, answer: Answer): void {
    this.#refusals.keep(entryKey(entry), answer, performance.now())
    this.#intake.whenPassed(entry, () => this.#replies.refuseOnCommit(entry, answer))
  }

  /** A gateway of a later version may list instruments that are unknown here. */
  #isListed(request: ChangeRequest | ReadRequest): boolean {
    const symbols = [
      ...('symbol' in request && request.symbol !== undefined ? [request.symbol] : []),
      ...('symbols' in request ? (request.symbols ?? []) : []),
    ]
    return symbols.every((symbol) => this.#market.isListed(symbol))
  }

  #isPoison(entry: CommandEntry): boolean {
    return this.#poison.has(entryKey(entry))
  }
}

/** The engine threw while it executed a command: the state must be read again, without that command. */
export class CommandDefect extends Error {
  override readonly name = 'CommandDefect'
  readonly entry: CommandEntry
  constructor(entry: CommandEntry, options: { cause: unknown }) {
    super(`a defect showed in ${entry.request.event}: ${String(options.cause)}`, options)
    this.entry = entry
  }
}

const poison = refused(
  plainError('INTERNAL', 'A fault of the exchange. The request was not executed and never will be.'),
)
const unknownRequest = refused(UNKNOWN_REQUEST)
const noAccount = refused(plainError('NOT_FOUND', 'There is no such account.'))

const tooMany = (event: ChangeRequest['event'], retryAfterMs: number) =>
  plainError('RATE_LIMITED', `Too many requests such as ${event} from this account. Retry in ${retryAfterMs} ms.`, {
    retryAfterMs,
  })
