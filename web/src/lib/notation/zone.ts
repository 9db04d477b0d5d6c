/* Wall clocks of time zones. Server and browser reckon alike, so that the first paint and the live page say the same. */

/** A page has the zone of one visitor; a server many, but what a cookie may name is not to fill its memory. */
const ZONES_MAX = 100
const zones = new Map<string, Zone>()

interface Zone {
  readonly format: Intl.DateTimeFormat
  /** The last answer: a chart asks for thousands of moments in their order, and clocks change at quarters of an hour only. */
  quarter: number
  minutes: number
}

/** Whether it is the name of a zone that is known here: a cookie may hold anything. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][\w+/-]{0,63}$/.test(name)) return false
  try {
    zoneOf(name)
    return true
  } catch {
    return false
  }
}

/** How far a zone's clocks are ahead of UTC at a moment, in minutes. @throws {RangeError} for a zone that is not known */
export function offsetMinutes(timeMs: number, timeZone: string): number {
  const zone = zoneOf(timeZone)
  const quarter = Math.floor(timeMs / QUARTER_MS)
  if (zone.quarter === quarter) return zone.minutes
  const parts = zone.format.formatToParts(timeMs)
  const text = parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign, hours = '0', minutes = '0'] = /([+-])(\d+):?(\d+)?/.exec(text) ?? []
  zone.quarter = quarter
  zone.minutes = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
  return zone.minutes
}

/**
 * A moment as a date whose UTC fields are what the zone's clocks say then.
 * @param timeZone undefined for UTC
 */
export function wallDate(timeMs: number, timeZone: string | undefined): Date {
  return new Date(timeZone === undefined ? timeMs : timeMs + offsetMinutes(timeMs, timeZone) * 60_000)
}

/**
 * When the zone's clocks say what a date's UTC fields do. Of an hour that they say twice it is the first; one that they
 * leave out is as long after the change as it would have been without it.
 */
export function momentOfWall(wallMs: number, timeZone: string | undefined): number {
  if (timeZone === undefined) return wallMs
  // No zone is further from UTC than 14 hours, and none changes its clocks twice in so short a time.
  const before = offsetMinutes(wallMs - DAY_MS, timeZone)
  const after = offsetMinutes(wallMs + DAY_MS, timeZone)
  const [first, second] = [wallMs - before * 60_000, wallMs - after * 60_000]
  return offsetMinutes(first, timeZone) !== before && offsetMinutes(second, timeZone) === after ? second : first
}

const QUARTER_MS = 900_000
const DAY_MS = 86_400_000

function zoneOf(timeZone: string): Zone {
  const known = zones.get(timeZone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  const zone = { format, quarter: NaN, minutes: 0 }
  if (zones.size >= ZONES_MAX) zones.clear()
  zones.set(timeZone, zone)
  return zone
}
