import { expect, test, vi } from 'vitest'
import type { Order } from '@valiant/shared/protocol/order'
import type { LivePosition } from '#lib/session/account.svelte.ts'
import { scaleOf } from '#lib/ticket/scale.ts'
import { chipsOf, POSITION_CHIP } from './chips.ts'
import { labeled, linesOf } from './lines-of.ts'

// Without Svelte's compiler a rune is the value it holds.
vi.stubGlobal('$state', { raw: <Value>(value: Value) => value })
const { LineDrag } = await import('./line-drag.svelte.ts')

const scale = scaleOf({ tickSize: '0.02', lotSize: '1' })
const position = { position: { qty: '320', avgPrice: '181.470000' }, unrealized: 912 } as LivePosition
const chips = chipsOf([], position, { name: 'NOVA', scale })
const line = { ticks: 9_073, fillsAtOnce: () => false, send: () => undefined }

test('an exit is drawn where the position’s line is dragged, and nothing once the position is closed', () => {
  const drag = new LineDrag(() => line)
  drag.take(POSITION_CHIP)
  expect(linesOf(chips, position, { moving: drag.moving, scale, busy: [] })).toHaveLength(1)
  drag.to(9_000)
  expect(linesOf(chips, position, { moving: drag.moving, scale, busy: [] })).toEqual([
    { id: POSITION_CHIP, price: 181.47, kind: 'position' },
    { id: 'exit', price: 180, kind: 'waiting' },
  ])
  expect(linesOf([], undefined, { moving: drag.moving, scale, busy: [] })).toEqual([])
})

test('the line of an order is dashed while a change of it is in flight', () => {
  const order = {
    orderId: '1',
    side: 'buy',
    type: 'limit',
    status: 'open',
    qty: '1',
    filledQty: '0',
    limitPrice: '180.00',
  }
  const own = chipsOf([{ ...order, remainingQty: '1' } as Order], undefined, { name: 'NOVA', scale })
  const kindWith = (busy: readonly string[]) => linesOf(own, undefined, { moving: undefined, scale, busy })[0]?.kind
  expect([kindWith([]), kindWith(['1'])]).toEqual(['order', 'waiting'])
})

test('the axis shows a price once, and not those of lines that a chip counts', () => {
  const at = (id: string, price: number) => ({ id, price, kind: 'order' }) as const
  const lines = labeled([at('1', 180), at('2', 180), at('3', 179), at('4', 178)], ['3'])
  expect(lines.map(({ hasLabel }) => hasLabel)).toEqual([true, false, false, true])
})
