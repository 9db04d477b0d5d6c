import type { LedgerEntry } from '@valiant/shared/protocol/account'
import { formatCents } from '@valiant/shared/units/cents'
import { formatSteps } from '@valiant/shared/units/decimal'
import { idText } from '@valiant/shared/units/id'
import { assert } from '../../engine/assert.ts'
import { CASH, type Entry } from '../../engine/event.ts'
import type { WireInstrument } from './wire-instrument.ts'

/**
 * A line of a user's ledger as the wire shows it: cash with two decimals, an instrument in its quantity.
 * @throws {AssertionError} for an asset that is not listed, and for an entry of the exchange's own accounts
 */
export function toWireEntry(entry: Entry, instrumentOf: (symbol: string) => WireInstrument | undefined): LedgerEntry {
  assert(entry.balanceAfter !== undefined, 'an entry of a user has the balance after it')
  const amountText = formatterOf(entry.asset, instrumentOf)
  return {
    entryId: idText(entry.account, entry.number),
    time: entry.timeMs,
    kind: entry.kind,
    asset: entry.asset,
    amount: amountText(entry.amount),
    balanceAfter: amountText(entry.balanceAfter),
    ...(entry.orderNumber !== undefined && { orderId: idText(entry.account, entry.orderNumber) }),
    ...(entry.fillNumber !== undefined && { fillId: idText(entry.account, entry.fillNumber) }),
  }
}

function formatterOf(asset: string, instrumentOf: (symbol: string) => WireInstrument | undefined) {
  if (asset === CASH) return formatCents
  const instrument = instrumentOf(asset)
  assert(instrument !== undefined, `${asset} is listed`)
  return (amount: number) => formatSteps(amount, instrument.lot)
}
