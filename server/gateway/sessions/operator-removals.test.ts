import { expect, test, vi } from 'vitest'
import { OperatorRemovals } from './operator-removals.ts'

test('removals are retried after a failure, and one that fails holds up no other', async () => {
  vi.useFakeTimers()
  try {
    const pending = new Map([
      [1, { userId: 'ada' }],
      [2, { account: 17 }],
    ] as const)
    const done: string[] = []
    let isAway = true
    const say = (_: object, text?: string) => void done.push(text?.startsWith('removed') === true ? 'log' : 'warn')
    using _removals = new OperatorRemovals({
      removals: {
        pending: () => Promise.resolve([...pending].map(([id, of]) => ({ id, of }))),
        done: (id) => {
          done.push(`done ${id}`)
          return Promise.resolve(pending.delete(id as 1 | 2))
        },
        deleteUser: (id) => {
          done.push(`delete ${id}`)
          return Promise.resolve(['session'])
        },
      },
      removal: {
        closeAccounts: (id) => {
          if (isAway) return Promise.reject(new Error('the exchange is recovering'))
          done.push(`close ${id}`)
          return Promise.resolve()
        },
        closeAccount: (account) => {
          done.push(`close ${account}`)
          return Promise.resolve()
        },
      },
      farewells: { end: ({ id }) => void done.push(`end ${id}`) },
      log: { info: say, warn: say },
    })
    await vi.advanceTimersByTimeAsync(2_000)
    expect(done).toEqual(['warn', 'close 17', 'done 2', 'log'])
    isAway = false
    await vi.advanceTimersByTimeAsync(10_000)
    expect(done.slice(4)).toEqual(['close ada', 'delete ada', 'end session', 'close ada', 'done 1', 'log'])
    await vi.advanceTimersByTimeAsync(60_000)
    expect(done).toHaveLength(10)
  } finally {
    vi.useRealTimers()
  }
})
