import { TickMarkType, type Time } from 'lightweight-charts'
import { afterEach, describe, expect, test } from 'vitest'
import { readNotationFrom } from '#lib/notation/current.ts'
import { DEFAULT, type Notation } from '#lib/notation/notation.ts'
import { ClockScale } from './clock-scale.ts'

const HOUR_MS = 3_600_000
const second = (timeMs: number) => (timeMs / 1_000) as Time
const write = (notation: Partial<Notation>) => readNotationFrom(() => ({ ...DEFAULT, ...notation }))
const BERLIN = { isLocal: true, timeZone: 'Europe/Berlin' }

afterEach(() => readNotationFrom(() => DEFAULT))

function madeWith(notation: Partial<Notation>) {
  write(notation)
  const scale = new ClockScale()
  const { localization, timeScale } = scale.ways
  const options = { localization: { locale: 'en-US', dateFormat: '', ...localization }, timeScale: { ...timeScale } }
  scale.setOptions(options as ReturnType<ClockScale['options']>)
  return {
    scale,
    label: (timeMs: number) => localization?.timeFormatter(second(timeMs)),
    mark: (timeMs: number, type: TickMarkType) => timeScale?.tickMarkFormatter(second(timeMs), type, 'en-US'),
  }
}

/** The weights of hourly bars. */
function weightsOf(scale: ClockScale, fromMs: number, count: number, startIndex = 0): number[] {
  const points = Array.from({ length: count }, (_, index) => {
    const time = second(fromMs + index * HOUR_MS)
    return { timeWeight: 0, time: scale.convertHorzItemToInternal(time), originalTime: time }
  })
  scale.fillWeightsForPoints(points as unknown as Parameters<ClockScale['fillWeightsForPoints']>[0], startIndex)
  return points.map(({ timeWeight }) => timeWeight)
}

describe('the time axis', () => {
  const evening = Date.UTC(2026, 10, 27, 20)

  test('is the library’s own by default', () => {
    expect(new ClockScale().ways).toEqual({})
  })

  test('begins the day at midnight of the visitor’s clock', () => {
    const heaviest = (weights: number[]) => weights.indexOf(Math.max(...weights.slice(1)), 1)
    expect(heaviest(weightsOf(madeWith({}).scale, evening, 8))).toBe(4)
    const { scale } = madeWith(BERLIN)
    const all = weightsOf(scale, evening, 8)
    expect(heaviest(all)).toBe(3)
    expect(weightsOf(scale, evening, 8, 3).slice(3)).toEqual(all.slice(3))
  })

  test('names the hour, and the time zone if it is the visitor’s own', () => {
    const { label, mark } = madeWith(BERLIN)
    expect(label(evening)).toBe("27 Nov '26   21:00 UTC+1")
    expect(mark(evening, TickMarkType.Time)).toBe('21:00')
    expect(mark(evening + 3 * HOUR_MS, TickMarkType.DayOfMonth)).toBe('28')
    const twelve = madeWith({ hasTwelveHours: true })
    expect(twelve.label(evening)).toBe("27 Nov '26   8:00\u00a0PM")
    expect(twelve.mark(evening, TickMarkType.TimeWithSeconds)).toBe('8:00:00\u00a0PM')
  })

  test('keeps days and weeks as on the exchange', () => {
    const { scale, label, mark } = madeWith({ isLocal: true, timeZone: 'America/New_York' })
    scale.hasDays = true
    const day = Date.UTC(2026, 10, 27)
    expect(label(day)).toBe("27 Nov '26 UTC")
    expect(mark(day, TickMarkType.DayOfMonth)).toBe('27')
  })
})
