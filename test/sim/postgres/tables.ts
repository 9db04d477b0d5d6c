import { createHash } from 'node:crypto'
import { FEES, FIRST_USER_ACCOUNT, HOUSE, OUTSIDE } from '../../../server/engine/command.ts'
import { decodeRows, type Id, type Row, textOf, type Value } from './binary-rows.ts'
import { PgError } from './pg-error.ts'
import { COMMIT_PARAMETERS } from './schema.ts'

interface JournalBatch {
  readonly batch: number
  readonly epoch: number
  readonly streamPosition: string
  readonly timeMs: number
  readonly hash: string | null
}

interface StoredAnswer {
  readonly account: number
  readonly commandId: string
  readonly hash: number
  readonly payloadHash: Buffer
  readonly batch: number
  /** JSON. */
  readonly result: string
}

/** The decoded parameters of a call of the commit function. */
export interface CommitCall {
  readonly epoch: number
  readonly batch: number
  readonly streamPosition: string
  readonly timeMs: number
  readonly digest: Buffer
  readonly results: readonly Row[]
  readonly orders: readonly Row[]
  readonly newOrders: readonly Row[]
  readonly fills: readonly Row[]
  readonly entries: readonly Row[]
  readonly positions: readonly Row[]
  readonly accounts: readonly Row[]
  readonly owners: readonly Row[]
  readonly deadMen: readonly Row[]
  readonly chargedDay: number | undefined
  readonly simulator: string | undefined
}

type Parameter = string | Buffer | null | undefined

export function commitCallOf(values: readonly Parameter[]): CommitCall {
  const given = new Map(COMMIT_PARAMETERS.map((name, index) => [name, values[index]]))
  const text = (name: string): string | undefined => {
    const value = given.get(name)
    return typeof value === 'string' ? value : undefined
  }
  const number = (name: string) => (text(name) === undefined ? undefined : Number(text(name)))
  const rows = (name: string): Row[] => {
    const value = given.get(name)
    return Buffer.isBuffer(value) ? decodeRows(value) : []
  }
  const digest = given.get('p_digest')
  return {
    epoch: number('p_epoch') ?? NaN,
    batch: number('p_batch') ?? NaN,
    streamPosition: text('p_stream_position') ?? '',
    timeMs: number('p_time_ms') ?? NaN,
    digest: Buffer.isBuffer(digest) ? digest : Buffer.alloc(0),
    results: rows('p_results'),
    newOrders: rows('p_new_orders'),
    orders: rows('p_orders'),
    fills: rows('p_fills'),
    entries: [...rows('p_entries'), ...rows('p_noted_entries')],
    positions: rows('p_positions'),
    accounts: rows('p_accounts'),
    owners: rows('p_owners'),
    deadMen: rows('p_dead_men'),
    chargedDay: number('p_charged_day'),
    simulator: text('p_simulator'),
  }
}

const idOf = (value: Value | undefined): Id => {
  if (typeof value !== 'object' || value === null || !('account' in value)) throw new Error('postgres: expected an id')
  return value
}
export const keyOf = ({ account, number }: Id): string => `${account}:${number}`
const numberOf = (value: Value | undefined): number => (typeof value === 'number' ? value : NaN)

/** The journal's tables. Rows are replaced and never changed, so that a copy of the maps is a snapshot. */
export class Tables {
  readonly batches: JournalBatch[]
  /** By account and command id. */
  readonly results: Map<string, StoredAnswer>
  readonly orders: Map<string, Row>
  /** Orders by account and client order id. */
  readonly ordersByClientId: Map<string, string>
  readonly fills: Map<string, Row>
  readonly entries: Map<string, Row>
  readonly positions: Map<string, Row>
  readonly accounts: Map<number, Row>
  readonly owners: Map<number, string>
  /** By account and asset. */
  readonly balances: Map<string, number>
  readonly deadMen: Map<number, Row>
  chargedDay: number | undefined
  simulator: string | undefined
  #snapshot: Tables | undefined

