import { fileURLToPath } from 'node:url'
import type { AccountFrame } from '@valiant/shared/protocol/account'
import type { ErrorCode } from '@valiant/shared/protocol/errors'
import type { Answer } from '@valiant/shared/protocol/events'
import { invalidField } from '@valiant/shared/protocol/invalid'
import { type CommandEntry, START } from '../bus/commands.ts'
import {
  type AmendOrderRequest,
  type ExchangeRequest,
  type OrderReferenceRequest,
  type PlaceOrderRequest,
  RESUMED_FRAMES_MAX,
  type ResumeAccountRequest,
  type ResumedFrames,
  validUntilOf,
} from '../bus/exchange-request.ts'
import type { BroadcastReceiver } from '../bus/broadcast.ts'
import { EncodedFrame } from '../bus/encoded-frame.ts'
import { MemoryBroadcast } from '../bus/memory/memory-broadcast.ts'
import { MemoryCommandBus } from '../bus/memory/memory-commands.ts'
import { toWireAccount } from '../feed/account/account.ts'
import { isFault, readAmendment } from '../feed/account/order-decimals.ts'
import { toWireOrder } from '../feed/account/order.ts'
import type { MarketFrame } from '../feed/market-frame.ts'
import { readInstruments } from '../instruments.ts'
import type { OrderWithFills } from '../journal/history.ts'
import type { GatewayParts } from './gateway.ts'

type Order = OrderWithFills['order']
type Shown = Parameters<typeof toWireAccount>[0]
type Account = { -readonly [Field in keyof Shown]: Shown[Field] }

export const instruments = readInstruments(fileURLToPath(new URL('../../db/instruments.json', import.meta.url)))

/** An in-process broadcast that keeps a snapshot; its link can be cut. */
class BroadcastStandIn extends MemoryBroadcast<MarketFrame> {
  readonly #receivers: BroadcastReceiver<MarketFrame>[] = []
  #kept: MarketFrame | undefined
  /** Silently loses what is published. */
  loses = false

  /** While down, what is published is lost. */
  link(isUp: boolean): void {
    this.loses = !isUp
    for (const receiver of this.#receivers) receiver.linked(isUp)
  }

  override keepSnapshot(frame: MarketFrame): void {
    this.#kept = frame
  }

  override snapshot(): Promise<MarketFrame | undefined> {
    return this.loses ? Promise.reject(new Error('the link is down')) : Promise.resolve(this.#kept)
  }

  override subscribe(receiver: BroadcastReceiver<MarketFrame>): void {
    this.#receivers.push(receiver)
    super.subscribe({
      market: (frame) => this.#heard(() => receiver.market(frame)),
      account: (account, frame) => this.#heard(() => receiver.account(account, frame)),
      accountSeq: (account, seq) => this.#heard(() => receiver.accountSeq(account, seq)),
      alert: (account, alert) => this.#heard(() => receiver.alert(account, alert)),
      status: (status) => this.#heard(() => receiver.status(status)),
      news: (news) => this.#heard(() => receiver.news(news)),
      linked: (isUp) => receiver.linked(isUp),
    })
  }

  #heard(receive: () => void): void {
    if (!this.loses) receive()
  }
}

/**
 * An in-memory exchange behind the real bus that has accounts and can only rest, amend and cancel orders: enough to test
 * the gateway.
 */
export class ExchangeStandIn {
  readonly commands = new MemoryCommandBus()
  readonly broadcast = new BroadcastStandIn()
  readonly taken: CommandEntry[] = []
  readonly equityQueries: unknown[] = []
  /** Account frames that were sent; emptied to simulate a new leader. */
  sent: { readonly account: number; readonly frame: AccountFrame }[] = []
  epoch = 1
  /** Ignores commands while true. */
  deaf = false
  /** Commands received meanwhile. */
  readonly unheard: CommandEntry[] = []
  readonly #accounts = new Map<string, Account[]>()
  #opened = 0
  readonly #orders = new Map<number, Order[]>()
  readonly #answers = new Map<string, { hash: string | undefined; answer: Answer }>()

