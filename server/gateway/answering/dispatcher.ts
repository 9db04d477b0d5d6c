import { randomUUID } from 'node:crypto'
import { CLIENT_ID_PATTERN } from '@valiant/shared/protocol/fields'
import type { ErrorCode } from '@valiant/shared/protocol/errors'
import type { Answer } from '@valiant/shared/protocol/events'
import { PAYLOAD_DEPTH_DEFAULT, SYMBOLS_DEFAULT } from '@valiant/shared/protocol/limits'
import { REQUESTS, type RequestName } from '@valiant/shared/protocol/requests'
import type { ChangeRequest } from '../../bus/exchange-request.ts'
import { GatewayMetrics } from '../../telemetry/gateway-metrics.ts'
import type { Logger } from '../../telemetry/logger.ts'
import { noteTrace, type TraceHeaders, traceRequest } from '../../telemetry/tracing.ts'
import { measureAnswer } from './measured-answers.ts'
import { orderIdsOf } from './order-ids.ts'
import { assertSoundPayload } from './payload.ts'
import type { ExchangeRequests } from '../leader/exchange-requests.ts'
import {
  BESIDE_THE_EXCHANGE,
  type BesideTheExchange,
  type Handlers,
  type IsUsedId,
  RELAYED,
  type RelayedName,
  type Relays,
  type Requester,
} from '../requests/request.ts'
import { commandIdOf } from '../requests/request-id.ts'
import {
  failure,
  foundText,
  invalid,
  isDefect,
  RequestFailure,
  toWireError,
  toWireErrorOfChange,
} from './wire-error.ts'
import { inTime } from './time-limit.ts'
import { fieldFailure } from './zod-issue.ts'

/**
 * Counts a request that is not a trading request, or one over that rate that may repeat an earlier one, which has a rate
 * of its own because it costs a look into the database.
 * @returns 0, or the milliseconds until the next is allowed
 */
export type TakeRequest = (rate: 'request' | 'repeat') => Promise<number>

/** Limits of a payload that an operator may change. */
export interface PayloadLimits {
  /** Levels of objects and arrays in each other. */
  readonly depth: number
  /** Symbols of one request. */
  readonly symbols: number
}

/**
 * The single path of a request through the gateway, for sockets and REST alike. Checks run in the protocol's order: size
 * and depth, shape, authentication, scope, known id, rate, fields. The first that fails answers. The exchange knows the ids
 * and the rate of trading, so it is also asked about a trading request whose fields are wrong; the database knows the ids of
 * other changes.
 */
export class Dispatcher {
  readonly #handlers: Handlers
  readonly #relays: Relays
  readonly #exchange: Pick<ExchangeRequests, 'ask'>
  readonly #isUsedId: IsUsedId
  readonly #logger: Logger
  readonly #requestLog: Logger
  readonly #metrics: GatewayMetrics
  readonly #limits: PayloadLimits

  constructor(parts: {
    handlers: Handlers
    relays: Relays
    exchange: Pick<ExchangeRequests, 'ask'>
    isUsedId: IsUsedId
    logger: Logger
    metrics?: GatewayMetrics
    limits?: PayloadLimits
  }) {
    this.#handlers = parts.handlers
    this.#relays = parts.relays
    this.#exchange = parts.exchange
    this.#isUsedId = parts.isUsedId
    this.#logger = parts.logger
    this.#metrics = parts.metrics ?? new GatewayMetrics()
    this.#limits = parts.limits ?? { depth: PAYLOAD_DEPTH_DEFAULT, symbols: SYMBOLS_DEFAULT }
    // Its records have fixed fields and no secrets, and redaction would double the cost of a line.
    this.#requestLog = parts.logger.child({}, { redact: [] })
  }

