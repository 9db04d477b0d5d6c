import { hash } from 'node:crypto'
import { FIRST_USER_ACCOUNT } from '../engine/command.ts'
import type { Entry } from '../engine/event.ts'
import { LineWriter } from './line-writer.ts'

/** Shared: computing a digest is synchronous. */
const lines = new LineWriter()

/** By id, the order in which the audit reads their rows. */
const byId = (one: Entry, other: Entry) => one.account - other.account || one.number - other.number

/**
 * The part of a batch's hash that covers its entries: SHA-256 over one line per entry, ordered by id.
 * docs/architecture.md describes the columns; the audit recomputes it from the rows.
 * @throws {RangeError} for a number that is not a safe integer
 */
export function entriesDigest(entries: readonly Entry[]): Buffer {
  lines.clear()
  for (const entry of entries.toSorted(byId)) writeLine(entry)
  return hash('sha256', lines.written(), 'buffer')
}

function writeLine(entry: Entry): void {
  lines.number(entry.account)
  lines.number(entry.number)
  lines.word(entry.kind)
  lines.word(entry.asset)
  lines.number(entry.amount)
  lines.number(entry.balanceAfter)
  lines.number(entry.orderNumber)
  lines.number(entry.fillNumber)
  lines.number(entry.counter)
  lines.number(entry.counter < FIRST_USER_ACCOUNT ? undefined : entry.counterNumber)
  lines.number(entry.counterBalanceAfter)
  lines.number(entry.counterOrderNumber)
  lines.number(entry.counterFillNumber)
  lines.number(entry.timeMs)
  lines.endLine()
}