  constructor() {
    const reader = this.commands.consume(START, () => {
      for (const entry of reader.take(100)) {
        if (this.deaf) {
          this.unheard.push(entry)
          continue
        }
        this.taken.push(entry)
        this.commands.reply(entry.gateway, { id: entry.id, epoch: this.epoch, answer: this.#answer(entry) })
      }
    })
  }

  readonly history: GatewayParts['history'] = {
    accountsOf: (userId) => Promise.resolve((this.#accounts.get(userId) ?? []).map(({ account }) => account)),
    ownerOf: (account) =>
      Promise.resolve([...this.#accounts].find(([, own]) => own.some((one) => one.account === account))?.[0]),
    seqsOf: (accounts) =>
      Promise.resolve([...this.#accounts.values()].flat().filter(({ account }) => accounts.includes(account))),
    moveAccounts: ({ fromUserId, toUserId }) => {
      const moved = this.#accounts.get(fromUserId) ?? []
      this.#accounts.delete(fromUserId)
      this.#accounts.set(toUserId, [...(this.#accounts.get(toUserId) ?? []), ...moved])
      return Promise.resolve(moved.map(({ account }) => account))
    },
    stretchOf: (_list, account) => Promise.resolve({ first: 1, before: this.#of(account).length + 1 }),
    orders: (account, { before = Infinity, limit, status = 'all' }) =>
      Promise.resolve(
        this.#of(account)
          .filter((order) => order.number < before && (status === 'all' || (status === 'open') === isOpen(order)))
          .reverse()
          .slice(0, limit),
      ),
    fills: () => Promise.resolve([]),
    entries: () => Promise.resolve([]),
    realized: () => Promise.resolve([]),
    equity: (account, query) => {
      this.equityQueries.push(query)
      return Promise.resolve([{ account, atMs: 60_000, equityCents: -5, cashCents: 10_000_000 }])
    },
  }

  #of(account: number): Order[] {
    return this.#orders.get(account) ?? []
  }

  #answer({ request, commandId, payloadHash }: CommandEntry): Answer {
    if (commandId === undefined) return this.#apply(request)
    const key = `${request.event === 'accounts.open' ? request.userId : request.account} ${commandId}`
    const known = this.#answers.get(key)
    if (known !== undefined) {
      return known.hash === payloadHash ? { ...known.answer, duplicate: true } : refusal('DUPLICATE_CLIENT_ORDER_ID')
    }
    if (request.event === 'change.invalid') return { ok: true, data: {} }
    if ((validUntilOf(request) ?? Infinity) < Date.now()) return refusal('REQUEST_EXPIRED')
    const answer = this.#apply(request)
    this.#answers.set(key, { hash: payloadHash, answer })
    return answer
  }

  #apply(request: ExchangeRequest): Answer {
    switch (request.event) {
      case 'accounts.open':
        this.#open(request)
        return { ok: true, data: {} }
      case 'accounts.create':
        return this.#shown(this.#open(request))
      case 'account':
        return this.#snapshot(request.account)
      case 'change.invalid':
      case 'connection.hold':
      case 'connection.release':
        return { ok: true, data: {} }
      case 'account.resume':
        return { ok: true, data: this.#resumed(request) }
      case 'account.update':
        return this.#changed(request.account, {
          ...(request.name !== undefined && { name: request.name }),
          ...(request.mode !== undefined && { mode: request.mode }),
        })
      case 'account.reset':
        return this.#changed(request.account, { cashCents: request.startingCents })
      case 'account.close':
        return this.#close(request.account)
      case 'account.deposit':
      case 'account.withdraw':
        return this.#move(request.account, request.event === 'account.deposit' ? request.cents : -request.cents)
      case 'order.place':
        return this.#place(request)
      case 'order.preview':
        return refusal('NO_LIQUIDITY')
      case 'order.cancelAll':
        return { ok: true, data: { orderIds: [] } }
      case 'position.close':
      case 'position.protect':
        return refusal('REDUCE_ONLY_WOULD_INCREASE')
      case 'cancelAfter':
        return { ok: true, data: request.timeoutMs === 0 ? {} : { cancelAt: request.timeoutMs } }
      case 'order.amend':
        return this.#amend(request)
      case 'order.get':
      case 'order.cancel': {
        const order = this.#find(request)
        if (order === undefined) return refusal('NOT_FOUND')
        if (request.event === 'order.cancel') {
          if (!isOpen(order)) return refusal('ORDER_CLOSED')
          Object.assign(order, { status: 'canceled', reason: 'user', closedAtMs: 2 })
        }
        return { ok: true, data: wireOf(order) }
      }
      default:
        return request satisfies never
    }
  }

  /** Sends the account its last frame again, with the next seq. */
  sendAnother(): void {
    const last = this.sent.at(-1)
    const account = last && this.#account(last.account)
    if (last === undefined || account === undefined) return
    account.seq += 1
    const next = { account: last.account, frame: { ...last.frame, seq: account.seq } }
    this.sent.push(next)
    this.broadcast.publishAccount(next.account, EncodedFrame.of(next.frame))
  }

  /** Pretends that the account has been sent frames like this one up to a seq. */
  pretend(number: number, seq: number, like: AccountFrame): void {
    this.sent = Array.from({ length: seq - 1 }, (_, index) => ({ account: number, frame: { ...like, seq: index + 2 } }))
    Object.assign(this.#account(number) ?? {}, { seq })
  }

  #open(request: { userId: string; name: string; startingCents: number; mode?: 'cash' | 'margin' }): Account {
    const { userId, name, startingCents, mode = 'cash' } = request
    const others = this.#accounts.get(userId) ?? []
    const account: Account = {
      ...{ account: 1_000 + this.#opened++, name, mode, marginState: 'ok', cashCents: startingCents, heldCents: 0 },
      ...{ realizedCents: 0, feesPaidCents: 0, resets: 0, seq: 1, orderNumber: 0, fillNumber: 0, entryNumber: 1 },
      createdAtMs: 0,
    }
    this.#accounts.set(userId, [...others, account])
    return account
  }

  #close(number: number): Answer {
    for (const [userId, own] of this.#accounts) {
      if (!own.some(({ account }) => account === number)) continue
      this.#accounts.set(
        userId,
        own.filter(({ account }) => account !== number),
      )
      return { ok: true, data: {} }
    }
    return refusal('NOT_FOUND')
  }

  #changed(number: number, changes: Partial<Account>): Answer {
    const account = this.#account(number)
    if (account === undefined) return refusal('NOT_FOUND')
    return this.#shown(Object.assign(account, changes))
  }

  #shown(account: Account): Answer {
    return { ok: true, data: { ...wireAccountOf(account), seq: account.seq } }
  }

  #move(number: number, change: number): Answer {
    const account = this.#account(number)
    if (account === undefined) return refusal('NOT_FOUND')
    account.cashCents += change
    const wire = wireAccountOf(account)
    const entry = {
      entryId: wire.id,
      time: 1,
      kind: 'deposit',
      asset: 'USD',
      amount: wire.cash,
      balanceAfter: wire.cash,
    }
    return { ok: true, data: { account: wire, entry, seq: account.seq } }
  }

  #find({ account, number, clientOrderId }: OrderReferenceRequest | AmendOrderRequest): Order | undefined {
    return this.#of(account).find((one) => one.number === number || one.clientOrderId === clientOrderId)
  }

  #amend(request: AmendOrderRequest): Answer {
    const order = this.#find(request)
    if (order === undefined) return refusal('NOT_FOUND')
    const changes = readAmendment(request, instrumentOf(order), order)
    if (isFault(changes)) return { ok: false, error: invalidField(changes) }
    Object.assign(order, changes)
    return { ok: true, data: { ...wireOf(order), priorityKept: changes.limitTicks === undefined } }
  }

