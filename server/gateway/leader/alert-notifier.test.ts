import { fileURLToPath } from 'node:url'
import type { FiredAlert } from '@valiant/shared/protocol/alerts'
import { pino } from 'pino'
import { afterEach, expect, test } from 'vitest'
import { alertId } from '../../feed/account/alert.ts'
import { readInstruments } from '../../instruments.ts'
import type { FiredPriceAlert } from '../../journal/alerts.ts'
import { AlertNotifier } from './alert-notifier.ts'

const instruments = readInstruments(fileURLToPath(new URL('../../../db/instruments.json', import.meta.url)))
const ALICE = 7

const stored = (id: number): FiredPriceAlert => ({
  ...{ id, account: ALICE, symbol: 'VLNT', op: 'above', ticks: 100, note: undefined, createdAtMs: 1 },
  ...{ firedAtMs: 2, tradeTicks: 101 },
})
const wire = (id: number): FiredAlert => ({
  ...{ alertId: alertId(id), symbol: 'VLNT', op: 'above', price: '1.00', createdAt: 1 },
  ...{ firedAt: 2, tradePrice: '1.01' },
})

/** A table and sockets in memory. */
function rig() {
  const at = {
    ...{ untold: [] as FiredPriceAlert[], noted: [] as number[], hasSocket: true, isAway: false, asks: 0 },
    /** What a reading waits for before it is answered. */
    held: undefined as Promise<void> | undefined,
  }
  const told: string[] = []
  const said: string[] = []
  const notifier = new AlertNotifier({
    alerts: {
      untold: async () => {
        at.asks += 1
        const { isAway, untold } = at
        await at.held
        if (isAway) throw new Error('away')
        return untold
      },
      noteTold: (ids) => {
        if (at.isAway) return Promise.reject(new Error('away'))
        at.noted.push(...ids)
        return Promise.resolve()
      },
    },
    instrumentOf: (symbol) => instruments.find(({ spec }) => spec.symbol === symbol),
    sockets: {
      accounts: () => (at.hasSocket ? [ALICE] : []),
      sendAlert: (_account, alert) => {
        if (at.hasSocket) told.push(alert.alertId)
        return at.hasSocket
      },
    },
    logger: pino({ level: 'warn' }, { write: (line) => said.push((JSON.parse(line) as { msg: string }).msg) }),
  })
  notifiers.push(notifier)
  return { at, told, said, notifier }
}
const notifiers: AlertNotifier[] = []
afterEach(() => {
  for (const notifier of notifiers.splice(0)) notifier[Symbol.dispose]()
})

test('what fires is told to who is here, and noted', async () => {
  const { at, told, notifier } = rig()
  notifier.fired(ALICE, wire(1))
  expect(told).toEqual([alertId(1)])
  await expect.poll(() => at.noted).toEqual([1])
})

test('with no socket of the account here it is neither told nor noted, and told to the socket that comes', async () => {
  const { at, told, notifier } = rig()
  at.hasSocket = false
  notifier.fired(ALICE, wire(1))
  expect(told).toEqual([])
  Object.assign(at, { hasSocket: true, untold: [stored(1)] })
  notifier.joined(ALICE)
  await expect.poll(() => at.noted).toEqual([1])
  expect(told).toEqual([alertId(1)])
})

test('sockets that come together are asked about in one question', async () => {
  const { at, notifier } = rig()
  for (let account = 0; account < 100; account++) notifier.joined(account)
  await expect.poll(() => at.asks).toBe(1)
})

test('what was missed of the leader is read and told; what was told here already is not', async () => {
  const { at, told, notifier } = rig()
  notifier.fired(ALICE, wire(1))
  at.untold = [stored(1), stored(2)]
  notifier.missed()
  await expect.poll(() => at.noted).toEqual([1, 2])
  expect(told).toEqual([1, 2].map(alertId))
})

test('while the database is away what is told waits to be noted, and is not told again', async () => {
  const { at, told, notifier } = rig()
  at.isAway = true
  notifier.fired(ALICE, wire(1))
  notifier.joined(ALICE)
  await expect.poll(() => at.asks).toBe(1)
  Object.assign(at, { isAway: false, untold: [stored(1)] })
  await expect.poll(() => [at.noted, at.asks]).toEqual([[1], 2])
  expect(told).toEqual([alertId(1)])
})

test('a socket that comes while its account is being read is asked about once more', async () => {
  const { at, told, notifier } = rig()
  const { promise, resolve } = Promise.withResolvers<undefined>()
  at.held = promise.then(() => undefined)
  notifier.missed()
  await expect.poll(() => at.asks).toBe(1)
  // It fired after the table was read.
  at.untold = [stored(1)]
  notifier.missed()
  resolve(undefined)
  await expect.poll(() => at.asks).toBe(2)
  await expect.poll(() => told).toEqual([alertId(1)])
})

test('what the log says of a failure is what was tried', async () => {
  const { at, said, notifier } = rig()
  at.isAway = true
  notifier.fired(ALICE, wire(1))
  notifier.joined(ALICE)
  await expect
    .poll(() => said)
    .toEqual([
      'which alerts were told could not be noted; trying again until it can',
      'which alerts have fired could not be read; trying again until it can',
    ])
})
