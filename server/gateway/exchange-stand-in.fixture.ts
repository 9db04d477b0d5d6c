import type { Answer } from '@valiant/shared/protocol/events'
import { type CommandEntry, START } from '../bus/commands.ts'
import type { ExchangeRequest, PlaceOrderRequest } from '../bus/exchange-request.ts'
import { MemoryBroadcast } from '../bus/memory/memory-broadcast.ts'
import { MemoryCommandBus } from '../bus/memory/memory-commands.ts'
import { toWireAccount } from '../feed/account/account.ts'
import { toWireOrder } from '../feed/account/order.ts'
import type { MarketFrame } from '../feed/market-frame.ts'
import { readInstruments } from '../instruments.ts'
import type { OrderWithFills } from '../journal/history.ts'
import type { GatewayParts } from './gateway.ts'

type Order = OrderWithFills['order']
type Account = Awaited<ReturnType<GatewayParts['history']['accountsOf']>>[number]

export const instruments = readInstruments(new URL('../../db/instruments.json', import.meta.url).pathname)

/**
 * An exchange that only rests and cancels orders, in memory, behind the real bus: enough to try what stands before it.
 */
export class ExchangeStandIn {
  readonly commands = new MemoryCommandBus()
  readonly broadcast = new MemoryBroadcast<MarketFrame>()
  readonly taken: CommandEntry[] = []
  /** Takes nothing up while it is deaf. */
  deaf = false
  readonly #accounts = new Map<string, Account[]>()
  readonly #orders = new Map<number, Order[]>()
  readonly #answers = new Map<string, { hash: string | undefined; answer: Answer }>()

  constructor() {
    const reader = this.commands.consume(START, () => {
      for (const entry of reader.take(100)) {
        if (this.deaf) continue
        this.taken.push(entry)
        this.commands.reply(entry.gateway, { id: entry.id, epoch: 1, answer: this.#answer(entry) })
      }
    })
  }

  readonly history: GatewayParts['history'] = {
    accountsOf: (userId) => Promise.resolve(this.#accounts.get(userId) ?? []),
    moveAccounts: ({ fromUserId, toUserId }) => {
      const moved = this.#accounts.get(fromUserId) ?? []
      this.#accounts.delete(fromUserId)
      this.#accounts.set(toUserId, [...(this.#accounts.get(toUserId) ?? []), ...moved])
      return Promise.resolve(moved.map(({ account }) => account))
    },
    orders: (account, { before = Infinity, limit, status = 'all' }) =>
      Promise.resolve(
        this.#of(account)
          .filter((order) => order.number < before && (status === 'all' || (status === 'open') === isOpen(order)))
          .reverse()
          .slice(0, limit),
      ),
    fills: () => Promise.resolve([]),
    entries: () => Promise.resolve([]),
    orderByClientId: (account, clientOrderId) => {
      const order = this.#of(account).find((one) => one.clientOrderId === clientOrderId)
      return Promise.resolve(order && { order, fills: [] })
    },
  }

  #of(account: number): Order[] {
    return this.#orders.get(account) ?? []
  }

  #answer({ request, commandId, payloadHash }: CommandEntry): Answer {
    if (commandId === undefined) return this.#apply(request)
    const key = `${request.event === 'accounts.create' ? request.userId : request.account} ${commandId}`
    const known = this.#answers.get(key)
    if (known !== undefined) {
      return known.hash === payloadHash ? { ...known.answer, duplicate: true } : refusal('DUPLICATE_CLIENT_ORDER_ID')
    }
    if (request.event === 'order.place' && request.validUntilMs < Date.now()) return refusal('REQUEST_EXPIRED')
    const answer = this.#apply(request)
    this.#answers.set(key, { hash: payloadHash, answer })
    return answer
  }

  #apply(request: ExchangeRequest): Answer {
    switch (request.event) {
      case 'accounts.create': {
        const account = 1_000 + this.#accounts.size
        const { startingCents, name } = request
        this.#accounts.set(request.userId, [
          {
            ...{ account, name, cashCents: startingCents, heldCents: 0, realizedCents: 0, feesPaidCents: 0 },
            ...{ resets: 0, seq: 1, orderNumber: 0, fillNumber: 0, entryNumber: 1, createdAtMs: 0 },
          },
        ])
        return { ok: true, data: {} }
      }
      case 'account':
        return this.#snapshot(request.account)
      case 'order.place':
        return this.#place(request)
      case 'order.preview':
        return refusal('NO_LIQUIDITY')
      case 'order.cancelAll':
        return { ok: true, data: { orderIds: [] } }
      case 'order.get':
      case 'order.cancel': {
        const order = this.#of(request.account).find(
          (one) => one.number === request.number || one.clientOrderId === request.clientOrderId,
        )
        if (order === undefined) return refusal('NOT_FOUND')
        if (request.event === 'order.cancel') {
          if (!isOpen(order)) return refusal('ORDER_CLOSED')
          Object.assign(order, { status: 'canceled', reason: 'user', closedAtMs: 2 })
        }
        return { ok: true, data: wireOf(order) }
      }
    }
  }

  #place(request: PlaceOrderRequest): Answer {
    const { account, clientOrderId, symbol, side, type, timeInForce, postOnly, selfTrade, source, tag, lots } = request
    const order: Order = {
      ...{ account, number: this.#of(account).length + 1, clientOrderId, symbol, side, type, timeInForce, postOnly },
      ...{ selfTrade, source, tag, lots, limitTicks: request.limitTicks, arrivalMidHalfTicks: 0, filledLots: 0 },
      ...{ filledTickLots: 0, feeCentBps: 0, feesPaidCents: 0, heldCents: 0, status: 'open', reason: undefined },
      ...{ rejectCode: undefined, priority: 1, version: 1, createdAtMs: 1, updatedAtMs: 1, closedAtMs: undefined },
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
    this.broadcast.publishAccount(number, {
      ...{ epoch: 1, seq: account.seq, time: 1, cause: 'order', orders: [wireOf(order)], fills: [], positions: [] },
      balance: toWireAccount(account, { equityCents: 0, unrealizedCents: 0 }),
    })
  }

  #account(number: number): Account | undefined {
    return [...this.#accounts.values()].flat().find(({ account }) => account === number)
  }

  #snapshot(number: number): Answer {
    const account = this.#account(number)
    if (account === undefined) return refusal('NOT_FOUND')
    const wire = toWireAccount(account, { equityCents: account.cashCents, unrealizedCents: 0 })
    const openOrders = this.#of(number).filter(isOpen).map(wireOf)
    return { ok: true, data: { seq: account.seq, account: wire, positions: [], openOrders } }
  }
}

const isOpen = ({ status }: Order): boolean => status === 'open'

function wireOf(order: Order) {
  const instrument = instruments.find(({ wire }) => wire.symbol === order.symbol)
  if (instrument === undefined) throw new Error(`expected a listed symbol, found ${order.symbol}`)
  return { ...toWireOrder(order, instrument), fills: [] }
}

const refusal = (
  code: 'NOT_FOUND' | 'ORDER_CLOSED' | 'DUPLICATE_CLIENT_ORDER_ID' | 'NO_LIQUIDITY' | 'REQUEST_EXPIRED',
) => ({ ok: false, error: { code, message: `refused: ${code}`, outcome: 'not_executed' } }) as const
