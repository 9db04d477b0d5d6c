import type { LedgerEntry } from '@valiant/shared/protocol/account'
import { formatCents } from '@valiant/shared/units/cents'
import { formatSteps } from '@valiant/shared/units/decimal'
import { idText } from '@valiant/shared/units/id'
import { assert } from '../../engine/assert.ts'
import { CASH, type Entry } from '../../engine/event.ts'
import type { WireInstrument } from './wire-instrument.ts'

/**
 * Converts a ledger entry to its wire format for one of its two accounts: cash with two decimals, an instrument as a quantity.
 * @param account amounts are positive if this account gained them
 * @throws {AssertionError} for an asset that is not listed, or an account that is not in the entry or is the exchange's own
 */
export function toWireEntry(
  entry: Entry,
  account: number,
  instrumentOf: (symbol: string) => WireInstrument | undefined,
): LedgerEntry {
  const { number, amount, balanceAfter, orderNumber, fillNumber } = sideOf(entry, account)
  assert(balanceAfter !== undefined, 'an entry of a user has the balance after it')
  const amountText = formatterOf(entry.asset, instrumentOf)
  return {
    entryId: idText(account, number),
    time: entry.timeMs,
    kind: entry.kind,
    asset: entry.asset,
    amount: amountText(amount),
    balanceAfter: amountText(balanceAfter),
    ...(orderNumber !== undefined && { orderId: idText(account, orderNumber) }),
    ...(fillNumber !== undefined && { fillId: idText(account, fillNumber) }),
    ...(entry.note !== undefined && { note: entry.note }),
  }
}

function sideOf(entry: Entry, account: number) {
  if (entry.account === account) return entry
  assert(entry.counter === account, `an entry of account ${account}`)
  return {
    number: entry.counterNumber,
    amount: -entry.amount,
    balanceAfter: entry.counterBalanceAfter,
    orderNumber: entry.counterOrderNumber,
    fillNumber: entry.counterFillNumber,
  }
}

function formatterOf(asset: string, instrumentOf: (symbol: string) => WireInstrument | undefined) {
  if (asset === CASH) return formatCents
  const instrument = instrumentOf(asset)
  assert(instrument !== undefined, `${asset} is listed`)
  return (amount: number) => formatSteps(amount, instrument.lot)
}
