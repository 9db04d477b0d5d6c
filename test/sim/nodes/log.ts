import type { Logger } from '../../../server/telemetry/logger.ts'
import type { World } from '../world/world.ts'

/** Writes warnings and errors of the server into the trace, and drops other log lines. */
export function simLog(world: World): Logger {
  const tell = (level: string) => (details: { err?: unknown }, message?: string) => {
    const { err, ...more } = typeof details === 'object' ? details : {}
    const cause =
      err instanceof Error ? `${err.message}${err.cause instanceof Error ? ` < ${err.cause.message}` : ''}` : ''
    world.note(`${level} ${message ?? ''} ${cause} ${JSON.stringify(more)}`)
  }
  const silent = () => undefined
  const log = {
    ...{ trace: silent, debug: silent, level: 'info' },
    info: tell('info'),
    warn: tell('warn'),
    error: tell('ERROR'),
    fatal: tell('FATAL'),
    child: () => ({ ...log, info: silent }),
  }
  return log as unknown as Logger
}
