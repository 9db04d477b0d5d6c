import { grouped, money } from '#lib/ui/format.ts'

/** Money of the wire without the cents of whole dollars: "$100,000", "$2,500.50". */
export const dollarsText = (amount: string): string =>
  amount.endsWith('.00') ? `$${grouped(amount.slice(0, -'.00'.length))}` : money(amount)
