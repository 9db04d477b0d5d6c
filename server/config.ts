import proxyAddr from 'proxy-addr'
import { z } from 'zod'

/** A setting's sentence, for `.env.example`, the README's table and the error when it is wrong. */
const setting = <Type extends z.ZodType>(type: Type, sentence: string) => type.meta({ description: sentence })

const count = (fallback: number, max = 1_000_000_000) => z.coerce.number().int().min(0).max(max).default(fallback)
const optionalText = z.string().optional()

/** Every setting there is. `server/cli.ts generate` writes `.env.example` and the README's table from it. */
export const SETTINGS = z.object({
  PORT: setting(z.coerce.number().int().min(0).max(65_535).default(3_000), 'Port of page, API and socket.'),
  HOST: setting(z.string().default('0.0.0.0'), 'Address to listen on; 127.0.0.1 keeps it to this machine.'),
  DATA_DIR: setting(
    z.string().default('.data'),
    'Folder of the embedded Postgres and of the secret made for it; relative to the project.',
  ),
  DATABASE_URL: setting(optionalText, 'A Postgres (17 or newer) to use instead of the embedded one.'),
  LEASE_DATABASE_URL: setting(
    optionalText,
    'The same Postgres without a pooler between, where DATABASE_URL goes through one.',
  ),
  REDIS_URL: setting(
    z.url({ protocol: /^rediss?$/ }).optional(),
    'A Redis (6 or newer) that joins several instances on one DATABASE_URL. Unset: this instance is alone.',
  ),
  ROLE: setting(
    z.enum(['all', 'gateway', 'exchange']).default('all'),
    'What this instance does: gateway serves people and bots, exchange leads the market, or waits to take the lead.',
  ),
  PUBLIC_ORIGIN: setting(
    z
      .url({ protocol: /^https?$/ })
      .refine(isOrigin, { error: 'expected scheme, host and port alone, such as https://valiant.example' })
      .optional(),
    'The address people use, such as https://valiant.example; other pages may not use its cookie. Unset: the address of the request.',
  ),
  TRUST_PROXY: setting(
    z
      .string()
      .refine(namesProxies, { error: 'expected a number of hops, or addresses such as 10.0.0.0/8 with commas between' })
      .optional(),
    'Proxies whose X-Forwarded-For is believed: a number of hops, or addresses such as 10.0.0.0/8. Unset: none.',
  ),
  AUTH_SECRET: setting(
    z.string().min(32).optional(),
    'Signs sessions; at least 32 characters, the same for all instances. Must be given with DATABASE_URL; else made and kept in DATA_DIR.',
  ),
  ENV_FILE: setting(
    z.string().default('.env'),
    'A file with these settings; what the environment says goes before. Relative to the project.',
  ),
  METRICS_PORT: setting(
    z.coerce.number().int().min(0).max(65_535).optional(),
    'Port of /metrics, for Prometheus: of its own, so that no load balancer leads to it. Unset: none; 0: any free one.',
  ),
  LOG_LEVEL: setting(
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    'How much is logged.',
  ),
  SLOW_STATEMENT_MS: setting(
    count(200),
    'A statement of the database that takes longer is logged, by its name and without values; 0 logs none.',
  ),
  SENTRY_DSN: setting(
    z.url({ protocol: /^https?$/ }).optional(),
    'Where errors and traces of the server are told (Sentry). Unset: nowhere, and nothing of it is loaded.',
  ),
  SENTRY_DSN_WEB: setting(
    z.url({ protocol: /^https?$/ }).optional(),
    'Where pages tell theirs; they may then send to its origin. Unset: nowhere.',
  ),
  SENTRY_ENVIRONMENT: setting(z.string().default('production'), 'What Sentry is told this deployment is.'),
  SENTRY_RELEASE: setting(
    optionalText,
    'What Sentry is told runs here; the image sets it to its version and commit. Unset: the version.',
  ),
  SENTRY_TRACES_SAMPLE_RATE: setting(
    z.coerce.number().min(0).max(1).default(0.05),
    'Share of requests that are followed into the database, from 0 to 1; 0 tells errors alone.',
  ),
  INSTRUMENTS_FILE: setting(z.string().default('db/instruments.json'), 'What can be traded; checked at start.'),
  SEED: setting(count(1), 'Seed of a market that begins anew; the same seed makes the same history.'),
  HISTORY_DAYS: setting(
    z.coerce.number().int().min(1).max(365).default(30),
    'Days of past that a market which begins anew is given; with fewer, its first start takes less time.',
  ),
  MARKET_LIVENESS: setting(
    z.coerce.number().min(0.05).max(2).default(1),
    'How lively simulated quotes are: 1 is some 77 events a second and instrument, 0.25 some 22.',
  ),
  STARTING_CASH: setting(
    z
      .string()
      .regex(/^[1-9]\d{0,9}\.\d{2}$/, { error: 'expected money such as 100000.00' })
      .default('100000.00'),
    'Cash of a new account, in USD.',
  ),
  DRAIN_NOTICE_MS: setting(
    count(0, 20_000),
    'On SIGTERM: how long /readyz says no before new connections are refused, so that a load balancer sees it. With DRAIN_SPREAD_MS at most 20000.',
  ),
  DRAIN_SPREAD_MS: setting(count(1_000, 20_000), 'On SIGTERM: over how long the sockets are sent away.'),
  LIMIT_ORDERS_PER_SECOND: setting(count(50), 'Orders a second and account; cancels have twice as much of their own.'),
  LIMIT_ORDERS_BURST: setting(count(100), 'Orders at once and account.'),
  LIMIT_REQUESTS_PER_SECOND: setting(count(100), 'Other requests a second and socket.'),
  LIMIT_OPEN_ORDERS: setting(count(200), 'Open orders of an account in one instrument.'),
  LIMIT_SOCKETS_PER_ACCOUNT: setting(count(20), 'Sockets of an account; past it the oldest goes.'),
  LIMIT_PUBLIC_SOCKETS_PER_ADDRESS: setting(count(50), 'Sockets without an account from one address.'),
  LIMIT_ALERTS: setting(count(100), 'Price alerts of an account that wait.'),
  LIMIT_PREFERENCES: setting(count(64), 'Preferences of a user; each is at most 16 KiB.'),
  LIMIT_GUESTS_PER_MINUTE: setting(count(30), 'New guests a minute from one address (IPv6: /64).'),
  LIMIT_GUESTS_PER_HOUR: setting(count(300), 'New guests an hour from one address (IPv6: /64).'),
})

