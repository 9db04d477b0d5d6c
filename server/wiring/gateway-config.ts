import { parseCents } from '@valiant/shared/units/cents'
import type { Config } from '../config.ts'
import { StartupError } from '../database/startup-error.ts'
import type { GatewayConfig } from '../gateway/gateway.ts'

/** The settings of the gateway. @throws {StartupError} when STARTING_CASH is not an amount of money */
export function gatewayConfig(
  config: Config,
  made: Pick<GatewayConfig, 'authSecret' | 'serverVersion'>,
): GatewayConfig {
  return {
    ...made,
    port: config.PORT,
    host: config.HOST,
    publicOrigin: config.PUBLIC_ORIGIN,
    trustProxy: config.TRUST_PROXY,
    startingCents: centsOf(config.STARTING_CASH),
    guestsKeptDays: config.GUESTS_KEPT_DAYS,
    limits: {
      ordersPerSecond: config.LIMIT_ORDERS_PER_SECOND,
      ordersBurst: config.LIMIT_ORDERS_BURST,
      openOrders: config.LIMIT_OPEN_ORDERS,
      requestsPerSecond: config.LIMIT_REQUESTS_PER_SECOND,
      pagesPerSecond: config.LIMIT_PAGES_PER_SECOND,
      guestsPerMinute: config.LIMIT_GUESTS_PER_MINUTE,
      guestsPerHour: config.LIMIT_GUESTS_PER_HOUR,
      socketsPerAccount: config.LIMIT_SOCKETS_PER_ACCOUNT,
      publicSocketsPerAddress: config.LIMIT_PUBLIC_SOCKETS_PER_ADDRESS,
      preferences: config.LIMIT_PREFERENCES,
      preferenceBytesTotal: config.LIMIT_PREFERENCE_KIB * 1_024,
      alerts: config.LIMIT_ALERTS,
      frameBytes: config.LIMIT_FRAME_KIB * 1_024,
      depth: config.LIMIT_PAYLOAD_DEPTH,
      symbols: config.LIMIT_SYMBOLS,
      refusalsPer10Seconds: config.LIMIT_REFUSALS_PER_10_SECONDS,
      drainSpreadMs: config.DRAIN_SPREAD_MS,
    },
    drainNoticeMs: config.DRAIN_NOTICE_MS,
  }
}

function centsOf(money: string): number {
  const parsed = parseCents(money)
  if (!parsed.ok) throw new StartupError(`STARTING_CASH: expected money such as 100000.00, found ${money}.`)
  return parsed.value
}
