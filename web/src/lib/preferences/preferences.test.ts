import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { Visitor } from '@valiant/shared/protocol/page'
import type { Session } from '#lib/session/session.svelte.ts'
import type { Preferences } from './preferences.ts'

// Without Svelte's compiler each rune is the value it holds.
vi.stubGlobal('$state', { raw: <Value>(value: Value) => value })
vi.stubGlobal('document', { cookie: '' })
vi.useFakeTimers()
const { Preferences: OfPage } = await import('./preferences.ts')
const { SyncedChoice } = await import('./synced-choice.svelte.ts')

interface Choice {
  readonly isOneClick: boolean
}
const CAREFUL: Choice = { isOneClick: false }
const ONE_CLICK: Choice = { isOneClick: true }
const userOf = (userId: string, isGuest = false): Visitor => ({ userId, name: userId, isGuest })

let session: { visitor: Visitor | undefined; isVisitorAway: boolean; client: unknown }
let preferences: Preferences
let saved: unknown[]
let trading: { readonly choice: Choice; choose(change: Choice): void }
let sounds: { readonly choice: Choice }

/** A page that was painted for a visitor who sends with one click. */
function open(visitor: Visitor | undefined): void {
  saved = []
  const client = {
    isLive: true,
    ask: (_: string, payload: unknown) => {
      saved.push(payload)
      return Promise.resolve({})
    },
  }
  session = { visitor, isVisitorAway: false, client }
  preferences = new OfPage(session as unknown as Session, [])
  const made = (key: 'trading' | 'sounds') =>
    new SyncedChoice<Choice>({
      key,
      painted: ONE_CLICK,
      usual: CAREFUL,
      preferences,
      read: (value) => value as Choice | undefined,
      cookies: ({ isOneClick }) => [[key, String(isOneClick)]],
    })
  trading = made('trading')
  sounds = made('sounds')
}
const becomes = async (visitor: Visitor | undefined, values: object | undefined) => {
  session.visitor = visitor
  preferences.adopt(values as Record<string, unknown> | undefined)
  await vi.advanceTimersByTimeAsync(1_000)
}

beforeEach(() => open(userOf('ann')))

describe('how orders are sent', () => {
  test('does not pass from who has signed out to the next user of the browser', async () => {
    await becomes(undefined, undefined)
    expect(trading.choice).toEqual(CAREFUL)
    await becomes(userOf('guest', true), {})
    expect(trading.choice).toEqual(CAREFUL)
    // What does not decide over money stays with the browser.
    expect(sounds.choice).toEqual(ONE_CLICK)
    expect(saved).toEqual([{ key: 'sounds', value: ONE_CLICK }])
  })

  test('is what the next user has, or the default, where one follows the other at once', async () => {
    await becomes(userOf('ben'), { trading: ONE_CLICK })
    expect(trading.choice).toEqual(ONE_CLICK)
    await becomes(userOf('cem'), {})
    expect(trading.choice).toEqual(CAREFUL)
    expect(saved).not.toContainEqual(expect.objectContaining({ key: 'trading' }))
  })

  test('that the former user has changed a moment ago is not saved for the next', async () => {
    trading.choose(ONE_CLICK)
    await becomes(userOf('ben'), {})
    expect(saved).not.toContainEqual(expect.objectContaining({ key: 'trading' }))
  })

  test('stays with a guest who becomes a lasting user', async () => {
    open(userOf('guest', true))
    await becomes(userOf('ann'), {})
    expect(trading.choice).toEqual(ONE_CLICK)
    expect(saved).toContainEqual({ key: 'trading', value: ONE_CLICK })
  })

  test('stays while the user cannot be looked up', async () => {
    session.isVisitorAway = true
    await becomes(undefined, undefined)
    session.isVisitorAway = false
    await becomes(userOf('ann'), {})
    expect(trading.choice).toEqual(ONE_CLICK)
  })
})
