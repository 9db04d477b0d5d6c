import { describe, expect, test } from 'vitest'
import { DEFAULT, type Notation, NOTATION_COOKIE, notationCookies, notationFrom, notationOf } from './notation.ts'

const local: Notation = { numbers: 'comma', isLocal: true, hasTwelveHours: true, timeZone: 'Europe/Berlin' }

describe('a cookie', () => {
  test('says what is read from it', () => {
    const text = Object.fromEntries(notationCookies(local))[NOTATION_COOKIE]
    expect(text).toBe('comma.local.12h.in-Europe/Berlin')
    expect(notationOf(text)).toEqual(local)
    expect(notationOf(Object.fromEntries(notationCookies(DEFAULT))[NOTATION_COOKIE])).toEqual(DEFAULT)
  })

  test('that says nothing, or nonsense, is as good as none', () => {
    expect(['', 'roman', 'in-Europe/Berlin', 'point.in-Europe/Berlin'].map((text) => notationOf(text))).toEqual(
      Array(4).fill(DEFAULT),
    )
    expect(notationOf(undefined)).toEqual(DEFAULT)
    expect(notationOf('space.local.in-Europe/Atlantis')).toEqual({
      ...{ numbers: 'space', isLocal: true, hasTwelveHours: false, timeZone: undefined },
    })
  })
})

test('what the user keeps goes before the cookie, which says where the browser is', () => {
  const { timeZone, ...choice } = local
  expect(notationOf('space.local.in-Asia/Kolkata', choice)).toEqual({ ...choice, timeZone: 'Asia/Kolkata' })
  expect(notationOf('space.local.in-Asia/Kolkata', { ...choice, isLocal: false }).timeZone).toBeUndefined()
  expect(notationFrom({ ...choice, timeZone })).toEqual(choice)
  expect(['comma', null, ['comma'], 7].map(notationFrom)).toEqual(Array(4).fill(undefined))
})