  /**
   * Never throws and never leaves a request unanswered.
   * @param trace the client's trace headers
   */
  answer(
    event: unknown,
    payload: unknown,
    requester: Requester,
    take: TakeRequest,
    trace?: TraceHeaders,
  ): Promise<Answer> {
    const name = typeof event === 'string' && isRequest(event) ? event : 'unknown'
    const about = { event: name, trace, socket: requester.socketId, user: requester.userId }
    return traceRequest(about, () => this.#answerAndLog(event, payload, requester, take))
  }

  async #answerAndLog(event: unknown, payload: unknown, requester: Requester, take: TakeRequest): Promise<Answer> {
    const beganMs = performance.now()
    const answer = await this.#answer(event, payload, requester, take)
    const name = typeof event === 'string' && isRequest(event) ? event : 'unknown'
    measureAnswer(this.#metrics, name, answer, (performance.now() - beganMs) / 1_000)
    if (name !== 'unknown' && REQUESTS[name].changes) this.#log(name, payload, requester, answer)
    return answer
  }

  /**
   * Logs each request that changes something with its sender and outcome, so that an order can be traced; at `debug` those
   * without a rate limit, since one client could fill the disk with them.
   */
  #log(event: RequestName, payload: unknown, { socketId, account, receivedAtMs }: Requester, answer: Answer): void {
    const request = randomUUID()
    const { order, clientOrderId } = orderIdsOf(payload, answer)
    const outcome = answer.ok ? 'ok' : answer.error.code
    noteTrace({ request, order, client_order: clientOrderId, outcome })
    this.#requestLog[isUnlimited(answer) ? 'debug' : 'info'](
      {
        request,
        socket: socketId,
        account,
        event,
        order,
        clientOrderId,
        outcome,
        duplicate: answer.duplicate,
        ms: Date.now() - receivedAtMs,
      },
      'request answered',
    )
  }

  async #answer(event: unknown, payload: unknown, requester: Requester, take: TakeRequest): Promise<Answer> {
    try {
      assertSoundPayload(payload, this.#limits.depth)
      const name = nameOf(event)
      authorise(name, requester)
      const { receivedAtMs } = requester
      return await inTime(this.#serve(name, payload, requester, take), {
        ...{ receivedAtMs, changes: REQUESTS[name].changes },
      })
    } catch (error) {
      if (isDefect(error)) this.#logger.error({ err: error, event: foundText(event) }, 'request failed')
      const isChange = typeof event === 'string' && isRequest(event) && REQUESTS[event].changes
      return { ok: false, error: isChange ? toWireErrorOfChange(error) : toWireError(error) }
    }
  }

  async #serve(name: RequestName, payload: unknown, requester: Requester, take: TakeRequest): Promise<Answer> {
    if (isTrading(name)) return this.#trade(name, payload, requester)
    const retryAfterMs = await take('request')
    if (isBeside(name)) return this.#change(name, payload, requester, { retryAfterMs, take })
    assertWithin(retryAfterMs)
    return this.#carryOut(name, payload, requester)
  }

  /** A change that the exchange does not know. Its id comes before the rate and the fields. */
  async #change(
    name: BesideTheExchange,
    payload: unknown,
    requester: Requester,
    { retryAfterMs, take }: { readonly retryAfterMs: number; readonly take: TakeRequest },
  ): Promise<Answer> {
    const requestId = idIn(name, payload)
    // If the ids cannot be read, the request is refused as if its id were new.
    const isUsed = async () =>
      requestId !== undefined && (await this.#isUsedId(name, requestId, requester).catch(() => false))
    const isRepeat = async () => requestId !== undefined && (await take('repeat')) === 0 && isUsed()
    if (retryAfterMs > 0 && !(await isRepeat())) assertWithin(retryAfterMs)
    try {
      return await this.#carryOut(name, payload, requester)
    } catch (error) {
      if (!isInvalid(error) || !(await isUsed())) throw error
      throw failure('DUPLICATE_CLIENT_ORDER_ID', `requestId "${requestId}" was already used for another request.`)
    }
  }

  /** The exchange, which sees all sockets of an account, limits how fast it trades. */
  async #trade(name: TradingName, payload: unknown, requester: Requester): Promise<Answer> {
    try {
      return await this.#carryOut(name, payload, requester)
    } catch (error) {
      if (!isFoundHere(error)) throw error
      const before = await this.#beforeFields(name, payload, requester)
      if (before?.ok === false && BEFORE_FIELDS.includes(before.error.code)) return before
      return { ok: false, error: error.error, ...(before?.rate !== undefined && { rate: before.rate }) }
    }
  }

  /** What the exchange finds in a request before its fields; undefined if it cannot say. */
  async #beforeFields(
    change: TradingName,
    payload: unknown,
    { account, receivedAtMs }: Requester,
  ): Promise<Answer | undefined> {
    if (account === undefined) return undefined
    const request = { event: 'change.invalid', account, change } as const
    const commandId = commandIdIn(change, payload)
    try {
      return await this.#exchange.ask({ request, receivedAtMs, ...(commandId !== undefined && { commandId }) })
    } catch {
      // Whatever happened to the question, the request is INVALID.
      return undefined
    }
  }

  /** @throws {RequestFailure} INVALID, if a field is wrong */
  async #carryOut(name: RequestName, payload: unknown, requester: Requester): Promise<Answer> {
    const schema = REQUESTS[name].payload
    const parsed = schema.safeParse(payload)
    if (!parsed.success) throw fieldFailure(parsed.error, payload, schema)
    assertSymbolsWithin(parsed.data, this.#limits.symbols)
    // Parsed by the schema of this name; TypeScript cannot correlate the tables by name here.
    const request = parsed.data as never
    if (isRelayed(name)) return this.#relays[name](request, requester)
    return { ok: true, data: await this.#handlers[name](request, requester) }
  }
}

