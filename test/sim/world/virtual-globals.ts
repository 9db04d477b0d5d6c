import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers/promises'
import type { World } from './world.ts'

/*
 * The server's code runs unchanged in virtual time: clocks, timers and random sources are replaced during a history, including
 * those imported from `node:`. Each process has its own clock.
 */

const RealDate = Date
const real = {
  setTimeout,
  clearTimeout,
  setInterval,
  clearInterval,
  setImmediate,
  clearImmediate,
  random: Math.random,
  now: performance.now.bind(performance),
  getRandomValues: globalThis.crypto.getRandomValues.bind(globalThis.crypto),
  randomUUID: crypto.randomUUID,
  randomInt: crypto.randomInt,
  delay: timers.setTimeout,
  turn: timers.setImmediate,
}

/** An immediate runs after the rest of the same turn. */
const IMMEDIATE_MS = 0.01
/** The minimum delay of Node's timers. */
const TIMER_MS_MIN = 1

let world: World | undefined

function worldNow(): World {
  if (world === undefined) throw new Error('virtual time has ended, but something still runs')
  return world
}

const wallMs = (): number => {
  const { trueMs, current } = worldNow()
  return trueMs + (current?.clockOffsetMs ?? 0)
}

/** Replaces Node's Timeout and Immediate. */
class VirtualTimer {
  #cancel: () => void

  constructor(cancel: () => void) {
    this.#cancel = cancel
  }

  again(cancel: () => void): void {
    this.#cancel = cancel
  }

  close(): void {
    this.#cancel()
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }
}

type Call = (...args: unknown[]) => void

function after(ms: number, call: () => void): () => void {
  const { current } = worldNow()
  const planned = worldNow().after(ms, current, call)
  return () => void (planned.isOff = true)
}

function virtualTimeout(call: Call, ms = 0, ...args: unknown[]): VirtualTimer {
  return new VirtualTimer(after(Math.max(TIMER_MS_MIN, ms), () => call(...args)))
}

function virtualInterval(call: Call, ms = 0, ...args: unknown[]): VirtualTimer {
  const every = Math.max(TIMER_MS_MIN, ms)
  const beat = () => {
    timer.again(after(every, beat))
    call(...args)
  }
  const timer = new VirtualTimer(after(every, beat))
  return timer
}

const virtualImmediate = (call: Call, ...args: unknown[]): VirtualTimer =>
  new VirtualTimer(after(IMMEDIATE_MS, () => call(...args)))

function clear(timer: unknown): void {
  if (timer instanceof VirtualTimer) timer.close()
}

function virtualDelay(
  ms: number,
  value?: unknown,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      timer.close()
      reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'))
    }
    const timer = virtualTimeout(() => {
      signal?.removeEventListener('abort', abort)
      resolve(value)
    }, ms)
    if (signal?.aborted === true) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  })
}

const virtualTurn = (value?: unknown): Promise<unknown> =>
  new Promise((resolve) => virtualImmediate(() => resolve(value)))

class VirtualDate extends RealDate {
  constructor(...args: [] | [number | string | Date]) {
    if (args.length === 0) super(wallMs())
    else super(args[0])
  }

  static override now(): number {
    return wallMs()
  }
}

/** @param max exclusive */
function virtualInt(min: number, max: number): number {
  return min + Math.floor(worldNow().chance.next() * (max - min))
}

function virtualUuid(): string {
  const part = () =>
    virtualInt(0, 2 ** 32)
      .toString(16)
      .padStart(8, '0')
  return `${part()}-${part()}`
}

function fill<Bytes extends ArrayBufferView | null>(bytes: Bytes): Bytes {
  if (bytes instanceof Uint8Array) for (let i = 0; i < bytes.length; i++) bytes[i] = virtualInt(0, 256)
  return bytes
}

/** Replaces real time by virtual time. @returns restores real time */
export function enterVirtualTime(entered: World): () => void {
  if (world !== undefined) throw new Error('virtual time: one history at a time')
  world = entered
  put({
    Date: VirtualDate,
    setTimeout: virtualTimeout,
    clearTimeout: clear,
    setInterval: virtualInterval,
    clearInterval: clear,
    setImmediate: virtualImmediate,
    clearImmediate: clear,
  })
  Math.random = () => entered.chance.next()
  Object.defineProperty(performance, 'now', { value: () => entered.nowMs, configurable: true, writable: true })
  Object.assign(globalThis.crypto, { getRandomValues: fill })
  Object.assign(crypto, { randomUUID: virtualUuid, randomInt: virtualInt })
  Object.assign(timers, { setTimeout: virtualDelay, setImmediate: virtualTurn })
  syncBuiltinESMExports()
  return leave
}

function leave(): void {
  world = undefined
  const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate } = real
  put({ Date: RealDate, setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate })
  Math.random = real.random
  Object.defineProperty(performance, 'now', { value: real.now, configurable: true, writable: true })
  Object.assign(globalThis.crypto, { getRandomValues: real.getRandomValues })
  Object.assign(crypto, { randomUUID: real.randomUUID, randomInt: real.randomInt })
  Object.assign(timers, { setTimeout: real.delay, setImmediate: real.turn })
  syncBuiltinESMExports()
}

function put(globals: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true, enumerable: true })
  }
}
