import { beforeEach, expect, test, vi } from 'vitest'
import { RequestRefused } from '@valiant/shared/client/errors'
import type { Alert } from '@valiant/shared/protocol/alerts'
import type { Market } from '#lib/market/market.svelte.ts'
import type { AccountState } from '#lib/session/account.svelte.ts'
import type { Session } from '#lib/session/session.svelte.ts'
import type { Toasts } from '#lib/ui/toasts.svelte.ts'

// Without Svelte's compiler a rune is the value it holds.
vi.stubGlobal('$state', { raw: <Value>(value: Value) => value })
vi.stubGlobal('$derived', () => undefined)
vi.mock('$app/navigation', () => ({ goto: () => undefined }))
const { Alerts } = await import('./alerts.svelte.ts')

const made: Alert = { alertId: 'A', symbol: 'NOVA', op: 'above', price: '200.00', createdAt: 0 }
const account = { account: { id: 'mine' } as { id: string } | undefined }
let answer: () => unknown
let listeners: Record<string, (event: { phase: string }) => void>
const client = {
  ask: () => Promise.try(() => answer()),
  on: (name: string, listener: (event: { phase: string }) => void) => (listeners[name] = listener),
}
const alerts = () => {
  const parts = { session: { client }, account, market: {}, toasts: {} }
  return new Alerts(parts as unknown as { session: Session; account: AccountState; market: Market; toasts: Toasts })
}

beforeEach(() => {
  account.account = { id: 'mine' }
  listeners = {}
})

test('signing out removes the alerts', async () => {
  answer = () => [made]
  const mine = alerts()
  mine.follow(client as unknown as Session['client'])
  mine.open()
  await expect.poll(() => mine.items).toEqual([made])
  account.account = undefined
  listeners['connection']?.({ phase: 'live' })
  expect(mine.items).toEqual([])
})

test('a refusal belongs to the instrument whose alert was refused', async () => {
  const mine = alerts()
  answer = () => {
    throw new RequestRefused({ code: 'INVALID', message: 'Too many alerts.', outcome: 'not_executed' })
  }
  expect(await mine.create(made)).toBe(false)
  expect(mine.refusal).toEqual({ symbol: 'NOVA', text: 'Too many alerts.' })
})
