import { defaultHorzScaleBehavior, TickMarkType, type Time, type TickMarkFormatter } from 'lightweight-charts'
import { notation } from '#lib/notation/current.ts'
import { wallDate } from '#lib/notation/zone.ts'
import { clock, clockMinutes, zone } from '#lib/ui/format.ts'
import { secondOf } from './series-time.ts'

const UtcScale = defaultHorzScaleBehavior()
type Points = Parameters<InstanceType<typeof UtcScale>['fillWeightsForPoints']>[0]

interface Ways {
  readonly localization?: { readonly timeFormatter: (time: Time) => string }
  readonly timeScale?: { readonly tickMarkFormatter: TickMarkFormatter }
}

/** The time axis of a chart in the visitor's time zone, for a chart that is created again with each notation. */
export class ClockScale extends UtcScale {
  /** Whether each bar is a day or longer: days are the exchange's, in UTC, in every time zone. */
  hasDays = false

  /** Options for creating the chart; a 24-hour UTC clock is the library's default. */
  get ways(): Ways {
    const { timeZone, hasTwelveHours } = notation()
    if (timeZone === undefined && !hasTwelveHours) return {}
    return {
      localization: { timeFormatter: (time: Time) => this.#labelOf(Number(time) * 1_000) },
      timeScale: {
        tickMarkFormatter: (time: Time, type: TickMarkType, locale: string) =>
          this.#markOf(Number(time) * 1_000, type, locale),
      },
    }
  }

  /** Marks the bars that begin an hour, a day or a year of the visitor's clock. */
  override fillWeightsForPoints(points: Points, startIndex: number): void {
    if (this.#timeZone === undefined) {
      super.fillWeightsForPoints(points, startIndex)
      return
    }
    const from = Math.max(0, startIndex - 1)
    const onWall = points.slice(from).map((point) => {
      const wallMs = this.#wall(this.key(point.time) * 1_000).getTime()
      return { ...point, time: this.convertHorzItemToInternal(secondOf(wallMs)) }
    })
    super.fillWeightsForPoints(onWall, startIndex - from)
    for (const [index, { timeWeight }] of onWall.entries()) {
      const point = points[from + index]
      if (point) point.timeWeight = timeWeight
    }
  }

  get #timeZone(): string | undefined {
    return this.hasDays ? undefined : notation().timeZone
  }

  #wall(timeMs: number): Date {
    return wallDate(timeMs, this.#timeZone)
  }

  /** The label of the crosshair. */
  #labelOf(timeMs: number): string {
    const [day = '', month = '', year = ''] = this.#wall(timeMs).toUTCString().split(' ').slice(1)
    const date = `${day} ${month} '${year.slice(2)}`
    if (this.hasDays) return `${date} UTC`
    const time = this.options().timeScale.secondsVisible ? clock(timeMs) : clockMinutes(timeMs)
    return `${date}   ${time}${notation().isLocal ? ` ${zone(timeMs)}` : ''}`
  }

  #markOf(timeMs: number, type: TickMarkType, locale: string): string {
    const as = (part: Intl.DateTimeFormatOptions) =>
      this.#wall(timeMs).toLocaleString(locale, { ...part, timeZone: 'UTC' })
    switch (type) {
      case TickMarkType.Year:
        return as({ year: 'numeric' })
      case TickMarkType.Month:
        return as({ month: 'short' })
      case TickMarkType.DayOfMonth:
        return as({ day: 'numeric' })
      case TickMarkType.Time:
        return clockMinutes(timeMs)
      case TickMarkType.TimeWithSeconds:
        return clock(timeMs)
    }
  }
}
