import type { Answer, Rate } from '@valiant/shared/protocol/events'
import type { Order } from '@valiant/shared/protocol/order'
import type { CommandEntry } from '../bus/commands.ts'
import type {
  CancelAllRequest,
  ExchangeRequest,
  OpenAccountRequest,
  OrderReferenceRequest,
  PlaceOrderRequest,
} from '../bus/exchange-request.ts'
import type { AccountRates } from './account-rates.ts'
import { hasExpired, type Intake, type PreparedCommand } from './intake.ts'
import type { KnownCommands } from './known-commands.ts'
import type { NotOpen, Outcome } from './operations.ts'
import { plainError } from './refusal.ts'
import type { TradingSession } from './trading-session.ts'

/** A request that changes something. */
type Change =
  | (PlaceOrderRequest & { readonly event: 'order.place' })
  | (OrderReferenceRequest & { readonly event: 'order.cancel' })
  | CancelAllRequest

const isChange = (request: ExchangeRequest): request is Change =>
  request.event === 'order.place' || request.event === 'order.cancel' || request.event === 'order.cancelAll'
const isPreview = (request: ExchangeRequest): request is PlaceOrderRequest => request.event === 'order.preview'

/** An answer that waits for its batch's commit, under the id that it will be known by. */
interface PendingResult {
  readonly payloadHash: string | undefined
  readonly result: Answer | NotOpen
}

/** An answer that uses no id up: kept until its entry expires, so that a second copy of the entry gets the same. */
interface PassingAnswer {
  readonly answer: Answer
  readonly untilMs: number
}

const isNotOpen = (result: Answer | NotOpen): result is NotOpen => 'notOpen' in result
const pendingKey = (account: number, commandId: string) => `${account} ${commandId}`
const entryKey = ({ gateway, id }: CommandEntry) => `${gateway} ${id}`

/** Entries on which the engine or the database found a defect: answered INTERNAL, never tried again. */
export type Condemned = ReadonlySet<string>
export { entryKey }

/**
 * Takes up commands in the order of protocol.md section 1: expiry, an id already known, rate, `validUntil`, the rules of
 * the exchange. Every outcome that uses an id up becomes a row of the open batch; what is said waits for its commit.
 */
export class CommandDesk {
  readonly #session: TradingSession
  readonly #intake: Intake
  readonly #known: KnownCommands
  readonly #rates: AccountRates
  readonly #condemned: Condemned
  readonly #pending = new Map<string, PendingResult>()
  readonly #passing = new Map<string, PassingAnswer>()
  /** Accounts opened since the session began, by user: the journal may not have them yet. */
  readonly #opened = new Map<string, number>()
  readonly #drawAccount: () => number

  constructor(parts: {
    session: TradingSession
    intake: Intake
    known: KnownCommands
    rates: AccountRates
    condemned: Condemned
    drawAccount: () => number
  }) {
    this.#session = parts.session
    this.#intake = parts.intake
    this.#known = parts.known
    this.#rates = parts.rates
    this.#condemned = parts.condemned
    this.#drawAccount = parts.drawAccount
  }

  isPending(account: number, commandId: string): boolean {
    return this.#pending.has(pendingKey(account, commandId))
  }

  /**
   * Applies what has arrived, until the open batch holds `commandsMax`.
   * @throws {CommandDefect} naming the entry that the engine asserted on
   */
  takeUp(commandsMax: number): void {
    const { open } = this.#session
    while (open.commands < commandsMax) {
      const command = this.#intake.next()
      if (command === undefined) return
      try {
        if (!this.#takeUpOne(command)) continue
      } catch (cause) {
        throw new CommandDefect(command.entry, { cause })
      }
      open.entries.push(entryKey(command.entry))
      this.#intake.done(command)
    }
  }

  /** @returns false when it must be read anew */
  #takeUpOne(command: PreparedCommand): boolean {
    const { entry } = command
    const nowMs = this.#session.clock.now()
    const { request } = entry
    if (command.isExpired === true || hasExpired(entry, nowMs)) return true
    // What changes an order or uses an id up is condemned below, where that is recorded.
    if (!isChange(request) && this.#condemned.has(entryKey(entry))) {
      this.#reply(entry, condemned.answer)
      return true
    }

    if (request.event === 'accounts.create') {
      this.#openAccount(entry, request, command.accounts ?? [])
      return true
    }
    if (!this.#session.hasAccount(request.account)) {
      this.#reply(entry, { ok: false, error: plainError('NOT_FOUND', 'There is no such account.') })
      return true
    }
    if (isChange(request)) return this.#change(command, request, nowMs)
    if (request.event === 'account') this.#reply(entry, this.#session.operations.account(request.account))
    else if (isPreview(request)) this.#reply(entry, this.#session.operations.preview(request))
    else this.#replyWithOrder(entry, request)
    return true
  }

