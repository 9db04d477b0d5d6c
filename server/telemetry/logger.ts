import { pino, type Logger, type LoggerOptions } from 'pino'
import { isTracing, reportDefect, traceFields, type TraceIds } from './tracing.ts'

export type { Logger } from 'pino'

/** Fields that are redacted wherever they occur in a log record. */
const SECRETS = ['cookie', 'authorization', 'apiKey', 'password', 'token', 'secret', 'email', '["set-cookie"]']
/** pino has no pattern for any depth, so each level is listed. */
const DEPTHS = ['', '*.', '*.*.']

/** The paths to the secrets, in pino's syntax. */
export const REDACTED_PATHS = [
  ...DEPTHS.flatMap((depth) =>
    SECRETS.map((key) => (key.startsWith('[') ? `${depth.slice(0, -1)}${key}` : depth + key)),
  ),
]

/**
 * The process's logger: readable lines on a terminal, JSON otherwise.
 * @param level trace, debug, info, warn, error, fatal or silent
 */
export function openLogger({ level, pretty = process.stdout.isTTY }: { level: string; pretty?: boolean }): Logger {
  const options = { level, redact: { paths: REDACTED_PATHS, censor: '[redacted]' }, ...(isTracing() && TRACED) }
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
 * With Sentry, log lines carry the ids of their trace, and everything logged as an error is also reported to Sentry. So one
 * rule decides what is a defect: mistakes of clients and short outages of the database are logged below that level.
 */
const TRACED: LoggerOptions = {
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
