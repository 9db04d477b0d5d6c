import { setTimeout as delay } from 'node:timers/promises'
import type { TestServer } from './server.ts'

const WAIT_MS_MAX = 20_000

/** One reading of a server's metrics. */
interface Reading {
  readonly contentType: string | null
  readonly text: string
  /** The value of a series, such as `valiant_sockets{signed_in="true"}`; undefined if it is missing. */
  readonly of: (series: string) => number | undefined
}

/** The address of the metrics of a server that was started with METRICS_PORT=0. */
export function metricsUrl(server: Pick<TestServer, 'log'>): string {
  const url = /Metrics are at (http:\S+\/metrics)/.exec(server.log())?.[1]
  if (url === undefined)
    throw new Error(`expected a server that logs the address of its metrics, found:\n${server.log()}`)
  return url
}

export async function readMetrics(url: string): Promise<Reading> {
  const response = await fetch(url)
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${url}: ${response.status} ${text}`)
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const values = new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]))
  return {
    contentType: response.headers.get('content-type'),
    text,
    of: (series) => values.get(series),
  }
}

/** Reads the metrics until the condition holds. */
export async function metricsWhen(url: string, isSo: (reading: Reading) => boolean): Promise<Reading> {
  const deadlineMs = Date.now() + WAIT_MS_MAX
  for (;;) {
    const reading = await readMetrics(url)
    if (isSo(reading)) return reading
    if (Date.now() > deadlineMs) throw new Error(`not so within ${WAIT_MS_MAX} ms: ${isSo.toString()}\n${reading.text}`)
    await delay(20)
  }
}
