/** When an instrument's trading day begins and ends, as "HH:MM" UTC. */
export interface Session {
  readonly open: string
  readonly close: string
}

export const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

/** The first session close after a time, when `day` orders end. Every day has one. */
export function nextSessionClose({ close }: Session, timeMs: number): number {
  const [hours = 0, minutes = 0] = close.split(':').map(Number)
  const closeMs = timeMs - (timeMs % DAY_MS) + (hours * 60 + minutes) * MINUTE_MS
  return closeMs > timeMs ? closeMs : closeMs + DAY_MS
}