/** Refusals by what comes before the fields. */
const BEFORE_FIELDS: readonly ErrorCode[] = ['DUPLICATE_CLIENT_ORDER_ID', 'RATE_LIMITED']

/** @throws {RequestFailure} INVALID, if there are more symbols than one request may name */
function assertSymbolsWithin(request: object, symbolsMax: number): void {
  const symbols = 'symbols' in request ? request.symbols : undefined
  if (!Array.isArray(symbols) || symbols.length <= symbolsMax) return
  throw invalid('symbols', 'max', { expected: `at most ${symbolsMax} elements`, found: foundText(symbols) })
}

/** Refused by the gateway, before the exchange has looked at the id and the rate: also an orderId that cannot exist. */
const isFoundHere = (error: unknown): error is RequestFailure =>
  isInvalid(error) || (error instanceof RequestFailure && error.error.code === 'NOT_FOUND')

const isInvalid = (error: unknown): error is RequestFailure =>
  error instanceof RequestFailure && error.error.code === 'INVALID'

/** The id that a request with wrong fields would have used, if that is not wrong too. */
function idIn(name: RequestName, payload: unknown): string | undefined {
  const id: unknown = Reflect.get(Object(payload), name === 'order.place' ? 'clientOrderId' : 'requestId')
  return typeof id === 'string' && CLIENT_ID_PATTERN.test(id) ? id : undefined
}

function commandIdIn(name: TradingName, payload: unknown): string | undefined {
  const id = idIn(name, payload)
  if (id === undefined) return undefined
  return name === 'order.place' ? `o:${id}` : commandIdOf(id)
}

/** @throws {RequestFailure} INVALID for an unknown event */
function nameOf(event: unknown): RequestName {
  if (typeof event === 'string' && isRequest(event)) return event
  const expected = 'an event of the protocol'
  throw failure('INVALID', `The event: expected one of the protocol, found ${foundText(event)}.`, {
    ...{ field: '', details: { rule: 'unknown', expected } },
  })
}

const isRequest = (event: string): event is RequestName => Object.hasOwn(REQUESTS, event)
type TradingName = Extract<RequestName, ChangeRequest['event']>
const isTrading = (name: RequestName): name is TradingName => REQUESTS[name].changes && !isBeside(name)
const isBeside = (name: RequestName): name is BesideTheExchange => BESIDE_THE_EXCHANGE.some((other) => other === name)
const isRelayed = (name: RequestName): name is RelayedName => RELAYED.some((relayed) => relayed === name)

/** Refusals that come before a request is counted, or because of the count, and leave nothing to trace. */
const UNCOUNTED: readonly ErrorCode[] = [
  ...(['PAYLOAD_TOO_LARGE', 'INVALID', 'UNAUTHENTICATED', 'FORBIDDEN', 'NOT_FOUND'] as const),
  ...(['DUPLICATE_CLIENT_ORDER_ID', 'RATE_LIMITED'] as const),
]
export const isUncounted = (code: ErrorCode): boolean => UNCOUNTED.includes(code)
/** Whether a client can get any number of these answers: refusals that are not counted, and one that was given before. */
const isUnlimited = (answer: Answer): boolean =>
  answer.duplicate === true || (!answer.ok && isUncounted(answer.error.code))

/** The only place that decides who may send which request, by the schema's scope; a key has no user to open accounts for. */
function authorise(name: RequestName, { account, userId, scopes }: Requester): void {
  const { scope } = REQUESTS[name]
  if (scope === 'public') return
  if (account === undefined) {
    throw failure(
      'UNAUTHENTICATED',
      `${name} needs an account: expected a session or an API key, found a public connection.`,
    )
  }
  if (!scopes.includes(scope)) {
    throw failure(
      'FORBIDDEN',
      `${name} needs the scope "${scope}", found ${scopes.map((one) => `"${one}"`).join(', ') || 'none'}.`,
    )
  }
  if (name === 'accounts.create' && userId === undefined) {
    throw failure('FORBIDDEN', 'accounts.create needs a user, found a key of one account.')
  }
}

function assertWithin(retryAfterMs: number): void {
  if (retryAfterMs === 0) return
  throw failure('RATE_LIMITED', `Too many requests. Retry in ${retryAfterMs} ms.`, { retryAfterMs })
}