  /** A command that changes something: once under its id. */
  #change(command: PreparedCommand, request: Change, nowMs: number): boolean {
    const { entry, stored } = command
    const { commandId, payloadHash } = entry
    const { account } = request

    if (commandId !== undefined) {
      const pending = this.#pending.get(pendingKey(account, commandId))
      const known =
        pending ??
        (stored && { payloadHash: stored.payloadHash.toString('hex'), result: stored.result as Answer | NotOpen })
      if (known !== undefined) {
        this.#repeat(entry, known)
        return true
      }
      // Forgotten since it was prepared, or answered and committed since: read anew.
      if (!this.#known.isLoaded(account) || (!command.isNew && this.#known.mayHave(account, commandId))) {
        this.#intake.again(command)
        return false
      }
    }

    const passing = this.#passing.get(entryKey(entry))
    if (passing !== undefined) {
      this.#reply(entry, passing.answer)
      return true
    }
    const { rate, retryAfterMs } = this.#rates.take(
      account,
      request.event === 'order.place' ? 'order' : 'cancel',
      nowMs,
    )
    if (retryAfterMs > 0) {
      const message = `Too many ${request.event === 'order.place' ? 'orders' : 'cancels'} at once. The next one in ${retryAfterMs} ms.`
      const answer: Answer = { ok: false, error: plainError('RATE_LIMITED', message, { retryAfterMs }), rate }
      this.#remember(entry, answer, nowMs)
      this.#reply(entry, answer)
      return true
    }
    if (request.event === 'order.place' && nowMs > request.validUntilMs) {
      const message = `The order was valid until ${request.validUntilMs} and was taken up at ${nowMs}. It was not executed.`
      this.#reply(entry, { ok: false, error: plainError('REQUEST_EXPIRED', message), rate })
      return true
    }

    const outcome = this.#condemned.has(entryKey(entry)) ? condemned : this.#carryOut(request)
    const result = 'notOpen' in outcome ? outcome : outcome.answer
    if (commandId !== undefined) {
      this.#known.add(account, commandId)
      this.#pending.set(pendingKey(account, commandId), { payloadHash, result })
      this.#session.open.onRelease(() => {
        this.#pending.delete(pendingKey(account, commandId))
        this.#known.settled(account)
      })
      const hash = Buffer.from(payloadHash ?? '', 'hex')
      this.#session.open.results.push({ account, commandId, payloadHash: hash, result })
    }
    if (isNotOpen(result)) this.#replyNotOpen(entry, rate)
    else this.#reply(entry, { ...result, rate })
    return true
  }

  #carryOut(request: Change): Outcome | NotOpen {
    const { operations } = this.#session
    return this.#session.operate<Outcome | NotOpen>(request.account, (timeMs) => {
      switch (request.event) {
        case 'order.place':
          return operations.place(request, timeMs)
        case 'order.cancel':
          return operations.cancel(request, timeMs)
        case 'order.cancelAll':
          return operations.cancelAll(request, timeMs)
        default:
          return request satisfies never
      }
    })
  }

  /** The first answer again; with other content the id is taken. */
  #repeat(entry: CommandEntry, { payloadHash, result }: PendingResult): void {
    if (payloadHash !== undefined && payloadHash !== entry.payloadHash) {
      const order = isNotOpen(result) ? undefined : orderOf(result)
      const [, id = ''] = entry.commandId?.split(/^[or]:/) ?? []
      const error = plainError(
        'DUPLICATE_CLIENT_ORDER_ID',
        `The id ${id} was used before, for another request.`,
        order && { order },
      )
      this.#reply(entry, { ok: false, error })
    } else if (isNotOpen(result)) {
      this.#replyNotOpen(entry, undefined, true)
    } else {
      this.#reply(entry, { ...result, duplicate: true })
    }
  }

  #openAccount(entry: CommandEntry, request: OpenAccountRequest, owned: readonly number[]): void {
    const { userId, name, startingCents } = request
    const known = this.#opened.get(userId) ?? owned[0]
    if (known !== undefined) {
      this.#reply(entry, { ok: true, data: this.#session.wireAccount(known), duplicate: true })
      return
    }
    let account = this.#drawAccount()
    while (this.#session.hasAccount(account)) account = this.#drawAccount()
    this.#session.operate(account, (timeMs) => {
      this.#session.engine.apply({ kind: 'account.open', account, name, startingCents }, timeMs)
      return { cause: 'deposit' as const }
    })
    this.#known.load(account, [])
    this.#opened.set(userId, account)
    this.#session.open.opened.push({ account, userId })
    this.#reply(entry, { ok: true, data: this.#session.wireAccount(account) })
  }

  /** An order as it stands: read after the commit of all that came before, so that NOT_FOUND is final. */
  #replyWithOrder(entry: CommandEntry, request: OrderReferenceRequest): void {
    this.#replyLater(entry, async () => {
      const found = await this.#session.findOrder(request)
      if (found === undefined) return { ok: false, error: notFound(request) }
      return { ok: true, data: found }
    })
  }

  #replyNotOpen(entry: CommandEntry, rate?: Rate, duplicate?: true): void {
    const request = entry.request as OrderReferenceRequest
    this.#replyLater(entry, async () => {
      const found = await this.#session.findOrder(request)
      const isClosed = found?.closedAt !== undefined
      const error = isClosed
        ? plainError('ORDER_CLOSED', `The order is ${found.status} and can no longer be canceled.`, { order: found })
        : notFound(request)
      return { ok: false, error, ...(rate && { rate }), ...(duplicate && { duplicate }) }
    })
  }

  #reply(entry: CommandEntry, answer: Answer): void {
    this.#session.open.onRelease(() => this.#session.reply(entry, answer))
  }

  #replyLater(entry: CommandEntry, read: () => Promise<Answer>): void {
    this.#session.open.onRelease(() => {
      read().then(
        (answer) => this.#session.reply(entry, answer),
        (error: unknown) => {
          this.#session.log.warn({ err: error }, 'exchange: reading an order failed')
          const message = 'The order could not be read for the moment.'
          this.#session.reply(entry, { ok: false, error: plainError('UNAVAILABLE', message, { retryAfterMs: 1_000 }) })
        },
      )
    })
  }

  #remember(entry: CommandEntry, answer: Answer, nowMs: number): void {
    for (const [key, { untilMs }] of this.#passing) {
      if (untilMs >= nowMs) break
      this.#passing.delete(key)
    }
    this.#passing.set(entryKey(entry), { answer, untilMs: entry.expiresAtMs })
  }
}

/** The engine asserted while it carried a command out: its state must be read anew, without that command. */
export class CommandDefect extends Error {
  override readonly name = 'CommandDefect'
  readonly entry: CommandEntry
  constructor(entry: CommandEntry, options: { cause: unknown }) {
    super(`a defect showed in ${entry.request.event}: ${String(options.cause)}`, options)
    this.entry = entry
  }
}

const condemned: Outcome = {
  answer: {
    ok: false,
    error: plainError('INTERNAL', 'A fault of the exchange. The request was not executed and never will be.'),
  },
  cause: 'system',
}

const notFound = ({ clientOrderId, number }: OrderReferenceRequest) =>
  plainError('NOT_FOUND', `There is no order ${clientOrderId ?? number ?? ''} of this account.`)

function orderOf(answer: Answer): Order | undefined {
  const order: unknown = answer.ok ? answer.data : answer.error.order
  return typeof order === 'object' && order !== null && 'orderId' in order ? (order as Order) : undefined
}
