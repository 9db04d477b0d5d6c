import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { medianOf } from './quantiles.ts'

/** How busy the machine is with other work, measured while the bench is idle. */
export interface Gate {
  /** Median time of an fdatasync in the data folder. */
  readonly flushMs: number
  /** Percentage of time in which a process waited for a core; undefined if the kernel does not report it. */
  readonly cpuPressure: number | undefined
}

/** A commit takes about 0.3 ms when a flush takes 0.1 ms. Above this limit, other load makes up most of the difference. */
const FLUSH_MS_MAX = 0.2
/**
 * CPU pressure affects yardstick and measurement differently: TPC-B keeps up to 32 backends busy, and the exchange's loop is
 * one thread. At 30 to 98% the repeats of one row differed by a factor of two and more (docs/performance.md). 20% is a
 * judgment: the remaining differences are smaller than those between the goals.
 */
const CPU_PRESSURE_MAX = 20
const FLUSHES = 40
const PAGE_BYTES = 8_192
const PRESSURE_MS = 1_000

/** @param folder on the disk of the database */
async function readGate(folder: string): Promise<Gate> {
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

/** Reads the gate and reports its figures. @param folder on the disk of the database */
export async function reportGate(folder: string, say: (text: string) => void): Promise<Gate> {
  const gate = await readGate(folder)
  say(gateText(gate))
  return gate
}

/** Why a measurement does not count; undefined if it does. */
export function closedBy({ flushMs, cpuPressure }: Gate, { commits }: { commits: boolean }): string | undefined {
  if (commits && flushMs > FLUSH_MS_MAX) return `flush ${flushMs.toFixed(2)} ms`
  if (cpuPressure !== undefined && cpuPressure > CPU_PRESSURE_MAX) return `CPU pressure ${cpuPressure.toFixed(0)} %`
  return undefined
}

/** The worse of the two states before and after a measurement. */
export function worseOf(one: Gate, other: Gate): Gate {
  const pressures = [one.cpuPressure, other.cpuPressure].filter((pressure) => pressure !== undefined)
  return {
    flushMs: Math.max(one.flushMs, other.flushMs),
    cpuPressure: pressures.length === 0 ? undefined : Math.max(...pressures),
  }
}

const gateText = ({ flushMs, cpuPressure }: Gate): string =>
  `flush ${flushMs.toFixed(2)} ms, CPU pressure ${cpuPressure === undefined ? 'unknown' : `${cpuPressure.toFixed(0)} %`}`

/** Machine and time, for the page with the figures. */
export function machineText(): string {
  const cores = cpus()
  const time = new Date().toISOString().slice(0, 16).replace('T', ' ')
  return `${time} UTC, ${cores.length} cores (${cores[0]?.model ?? 'unknown'}), Node ${process.versions.node}.`
}

/** Overwrites one page of an existing file, as a database's log does. */
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
    return medianOf(times.slice(1)) // the first one extends the file
  } finally {
    closeSync(file)
    rmSync(path)
  }
}

/**
 * The counter behind avg10 in /proc/pressure/cpu. avg10 itself would still contain the bench's own load for ten seconds after
 * a measurement.
 */
async function waitedMicroseconds(): Promise<number | undefined> {
  const text = await readFile('/proc/pressure/cpu', 'utf8').catch(() => '')
  const found = /^some .*total=(\d+)/m.exec(text)?.[1]
  return found === undefined ? undefined : Number(found)
}
