import type { AccountFrame, AccountSnapshot } from '@valiant/shared/protocol/account'
import type { Answer } from '@valiant/shared/protocol/events'
import type { Order } from '@valiant/shared/protocol/order'
import { formatCents } from '@valiant/shared/units/cents'
import { idText } from '@valiant/shared/units/id'
import type { CommandEntry, CommandReply, NewCommand } from '../../server/bus/commands.ts'
import type { Outcome } from './outcome.ts'
import { type Id, type Row, textOf as columnText } from './postgres/binary-rows.ts'
import { type CommitCall, keyOf, type Tables } from './postgres/tables.ts'
import type { World } from './world/world.ts'

/** Answers that do not use the id, and say nothing about the answer to another copy of the request. */
const WITHOUT_A_ROW = new Set([
  ...['INVALID', 'UNAUTHENTICATED', 'FORBIDDEN', 'RATE_LIMITED', 'UNAVAILABLE', 'TIMEOUT', 'INTERNAL'],
  ...['REQUEST_EXPIRED', 'NOT_FOUND', 'ORDER_CLOSED', 'DUPLICATE_CLIENT_ORDER_ID'],
])
/** After these answers, nothing was or will be executed under the id. */
const CERTAINLY_NOTHING = new Set(['INVALID', 'RATE_LIMITED', 'UNAVAILABLE', 'REQUEST_EXPIRED', 'NOT_FOUND'])

interface Reported {
  readonly account: number
  readonly clientOrderId: string
  readonly outcome: Outcome
}

const isNothing = (outcome: Outcome): boolean =>
  outcome.kind === 'not sent' || (outcome.kind === 'refused' && CERTAINLY_NOTHING.has(outcome.code))

const isId = (value: unknown): value is Id => typeof value === 'object' && value !== null && 'account' in value

/**
 * Checks a history against the promises of the exchange: at each step what leaves the exchange against the current journal, and
 * in the end the clients' notes against the final journal.
 */
export class Judge {
  readonly #world: World
  readonly #tables: Tables
  readonly #commands = new Map<string, NewCommand>()
  readonly #reported: (Reported & { readonly atMs: number })[] = []
  readonly #seqs = new Map<number, number>()
  readonly #framesSaid = new Set<string>()
  readonly #lastSeq = new Map<number, number>()
  /** Commands that the newest reader of the stream has returned and no batch has covered yet. */
  #taken: CommandEntry[] = []
  readonly #busMs: () => number
  readonly #isTight: boolean
  commits = 0
  replies = 0

  /** @param parts.isTight whether rate limits refuse requests */
  constructor(parts: { world: World; tables: Tables; busMs: () => number; isTight: boolean }) {
    this.#world = parts.world
    this.#tables = parts.tables
    this.#busMs = parts.busMs
    this.#isTight = parts.isTight
  }

  /** A gateway sends a command. */
  sent(command: NewCommand): void {
    this.#commands.set(command.id, command)
  }

  /** A reader of the stream starts. @returns to be called with what it returns */
  reads(): (entries: readonly CommandEntry[]) => void {
    const taken: CommandEntry[] = []
    this.#taken = taken
    return (entries) => void taken.push(...entries)
  }

  /** The exchange answers a command: the answer must already be in the journal. */
  replied({ id, answer, epoch }: CommandReply): void {
    this.replies += 1
    const command = this.#commands.get(id)
    if (command === undefined) return
    const { request, commandId } = command
    if (request.event === 'accounts.open') return
    this.#world.note(`replies to ${request.event} ${commandId ?? ''} ${textOf(answer)} (${epoch})`)
    if (request.event === 'account') this.#assertSnapshot(request.account, answer)
    if (commandId === undefined) return
    if (!answer.ok && WITHOUT_A_ROW.has(answer.error.code)) return
    const stored = this.#tables.answer(request.account, commandId)
    if (stored === undefined) {
      this.#world.violate('what is answered is in the journal', `${request.account} ${commandId} ${textOf(answer)}`)
      return
    }
    const first = JSON.parse(stored.result) as Answer
    if (textOf(first) !== textOf(answer)) {
      this.#world.violate('one outcome per id', `${commandId}: ${textOf(first)}, then ${textOf(answer)}`)
    }
  }

