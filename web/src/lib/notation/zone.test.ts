import { describe, expect, test } from 'vitest'
import { isTimeZone, momentOfWall, offsetMinutes, wallDate } from './zone.ts'

const BERLIN = 'Europe/Berlin'
const WINTER = Date.UTC(2026, 10, 27, 14, 32)
const SUMMER = Date.UTC(2026, 6, 12, 14, 32)

describe('a zone', () => {
  test('is one that is known here, whatever a cookie holds', () => {
    expect([BERLIN, 'UTC', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'].map(isTimeZone)).toEqual([
      true,
      true,
      true,
      true,
    ])
    expect(['', 'Europe/Atlantis', '<b>', '+01:00', 'a'.repeat(5_000)].map(isTimeZone)).toEqual(Array(5).fill(false))
  })

  test('has other clocks in summer, and need not differ by whole hours', () => {
    expect([WINTER, SUMMER, WINTER].map((timeMs) => offsetMinutes(timeMs, BERLIN))).toEqual([60, 120, 60])
    expect(offsetMinutes(WINTER, 'Asia/Kolkata')).toBe(330)
    expect(offsetMinutes(WINTER, 'America/St_Johns')).toBe(-210)
    expect(offsetMinutes(WINTER, 'UTC')).toBe(0)
  })

  test('changes its clocks at the minute', () => {
    const change = Date.UTC(2026, 9, 25, 1)
    expect([change - 1, change].map((timeMs) => offsetMinutes(timeMs, BERLIN))).toEqual([120, 60])
  })
})

test('a clock on the wall says the zone’s day and hour', () => {
  expect(wallDate(Date.UTC(2026, 10, 27, 23, 30), BERLIN).toISOString()).toBe('2026-11-28T00:30:00.000Z')
  expect(wallDate(WINTER, undefined).getTime()).toBe(WINTER)
})

describe('what is chosen on a wall’s clock', () => {
  const iso = (wall: string, zone: string | undefined) =>
    new Date(momentOfWall(Date.parse(`${wall}Z`), zone)).toISOString()

  test('is that moment', () => {
    expect(iso('2026-11-27T14:30', BERLIN)).toBe('2026-11-27T13:30:00.000Z')
    expect(iso('2026-07-12T14:30', BERLIN)).toBe('2026-07-12T12:30:00.000Z')
    expect(iso('2026-11-27T14:30', undefined)).toBe('2026-11-27T14:30:00.000Z')
  })

  test('around a change of clocks is the first of two, and of none the one after', () => {
    expect(iso('2026-10-25T01:59', BERLIN)).toBe('2026-10-24T23:59:00.000Z')
    expect(iso('2026-10-25T02:30', BERLIN)).toBe('2026-10-25T00:30:00.000Z')
    expect(iso('2026-10-25T03:00', BERLIN)).toBe('2026-10-25T02:00:00.000Z')
    expect(iso('2026-03-29T02:30', BERLIN)).toBe('2026-03-29T01:30:00.000Z')
    expect(iso('2026-03-29T03:00', BERLIN)).toBe('2026-03-29T01:00:00.000Z')
    expect(iso('2026-03-08T02:30', 'America/New_York')).toBe('2026-03-08T07:30:00.000Z')
  })
})
