import { beforeEach, expect, test } from 'vitest'
import { Presence } from './presence.ts'

let presence: Presence
beforeEach(() => {
  presence = new Presence()
})

const GRACE_MS = 1_000
const held = (account: number, gateway: string, untilMs: number) =>
  presence.held(account, gateway, { graceMs: GRACE_MS, untilMs })

const gone = (timeMs: number) => [...presence.gone(timeMs)]

test('an account that no gateway holds any longer is gone, once', () => {
  expect(held(7, 'a', 1_000)).toBe(true)
  expect(held(5, 'a', 900)).toBe(true)
  expect(gone(899)).toEqual([])
  expect(held(7, 'a', 1_500)).toBe(false)
  expect(gone(1_000)).toEqual([5])
  expect(gone(1_499)).toEqual([])
  expect(gone(1_500)).toEqual([7])
  expect(gone(9_000)).toEqual([])
  expect(held(7, 'a', 9_500)).toBe(true)
})

test('an account whose last socket on one gateway has closed may have one on another', () => {
  held(7, 'a', 5_000)
  held(7, 'a', 1_000) // its last socket has gone: the grace runs
  held(7, 'b', 2_000)
  expect(gone(1_000)).toEqual([])
  held(7, 'b', 3_000)
  expect(gone(2_999)).toEqual([])
  expect(gone(3_000)).toEqual([7])
})

test('a restored account is held for its grace period, or until a gateway reports otherwise', () => {
  presence.restore({ account: 7, graceMs: GRACE_MS }, 0)
  presence.restore({ account: 8, graceMs: GRACE_MS }, 0)
  expect(held(8, 'a', 4_000)).toBe(false)
  expect(gone(999)).toEqual([])
  expect(gone(1_000)).toEqual([7])
  expect(gone(4_000)).toEqual([8])
})

test('an account that turns cancel-on-disconnect off is not watched until it turns it on again', () => {
  held(7, 'a', 1_000)
  held(7, 'b', 2_000)
  presence.restore({ account: 8, graceMs: GRACE_MS }, 0)
  for (const account of [7, 8]) expect(presence.released(account)).toBe(true)
  expect(presence.released(7)).toBe(false)
  expect(gone(9_000)).toEqual([])
  expect(held(7, 'b', 9_500)).toBe(true)
  expect(gone(9_500)).toEqual([7])
})

test('while gateways cannot be heard no grace period passes, that of any account', () => {
  held(7, 'a', 1_000)
  held(8, 'a', 1_200)
  presence.postpone(500)
  expect(gone(1_499)).toEqual([])
  expect(gone(1_500)).toEqual([7])
  expect(gone(1_699)).toEqual([])
  expect(gone(1_700)).toEqual([8])
})

test('a changed grace period must be stored', () => {
  expect(held(7, 'a', 1_000)).toBe(true)
  expect(presence.held(7, 'a', { graceMs: 2_000, untilMs: 2_000 })).toBe(true)
  expect(presence.held(7, 'b', { graceMs: 2_000, untilMs: 2_000 })).toBe(false)
})

test('accounts that the caller does not reach are still due', () => {
  for (const account of [9, 7, 8]) held(account, 'a', 1_000)
  held(5, 'a', 2_000)
  for (const account of presence.gone(1_000)) {
    expect(account).toBe(7)
    break
  }
  expect(gone(1_000)).toEqual([8, 9])
  expect(gone(1_999)).toEqual([])
  expect(gone(2_000)).toEqual([5])
})

test('an account is watched from when it is held or restored until it is gone or released', () => {
  const watched = () => [5, 6, 7].filter((account) => presence.watches(account))
  expect(watched()).toEqual([])
  held(5, 'a', 1_000)
  presence.restore({ account: 6, graceMs: GRACE_MS }, 0)
  held(7, 'a', 2_000)
  expect(watched()).toEqual([5, 6, 7])
  presence.released(6)
  expect(watched()).toEqual([5, 7])
  gone(1_000)
  expect(watched()).toEqual([7])
})
