import { expect, test, vi } from 'vitest'
import { GuestRetention } from './guest-retention.ts'

const HOUR_MS = 3_600_000

test('removes absent guests every hour, accounts first, and tries again after a failure', async () => {
  vi.useFakeTimers({ now: Date.UTC(2030, 2, 31) })
  try {
    const present = new Set(['a', 'b', 'c'])
    const done: string[] = []
    const logged: string[] = []
    let isAway = false
    const since: number[] = []
    using _retention = new GuestRetention(
      {
        guests: {
          absent: (sinceMs) => {
            since.push(sinceMs)
            return Promise.resolve([...present])
          },
          delete: (id) => {
            done.push(`delete ${id}`)
            present.delete(id)
            return Promise.resolve()
          },
        },
        removal: {
          closeAccounts: (id) => {
            if (isAway && id === 'b') return Promise.reject(new Error('the exchange is recovering'))
            done.push(`close ${id}`)
            return Promise.resolve()
          },
        },
        days: 30,
        log: {
          info: (_: object, text?: string) => void logged.push(text ?? ''),
          warn: (_: object, text?: string) => void logged.push(text ?? ''),
        },
      },
      1_000,
    )
    expect(done).toEqual([])
    isAway = true
    await vi.advanceTimersByTimeAsync(1_000)
    expect(done).toEqual(['close a', 'delete a'])
    expect(since).toEqual([Date.UTC(2030, 2, 1) + 1_000])
    expect(logged.join()).toMatch(/could not be removed.*guests: removed/)
    isAway = false
    await vi.advanceTimersByTimeAsync(HOUR_MS)
    expect(done.slice(2)).toEqual(['close b', 'delete b', 'close c', 'delete c'])
    expect(present.size).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})

test('ends with its gateway', async () => {
  vi.useFakeTimers()
  try {
    let runs = 0
    const absent = () => Promise.resolve([String(++runs)])
    const retention = new GuestRetention(
      {
        guests: { absent, delete: () => Promise.resolve() },
        removal: { closeAccounts: () => Promise.resolve() },
        ...{ days: 30, log: { info: () => undefined, warn: () => undefined } },
      },
      0,
    )
    await vi.advanceTimersByTimeAsync(0)
    retention[Symbol.dispose]()
    await vi.advanceTimersByTimeAsync(3 * HOUR_MS)
    expect(runs).toBe(1)
  } finally {
    vi.useRealTimers()
  }
})
