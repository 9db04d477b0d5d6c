import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { CREDENTIAL_CHECK_MS, CredentialCheck, type Held } from './credential-check.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

const session = (id: string): Held => ({ credential: { kind: 'session', id }, cookie: `cookie-${id}` })
const key = (id: string): Held => ({ credential: { kind: 'key', id }, cookie: undefined })

/** A check of these credentials; `asked` has the lookups, which stay open until `answer` is called. */
function rig(...held: Held[]) {
  const asked: { readonly what: string; readonly answer: PromiseWithResolvers<boolean> }[] = []
  const [ended, logged]: [string[], string[]] = [[], []]
  const check = new CredentialCheck({
    held: () => held,
    sessions: {
      lives: ({ kind, id }, cookie) => {
        const answer = Promise.withResolvers<boolean>()
        asked.push({ what: `${kind} ${id} ${cookie}`, answer })
        return answer.promise
      },
    },
    farewells: { end: ({ id }) => void ended.push(id) },
    logger: { warn: (_fields: unknown, text: string) => logged.push(text) } as never,
  })
  const answer = async (lives: boolean | Error) => {
    const last = asked.at(-1)?.answer
    if (lives instanceof Error) last?.reject(lives)
    else last?.resolve(lives)
    for (let turns = 0; turns < 5; turns++) await turn()
  }
  const passMinute = () => vi.advanceTimersByTimeAsync(CREDENTIAL_CHECK_MS)
  return { check, asked, ended, logged, answer, passMinute }
}

test('each credential is looked up once, one after the other, and those no longer valid are ended', async () => {
  const { check, asked, ended, answer, passMinute } = rig(session('a'), key('a'), session('a'), session('b'))
  await passMinute()
  expect(asked.map(({ what }) => what)).toEqual(['session a cookie-a'])
  await answer(true)
  await answer(false)
  await answer(false)
  expect(asked.map(({ what }) => what)).toEqual(['session a cookie-a', 'key a undefined', 'session b cookie-b'])
  expect(ended).toEqual(['a', 'b'])
  check[Symbol.dispose]()
})

test('the next run begins a minute after the end of the one before, however long that takes', async () => {
  const { check, asked, answer, passMinute } = rig(session('a'))
  for (let minutes = 0; minutes < 5; minutes++) await passMinute()
  expect(asked).toHaveLength(1)
  await answer(true)
  await passMinute()
  expect(asked).toHaveLength(2)
  check[Symbol.dispose]()
})

test('a failed lookup ends nothing, and is repeated after a minute', async () => {
  const { check, asked, ended, logged, answer, passMinute } = rig(session('a'), session('b'))
  await passMinute()
  await answer(new Error('away'))
  expect([asked.length, ended, logged]).toEqual([1, [], ['sessions and keys could not be checked']])
  await passMinute()
  expect(asked).toHaveLength(2)
  check[Symbol.dispose]()
})

test('when disposed during a run, it looks nothing more up', async () => {
  const { check, asked, answer, passMinute } = rig(session('a'), session('b'))
  await passMinute()
  check[Symbol.dispose]()
  await answer(true)
  await passMinute()
  expect(asked).toHaveLength(1)
})
