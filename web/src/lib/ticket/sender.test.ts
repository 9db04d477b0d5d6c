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

/** What this tab keeps. */
const kept = new Map<string, string>()
vi.stubGlobal('sessionStorage', {
  getItem: (name: string) => kept.get(name) ?? null,
  setItem: (name: string, text: string) => kept.set(name, text),
  removeItem: (name: string) => kept.delete(name),
})

let around: {
  instrument: { symbol: string }
  account: AccountSnapshot
  /** Undefined: it is never answered. */
  placed: Error | undefined
  /** What the exchange knows of the order. */
  found: unknown
  serverNow(): number
  ask(name: string): Promise<unknown>
  tellAway(receipt: Receipt): void
}
let told: Receipt[]
/** Receipts shown after the ticket was left. */
let toldAway: Receipt[]
let refusal: Receipt | undefined
let sender: Sender
/** A page of its own. */
let open: () => Sender

beforeEach(() => {
  vi.useFakeTimers()
  told = []
  toldAway = []
  refusal = undefined
  kept.clear()
  around = {
    instrument: { symbol: 'NOVA' },
    account: accountOf('a'),
    placed: new OutcomeUnknownError('c1', Date.now() + 1_000),
    found: undefined,
    serverNow: () => Date.now(),
    ask: (name) => {
      if (name === 'account') return Promise.resolve(around.account)
      if (name === 'order.place') return around.placed ? Promise.reject(around.placed) : new Promise(() => undefined)
      if (around.found !== undefined) return Promise.resolve(around.found)
      return Promise.reject(new RequestRefused({ code: 'NOT_FOUND', message: 'unknown', outcome: 'not_executed' }))
    },
    tellAway: (receipt) => void toldAway.push(receipt),
  }
  const receipts = {
    tell: (receipt: Receipt) => told.push(receipt),
    refuse: (receipt: Receipt) => (refusal = receipt),
    refusal: undefined,
  } as unknown as Receipts
  open = () => new OfTicket(around as unknown as Surroundings, receipts, ({ code }) => ({ ...REFUSED, code }))
  sender = open()
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

test('the result of an order is told once, by the page that was loaded again in the middle of it', async () => {
  around.placed = undefined
  void sender.press(content, false)
  const reloaded = open()
  around.account = accountOf('b')
  await reloaded.resume()
  expect(reloaded.inFlight).toBeUndefined()
  around.account = accountOf('a')
  void reloaded.resume()
  expect(reloaded).toMatchObject({ phase: 'sending', inFlight: { content, isUnknown: true } })
  around.found = { status: 'rejected', rejectCode: 'NO_LIQUIDITY' }
  await vi.advanceTimersByTimeAsync(6_000)
  expect(refusal).toMatchObject({ code: 'NO_LIQUIDITY' })
  expect(reloaded).toMatchObject({ phase: 'editing', inFlight: undefined })
  const again = open()
  await again.resume()
  expect(again.inFlight).toBeUndefined()
})

test('an order that never arrived before a reload is told as such', async () => {
  around.placed = undefined
  void sender.press(content, false)
  void open().resume()
  await vi.advanceTimersByTimeAsync(5_900)
  expect(told).toEqual([])
  await vi.advanceTimersByTimeAsync(100)
  expect(told.map(({ title }) => title)).toEqual(['Order not placed'])
})
