import type { Config } from '../config.ts'
import type { Logger } from '../telemetry/logger.ts'
import { openMetricsServer } from '../telemetry/metrics-server.ts'
import type { SmallHttpServer } from '../telemetry/small-http-server.ts'
import type { Metrics } from '../telemetry/metrics.ts'

/**
 * Serves the metrics if METRICS_PORT is set, and logs the address. Opened before everything else and closed last, so that
 * starting and draining can be observed.
 * @returns undefined if METRICS_PORT is not set
 * @throws {Error} when the port cannot be opened
 */
export async function openMetricsPort(
  { METRICS_PORT: port, HOST: host }: Config,
  { metrics, log }: { metrics: Metrics; log: Logger },
): Promise<SmallHttpServer | undefined> {
  if (port === undefined) return undefined
  metrics.watchProcess()
  const server = await openMetricsServer({ registry: metrics.registry, port, host, log })
  log.info(`Metrics are at http://localhost:${server.port}/metrics`)
  return server
}
