import { idText } from '@valiant/shared/units/id'
import { expect, test } from 'vitest'
import type { RealizedQuery } from '@valiant/shared/protocol/queries'
import { realized, SUMMED_MAX } from './realized.ts'
import type { Requester } from './request.ts'

const ACCOUNT = 40
const requester: Requester = {
  ...{ account: ACCOUNT, userId: 'u', scopes: ['read'], source: 'web', socketId: 's', receivedAtMs: 0 },
}

/** An account with fills of these numbers, each of which brought a dollar. */
function asked({ first, last }: { first: number; last: number }) {
  const stretches: { downTo: number; before: number }[] = []
  const handler = realized({
    history: {
      stretchOf: (_list, _account, { before = last + 1 }) => Promise.resolve({ first, before }),
      realized: (_account, stretch) => {
        stretches.push(stretch)
        const fills = stretch.before - stretch.downTo
        return Promise.resolve([{ symbol: 'VLNT', realizedCents: 100 * fills, feeCents: fills, fills }])
      },
    },
  })
  return { stretches, ask: async (query: RealizedQuery) => handler(query, requester) }
}

test('many fills are added up in answers of a bounded size, each once', async () => {
  const last = 2 * SUMMED_MAX + 10
  const { ask, stretches } = asked({ first: 6, last })
  const one = await ask({ from: 1 })
  expect(one).toEqual({
    items: [{ symbol: 'VLNT', realizedPnl: `${SUMMED_MAX}.00`, fees: '100.00', fills: SUMMED_MAX }],
    newestFillId: idText(ACCOUNT, last),
    nextCursor: idText(ACCOUNT, last + 1 - SUMMED_MAX),
  })
  const two = await ask({ from: 1, cursor: one.nextCursor })
  const three = await ask({ from: 1, cursor: two.nextCursor })
  expect([two.newestFillId, three.nextCursor]).toEqual([undefined, undefined])
  const fills = [one, two, three].flatMap(({ items }) => items).reduce((sum, item) => sum + item.fills, 0)
  expect(fills).toBe(last - 5)
  for (const { downTo, before } of stretches) expect(before - downTo).toBeLessThanOrEqual(SUMMED_MAX)
})

test('without fills there are no sums', async () => {
  const { ask, stretches } = asked({ first: 9, last: 8 })
  expect(await ask({ from: 1 })).toEqual({ items: [] })
  expect(stretches).toEqual([])
})

test('a cursor of another account is refused', async () => {
  const { ask } = asked({ first: 1, last: 8 })
  await expect(ask({ cursor: idText(ACCOUNT + 1, 5) })).rejects.toMatchObject({
    error: { code: 'INVALID', field: 'cursor' },
  })
})
