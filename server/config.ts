import proxyAddr from 'proxy-addr'
import { z } from 'zod'

/** Describes a setting in `.env.example` and the README's table. */
const setting = <Type extends z.ZodType>(type: Type, sentence: string) => type.meta({ description: sentence })

const count = (fallback: number, { min = 0, max = 1_000_000_000 } = {}) =>
  z.coerce.number().int().min(min).max(max).default(fallback)
/** A limit that would shut everybody out if it were 0, which some may take for "no limit". */
const limit = (fallback: number) => count(fallback, { min: 1 })
const optionalText = z.string().optional()
const databaseUrl = z
  .url({ protocol: /^postgres(ql)?$/, error: 'expected a URL such as postgres://user:password@host/database' })
  .optional()
/** What Sentry accepts. For anything else it writes a warning to stderr and reports nothing from then on. */
const sentryDsn = z
  .string()
  .regex(/^https?:\/\/\w+(:\w*)?@[^/@]+\/(\S+\/)?\d+$/, {
    error: 'expected a DSN such as https://key@sentry.example/1',
  })
  .optional()

/** All settings. `server/cli.ts generate` writes `.env.example` and the README's table from them. */
export const SETTINGS = z.object({
  PORT: setting(
    z.coerce.number().int().min(0).max(65_535).default(3_000),
    'Port of the terminal, the API and the socket.',
  ),
  HOST: setting(z.string().default('0.0.0.0'), 'Address to listen on; 127.0.0.1 accepts only local connections.'),
  DATA_DIR: setting(
    z.string().default('.data'),
    'Directory of the embedded Postgres and its generated secret, relative to the project.',
  ),
  DATABASE_URL: setting(
    databaseUrl,
    'Connection string of a Postgres (17 or newer) to use instead of the embedded one.',
  ),
  LEASE_DATABASE_URL: setting(
    databaseUrl,
    'Direct connection to the same Postgres, for when DATABASE_URL goes through a pooler: for the lease, sign-in and migrations.',
  ),
  REDIS_URL: setting(
    z.url({ protocol: /^rediss?$/, error: 'expected a URL such as redis://localhost:6379' }).optional(),
    'Redis (6 or newer) that connects several instances on one DATABASE_URL. If unset, this is the only instance.',
  ),
  ROLE: setting(
    z.enum(['all', 'gateway', 'exchange']).default('all'),
    'What this instance does: a gateway serves people and bots; an exchange leads the market or stands by to take over.',
  ),
  PUBLIC_ORIGIN: setting(
    z
      .url({ protocol: /^https?$/, error: 'expected a URL such as https://valiant.example', abort: true })
      .refine(isOrigin, { error: 'expected only a scheme, host and port, such as https://valiant.example' })
      // As browsers write it: the server compares it with theirs, and makes cookies Secure for "https:".
      .transform((url) => new URL(url).origin)
      .optional(),
    'Public address, such as https://valiant.example; pages of other origins cannot use its cookie. If unset, the address of the request.',
  ),
  TRUST_PROXY: setting(
    z
      .string()
      .refine(namesProxies, { error: 'expected a number of hops, or comma-separated addresses such as 10.0.0.0/8' })
      .optional(),
    'Proxies whose X-Forwarded-For is trusted: a number of hops, or addresses such as 10.0.0.0/8. If unset, none.',
  ),
  AUTH_SECRET: setting(
    z.string().min(32).optional(),
    'Signs sessions; at least 32 characters, the same for all instances. Required with DATABASE_URL; otherwise generated and kept in DATA_DIR.',
  ),
  ENV_FILE: setting(
    z.string().default('.env'),
    'File with these settings, relative to the project; environment variables take precedence.',
  ),
  METRICS_PORT: setting(
    z.coerce.number().int().min(0).max(65_535).optional(),
    'Separate port for /metrics (Prometheus), so that no load balancer exposes it. If unset, none; 0 picks a free one.',
  ),
  LOG_LEVEL: setting(
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    'Least severe level that is logged.',
  ),
  SLOW_STATEMENT_MS: setting(
    count(200),
    'Database statements that take longer are logged, by name and without values; 0 logs none.',
  ),
  SENTRY_DSN: setting(sentryDsn, 'Sentry DSN for server errors and traces. If unset, Sentry is not loaded.'),
  SENTRY_DSN_WEB: setting(
    sentryDsn,
    'Sentry DSN for the pages, which may then send to its origin. If unset, Sentry is not loaded.',
  ),
  SENTRY_ENVIRONMENT: setting(z.string().default('production'), 'Environment name in Sentry.'),
  SENTRY_RELEASE: setting(
    optionalText,
    'Release name in Sentry; the image sets it to its version and commit. If unset, the version.',
  ),
  SENTRY_TRACES_SAMPLE_RATE: setting(
    z.coerce.number().min(0).max(1).default(0.05),
    'Share of requests that are traced into the database, from 0 to 1; 0 reports only errors.',
  ),
  INSTRUMENTS_FILE: setting(
    z.string().default('db/instruments.json'),
    'File with the instruments; checked at startup.',
  ),
  SEED: setting(count(1), 'Seed of a new market; the same seed generates the same history.'),
  HISTORY_DAYS: setting(
    z.coerce.number().int().min(1).max(365).default(30),
    'Days of history generated for a new market; with fewer, the first start takes less time.',
  ),
  MARKET_LIVENESS: setting(
    z.coerce.number().min(0.05).max(2).default(1),
    'How lively simulated quotes are: 1 is about 77 events per second per instrument, 0.25 about 22.',
  ),
  STARTING_CASH: setting(
    z
      .string()
      .regex(/^[1-9]\d{0,9}\.\d{2}$/, { error: 'expected money such as 100000.00' })
      .default('100000.00'),
    'Starting cash of a new account, in USD.',
  ),
  DRAIN_NOTICE_MS: setting(
    count(0, { max: 20_000 }),
    'On SIGTERM: how long /readyz fails before new connections are refused, so that a load balancer notices. At most 20000 together with DRAIN_SPREAD_MS.',
  ),
  DRAIN_SPREAD_MS: setting(count(1_000, { max: 20_000 }), 'On SIGTERM: the time over which the sockets are sent away.'),
  LIMIT_ORDERS_PER_SECOND: setting(
    limit(50),
    'Orders per second per account; cancels have their own limit, twice as high.',
  ),
  LIMIT_ORDERS_BURST: setting(limit(100), 'Burst size of orders per account.'),
  LIMIT_REQUESTS_PER_SECOND: setting(limit(100), 'Other requests per second per socket.'),
  LIMIT_PAGES_PER_SECOND: setting(limit(30), 'Pages of the terminal per second per address (IPv6: /64).'),
  LIMIT_OPEN_ORDERS: setting(count(200), 'Open orders per account per instrument.'),
  LIMIT_SOCKETS_PER_ACCOUNT: setting(limit(20), 'Sockets per account; when exceeded, the oldest is closed.'),
  LIMIT_PUBLIC_SOCKETS_PER_ADDRESS: setting(count(50), 'Sockets without an account per address.'),
  LIMIT_REFUSALS_PER_10_SECONDS: setting(
    count(1_000, { min: 100 }),
    'Refusals for rate in 10 seconds after which a socket is closed, and an address is refused over REST; at least 100.',
  ),
  LIMIT_FRAME_KIB: setting(
    count(16, { min: 4, max: 256 }),
    'Largest frame or REST body in KiB, from 4 to 256. A frame is refused up to four times that and 64 KiB; a longer one ends the connection.',
  ),
  LIMIT_PAYLOAD_DEPTH: setting(
    count(8, { min: 8, max: 64 }),
    'Levels of objects and lists in a payload, from 8 to 64.',
  ),
  LIMIT_SYMBOLS: setting(count(200, { min: 1, max: 1_000 }), 'Symbols in one request, at most 1000.'),
  LIMIT_ALERTS: setting(count(100), 'Waiting price alerts per account.'),
  LIMIT_PREFERENCES: setting(count(64), 'Preferences per user; each is at most 16 KiB.'),
  LIMIT_PREFERENCE_KIB: setting(
    count(256, { max: 1_000_000 }),
    'All preferences of a user together, in KiB; a guest may have a quarter of that.',
  ),
  GUESTS_KEPT_DAYS: setting(
    z.coerce.number().int().min(1).max(365).default(365),
    'Days after which a guest who has not come back is removed, and the account closed.',
  ),
  LIMIT_GUESTS_PER_MINUTE: setting(count(30), 'New guests and sign-ups per minute per address (IPv6: /64).'),
  LIMIT_GUESTS_PER_HOUR: setting(count(300), 'New guests and sign-ups per hour per address (IPv6: /64).'),
})

