import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { NotConnectedError, RequestRefused } from '@valiant/shared/client/errors'
import type { AccountSnapshot } from '@valiant/shared/protocol/account'
import type { ErrorCode } from '@valiant/shared/protocol/errors'
import { type Resolution, resolveOutcome } from './resolve-outcome.ts'

const order = { orderId: 'o1', status: 'filled' }
const snapshotOf = (id: string) => ({ account: { id } }) as AccountSnapshot
const refused = (code: ErrorCode, retryAfterMs?: number) =>
  new RequestRefused({ code, message: code, outcome: 'not_executed', ...(retryAfterMs && { retryAfterMs }) })

/** A page that sent its order from account `a`, and the exchange behind it. */
let page: { account: AccountSnapshot | undefined }
/** The connection's account and its answers about the order, in turn; the last one repeats. */
let exchange: { accountId: string; answers: unknown[]; asked: number }
let leaving: AbortController
let resolution: Resolution | undefined

const around = {
  get account() {
    return page.account
  },
  serverNow: () => Date.now(),
  ask: (name: string) => {
    if (name === 'account') return Promise.resolve(snapshotOf(exchange.accountId))
    exchange.asked += 1
    const answer = exchange.answers.length > 1 ? exchange.answers.shift() : exchange.answers[0]
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
  },
} as unknown as Parameters<typeof resolveOutcome>[1]

function begin(answers: unknown[], finalInMs = 0): void {
  exchange.answers = answers
  const sent = { clientOrderId: 'c1', accountId: 'a', finalAt: Date.now() + finalInMs }
  void resolveOutcome(sent, around, leaving.signal).then((it) => (resolution = it))
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

beforeEach(() => {
  vi.useFakeTimers()
  page = { account: snapshotOf('a') }
  exchange = { accountId: 'a', answers: [], asked: 0 }
  leaving = new AbortController()
  resolution = undefined
})
afterEach(() => vi.useRealTimers())

test('an order is found, however often the exchange could not answer', async () => {
  begin([refused('UNAVAILABLE'), refused('TIMEOUT'), refused('RATE_LIMITED', 10_000), order])
  await pass(13_900)
  expect(resolution).toBeUndefined()
  await pass(100)
  expect(resolution).toEqual({ is: 'known', order })
})

test('an order that its account does not know after `finalAt` never arrived', async () => {
  begin([refused('NOT_FOUND')], 5_000)
  await pass(5_900)
  expect(resolution).toBeUndefined()
  await pass(100)
  expect(resolution).toEqual({ is: 'never' })
  expect(exchange.asked).toBe(2)
})

test('an order that executed is found at once, and one that still arrives is found after `finalAt`', async () => {
  begin([order], 5_000)
  await pass(0)
  expect(resolution).toEqual({ is: 'known', order })
  begin([refused('NOT_FOUND'), order], 5_000)
  await pass(6_000)
  expect(resolution).toEqual({ is: 'known', order })
})

test.each(['UNAUTHENTICATED', 'FORBIDDEN', 'INVALID'] as const)('%s ends the lookup', async (code) => {
  begin([refused(code)])
  await pass(60_000)
  expect(resolution).toEqual({ is: 'untold', isElsewhere: false })
  expect(exchange.asked).toBe(1)
})

test('a closed client ends the lookup', async () => {
  begin([new NotConnectedError()])
  await pass(60_000)
  expect(resolution).toEqual({ is: 'untold', isElsewhere: false })
  expect(exchange.asked).toBe(1)
})

test('another account is not asked for the order', async () => {
  begin([refused('NOT_FOUND')])
  page.account = snapshotOf('b')
  await pass(2_000)
  exchange.asked = 0
  expect(resolution).toEqual({ is: 'untold', isElsewhere: true })
  page.account = snapshotOf('b')
  begin([refused('NOT_FOUND')])
  await pass(0)
  expect(resolution).toEqual({ is: 'untold', isElsewhere: true })
  expect(exchange.asked).toBe(0)
})

test('an unknown id of another account says nothing, even before the page knows that the account changed', async () => {
  exchange.accountId = 'b'
  begin([refused('NOT_FOUND')])
  await pass(2_000)
  expect(resolution).toEqual({ is: 'untold', isElsewhere: true })
})

test('while no account is known, the order is looked up', async () => {
  page.account = undefined
  begin([order])
  await pass(2_000)
  expect(resolution).toEqual({ is: 'known', order })
})

test('nothing is asked once nobody waits for the result', async () => {
  begin([refused('UNAVAILABLE')])
  await pass(4_500)
  expect(exchange.asked).toBe(3)
  leaving.abort()
  await pass(60_000)
  expect(resolution).toEqual({ is: 'untold', isElsewhere: false })
  expect(exchange.asked).toBe(3)
  expect(vi.getTimerCount()).toBe(0)
})
