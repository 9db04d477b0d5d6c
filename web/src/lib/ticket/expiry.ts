import { notation } from '#lib/notation/current.ts'
import { momentOfWall, wallDate } from '#lib/notation/zone.ts'
import { zone } from '#lib/ui/format.ts'

/** The expiry of an order in a draft: "2026-11-27T14:30", UTC. */
export const expireTextOf = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 16)

/** The same in the visitor's time zone, and the zone's name at that time: daylight saving may begin or end before it. */
export function endOnClock(expireText: string): { readonly text: string; readonly zone: string } {
  const timeMs = Date.parse(`${expireText}Z`)
  if (Number.isNaN(timeMs)) return { text: expireText, zone: zone(Date.now()) }
  return { text: expireTextOf(wallDate(timeMs, notation().timeZone).getTime()), zone: zone(timeMs) }
}

/** A time in the visitor's zone as a draft keeps it; empty while it is incomplete. */
export function endInUtc(text: string): string {
  const wallMs = Date.parse(`${text}Z`)
  return Number.isNaN(wallMs) ? '' : expireTextOf(momentOfWall(wallMs, notation().timeZone))
}