  /** A frame of an account leaves the exchange. */
  published(account: number, { seq, epoch }: AccountFrame): void {
    const committed = Number(this.#tables.accounts.get(account)?.['seq'] ?? 0)
    if (seq > committed) {
      this.#world.violate('what is shown is in the journal', `frame ${seq} of ${account}, the journal has ${committed}`)
    }
    const key = `${account} ${seq}`
    if (this.#framesSaid.has(key)) this.#world.violate('a frame is said once', `${key} again, of epoch ${epoch}`)
    this.#framesSaid.add(key)
  }

  /** A batch becomes visible. */
  committed(call: CommitCall, leaseEpoch: number): void {
    this.commits += 1
    const { epoch, batch } = call
    this.#world.note(
      `postgres: batch ${batch} of epoch ${epoch}, ${call.results.length} results, ${call.fills.length} fills, at ${call.streamPosition}`,
    )
    if (epoch !== leaseEpoch) {
      this.#world.violate(
        'no batch of an epoch that is over',
        `batch ${batch} of ${epoch}, the lease is of ${leaseEpoch}`,
      )
    }
    this.#assertBalances(call)
    this.#assertSeqs(call)
    this.#assertPosition(call)
  }

  /** A client gets the answer to an order. */
  reported(reported: Reported): void {
    this.#reported.push({ ...reported, atMs: this.#world.nowMs })
  }

  /** A client gets the answer to order.get. */
  looked({ account, clientOrderId, outcome, askedAtMs }: Reported & { readonly askedAtMs: number }): void {
    if (outcome.kind !== 'refused' || outcome.code !== 'NOT_FOUND') return
    const before = this.#reported.find((one) => one.account === account && one.clientOrderId === clientOrderId)
    // Acknowledged before the request: the order must be found.
    if (before?.outcome.kind !== 'done' || before.atMs > askedAtMs) return
    this.#world.violate('an order that was acknowledged is found', `${clientOrderId} is not`)
  }

  /** The SDK passes a frame to its program. */
  framed(account: number, { seq }: AccountFrame): void {
    const last = this.#lastSeq.get(account)
    if (last !== undefined && seq <= last)
      this.#world.violate('an account goes on', `frame ${seq} of ${account} after ${last}`)
    this.#lastSeq.set(account, seq)
  }