/** With a path, better-auth would serve nothing, and nobody could sign in. */
function isOrigin(url: string): boolean {
  const parsed = URL.parse(url)
  return parsed?.href === `${parsed?.origin}/`
}

function namesProxies(text: string): boolean {
  if (/^\d+$/.test(text)) return true
  try {
    const addresses = text.split(',').map((part) => part.trim())
    proxyAddr.compile(addresses)
    return !addresses.some((address) => /^\d+$/.test(address)) // it would take 7 for 0.0.0.7
  } catch {
    return false
  }
}

export type Config = z.infer<typeof SETTINGS>

/** Never shown in an error. */
const SECRETS: readonly string[] = [
  'AUTH_SECRET',
  'DATABASE_URL',
  'LEASE_DATABASE_URL',
  'REDIS_URL',
] satisfies (keyof Config)[]

/**
 * The environment as one typed object. A blank setting counts as unset, and spaces around a value are dropped: Docker's
 * env files and `set NAME=value && …` on Windows leave them there. Not around AUTH_SECRET, any text of which is a secret.
 * @throws {ConfigError} naming each wrong setting, what was expected and what was found
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(environment)
      .filter(([, value]) => value?.trim() !== '')
      .map(([name, value]) => [name, name === 'AUTH_SECRET' ? value : value?.trim()]),
  )
  const parsed = SETTINGS.safeParse(given)
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map((issue) => problemOf(issue, given)))
  const problems = [...missingOf(parsed.data), ...conflictsOf(parsed.data)]
  if (problems.length > 0) throw new ConfigError(problems)
  return parsed.data
}

/** Settings that other settings require. */
function missingOf({ DATABASE_URL, REDIS_URL, AUTH_SECRET, ROLE }: Config): string[] {
  const missing: string[] = []
  const isAlone = ROLE === 'all'
  if (!isAlone && REDIS_URL === undefined) missing.push(`REDIS_URL: required with ROLE=${ROLE}`)
  if (DATABASE_URL === undefined && (REDIS_URL !== undefined || !isAlone)) {
    const asker = REDIS_URL === undefined ? `ROLE=${ROLE}` : 'REDIS_URL'
    missing.push(`DATABASE_URL: required with ${asker}, one Postgres for all instances`)
  }
  if (DATABASE_URL !== undefined && AUTH_SECRET === undefined) {
    missing.push('AUTH_SECRET: required with DATABASE_URL (generate one with: openssl rand -hex 32)')
  }
  return missing
}

