import { notation } from '#lib/notation/current.ts'
import { momentOfWall, wallDate } from '#lib/notation/zone.ts'
import { zone } from '#lib/ui/format.ts'

/** The end of an order as a draft keeps it: "2026-11-27T14:30", UTC. */
export const expireTextOf = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 16)

/** The same as the visitor's clock says it then, and what that clock's time is of: an end may lie beyond a change of clocks. */
export function endOnClock(expireText: string): { readonly text: string; readonly zone: string } {
  const timeMs = Date.parse(`${expireText}Z`)
  if (Number.isNaN(timeMs)) return { text: expireText, zone: zone(Date.now()) }
  return { text: expireTextOf(wallDate(timeMs, notation().timeZone).getTime()), zone: zone(timeMs) }
}

/** What is chosen on the visitor's clock, as a draft keeps it; empty while it is not whole. */
export function endInUtc(text: string): string {
  const wallMs = Date.parse(`${text}Z`)
  return Number.isNaN(wallMs) ? '' : expireTextOf(momentOfWall(wallMs, notation().timeZone))
}
