import { setTimeout as delay } from 'node:timers/promises'

/*
 * What decides whether an update goes on: the metrics of the instance that is new, as an alert of Prometheus or an alarm
 * of the deployment looks at them, in seconds rather than minutes.
 */

const LOOK_MS = 500
/** Acks within so many looks are looked at together; fewer than that say nothing. */
const WINDOW_LOOKS = 4
const ACKS_MIN = 5
/** The alert AcknowledgementsSlow: the slowest hundredth takes longer. A bound of the histogram's, as it writes it. */
const SLOW_SECONDS = '0.25'
const SLOW_SHARE_MAX = 0.01
/** So many looks in a row must be bad: what a hand-over holds up has left the window by then. */
const BAD_LOOKS = 8

/** Figures of an instance since it was started. */
export interface Figures {
  readonly acks: number
  readonly slowAcks: number
  readonly defects: number
}

/** What turned bad, in words; undefined while nothing has. */
export class Alarm {
  readonly #window: Figures[] = []
  #bad = 0

  look(now: Figures): string | undefined {
    this.#window.push(now)
    if (this.#window.length > WINDOW_LOOKS + 1) this.#window.shift()
    const [then = now] = this.#window
    const acks = now.acks - then.acks
    const slow = now.slowAcks - then.slowAcks
    const defects = now.defects - then.defects
    const isBad = defects > 0 || (acks >= ACKS_MIN && slow > SLOW_SHARE_MAX * acks)
    this.#bad = isBad ? this.#bad + 1 : 0
    if (this.#bad < BAD_LOOKS) return undefined
    return `${slow} of ${acks} acks took longer than ${SLOW_SECONDS} s, ${defects} requests failed by a defect`
  }
}

/** Watches an instance for a while. @returns what turned bad as soon as it does, else undefined */
export async function watched(metricsUrl: string, forMs: number): Promise<string | undefined> {
  const alarm = new Alarm()
  const until = Date.now() + forMs
  while (Date.now() < until) {
    const turned = alarm.look(figuresOf(await (await fetch(metricsUrl)).text()))
    if (turned !== undefined) return turned
    await delay(LOOK_MS)
  }
  return undefined
}

/** Out of Prometheus's text, a line a sample. */
export function figuresOf(text: string): Figures {
  let [acks, fastAcks, defects] = [0, 0, 0]
  for (const line of text.split('\n')) {
    const [sample = '', value = '0'] = line.split(' ')
    if (sample.startsWith('valiant_order_ack_seconds_count')) acks += Number(value)
    if (sample.startsWith('valiant_order_ack_seconds_bucket{') && sample.includes(`le="${SLOW_SECONDS}"`)) {
      fastAcks += Number(value)
    }
    if (sample.startsWith('valiant_requests_total{') && sample.includes('code="INTERNAL"')) defects += Number(value)
  }
  return { acks, slowAcks: acks - fastAcks, defects }
}
