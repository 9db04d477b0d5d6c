import type { Position } from '@valiant/shared/protocol/account'
import type { LivePosition } from '#lib/session/account.svelte.ts'

type Sized = Pick<Position, 'qty'>

/** The quantity without its sign. */
export const sizeOf = ({ qty }: Sized): string => qty.replace('-', '')

/** The side of the orders that opened a position, and of the one that closes it. */
export const openingSide = ({ qty }: Sized): 'buy' | 'sell' => (qty.startsWith('-') ? 'sell' : 'buy')
export const closingSide = ({ qty }: Sized): 'buy' | 'sell' => (qty.startsWith('-') ? 'buy' : 'sell')

/** In dollars. `net` counts short positions as negative. */
export const totalsOf = (positions: readonly Pick<LivePosition, 'value' | 'unrealized'>[]) => ({
  gross: positions.reduce((sum, { value }) => sum + Math.abs(value), 0),
  net: positions.reduce((sum, { value }) => sum + value, 0),
  unrealized: positions.reduce((sum, { unrealized }) => sum + unrealized, 0),
})