  private constructor(from: Tables | undefined) {
    this.batches = [...(from?.batches ?? [])]
    this.results = new Map(from?.results)
    this.orders = new Map(from?.orders)
    this.ordersByClientId = new Map(from?.ordersByClientId)
    this.fills = new Map(from?.fills)
    this.entries = new Map(from?.entries)
    this.positions = new Map(from?.positions)
    this.accounts = new Map(from?.accounts)
    this.owners = new Map(from?.owners)
    this.balances = new Map(from?.balances)
    this.deadMen = new Map(from?.deadMen)
    this.chargedDay = from?.chargedDay
    this.simulator = from?.simulator
  }

  /** The tables after all migrations. */
  static fresh(): Tables {
    const tables = new Tables(undefined)
    tables.batches.push({ batch: 0, epoch: 0, streamPosition: '0-0', timeMs: 0, hash: null })
    for (const [account, name] of [
      [HOUSE, 'house'],
      [FEES, 'fees'],
      [OUTSIDE, 'outside'],
    ] as const) {
      tables.accounts.set(account, {
        ...{ account_id: account, name, mode: 'exchange', margin_state: 'ok', resets: 0, seq: 0, order_number: 0 },
        ...{ fill_number: 0, entry_number: 0, realized_cents: 0, fees_paid_cents: 0, created_at_ms: 0, batch: 0 },
      })
    }
    return tables
  }

  copy(): Tables {
    return new Tables(this)
  }

  /** A read-only snapshot. */
  snapshot(): Tables {
    if (this.#snapshot?.batches.length !== this.batches.length) this.#snapshot = this.copy()
    return this.#snapshot
  }

  get last(): JournalBatch {
    const last = this.batches.at(-1)
    if (last === undefined) throw new Error('postgres: expected at least one batch')
    return last
  }

  answer(account: number, commandId: string): StoredAnswer | undefined {
    return this.results.get(`${account} ${commandId}`)
  }

  /** Writes a batch atomically. @throws {PgError} like the constraints */
  write(call: CommitCall): void {
    if (call.batch !== this.last.batch + 1) {
      const isThere = call.batch <= this.last.batch
      throw isThere
        ? new PgError('23505', `batch ${call.batch} is there`, 'journal_batch_pkey')
        : new PgError('23503', `batch ${call.batch} has none before it`, 'journal_batch_no_gap')
    }
    const balances = this.#balancesAfter(call)
    this.#assertNew(call)
    this.batches.push({
      batch: call.batch,
      epoch: call.epoch,
      streamPosition: call.streamPosition,
      timeMs: call.timeMs,
      hash: createHash('sha256')
        .update(Buffer.from(this.last.hash ?? '', 'hex'))
        .update(call.digest)
        .digest('hex'),
    })
    const { batch } = call
    for (const row of call.accounts) this.accounts.set(numberOf(row['account_id']), { ...row, batch })
    for (const row of call.owners) this.owners.set(numberOf(row['account_id']), textOf(row['user_id']))
    for (const row of call.results) this.#storeAnswer(row, batch)
    for (const row of [...call.newOrders, ...call.orders]) this.#storeOrder({ ...row, batch })
    for (const row of call.fills) this.fills.set(keyOf(idOf(row['fill_id'])), row)
    for (const row of call.entries) this.entries.set(keyOf(idOf(row['entry_id'])), row)
    for (const row of call.positions) {
      this.positions.set(`${numberOf(row['account_id'])} ${textOf(row['symbol'])}`, { ...row, batch })
    }
    for (const [key, amount] of balances) this.balances.set(key, amount)
    for (const row of call.deadMen) {
      if (row['at_ms'] === null) this.deadMen.delete(numberOf(row['account_id']))
      else this.deadMen.set(numberOf(row['account_id']), row)
    }
    if (call.chargedDay !== undefined) this.chargedDay = call.chargedDay
    if (call.simulator !== undefined) this.simulator = call.simulator
  }

  #storeAnswer(row: Row, batch: number): void {
    const account = numberOf(row['account_id'])
    const commandId = textOf(row['command_id'])
    const payloadHash = row['payload_hash']
    this.results.set(`${account} ${commandId}`, {
      account,
      commandId,
      hash: numberOf(row['command_hash']),
      payloadHash: Buffer.isBuffer(payloadHash) ? payloadHash : Buffer.alloc(0),
      batch,
      result: textOf(row['result']),
    })
  }

