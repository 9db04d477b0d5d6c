import { defineEnvVars } from '@sveltejs/kit/env'

const text = (value: string | undefined): string => value ?? ''

/** What pages read of the environment, as it is when they are asked for, not when they were built. */
export const variables = defineEnvVars({
  SENTRY_DSN: { schema: text },
  SENTRY_DSN_WEB: { public: true, schema: text },
  SENTRY_ENVIRONMENT: { public: true, schema: text },
  SENTRY_RELEASE: { public: true, schema: text },
  SENTRY_TRACES_SAMPLE_RATE: { public: true, schema: (value) => Number(value ?? '0') },
})
