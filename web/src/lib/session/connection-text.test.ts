import { expect, it } from 'vitest'
import { connectionWords, staleWord } from './connection-text.ts'

const live = { phase: 'live', instanceId: 'a' } as const
const at = { nowMs: 10_000, ageMs: 6_200, isStale: true, isSilent: false, slowFromMs: 250, hasOrders: true }

it('says how long ago the connection was lost and when the next attempt is', () => {
  const words = connectionWords({ phase: 'reconnecting', sinceMs: 3_800, nextTryAtMs: 11_900 }, at)
  expect(words.text).toBe('Connection lost 6 s ago. Trying again in 2 s')
  expect(words.more).toBe('Your open orders keep working on the exchange.')
})

it('does not report a loss of less than a second', () => {
  const words = connectionWords({ phase: 'reconnecting', sinceMs: 9_500 }, { ...at, ageMs: 500, isStale: false })
  expect(words.text).toBe('Live')
})

it('distinguishes a slow connection from a live one', () => {
  const current = { ...at, isStale: false }
  expect(connectionWords({ ...live, latencyMs: 12 }, current).kind).toBe('live')
  expect(connectionWords({ ...live, latencyMs: 300 }, current).kind).toBe('slow')
})

it('does not call a connection live that is silent, or whose streams are not there yet', () => {
  const silent = connectionWords(live, { ...at, isSilent: true })
  expect(silent.text).toBe('Nothing heard for 6 s')
  expect(silent.more).toBe('Your open orders keep working on the exchange.')
  expect(connectionWords(live, at)).toEqual({ kind: 'connecting', text: 'Catching up' })
})

it('names the reason of an end in words, not in those of the protocol', () => {
  const closed = {
    phase: 'closed',
    sinceMs: 1,
    code: 'FORBIDDEN',
    message: 'accountId: no account with that id.',
  } as const
  expect(connectionWords(closed, at)).toEqual({ kind: 'closed', text: 'This account can’t be used any more.' })
})

it('does not promise a reconnection that is not tried', () => {
  expect(staleWord({ phase: 'reconnecting', sinceMs: 1 })).toBe('Reconnecting')
  expect(staleWord({ phase: 'closed', sinceMs: 1, code: 'REPLACED' })).toBe('Disconnected')
  expect(staleWord(live)).toBe('Not live')
})
