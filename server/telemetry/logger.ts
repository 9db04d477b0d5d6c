import { pino, type Logger, type LoggerOptions } from 'pino'
import { isWatched, reportDefect, traceFields, type TraceIds } from './tracing.ts'

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
  const options = { level, redact: { paths: REDACTED_PATHS, censor: '[redacted]' }, ...(isWatched() && WATCHED) }
  if (!pretty) return pino(options)
  const transport = {
    target: 'pino-pretty',
    options: { ignore: 'pid,hostname', translateTime: 'HH:MM:ss.l', singleLine: true },
  }
  return pino({ ...options, transport })
}

/** pino's levels. */
const ERROR = 50
const FATAL = 60

/**
 * Where somebody watches, lines name the trace they belong to, and what is logged as an error is told as one: there is
 * one rule of what a defect is, and what clients do wrong, or a database that is away for a moment, is none.
 */
const WATCHED: LoggerOptions = {
  mixin: traceFields,
  hooks: {
    logMethod(line, log, level) {
      const [fields, where] = line as readonly unknown[]
      if (level >= ERROR && typeof fields === 'object' && fields !== null && 'err' in fields) {
        const { err, path } = fields as { err: unknown; path?: unknown }
        const ids: TraceIds = { where: textOf(where), path: textOf(path) }
        reportDefect(err, { isFatal: level >= FATAL, ids })
      }
      log.apply(this, line)
    },
  },
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
