import type { Config } from '../config.ts'
import { releaseOf } from '../telemetry/release.ts'

/** The settings that adapter-node and web/src/env.ts read from the environment, as they were checked here. */
export function pageEnvironment(config: Config): Readonly<Record<string, string>> {
  const { PUBLIC_ORIGIN, SENTRY_DSN = '', SENTRY_DSN_WEB = '' } = config
  return {
    SENTRY_DSN,
    SENTRY_DSN_WEB,
    ...(PUBLIC_ORIGIN !== undefined && { ORIGIN: PUBLIC_ORIGIN }),
    ...(SENTRY_DSN_WEB !== '' && {
      SENTRY_RELEASE: releaseOf(config),
      SENTRY_ENVIRONMENT: config.SENTRY_ENVIRONMENT,
      SENTRY_TRACES_SAMPLE_RATE: String(config.SENTRY_TRACES_SAMPLE_RATE),
    }),
  }
}
