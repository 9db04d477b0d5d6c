import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { AuthUnavailable } from '../../auth/auth-unavailable.ts'
import { Origins } from '../http/origin.ts'
import { Sessions } from './sessions.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a key that cannot be looked up is refused while a handshake still waits for an answer', async () => {
  const keys = { ofText: () => new Promise<never>(() => undefined), lives: () => Promise.resolve(true) }
  const sessions = new Sessions({ auth: {} as never, keys, accounts: {} as never, origins: new Origins(undefined) })
  const asked = [
    sessions.ofHandshake({}, { apiKey: 'a key' }),
    sessions.ofRequest({ authorization: 'Bearer key' }, 'GET'),
  ]
  const refused = Promise.all(asked.map((one) => expect(one).rejects.toBeInstanceOf(AuthUnavailable)))
  await vi.advanceTimersByTimeAsync(3_000)
  await refused
})
