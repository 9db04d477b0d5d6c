import { expect, test } from 'vitest'
import type { PriceAlert } from '../../journal/alerts.ts'
import { instruments } from '../exchange-stand-in.fixture.ts'
import { noAlerts } from '../gateway.fixture.ts'
import { alertList } from './alerts.ts'
import type { Requester } from './request.ts'

const requester: Requester = {
  ...{ account: 17, userId: 'u', scopes: ['read', 'trade'], source: 'web', socketId: 's', receivedAtMs: 1_000 },
}
const stored = (id: number, symbol: string): PriceAlert => ({
  ...{ id, account: 17, symbol, op: 'above', ticks: 100, note: undefined, createdAtMs: 1 },
})

test('a list leaves out alerts on instruments that are no longer listed', async () => {
  const kept = [stored(3, 'NOVA'), stored(2, 'GONE'), stored(1, 'VLNT')]
  const list = alertList({
    alerts: { ...noAlerts, list: () => Promise.resolve(kept) },
    instrumentOf: (symbol) => instruments.find(({ wire }) => wire.symbol === symbol),
  })
  expect((await list({}, requester)).map(({ symbol }) => symbol)).toEqual(['NOVA', 'VLNT'])
})
