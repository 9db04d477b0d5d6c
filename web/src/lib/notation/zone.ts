/* Wall clocks of time zones. Server and browser compute alike, so that the first paint and the live page agree. */

/** A page has one visitor's zone; a server has many, and cookies that name zones must not fill its memory. */
const ZONES_MAX = 100
const zones = new Map<string, Zone>()

interface Zone {
  readonly format: Intl.DateTimeFormat
  /** The last answer: a chart asks for thousands of moments in order, and offsets change only at quarter hours. */
  quarter: number
  minutes: number
}

/** Whether a name is that of a known zone: a cookie may hold anything. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][\w+/-]{0,63}$/.test(name)) return false
  try {
    zoneOf(name)
    return true
  } catch {
    return false
  }
}

/** How far a zone's clocks are ahead of UTC at a moment, in minutes. @throws {RangeError} for an unknown zone */
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
 * A moment as a date whose UTC fields hold the zone's wall time.
 * @param timeZone undefined for UTC
 */
export function wallDate(timeMs: number, timeZone: string | undefined): Date {
  return new Date(timeZone === undefined ? timeMs : timeMs + offsetMinutes(timeMs, timeZone) * 60_000)
}

/**
 * The moment at which the zone's wall time is what a date's UTC fields hold: of an hour that occurs twice the first; one
 * that is skipped counts on from before the change.
 */
export function momentOfWall(wallMs: number, timeZone: string | undefined): number {
  if (timeZone === undefined) return wallMs
  // No zone is more than 14 hours from UTC, and none changes its offset twice within that time.
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
