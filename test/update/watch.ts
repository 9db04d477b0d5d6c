import { setTimeout as delay } from 'node:timers/promises'

/*
 * Decides whether an update continues: checks the metrics of the new instance like an alert of Prometheus or an alarm of the
 * deployment, but within seconds instead of minutes.
 */

const CHECK_MS = 500
/** Acks of this many checks are judged together, if there are at least ACKS_MIN. */
const WINDOW_CHECKS = 4
const ACKS_MIN = 5
/** As in the alert AcknowledgementsSlow: more than 1% take longer. Must be a bucket of the histogram, in its format. */
const SLOW_SECONDS = '0.25'
const SLOW_SHARE_MAX = 0.01
/** Number of bad checks in a row for an alarm: by then, acks delayed by a takeover have left the window. */
const BAD_CHECKS = 8

/** Figures of an instance since it was started. */
export interface Figures {
  readonly acks: number
  readonly slowAcks: number
  readonly defects: number
}

/** Raises an alarm when the figures stay bad. */
export class Alarm {
  readonly #window: Figures[] = []
  #bad = 0

  /** @returns what is wrong; undefined without an alarm */
  check(now: Figures): string | undefined {
    this.#window.push(now)
    if (this.#window.length > WINDOW_CHECKS + 1) this.#window.shift()
    const [then = now] = this.#window
    const acks = now.acks - then.acks
    const slow = now.slowAcks - then.slowAcks
    const defects = now.defects - then.defects
    const isBad = defects > 0 || (acks >= ACKS_MIN && slow > SLOW_SHARE_MAX * acks)
    this.#bad = isBad ? this.#bad + 1 : 0
    if (this.#bad < BAD_CHECKS) return undefined
    return `${slow} of ${acks} acks took longer than ${SLOW_SECONDS} s, ${defects} requests failed by a defect`
  }
}

/** Watches an instance for a while. @returns the alarm as soon as there is one; otherwise undefined */
export async function watched(metricsUrl: string, forMs: number): Promise<string | undefined> {
  const alarm = new Alarm()
  const until = Date.now() + forMs
  while (Date.now() < until) {
    const message = alarm.check(figuresOf(await (await fetch(metricsUrl)).text()))
    if (message !== undefined) return message
    await delay(CHECK_MS)
  }
  return undefined
}

/** Reads the figures from the text format of Prometheus, one sample per line. */
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
