import { expect, test, vi } from 'vitest'
import type { ApiKey } from '@valiant/shared/protocol/api-keys'
import type { Toasts } from '#lib/ui/toasts.svelte.ts'

// Without Svelte's compiler each rune is the value it holds.
vi.stubGlobal('$state', { raw: <Value>(value: Value) => value })
vi.stubGlobal('$derived', { by: () => [] })
const { KeysDesk } = await import('./keys-desk.svelte.ts')

test('a double press on "Revoke" sends once', async () => {
  const sent: string[] = []
  const requests: ((response: Response) => void)[] = []
  vi.stubGlobal('fetch', (_: string, { method = 'GET' }: RequestInit = {}) => {
    sent.push(method)
    return new Promise((answer) => requests.push(answer))
  })
  const desk = new KeysDesk({ accountId: 'a', toasts: { show: () => undefined } as unknown as Toasts })
  const key = { id: 'k1', name: 'grid-bot' } as ApiKey
  const first = desk.revoke(key)
  await desk.revoke(key)
  expect([sent, desk.revoking]).toEqual([['DELETE'], ['k1']])
  requests[0]?.(Response.json({ ok: true, data: {} }))
  await expect.poll(() => sent).toEqual(['DELETE', 'GET'])
  expect(desk.isRead).toBe(false)
  requests[1]?.(Response.json({ ok: true, data: [] }))
  await first
  expect(desk).toMatchObject({ revoking: [], isRead: true })
})
