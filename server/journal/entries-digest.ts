import { createHash } from 'node:crypto'
import { FIRST_USER_ACCOUNT } from '../engine/command.ts'
import type { Entry } from '../engine/event.ts'

/** By id: as their rows are read again. */
const byId = (one: Entry, other: Entry) => one.account - other.account || one.number - other.number

/**
 * What the hash of a batch is made of, beside the hash before it: sha256 over its entries, a line each, ordered by id.
 * docs/architecture.md has the line's columns; `audit` makes it again from the rows.
 */
export function entriesDigest(entries: readonly Entry[]): Buffer {
  let text = ''
  for (const entry of entries.toSorted(byId)) text += lineOf(entry)
  return createHash('sha256').update(text).digest()
}

function lineOf(entry: Entry): string {
  const { account, number, counter, kind, asset, amount, balanceAfter, timeMs } = entry
  const counterNumber = counter < FIRST_USER_ACCOUNT ? undefined : entry.counterNumber
  const order = `${orDash(entry.orderNumber)} ${orDash(entry.fillNumber)}`
  const counterOrder = `${orDash(entry.counterOrderNumber)} ${orDash(entry.counterFillNumber)}`
  const counterSide = `${counter} ${orDash(counterNumber)} ${orDash(entry.counterBalanceAfter)} ${counterOrder}`
  return `${account} ${number} ${kind} ${asset} ${amount} ${balanceAfter} ${order} ${counterSide} ${timeMs}\n`
}

const orDash = (value: number | undefined): number | '-' => value ?? '-'
