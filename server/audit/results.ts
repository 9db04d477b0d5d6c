import { sql } from '../database/sql.ts'
import { Holding } from './holding.ts'
import { readSplits, type Split } from './instruments.ts'
import { type Fault, type Finding, ROWS_NAMED_MAX, type Snapshot } from './snapshot.ts'

/** An entry that affects realized profit or fees: a row of db/queries/audit/list-results.sql. */
interface ResultLine {
  readonly account: bigint
  readonly kind: 'trade' | 'fee' | 'reset' | 'split'
  readonly asset: string
  readonly amount: bigint
  readonly batch: bigint
  readonly fillNumber: bigint | null
  readonly valueCents: bigint | null
  readonly realizedCents: bigint | null
}

/** An account with one of its positions, or with none: a row of db/queries/audit/list-accounts.sql. */
interface AccountRow {
  readonly account: bigint
  readonly symbol: string | null
  readonly lots: bigint | null
  readonly costCents: bigint | null
  readonly realizedCents: bigint | null
  readonly accountRealizedCents: bigint
  readonly feesPaidCents: bigint
}

const CASH = 'USD'

/**
 * Computes each account's results from its entries, one account at a time, and compares them with the realized profit
 * of its fills, the cost and profit of its positions, and its own profit and fees.
 */
export async function findWrongResults(snapshot: Snapshot): Promise<Finding> {
  const faults = new FaultList()
  const splits = await readSplits(snapshot)
  const accounts = snapshot.stream<AccountRow>(sql.audit.listAccounts)
  let row = (await accounts.next()).value
  const close = async (history: AccountHistory) => {
    history.end()
    // Accounts without entries come between those with entries.
    for (; row !== undefined && row.account <= history.account; row = (await accounts.next()).value) {
      if (row.account < history.account) new AccountHistory(row.account, splits, faults).compare(row)
      else history.compare(row)
    }
  }
  let history: AccountHistory | undefined
  for await (const line of snapshot.stream<ResultLine>(sql.audit.listResults)) {
    if (history?.account !== line.account) {
      if (history !== undefined) await close(history)
      history = new AccountHistory(line.account, splits, faults)
    }
    history.follow(line)
  }
  if (history !== undefined) await close(history)
  for (; row !== undefined; row = (await accounts.next()).value) {
    new AccountHistory(row.account, splits, faults).compare(row)
  }
  return faults.finding
}

class FaultList {
  readonly #rows: Fault[] = []
  #count = 0

  add(row: string, fault: string): void {
    if (++this.#count <= ROWS_NAMED_MAX) this.#rows.push({ row, fault })
  }

  get finding(): Finding {
    return { faults: this.#count, rows: this.#rows }
  }
}

/** The results of one account, computed from its entries. */
class AccountHistory {
  readonly account: bigint
  readonly #splits: readonly Split[]
  readonly #faults: FaultList
  readonly #holdings = new Map<string, Holding>()
  #splitsDone = 0
  /** What the split in the current batch has paid. */
  #paidCents = 0n
  #realizedCents = 0n
  #feesPaidCents = 0n
  #isCompared = false

  constructor(account: bigint, splits: readonly Split[], faults: FaultList) {
    this.account = account
    this.#splits = splits
    this.#faults = faults
  }

  follow(line: ResultLine): void {
    this.#splitBefore(line.batch)
    switch (line.kind) {
      case 'trade':
        this.#trade(line)
        return
      case 'fee':
        this.#feesPaidCents -= line.amount
        return
      case 'split':
        if (line.asset === CASH) this.#paidCents += line.amount
        return
      case 'reset':
        this.#holdings.clear()
        this.#realizedCents = 0n
        this.#feesPaidCents = 0n
        return
      default:
        line.kind satisfies never
    }
  }

  /** Applies splits after the last entry, which paid nothing. */
  end(): void {
    this.#splitBefore(undefined)
  }

  compare(row: AccountRow): void {
    const name = `account ${this.account}`
    if (!this.#isCompared) {
      this.#compare(name, 'realized', row.accountRealizedCents, this.#realizedCents)
      this.#compare(name, 'paid fees of', row.feesPaidCents, this.#feesPaidCents)
      this.#isCompared = true
    }
    if (row.symbol === null) return
    const { lots, costCents, realizedCents } = this.#holdings.get(row.symbol) ?? new Holding()
    if (row.lots === lots && row.costCents === costCents && row.realizedCents === realizedCents) return
    const found = `has ${row.lots} lots that cost ${row.costCents} cents, and realized ${row.realizedCents}`
    this.#faults.add(`${name}, ${row.symbol}`, `${found}, expected ${lots}, ${costCents} and ${realizedCents}`)
  }

  /** A split is always the last operation of its batch. */
  #splitBefore(batch: bigint | undefined): void {
    for (;;) {
      const split = this.#splits[this.#splitsDone]
      if (split === undefined || (batch !== undefined && split.batch >= batch)) return
      this.#splitsDone++
      const holding = this.#holdings.get(split.symbol)
      const ratio = { numerator: BigInt(split.numerator), denominator: BigInt(split.denominator) }
      if (holding !== undefined) this.#realizedCents += holding.split(ratio, this.#paidCents)
      this.#paidCents = 0n
    }
  }

  #trade({ asset, amount, fillNumber, valueCents, realizedCents }: ResultLine): void {
    if (valueCents === null) return // the fill is missing, which another check reports
    const holding = this.#holdings.get(asset) ?? new Holding()
    this.#holdings.set(asset, holding)
    const expected = holding.fill(amount, valueCents)
    this.#realizedCents += expected
    this.#compare(`account ${this.account}, fill ${fillNumber}`, 'realized', realizedCents, expected)
  }

  #compare(row: string, what: string, found: bigint | null, expected: bigint): void {
    if (found !== expected) this.#faults.add(row, `${what} ${found} cents, expected ${expected}`)
  }
}
