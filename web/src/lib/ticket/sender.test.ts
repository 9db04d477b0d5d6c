import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { OutcomeUnknownError, RequestRefused } from '@valiant/shared/client/errors'
import type { AccountSnapshot } from '@valiant/shared/protocol/account'
import type { OrderContent } from './draft.ts'
import type { Receipt } from './receipt.ts'
import type { Receipts } from './receipts.svelte.ts'
import type { Sender } from './sender.svelte.ts'
import type { Surroundings } from './surroundings.ts'

// Nothing here depends on reactivity: without Svelte's compiler each rune is the value it holds.
vi.stubGlobal(
  '$state',
  Object.assign(<Value>(value: Value) => value, { raw: <Value>(value: Value) => value }),
)
const { Sender: OfTicket } = await import('./sender.svelte.ts')

const content = { symbol: 'NOVA', side: 'buy', type: 'market', qty: '5' } as OrderContent
const REFUSED: Receipt = { kind: 'refused', title: 'Not enough buying power', text: 'It takes more.', waysOn: [] }
const accountOf = (id: string) => ({ account: { id } }) as AccountSnapshot

let around: {
  account: AccountSnapshot
  placed: Error
  serverNow(): number
  ask(name: string): Promise<unknown>
  tellAway(receipt: Receipt): void
}
let told: Receipt[]
/** Receipts shown after the ticket was left. */
let toldAway: Receipt[]
let refusal: Receipt | undefined
let sender: Sender

beforeEach(() => {
  vi.useFakeTimers()
  told = []
  toldAway = []
  refusal = undefined
  around = {
    account: accountOf('a'),
    placed: new OutcomeUnknownError('c1', undefined),
    serverNow: () => Date.now(),
    ask: (name) => {
      if (name === 'account') return Promise.resolve(around.account)
      if (name === 'order.place') return Promise.reject(around.placed)
      return Promise.reject(new RequestRefused({ code: 'NOT_FOUND', message: 'unknown', outcome: 'not_executed' }))
    },
    tellAway: (receipt) => void toldAway.push(receipt),
  }
  const receipts = {
    tell: (receipt: Receipt) => told.push(receipt),
    refuse: (receipt: Receipt) => (refusal = receipt),
    refusal: undefined,
  } as unknown as Receipts
  sender = new OfTicket(around as unknown as Surroundings, receipts, ({ code }) => ({ ...REFUSED, code }))
})
afterEach(() => vi.useRealTimers())

test('an order without an answer is looked up in its own account: nothing was executed', async () => {
  void sender.press(content, false)
  await vi.advanceTimersByTimeAsync(0)
  expect(sender.inFlight).toMatchObject({ isUnknown: true })
  await vi.advanceTimersByTimeAsync(2_000)
  expect(told.map(({ title }) => title)).toEqual(['Order not placed'])
  expect(sender).toMatchObject({ phase: 'editing', inFlight: undefined })
})

test('nothing is claimed about it once another account is shown', async () => {
  void sender.press(content, false)
  around.account = accountOf('b')
  await vi.advanceTimersByTimeAsync(0)
  expect(told).toMatchObject([
    { title: 'Result not known', text: expect.stringContaining('another account') as string },
  ])
  expect(sender).toMatchObject({ phase: 'editing', inFlight: undefined })
})

test('nothing is claimed once the ticket is left, and the next order is looked up again', async () => {
  void sender.press(content, false)
  await vi.advanceTimersByTimeAsync(500)
  sender.stop()
  await vi.advanceTimersByTimeAsync(0)
  expect(toldAway).toMatchObject([
    { title: 'Result not known', text: expect.stringContaining('Your orders') as string },
  ])
  void sender.press(content, false)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(told.map(({ title }) => title)).toEqual(['Order not placed'])
})

test('an order refused after the ticket was left is reported where the trader is by then', async () => {
  around.placed = new RequestRefused({ code: 'INSUFFICIENT_FUNDS', message: 'no money', outcome: 'not_executed' })
  void sender.press(content, false)
  sender.stop()
  await vi.advanceTimersByTimeAsync(0)
  expect(toldAway).toMatchObject([REFUSED])
  expect(refusal).toBeUndefined()
  void sender.press(content, false)
  await vi.advanceTimersByTimeAsync(0)
  expect(refusal).toMatchObject(REFUSED)
  expect(toldAway).toHaveLength(1)
})
