import type { Config } from '../config.ts'
import type { Logger } from '../telemetry/logger.ts'
import { type MetricsServer, openMetricsServer } from '../telemetry/metrics-server.ts'
import type { Metrics } from '../telemetry/metrics.ts'

/**
 * Serves the metrics where METRICS_PORT is set, and says where. To be opened before all else and closed after it, so that
 * a start and a drain can be watched.
 * @returns undefined where it is not set
 * @throws {Error} when the address cannot be had
 */
export async function openMetricsPort(
  { METRICS_PORT: port, HOST: host }: Config,
  { metrics, log }: { metrics: Metrics; log: Logger },
): Promise<MetricsServer | undefined> {
  if (port === undefined) return undefined
  metrics.watchProcess()
  const server = await openMetricsServer({ registry: metrics.registry, port, host, log })
  log.info(`Metrics are at http://localhost:${server.port}/metrics`)
  return server
}
