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
    ...{ unsent: [] as FiredPriceAlert[], marked: [] as number[], hasSocket: true, isAway: false, queries: 0 },
    /** Delays the answer of a query. */
    held: undefined as Promise<void> | undefined,
  }
  const sent: string[] = []
  const logged: string[] = []
  const notifier = new AlertNotifier({
    alerts: {
      unsent: async () => {
        at.queries += 1
        const { isAway, unsent } = at
        await at.held
        if (isAway) throw new Error('away')
        return unsent
      },
      markSent: (ids) => {
        if (at.isAway) return Promise.reject(new Error('away'))
        at.marked.push(...ids)
        return Promise.resolve()
      },
    },
    instrumentOf: (symbol) => instruments.find(({ spec }) => spec.symbol === symbol),
    sockets: {
      accounts: () => (at.hasSocket ? [ALICE] : []),
      sendAlert: (_account, alert) => {
        if (at.hasSocket) sent.push(alert.alertId)
        return at.hasSocket
      },
    },
    logger: pino({ level: 'warn' }, { write: (line) => logged.push((JSON.parse(line) as { msg: string }).msg) }),
  })
  notifiers.push(notifier)
  return { at, sent, logged, notifier }
}
const notifiers: AlertNotifier[] = []
afterEach(() => {
  for (const notifier of notifiers.splice(0)) notifier[Symbol.dispose]()
})

test('a fired alert is sent to connected sockets and marked as sent', async () => {
  const { at, sent, notifier } = rig()
  notifier.fired(ALICE, wire(1))
  expect(sent).toEqual([alertId(1)])
  await expect.poll(() => at.marked).toEqual([1])
})

test('without a socket of the account it is neither sent nor marked; the next socket gets it', async () => {
  const { at, sent, notifier } = rig()
  at.hasSocket = false
  notifier.fired(ALICE, wire(1))
  expect(sent).toEqual([])
  Object.assign(at, { hasSocket: true, unsent: [stored(1)] })
  notifier.joined(ALICE)
  await expect.poll(() => at.marked).toEqual([1])
  expect(sent).toEqual([alertId(1)])
})

test('sockets that connect together share one query', async () => {
  const { at, notifier } = rig()
  for (let account = 0; account < 100; account++) notifier.joined(account)
  await expect.poll(() => at.queries).toBe(1)
})

test('alerts missed from the leader are read and sent; those already sent are not', async () => {
  const { at, sent, notifier } = rig()
  notifier.fired(ALICE, wire(1))
  at.unsent = [stored(1), stored(2)]
  notifier.missed()
  await expect.poll(() => at.marked).toEqual([1, 2])
  expect(sent).toEqual([1, 2].map(alertId))
})

test('while the database is unavailable, sent alerts wait to be marked and are not sent again', async () => {
  const { at, sent, notifier } = rig()
  at.isAway = true
  notifier.fired(ALICE, wire(1))
  notifier.joined(ALICE)
  await expect.poll(() => at.queries).toBe(1)
  Object.assign(at, { isAway: false, unsent: [stored(1)] })
  await expect.poll(() => [at.marked, at.queries]).toEqual([[1], 2])
  expect(sent).toEqual([alertId(1)])
})

test('a socket that connects while its account is being read causes another query', async () => {
  const { at, sent, notifier } = rig()
  const { promise, resolve } = Promise.withResolvers<undefined>()
  at.held = promise.then(() => undefined)
  notifier.missed()
  await expect.poll(() => at.queries).toBe(1)
  // Fires after the table was read.
  at.unsent = [stored(1)]
  notifier.missed()
  resolve(undefined)
  await expect.poll(() => at.queries).toBe(2)
  await expect.poll(() => sent).toEqual([alertId(1)])
})

test('the log names the failed operation', async () => {
  const { at, logged, notifier } = rig()
  at.isAway = true
  notifier.fired(ALICE, wire(1))
  notifier.joined(ALICE)
  await expect
    .poll(() => logged)
    .toEqual(['sent alerts could not be marked; retrying', 'fired alerts could not be read; retrying'])
})
