import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { CREDENTIAL_CHECK_MS, CredentialCheck, type Held } from './credential-check.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

const session = (id: string): Held => ({ credential: { kind: 'session', id }, cookie: `cookie-${id}` })
const key = (id: string): Held => ({ credential: { kind: 'key', id }, cookie: undefined })

/** A check of these credentials; `asked` has each question, whose answer waits for `answer`. */
function rig(...held: Held[]) {
  const asked: { readonly what: string; readonly answer: PromiseWithResolvers<boolean> }[] = []
  const [ended, said]: [string[], string[]] = [[], []]
  const check = new CredentialCheck({
    held: () => held,
    sessions: {
      lives: ({ kind, id }, cookie) => {
        const answer = Promise.withResolvers<boolean>()
        asked.push({ what: `${kind} ${id} ${cookie}`, answer })
        return answer.promise
      },
    },
    end: ({ id }) => ended.push(id),
    logger: { warn: (_fields: unknown, text: string) => said.push(text) } as never,
  })
  const answer = async (lives: boolean | Error) => {
    const last = asked.at(-1)?.answer
    if (lives instanceof Error) last?.reject(lives)
    else last?.resolve(lives)
    for (let turns = 0; turns < 5; turns++) await turn()
  }
  const passMinute = () => vi.advanceTimersByTimeAsync(CREDENTIAL_CHECK_MS)
  return { check, asked, ended, said, answer, passMinute }
}

test('each credential is asked about once, one after the other, and what lives no more is ended', async () => {
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

test('what cannot be known now ends nobody, and is asked again in a minute', async () => {
  const { check, asked, ended, said, answer, passMinute } = rig(session('a'), session('b'))
  await passMinute()
  await answer(new Error('away'))
  expect([asked.length, ended, said]).toEqual([1, [], ['sessions and keys could not be checked']])
  await passMinute()
  expect(asked).toHaveLength(2)
  check[Symbol.dispose]()
})

test('closed in the middle of a run, it asks nothing more', async () => {
  const { check, asked, answer, passMinute } = rig(session('a'), session('b'))
  await passMinute()
  check[Symbol.dispose]()
  await answer(true)
  await passMinute()
  expect(asked).toHaveLength(1)
})
