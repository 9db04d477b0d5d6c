import type { World } from '../world/world.ts'

export type Entry = readonly [id: string, fields: string[]]

/** Behavior of Redis that a planted bug may change: see test/sim/planted. */
export interface RedisPlant {
  /** The stream does not show that it went back. */
  readonly hidesThatItWentBack?: boolean
}

/** Random faults of answers to gateways while the network is bad. */
interface Noise {
  readonly drop: number
  readonly repeat: number
  readonly late: number
  readonly lateMsMax: number
}

/** The server's view of a link, to push messages to it. */
export interface Listener {
  message(channel: string, text: string): void
}

/** Channels whose messages are independent of each other. The others depend on the order, which TCP preserves. */
const ANSWERS = 'valiant:rep:'

interface Reader {
  readonly after: string
  readonly count: number
  readonly answer: (entries: Entry[] | undefined) => void
}

const partsOf = (id: string): [number, number] => {
  const [ms = 0, n = 0] = id.split('-').map(Number)
  return [ms, n]
}
function isBehind(id: string, other: string): boolean {
  const [ms, n] = partsOf(id)
  const [otherMs, otherN] = partsOf(other)
  return ms > otherMs || (ms === otherMs && n > otherN)
}

/** One stream, channels and keys: the parts of Redis that the bus uses. It can lose everything. */
export class RedisServer {
  readonly #world: World
  readonly #plant: RedisPlant
  #entries: Entry[] = []
  #lastId: string | undefined
  #isUp = true
  readonly #readers = new Set<Reader>()
  readonly #keys = new Map<string, { readonly value: string; readonly untilMs: number }>()
  readonly #channels = new Map<string, Set<Listener>>()
  /** Called when the links break. */
  readonly #links = new Set<() => void>()
  /** Offset of Redis's clock from the true time. */
  #clockOffsetMs = 0
  noise: Noise | undefined
  /** Nothing passes until this time. */
  frozenUntilMs = 0

  constructor({ world, plant }: { world: World; plant: RedisPlant }) {
    this.#world = world
    this.#plant = plant
  }

  get isUp(): boolean {
    return this.#isUp
  }

  get nowMs(): number {
    return this.#world.trueMs + this.#clockOffsetMs
  }

  setClock(byMs: number): void {
    if (byMs === 0) return
    this.#clockOffsetMs += byMs
    this.#world.clockWasSet()
  }

  /** @returns unregisters the link */
  onBreak(broken: () => void): () => void {
    this.#links.add(broken)
    return () => void this.#links.delete(broken)
  }

  /** Like kill -9 without persistence: everything is lost. */
  crash(forMs: number): void {
    this.#isUp = false
    this.wipe()
    this.cutAll()
    this.#world.after(forMs, undefined, () => {
      this.#isUp = true
      this.#world.note('redis is back')
    })
  }

  wipe(): void {
    this.#entries = []
    this.#lastId = undefined
    this.#keys.clear()
  }

  cutAll(): void {
    for (const reader of this.#readers) reader.answer(undefined)
    this.#readers.clear()
    for (const broken of [...this.#links]) broken()
  }

  xadd(fields: string[]): string {
    const [lastMs, lastN] = partsOf(this.#lastId ?? '0-0')
    const nowMs = this.nowMs
    const id = nowMs > lastMs ? `${nowMs}-0` : `${lastMs}-${lastN + 1}`
    this.#lastId = id
    this.#entries.push([id, fields])
    for (const reader of [...this.#readers]) {
      if (!isBehind(id, reader.after)) continue
      this.#readers.delete(reader)
      reader.answer([[id, fields]])
    }
    return id
  }

  /** @param answer called with entries as soon as there are any; with undefined after `blockMs` */
  xread(
    { after, count, blockMs }: { after: string; count: number; blockMs: number },
    answer: (entries: Entry[] | undefined) => void,
  ): void {
    const found = this.#entries.filter(([id]) => isBehind(id, after)).slice(0, count)
    if (found.length > 0) {
      answer(found)
      return
    }
    const reader: Reader = { after, count, answer }
    this.#readers.add(reader)
    this.#world.after(blockMs, undefined, () => {
      if (this.#readers.delete(reader)) answer(undefined)
    })
  }

  /** The newest id ever assigned; undefined if there is no stream. */
  get lastId(): string | undefined {
    return this.#plant.hidesThatItWentBack === true ? '9999999999999-0' : this.#lastId
  }

  get length(): number {
    return this.#entries.length
  }

  trim(minId: string): number {
    const before = this.#entries.length
    this.#entries = this.#entries.filter(([id]) => !isBehind(minId, id))
    return before - this.#entries.length
  }

  keep(key: string, value: string, ms: number): void {
    this.#keys.set(key, { value, untilMs: this.nowMs + ms })
  }

  get(key: string): string | null {
    const kept = this.#keys.get(key)
    return kept !== undefined && kept.untilMs > this.nowMs ? kept.value : null
  }

  subscribe(channel: string, listener: Listener): void {
    const listeners = this.#channels.get(channel) ?? new Set()
    this.#channels.set(channel, listeners)
    listeners.add(listener)
  }

  listeners(channel: string): number {
    return this.#channels.get(channel)?.size ?? 0
  }

  forget(listener: Listener): void {
    for (const listeners of this.#channels.values()) listeners.delete(listener)
  }

  publish(channel: string, text: string): number {
    const listeners = this.#channels.get(channel) ?? new Set()
    for (const listener of listeners) {
      const noise = channel.startsWith(ANSWERS) ? this.noise : undefined
      const { chance } = this.#world
      if (noise === undefined) listener.message(channel, text)
      else if (!chance.is(noise.drop)) {
        if (chance.is(noise.repeat)) listener.message(channel, text)
        const lateMs = chance.is(noise.late) ? chance.between(0, noise.lateMsMax) : 0
        if (lateMs === 0) listener.message(channel, text)
        else this.#world.after(lateMs, undefined, () => listener.message(channel, text))
      }
    }
    return listeners.size
  }
}
