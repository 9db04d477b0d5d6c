import { reasonOf, StartupError } from '../database/startup-error.ts'

/** Opens what listens on an address. @throws {StartupError} when the address is not available */
export async function listen<Listening>(
  { host, port, setting }: { readonly host: string; readonly port: number; readonly setting: 'PORT' | 'METRICS_PORT' },
  open: () => Promise<Listening>,
): Promise<Listening> {
  try {
    return await open()
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'EADDRINUSE') {
      throw new StartupError(`Port ${port} is taken by another program. Stop it, or set ${setting} to a free one.`, {
        cause,
      })
    }
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new StartupError(`Cannot listen on ${host}, port ${port}: ${reasonOf(cause)}. Set HOST or ${setting}.`, {
        cause,
      })
    }
    throw cause
  }
}
