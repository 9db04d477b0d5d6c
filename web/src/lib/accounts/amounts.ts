import { AMOUNT_CENTS_MAX } from '@valiant/shared/protocol/limits'
import { formatScaled } from '@valiant/shared/units/decimal'
import { moneyOfCents } from '#lib/ticket/amount.ts'
import { typedCents } from '#lib/ticket/draft.ts'
import { whyUnread, plainDecimal } from '#lib/ticket/number-input.ts'

/** A typed amount as the wire has it, or what is wrong with it. */
export type Amount =
  { readonly ok: true; readonly text: string; readonly cents: number } | { readonly ok: false; readonly why: string }

export function amountOf(typed: string): Amount {
  const plain = plainDecimal(typed)
  if (plain === undefined)
    return { ok: false, why: typed.trim() === '' ? '' : (whyUnread(typed) ?? 'That is no amount') }
  // Before it is counted exactly: what is far too large cannot be.
  if (Number(plain) * 100 > AMOUNT_CENTS_MAX) {
    return { ok: false, why: `At most ${moneyOfCents(AMOUNT_CENTS_MAX)}` }
  }
  if (/\.\d{3}/.test(plain)) return { ok: false, why: 'At most two decimals' }
  const cents = typedCents(typed) ?? 0
  if (cents === 0) return { ok: false, why: 'More than $0.00' }
  return { ok: true, cents, text: formatScaled(BigInt(cents), 2) }
}