  #place(request: PlaceOrderRequest): Answer {
    const { event: _event, validUntilMs: _validUntilMs, notionalCents: _notionalCents, ...fields } = request
    const { takeProfit: _takeProfit, stopLoss: _stopLoss, ...same } = fields
    const { account } = request
    const order: Order = {
      ...{ tag: undefined, stopTicks: 0, trailTicks: 0, trailBps: 0, expireAtMs: undefined },
      ...same,
      ...{ number: this.#of(account).length + 1, arrivalMidHalfTicks: 0, highWaterTicks: 0, filledLots: 0 },
      ...{ role: undefined, parentNumber: undefined, groupNumber: undefined, filledTickLots: 0, feeCentBps: 0 },
      ...{ feesPaidCents: 0, heldCents: 0, status: 'open', reason: undefined, rejectCode: undefined, priority: 1 },
      ...{ version: 1, createdAtMs: 1, updatedAtMs: 1, closedAtMs: undefined },
    }
    this.#orders.set(account, [...this.#of(account), order])
    const data = { ...wireOf(order), seq: 2 }
    this.#publish(account, order)
    return { ok: true, data, rate: { remaining: 99, resetMs: 20 } }
  }

  #publish(number: number, order: Order): void {
    const account = this.#account(number)
    if (account === undefined) return
    account.seq += 1
    const frame: AccountFrame = {
      ...{ epoch: 1, seq: account.seq, time: 1, cause: 'order', orders: [wireOf(order)], fills: [], positions: [] },
      balance: wireAccountOf(account),
    }
    this.sent.push({ account: number, frame })
    this.broadcast.publishAccount(number, EncodedFrame.of(frame))
  }

  #resumed({ account, afterSeq }: ResumeAccountRequest): ResumedFrames {
    const { seq = 0 } = this.#account(account) ?? {}
    const frames = this.sent.filter((one) => one.account === account).map(({ frame }) => frame)
    const missed = frames.filter((frame) => frame.seq > afterSeq)
    return { seq, frames: missed.length === seq - afterSeq ? missed.slice(0, RESUMED_FRAMES_MAX) : null }
  }

  #account(number: number): Account | undefined {
    return [...this.#accounts.values()].flat().find(({ account }) => account === number)
  }

  #snapshot(number: number): Answer {
    const account = this.#account(number)
    if (account === undefined) return refusal('NOT_FOUND')
    const openOrders = this.#of(number).filter(isOpen).map(wireOf)
    return { ok: true, data: { seq: account.seq, account: wireAccountOf(account), positions: [], openOrders } }
  }
}

const isOpen = ({ status }: Order): boolean => status === 'open'

const wireAccountOf = (account: Account) =>
  toWireAccount(account, {
    ...{ equityCents: account.cashCents, unrealizedCents: 0, marginUsedCents: 0, positionMarginCents: 0 },
    maintenanceCents: 0,
  })

function instrumentOf({ symbol }: Order) {
  const instrument = instruments.find(({ wire }) => wire.symbol === symbol)
  if (instrument === undefined) throw new Error(`expected a listed symbol, found ${symbol}`)
  return instrument
}

const wireOf = (order: Order) => ({ ...toWireOrder(order, instrumentOf(order)), fills: [] })

const refusal = (code: ErrorCode): Answer => ({
  ok: false,
  error: { code, message: `refused: ${code}`, outcome: 'not_executed' },
})
