import { pino, type Logger } from 'pino'

export type { Logger } from 'pino'

/** What never stands in a log, wherever in a record it comes. */
const SECRETS = ['cookie', 'authorization', 'apiKey', 'password', 'token', 'secret', 'email', '["set-cookie"]']
/** pino has no pattern for any depth: so many levels are spelled out. */
const DEPTHS = ['', '*.', '*.*.']

/** Every path of pino's that redacts the secrets. */
export const REDACTED_PATHS = [
  ...DEPTHS.flatMap((depth) =>
    SECRETS.map((key) => (key.startsWith('[') ? `${depth.slice(0, -1)}${key}` : depth + key)),
  ),
  'req.headers.cookie',
  'req.headers.authorization',
  'res.headers["set-cookie"]',
]

/**
 * The process's logger: lines for people where a terminal reads them, JSON for everything else.
 * @param level of pino: trace, debug, info, warn, error, fatal or silent
 */
export function openLogger({ level, pretty = process.stdout.isTTY }: { level: string; pretty?: boolean }): Logger {
  const redact = { paths: REDACTED_PATHS, censor: '[redacted]' }
  if (!pretty) return pino({ level, redact })
  const transport = {
    target: 'pino-pretty',
    options: { ignore: 'pid,hostname', translateTime: 'HH:MM:ss.l', singleLine: true },
  }
  return pino({ level, redact, transport })
}
