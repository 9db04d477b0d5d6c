import { setTimeout as delay } from 'node:timers/promises'
import { prometheusAt } from './prometheus.ts'

/**
 * Waits until a query of a Prometheus that runs answers anything, such as an alert that fires.
 *
 *   node infra/rehearsal/holds.ts ADDRESS QUERY
 */

const PATIENCE_MS = 120_000

const [address = '', expr = ''] = process.argv.slice(2)
const prometheus = prometheusAt(address)
const begun = Date.now()
while ((await prometheus.query(expr)).length === 0) {
  if (Date.now() - begun > PATIENCE_MS) throw new Error(`not within ${PATIENCE_MS / 1_000} s: ${expr}`)
  await delay(1_000)
}
console.log(`after ${Math.round((Date.now() - begun) / 1_000)} s: ${expr}`)