/** Below a path of its own better-auth would serve nothing, and no page could be signed in. */
function isOrigin(url: string): boolean {
  const parsed = URL.parse(url)
  return parsed?.href === `${parsed?.origin}/`
}

function namesProxies(text: string): boolean {
  if (/^\d+$/.test(text)) return true
  try {
    proxyAddr.compile(text.split(',').map((part) => part.trim()))
    return true
  } catch {
    return false
  }
}

export type Config = z.infer<typeof SETTINGS>

/** A wrong value of these is not shown. */
const SECRETS: readonly string[] = [
  'AUTH_SECRET',
  'DATABASE_URL',
  'LEASE_DATABASE_URL',
  'REDIS_URL',
] satisfies (keyof Config)[]

/**
 * The environment as one typed object. An empty setting is one that is not set.
 * @throws {ConfigError} naming each setting that is wrong, what belongs there and what was found
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const parsed = SETTINGS.safeParse(given)
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map((issue) => problemOf(issue, given)))
  const problems = [...missingOf(parsed.data), ...tooLong(parsed.data)]
  if (problems.length > 0) throw new ConfigError(problems)
  return parsed.data
}

/** Settings that others ask for. */
function missingOf({ DATABASE_URL, REDIS_URL, AUTH_SECRET, ROLE }: Config): string[] {
  const missing: string[] = []
  const isAlone = ROLE === 'all'
  if (!isAlone && REDIS_URL === undefined) missing.push(`REDIS_URL: must be given with ROLE=${ROLE}`)
  if (DATABASE_URL === undefined && (REDIS_URL !== undefined || !isAlone)) {
    const asker = REDIS_URL === undefined ? `ROLE=${ROLE}` : 'REDIS_URL'
    missing.push(`DATABASE_URL: must be given with ${asker}, one Postgres for all instances`)
  }
  if (DATABASE_URL !== undefined && AUTH_SECRET === undefined) {
    missing.push('AUTH_SECRET: must be given with DATABASE_URL (openssl rand -hex 32 makes one)')
  }
  return missing
}

/** A stop that takes longer is broken off (`wiring/stop-signal.ts`). */
const DRAIN_MS_MAX = 20_000

function tooLong({ DRAIN_NOTICE_MS, DRAIN_SPREAD_MS }: Config): string[] {
  const ms = DRAIN_NOTICE_MS + DRAIN_SPREAD_MS
  return ms <= DRAIN_MS_MAX ? [] : [`DRAIN_NOTICE_MS: with DRAIN_SPREAD_MS at most ${DRAIN_MS_MAX}, found ${ms}`]
}

function problemOf({ path, message }: z.core.$ZodIssue, given: Readonly<Record<string, string | undefined>>): string {
  const name = path.join('.')
  const expected = message.replace(/^Invalid (input|option): /, '').replace(/, received .*$/, '')
  return `${name}: ${expected}${SECRETS.includes(name) ? '' : `, found ${JSON.stringify(given[name])}`}`
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  constructor(problems: readonly string[]) {
    super(`The configuration is wrong. ${problems.join('; ')}. See .env.example.`)
  }
}
