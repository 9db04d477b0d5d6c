import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { medianOf } from './quantiles.ts'

/** How busy the machine is with others, taken while we ourselves are idle. */
export interface Gate {
  /** Median time of an fdatasync in the data folder. */
  readonly flushMs: number
  /** Share of the time, in percent, in which somebody waited for a core; undefined where the kernel does not tell. */
  readonly cpuPressure: number | undefined
}

/** A commit takes some 0.3 ms where a flush takes 0.1: past this the neighbours' share of it is the larger one. */
const FLUSH_MS_MAX = 0.2
/**
 * Yardstick and measurement wait alike, but do not suffer alike: TPC-B keeps up to 32 backends ready, our loop is one
 * thread. With 30 to 98 % the repeats of one row differed by a factor of two and more (docs/performance.md); a fifth is
 * a judgement: what remains is then below what the goals are apart.
 */
const CPU_PRESSURE_MAX = 20
const FLUSHES = 40
const PAGE_BYTES = 8_192
const PRESSURE_MS = 1_000

/** @param folder on the disk of the database */
export async function readGate(folder: string): Promise<Gate> {
  const before = await waitedMicroseconds()
  const began = performance.now()
  await delay(PRESSURE_MS)
  const after = await waitedMicroseconds()
  const passedMs = performance.now() - began
  return {
    flushMs: flushMs(folder),
    cpuPressure: before === undefined || after === undefined ? undefined : (after - before) / (passedMs * 10),
  }
}

/** Why nothing measured now counts; undefined when it does. */
export function closedBy({ flushMs, cpuPressure }: Gate, { commits }: { commits: boolean }): string | undefined {
  if (commits && flushMs > FLUSH_MS_MAX) return `flush ${flushMs.toFixed(2)} ms`
  if (cpuPressure !== undefined && cpuPressure > CPU_PRESSURE_MAX) return `CPU pressure ${cpuPressure.toFixed(0)} %`
  return undefined
}

/** The worse of two, which stood before and after a measurement. */
export function worseOf(one: Gate, other: Gate): Gate {
  const pressures = [one.cpuPressure, other.cpuPressure].filter((pressure) => pressure !== undefined)
  return {
    flushMs: Math.max(one.flushMs, other.flushMs),
    cpuPressure: pressures.length === 0 ? undefined : Math.max(...pressures),
  }
}

export const gateText = ({ flushMs, cpuPressure }: Gate): string =>
  `flush ${flushMs.toFixed(2)} ms, CPU pressure ${cpuPressure === undefined ? 'not told' : `${cpuPressure.toFixed(0)} %`}`

/** Where and when, for the page that keeps the figures. */
export function machineText(): string {
  const cores = cpus()
  const time = new Date().toISOString().slice(0, 16).replace('T', ' ')
  return `${time} UTC, ${cores.length} cores (${cores[0]?.model ?? 'unknown'}), Node ${process.versions.node}.`
}

/** Overwrites one page of a file that is there already, as a database's log does. */
function flushMs(folder: string): number {
  const path = join(folder, 'bench-flush')
  const file = openSync(path, 'w', 0o600)
  try {
    const page = Buffer.alloc(PAGE_BYTES, 1)
    const times = Array.from({ length: FLUSHES + 1 }, () => {
      writeSync(file, page, 0, PAGE_BYTES, 0)
      const began = performance.now()
      fdatasyncSync(file)
      return performance.now() - began
    })
    return medianOf(times.slice(1)) // the first makes the file longer
  } finally {
    closeSync(file)
    rmSync(path)
  }
}

/**
 * The counter behind avg10 in /proc/pressure/cpu. After a measurement avg10 itself would tell of our own load for ten
 * seconds more.
 */
async function waitedMicroseconds(): Promise<number | undefined> {
  const text = await readFile('/proc/pressure/cpu', 'utf8').catch(() => '')
  const found = /^some .*total=(\d+)/m.exec(text)?.[1]
  return found === undefined ? undefined : Number(found)
}
