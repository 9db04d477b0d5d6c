import { hash } from 'node:crypto'
import { FIRST_USER_ACCOUNT } from '../engine/command.ts'
import type { Entry } from '../engine/event.ts'
import { LineWriter } from './line-writer.ts'

/** Used by one digest at a time, from its first line to its last. */
const lines = new LineWriter()

/** By id: as their rows are read again. */
const byId = (one: Entry, other: Entry) => one.account - other.account || one.number - other.number

/**
 * What the hash of a batch is made of, beside the hash before it: sha256 over its entries, a line each, ordered by id.
 * docs/architecture.md has the line's columns; `audit` makes it again from the rows.
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
