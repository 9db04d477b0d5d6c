import { stepOf } from '@valiant/shared/units/decimal'
import { afterEach, describe, expect, it } from 'vitest'
import { readNotationFrom } from '#lib/notation/current.ts'
import { DEFAULT, type Notation } from '#lib/notation/notation.ts'
import {
  age,
  basisPoints,
  changeToneOf,
  clock,
  compact,
  dayBegan,
  grouped,
  moment,
  money,
  price,
  priceOfTicks,
  quantity,
  signedMoney,
  signedPercent,
  timeOfDay,
  toneOf,
  zone,
  zoneName,
} from './format.ts'

describe('numbers as the screens write them', () => {
  it('groups thousands and writes a true minus', () => {
    expect(['1234567.50', '-1234', '999'].map(grouped)).toEqual(['1,234,567.50', '−1,234', '999'])
  })

  it('gives a price exactly the decimals of its tick', () => {
    expect(price('64220', stepOf('20'))).toBe('64,220')
    expect(price('1.0842', stepOf('0.00005'))).toBe('1.08420')
    expect(priceOfTicks(9216, stepOf('0.02'))).toBe('184.32')
    expect(priceOfTicks(0, stepOf('0.02'))).toBe('–')
  })

  it('signs profit and loss before the dollar, and zero not at all', () => {
    expect(['912', '-230.38', '0', '-0.001'].map(signedMoney)).toEqual(['+$912.00', '−$230.38', '$0.00', '$0.00'])
    expect([2.41, -6.13, 0].map(signedPercent)).toEqual(['+2.41%', '−6.13%', '0.00%'])
    expect(money('-5')).toBe('−$5.00')
    expect(['1', '-1', '0'].map(toneOf)).toEqual(['up', 'down', ''])
    expect([0.005, -0.004, 0, undefined].map(changeToneOf)).toEqual(['up', 'flat', 'flat', ''])
  })

  it('shortens volume only to K, M and B', () => {
    expect([5, 0.004, 0.125, 12.5, 1_234, 9_999].map(compact)).toEqual([
      '5',
      '0.00400',
      '0.125',
      '12.50',
      '1.23K',
      '10.0K',
    ])
    expect([863, 28_400, 4_820_000, 888_670_000, 999_999, 1.2e9].map(compact)).toEqual([
      '863',
      '28.4K',
      '4.82M',
      '888.67M',
      '1.00M',
      '1.20B',
    ])
  })

  it('shows what is missing as an en dash', () => {
    expect([money(undefined), signedPercent(null), quantity(undefined, stepOf('1')), basisPoints(undefined)]).toEqual(
      Array(4).fill('–'),
    )
  })

  it('says ages and times', () => {
    expect([6_900, 250_000, 11_520_000, 266_400_000].map(age)).toEqual(['6 s', '4 min', '3 h 12 min', '3 d 2 h'])
    const now = Date.UTC(2026, 10, 13, 14, 32, 18)
    expect(moment(now, now)).toBe('14:32:18')
    expect(moment(now - 86_400_000, now)).toBe('12 Nov 14:32')
  })
})

describe('in another notation', () => {
  const write = (notation: Partial<Notation>) => readNotationFrom(() => ({ ...DEFAULT, ...notation }))
  const AFTERNOON = Date.UTC(2026, 10, 27, 14, 32, 18)
  const SUMMER = Date.UTC(2026, 6, 12, 14, 32)
  afterEach(() => readNotationFrom(() => DEFAULT))

  it('numbers have its signs, whatever they are of', () => {
    const shown = () => [
      grouped('-1234567.50'),
      price('1.0842', stepOf('0.00005')),
      signedMoney('912'),
      money('-51234'),
      signedPercent(2.41),
      basisPoints(1.14),
      compact(28_400),
    ]
    write({ numbers: 'comma' })
    expect(shown()).toEqual(['−1.234.567,50', '1,08420', '+$912,00', '−$51.234,00', '+2,41%', '1,1 bp', '28,4K'])
    write({ numbers: 'space' })
    expect(shown().slice(0, 2)).toEqual(['−1\u202f234\u202f567,50', '1,08420'])
  })

  it('a clock has twelve hours, noon and midnight are 12', () => {
    write({ hasTwelveHours: true })
    expect([clock(AFTERNOON), moment(SUMMER, AFTERNOON)]).toEqual(['2:32:18\u00a0PM', '12 Jul 2:32\u00a0PM'])
    expect([0, 12].map((hours) => clock(Date.UTC(2026, 0, 1, hours)))).toEqual(['12:00:00\u00a0AM', '12:00:00\u00a0PM'])
    expect([zone(AFTERNOON), zoneName()]).toEqual(['UTC', 'UTC'])
  })

  it('a clock is of where the visitor is, its day too, and says so', () => {
    write({ isLocal: true, timeZone: 'Asia/Kolkata' })
    expect([clock(AFTERNOON), zone(AFTERNOON), zoneName()]).toEqual(['20:02:18', 'UTC+5:30', 'Asia/Kolkata'])
    expect(moment(Date.UTC(2026, 10, 27, 18), Date.UTC(2026, 10, 27, 19))).toBe('27 Nov 23:30')
    expect(new Date(dayBegan(AFTERNOON)).toISOString()).toBe('2026-11-26T18:30:00.000Z')
    expect(moment(AFTERNOON, dayBegan(AFTERNOON))).toBe('20:02:18')
    expect(timeOfDay('14:30', AFTERNOON)).toBe('20:00 UTC+5:30')
    write({ isLocal: true, timeZone: 'America/New_York' })
    expect([zone(AFTERNOON), zone(SUMMER)]).toEqual(['UTC−5', 'UTC−4'])
  })

  it('a clock of nobody knows where is UTC, and says so', () => {
    write({ isLocal: true })
    expect([clock(AFTERNOON), zone(AFTERNOON), zoneName()]).toEqual(['14:32:18', 'UTC', 'UTC'])
    expect([timeOfDay('14:30'), timeOfDay('')]).toEqual(['14:30 UTC', ''])
  })
})
