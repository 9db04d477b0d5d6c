import { grouped, money } from '#lib/ui/format.ts'

/** Money from the wire; whole dollars without cents: "$100,000", "$2,500.50". */
export const dollarsText = (amount: string): string =>
  amount.endsWith('.00') ? `$${grouped(amount.slice(0, -'.00'.length))}` : money(amount)