/** A shutdown that takes longer is cut short (`wiring/stop-signal.ts`). */
const DRAIN_MS_MAX = 20_000

/** Settings that are right each for itself, and not together. */
function conflictsOf(config: Config): string[] {
  const conflicts: string[] = []
  if (config.LEASE_DATABASE_URL !== undefined && config.DATABASE_URL === undefined) {
    conflicts.push('LEASE_DATABASE_URL: only beside DATABASE_URL, for the same Postgres')
  }
  if (config.METRICS_PORT === config.PORT && config.PORT !== 0) {
    conflicts.push(`METRICS_PORT: expected another port than PORT, found "${config.METRICS_PORT}"`)
  }
  const drainMs = config.DRAIN_NOTICE_MS + config.DRAIN_SPREAD_MS
  if (drainMs > DRAIN_MS_MAX) {
    conflicts.push(`DRAIN_NOTICE_MS: expected at most ${DRAIN_MS_MAX} together with DRAIN_SPREAD_MS, found ${drainMs}`)
  }
  return conflicts
}

function problemOf(issue: z.core.$ZodIssue, given: Readonly<Record<string, string | undefined>>): string {
  const name = issue.path.join('.')
  const found = SECRETS.includes(name) ? '' : `, found ${JSON.stringify(given[name])}`
  return `${name}: ${expectationOf(issue)}${found}`
}

function expectationOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `expected a ${issue.expected === 'int' ? 'whole number' : issue.expected}`
  if (issue.code === 'too_small') {
    return `expected at least ${issue.minimum}${issue.origin === 'string' ? ' characters' : ''}`
  }
  if (issue.code === 'too_big') return `expected at most ${issue.maximum}`
  if (issue.code === 'invalid_value') return `expected one of ${issue.values.map(String).join(', ')}`
  return issue.message // ours, beside the format in the schema
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  constructor(problems: readonly string[]) {
    super(`Invalid configuration. ${problems.join('; ')}. See .env.example.`)
  }
}