  #storeOrder(row: Row): void {
    const id = idOf(row['order_id'])
    const key = keyOf(id)
    this.orders.set(key, { ...this.orders.get(key), ...row })
    if (row['client_order_id'] !== null)
      this.ordersByClientId.set(`${id.account} ${textOf(row['client_order_id'])}`, key)
  }

  #assertNew({ results, newOrders, orders, fills, entries, owners }: CommitCall): void {
    const seen = new Set<string>()
    const assertNew = (isThere: boolean, key: string, constraint: string) => {
      if (isThere || seen.has(constraint + key)) throw new PgError('23505', `${key} is there`, constraint)
      seen.add(constraint + key)
    }
    for (const row of results) {
      const key = `${numberOf(row['account_id'])} ${textOf(row['command_id'])}`
      assertNew(this.results.has(key), key, 'command_result_pkey')
    }
    for (const row of newOrders)
      assertNew(this.orders.has(keyOf(idOf(row['order_id']))), keyOf(idOf(row['order_id'])), 'orders_pkey')
    for (const row of [...newOrders, ...orders]) {
      const id = idOf(row['order_id'])
      const key = `${id.account} ${textOf(row['client_order_id'])}`
      const known = this.ordersByClientId.get(key)
      if (row['client_order_id'] !== null) {
        assertNew(known !== undefined && known !== keyOf(id), key, 'orders_client_order_id_key')
      }
    }
    for (const row of fills)
      assertNew(this.fills.has(keyOf(idOf(row['fill_id']))), keyOf(idOf(row['fill_id'])), 'fill_pkey')
    for (const row of entries) {
      assertNew(this.entries.has(keyOf(idOf(row['entry_id']))), keyOf(idOf(row['entry_id'])), 'ledger_entry_pkey')
    }
    for (const row of owners) {
      const account = numberOf(row['account_id'])
      assertNew(this.owners.has(account), String(account), 'account_owner_pkey')
    }
  }

  /** The trigger on the ledger. @throws {PgError} for a balance below its floor, or of an account that does not exist */
  #balancesAfter({ entries, accounts }: CommitCall): Map<string, number> {
    const changed = new Map<string, number>()
    const modes = new Map(accounts.map((row) => [numberOf(row['account_id']), textOf(row['mode'])]))
    const add = (account: number, asset: string, amount: number) => {
      const key = `${account} ${asset}`
      changed.set(key, (changed.get(key) ?? this.balances.get(key) ?? 0) + amount)
    }
    for (const row of entries) {
      const asset = textOf(row['asset'])
      const amount = numberOf(row['amount'])
      add(idOf(row['entry_id']).account, asset, amount)
      add(numberOf(row['counter_account_id']), asset, -amount)
    }
    for (const [key, amount] of changed) {
      const account = Number(key.split(' ')[0])
      const mode = modes.get(account) ?? this.accounts.get(account)?.['mode']
      if (mode === undefined)
        throw new PgError('23502', `there is no account ${account}`, 'balance_account_id_not_null')
      if (mode === 'cash' && amount < 0 && account >= FIRST_USER_ACCOUNT) {
        throw new PgError('23514', `${key} would be ${amount}`, 'balance_floor')
      }
    }
    return changed
  }
}
