import { renameSync, writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

/*
 * Loaded with `--import` before a measured server: writes figures of the process into a file every second, without changes to
 * the server.
 */

export interface Figures {
  readonly rssBytes: number
  readonly cpuMicroseconds: number
  /** Event loop delay since the last figures, in ms beyond the sampling interval of 10 ms. */
  readonly delayP50Ms: number
  readonly delayP99Ms: number
  readonly delayMaxMs: number
}

const WATCH_MS = 1_000
const RESOLUTION_MS = 10
const file = process.env['LOAD_FIGURES_FILE']

if (file !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  setInterval(() => {
    const { user, system } = process.cpuUsage()
    const beyond = (ns: number) => Math.max(0, ns / 1e6 - RESOLUTION_MS)
    const figures: Figures = {
      rssBytes: process.memoryUsage.rss(),
      cpuMicroseconds: user + system,
      delayP50Ms: beyond(delay.percentile(50)),
      delayP99Ms: beyond(delay.percentile(99)),
      delayMaxMs: beyond(delay.max),
    }
    delay.reset()
    // Replaced atomically, because it may be read at any time.
    writeFileSync(`${file}.new`, JSON.stringify(figures))
    renameSync(`${file}.new`, file)
  }, WATCH_MS).unref()
}