  /** Compares the clients' notes with the journal at the end. */
  concludes(): void {
    const byId = Map.groupBy(this.#reported, ({ account, clientOrderId }) => `${account} ${clientOrderId}`)
    for (const reported of byId.values()) this.#judgeId(reported)
    this.#judgeOrders()
    this.#judgePositions()
  }

  /** Compares a client's state in memory with the journal at the end. */
  compare(name: string, account: number, snapshot: AccountSnapshot | undefined): void {
    const committed = Number(this.#tables.accounts.get(account)?.['seq'] ?? 0)
    if (snapshot?.seq !== committed) {
      this.#world.violate(
        'a client comes to see all',
        `${name} stands at ${snapshot?.seq ?? 'nothing'}, the journal at ${committed}`,
      )
      return
    }
    this.#assertSame(account, snapshot, `what ${name} sees`)
  }

  #judgeId(reported: readonly Reported[]): void {
    const [first] = reported
    if (first === undefined) return
    const { account, clientOrderId } = first
    const row = this.#order(account, clientOrderId)
    const stored = this.#tables.answer(account, `o:${clientOrderId}`)
    const outcomes = reported.map(({ outcome }) => outcome)
    for (const outcome of outcomes) {
      const text = JSON.stringify(outcome).slice(0, 200)
      if (outcome.kind === 'done') {
        if (row === undefined || stored === undefined) this.#world.violate('acked is in the journal', clientOrderId)
        else if (orderIdOf(row) !== outcome.order.orderId) {
          this.#world.violate(
            'one outcome per id',
            `${clientOrderId} is ${orderIdOf(row)}, reported ${outcome.order.orderId}`,
          )
        } else if (
          Number(row['filled_lots']) < Number(outcome.order.filledQty) ||
          Number(row['version']) < outcome.order.version
        ) {
          this.#world.violate('what was acked stays', `${clientOrderId}: reported ${text}`)
        }
      } else if (isNothing(outcome)) {
        const others = outcomes.some((other) => !isNothing(other))
        // A second copy under the id may have been accepted after the first was refused; the first was still not executed.
        if (row !== undefined && !others)
          this.#world.violate('nothing told "not executed" executes', `${clientOrderId}: ${text}`)
        if (outcome.kind === 'refused' && outcome.outcome !== 'not_executed') {
          this.#world.violate('a refusal is certain', `${clientOrderId}: ${text}`)
        }
      } else if (outcome.kind === 'refused') {
        const answer = stored === undefined ? undefined : (JSON.parse(stored.result) as Answer)
        if (outcome.code === 'TIMEOUT' || outcome.code === 'INTERNAL') {
          this.#world.violate('nothing told "not executed" executes', `${clientOrderId}: ${text}`)
        } else if (answer === undefined) this.#world.violate('a refusal is in the journal', `${clientOrderId}: ${text}`)
        else if (answer.ok || answer.error.code !== outcome.code) {
          this.#world.violate(
            'one outcome per id',
            `${clientOrderId}: reported ${outcome.code}, stored ${textOf(answer)}`,
          )
        }
      }
    }
  }

  #judgeOrders(): void {
    const filled = new Map<string, number>()
    for (const fill of this.#tables.fills.values()) {
      const id = fill['order_id']
      if (isId(id)) filled.set(keyOf(id), (filled.get(keyOf(id)) ?? 0) + Number(fill['lots']))
    }
    for (const [key, order] of this.#tables.orders) {
      if (Number(order['filled_lots']) !== (filled.get(key) ?? 0)) {
        this.#world.violate(
          'the fills of an order sum to it',
          `${key}: ${Number(order['filled_lots'])}, fills ${filled.get(key) ?? 0}`,
        )
      }
    }
  }

  #judgePositions(): void {
    for (const [key, position] of this.#tables.positions) {
      const balance = this.#tables.balances.get(key) ?? 0
      if (balance !== Number(position['lots'])) {
        this.#world.violate(
          'a position is what the ledger says',
          `${key}: ${Number(position['lots'])}, ledger ${balance}`,
        )
      }
    }
    const sums = new Map<string, number>()
    for (const [key, amount] of this.#tables.balances) {
      const asset = key.split(' ')[1] ?? ''
      sums.set(asset, (sums.get(asset) ?? 0) + amount)
    }
    for (const [asset, sum] of sums) {
      if (sum !== 0) this.#world.violate('nothing is made or lost', `${asset} sums to ${sum}`)
    }
  }

  /** The engine's balances equal those of the ledger. */
  #assertBalances({ entries, batch }: CommitCall): void {
    const last = new Map<string, { readonly number: number; readonly balance: number }>()
    // Entries with a note are a list of their own: the later of an account's entries has the higher number.
    const note = (account: number, number: number, asset: string, balance: number) => {
      const key = `${account} ${asset}`
      if (number > (last.get(key)?.number ?? 0)) last.set(key, { number, balance })
    }
    for (const entry of entries) {
      const id = entry['entry_id']
      const asset = columnText(entry['asset'])
      if (isId(id)) note(id.account, id.number, asset, Number(entry['balance_after']))
      // The exchange's own accounts have no running balance.
      if (entry['counter_balance_after'] === null || entry['counter_balance_after'] === undefined) continue
      const counter = Number(entry['counter_account_id'])
      note(counter, Number(entry['counter_number']), asset, Number(entry['counter_balance_after']))
    }
    for (const [key, { balance }] of last) {
      if (Number(key.split(' ')[0]) < 16 || this.#tables.balances.get(key) === balance) continue
      this.#world.violate(
        'the engine and the ledger agree',
        `${key} in batch ${batch}: ${balance}, ledger ${this.#tables.balances.get(key) ?? 0}`,
      )
    }
  }

  #assertSeqs({ accounts, batch }: CommitCall): void {
    for (const row of accounts) {
      const account = Number(row['account_id'])
      const seq = Number(row['seq'])
      const before = this.#seqs.get(account)
      if (before !== undefined && seq < before) {
        this.#world.violate('an account goes on', `seq ${seq} of ${account} in batch ${batch} after ${before}`)
      }
      this.#seqs.set(account, seq)
    }
  }

  /** A successor reads after this position, so all commands up to it must have been decided. */
  #assertPosition({ streamPosition, batch }: CommitCall): void {
    // A request refused by a rate limit is decided and leaves no row.
    if (this.#isTight) return
    const taken = this.#taken
    const end = taken.findLastIndex(({ position }) => position === streamPosition)
    for (const { commandId, position, request, expiresAtMs } of taken.splice(0, end + 1)) {
      if (commandId?.startsWith('o:') !== true || request.event !== 'order.place') continue
      // It may have expired by now, so dropping it is right.
      const untilMs = Math.min(expiresAtMs, request.validUntilMs) - POSITION_MARGIN_MS
      if (!this.#world.isClockSteady || untilMs < this.#busMs()) continue
      if (this.#tables.answer(request.account, commandId) !== undefined) continue
      const found = `${commandId} at ${position}, batch ${batch} at ${streamPosition}`
      this.#world.violate('the position covers only what is decided', found)
    }
  }

  /** The leader's state of an account in memory equals a replay of the rows. */
  #assertSnapshot(account: number, answer: Answer): void {
    if (!answer.ok) return
    const snapshot = answer.data as AccountSnapshot
    const committed = Number(this.#tables.accounts.get(account)?.['seq'] ?? 0)
    if (snapshot.seq > committed) {
      this.#world.violate(
        'what is shown is in the journal',
        `account ${account} at ${snapshot.seq}, the journal has ${committed}`,
      )
    } else if (snapshot.seq === committed) this.#assertSame(account, snapshot, 'what the leader has in memory')
  }

  #assertSame(account: number, { account: shown, openOrders, positions, seq }: AccountSnapshot, whose: string): void {
    const rule = 'memory is a replay of the rows'
    const cents = this.#tables.balances.get(`${account} USD`) ?? 0
    // With margin it may be negative.
    if (shown.cash !== formatCents(cents)) {
      this.#world.violate(rule, `${whose} of ${account} at ${seq}: cash ${shown.cash}, rows ${cents}`)
    }
    const open = openOrders.map(({ orderId, status, version }) => `${orderId} ${status} ${version}`).sort()
    const rows = [...this.#tables.orders.values()]
      .filter((row) => row['closed_at_ms'] === null && isId(row['order_id']) && row['order_id'].account === account)
      .map((row) => `${orderIdOf(row)} ${columnText(row['status'])} ${Number(row['version'])}`)
      .sort()
    if (open.join() !== rows.join()) {
      this.#world.violate(rule, `${whose} of ${account} at ${seq}: orders ${open.join()}, rows ${rows.join()}`)
    }
    for (const { symbol, qty } of positions) {
      const lots = Number(this.#tables.positions.get(`${account} ${symbol}`)?.['lots'] ?? 0)
      if (Number(qty) !== lots) {
        this.#world.violate(rule, `${whose} of ${account} at ${seq}: ${qty} ${symbol}, rows ${lots}`)
      }
    }
  }

  #order(account: number, clientOrderId: string): Row | undefined {
    const key = this.#tables.ordersByClientId.get(`${account} ${clientOrderId}`)
    return key === undefined ? undefined : this.#tables.orders.get(key)
  }
}

/** Tolerance: commands are dropped 250 ms early, and clocks differ a little. */
const POSITION_MARGIN_MS = 500

function orderIdOf(row: Row): string {
  const id = row['order_id']
  return isId(id) ? idText(id.account, id.number) : ''
}

/** The essence of an answer: two answers that differ in it contradict each other. */
function textOf(answer: Answer | { readonly notOpen: unknown }): string {
  if ('notOpen' in answer) return 'not open'
  if (!answer.ok) return answer.error.code
  const { orderId, status, filledQty } = answer.data as Partial<Order>
  return `ok ${orderId ?? ''} ${status ?? ''} ${filledQty ?? ''}`
}
