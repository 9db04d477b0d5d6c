import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type AccountNumber, type Command, FIRST_USER_ACCOUNT } from '../server/engine/command.ts'
import { Engine } from '../server/engine/engine.ts'
import type { InstrumentSpec } from '../server/engine/instrument.ts'
import { copyOf } from '../server/engine/state.ts'
import { type ListedInstrument, readInstruments } from '../server/instruments.ts'
import { Simulator } from '../server/simulator/simulator.ts'
import { medianOf } from './quantiles.ts'

/** How the exchange's work in memory grows. Absolute figures of one machine at one time: only compare them within a column. */
export interface Growth {
  readonly instruments: number
  readonly accounts: number
  readonly resting: number
  /** One command with its events, in microseconds: 60% limit orders, 30% cancels, 10% market orders. */
  readonly commandUs: number
  /** One second of the simulated market, in milliseconds of one core; only measured for the number of instruments. */
  readonly marketSecondMs: number | undefined
  /** Restoring an engine from rows that have already been read. */
  readonly restoreMs: number
  readonly heapMb: number
}

const LISTED = readInstruments(fileURLToPath(new URL('../db/instruments.json', import.meta.url)))
const NOW_MS = Date.UTC(2026, 0, 1)
const INSTRUMENTS = [1, 16, 100, 500]
const ACCOUNTS = [10, 1_000, 10_000, 100_000]
const RESTING = [100, 10_000, 100_000, 1_000_000]
const PLAIN = { instruments: 16, accounts: 1_000, resting: 1_000 }
const STARTING_CENTS = 100_000_000_00
const SLICES = 21
const COMMANDS_PER_SLICE = 6_400
const BATCH = 64
const MARKET_SECONDS = 20

export function* growth(): Generator<Growth> {
  for (const instruments of INSTRUMENTS) {
    yield { ...measure({ ...PLAIN, instruments }), marketSecondMs: marketSecondMs(instruments) }
  }
  for (const accounts of ACCOUNTS) yield measure({ ...PLAIN, accounts })
  for (const resting of RESTING) yield measure({ ...PLAIN, resting })
}

interface Size {
  readonly instruments: number
  readonly accounts: number
  readonly resting: number
}

function measure(size: Size): Growth {
  const before = heapMb()
  const sized = new SizedEngine(size)
  const heap = heapMb() - before
  const commandUs = sized.commandUs()
  return {
    ...size,
    commandUs,
    marketSecondMs: undefined,
    restoreMs: sized.restoreMs(),
    heapMb: heap,
  }
}

/** An engine of a given size, with orders of the house on both sides of every book. */
class SizedEngine {
  private readonly size: Size
  private readonly specs: readonly InstrumentSpec[]
  private readonly engine: Engine
  private readonly open: { account: AccountNumber; number: number }[] = []
  private operations = 0

  constructor(size: Size) {
    this.size = size
    this.specs = listedOf(size.instruments).map(({ spec }) => spec)
    this.engine = engineOf(this.specs, size)
    this.engine.beginEpoch(1)
    for (const spec of this.specs) {
      const middle = middleOf(spec)
      for (let away = 1; away <= 20; away++) {
        this.engine.house(spec.symbol).place('buy', middle - away, spec.maxLots, 0)
        this.engine.house(spec.symbol).place('sell', middle + away, spec.maxLots, 0)
      }
    }
    for (let at = 0; at < size.accounts; at++) {
      const account = FIRST_USER_ACCOUNT + at
      this.engine.apply({ kind: 'account.open', account, name: 'bench', startingCents: STARTING_CENTS }, NOW_MS)
      this.engine.drain()
    }
    // Far from the market, so that they are not filled.
    for (let at = 0; at < size.resting; at++) {
      this.apply(this.limitOrder(at, 100 + (at % 1_000)))
      this.engine.drain()
    }
  }

  commandUs(): number {
    const times: number[] = []
    for (let slice = 0; slice < SLICES; slice++) {
      let milliseconds = 0
      for (let done = 0; done < COMMANDS_PER_SLICE; done += BATCH) {
        const commands = Array.from({ length: BATCH }, () => this.nextCommand())
        const began = performance.now()
        for (const command of commands) this.apply(command)
        this.engine.drain()
        milliseconds += performance.now() - began
      }
      times.push((1_000 * milliseconds) / COMMANDS_PER_SLICE)
    }
    return medianOf(times)
  }

  /** Restores accounts, positions and open orders into a new engine, as in a recovery. */
  restoreMs(): number {
    const { engine } = this
    const accounts = engine.accounts().map((account) => ({ ...account, heldCents: 0 }))
    const positions = accounts.flatMap(({ account }) => engine.positions(account).map((p) => ({ ...p, heldLots: 0 })))
    const orders = accounts
      .flatMap(({ account }) => engine.openOrders(account).map(copyOf))
      .sort((a, b) => a.priority - b.priority)
    const began = performance.now()
    const restored = engineOf(this.specs, this.size)
    for (const account of accounts) restored.restore.account(account)
    for (const position of positions) restored.restore.position(position)
    for (const order of orders) restored.restore.order(order)
    return performance.now() - began
  }

  private apply(command: Command): void {
    const result = this.engine.apply(command, NOW_MS)
    if (!result.ok) throw new Error(`expected ${command.kind} to succeed, found ${JSON.stringify(result)}`)
    if (result.kind === 'order.place' && result.order.status === 'open') {
      this.open.push({ account: result.order.account, number: result.order.number })
    }
  }

  private nextCommand(): Command {
    const at = this.operations++
    const dice = at % 10
    if (dice < 6) return this.limitOrder(at, 21 + (at % 40))
    const cancel = dice < 9 ? this.open.pop() : undefined
    if (cancel === undefined) return this.marketOrder(at)
    return { kind: 'order.cancel', account: cancel.account, order: { number: cancel.number } }
  }

  private limitOrder(at: number, ticksAway: number): Command {
    const spec = this.specOf(at)
    const limitTicks = Math.max(1, middleOf(spec) - ticksAway)
    return { ...this.order(at, spec), type: 'limit', lots: 10, limitTicks, timeInForce: 'gtc' }
  }

  private marketOrder(at: number): Command {
    const spec = this.specOf(at)
    return { ...this.order(at, spec), type: 'market', lots: 10, limitTicks: 0, timeInForce: 'ioc' }
  }

  private order(at: number, { symbol }: InstrumentSpec) {
    const account = FIRST_USER_ACCOUNT + ((at * 7) % this.size.accounts)
    const fixed = {
      kind: 'order.place',
      side: 'buy',
      postOnly: false,
      selfTrade: 'cancel_maker',
      source: 'api',
    } as const
    return { ...fixed, account, symbol, clientOrderId: `g${at}` }
  }

  private specOf(at: number): InstrumentSpec {
    const spec = this.specs[at % this.specs.length]
    if (spec === undefined) throw new Error('expected at least one instrument')
    return spec
  }
}

/** The whole market of `instruments` instruments with participants and mark prices, without receivers. */
function marketSecondMs(instruments: number): number {
  const listed = listedOf(instruments)
  const engine = engineOf(
    listed.map(({ spec }) => spec),
    { instruments, accounts: 0, resting: 0 },
  )
  engine.beginEpoch(1)
  const simulator = Simulator.start({ instruments: listed.map(toSimulated), seed: 1, startMs: NOW_MS })
  for (const { spec } of listed) simulator.attach(spec.symbol, engine.house(spec.symbol))
  const run = (seconds: number) => {
    const began = process.cpuUsage()
    for (let second = 0; second < seconds; second++) {
      simulator.step(simulator.nowMs + 1_000)
      engine.quantum(simulator.nowMs)
      engine.drain()
      for (const { spec } of listed) engine.drainLevels(spec.symbol, () => undefined)
    }
    return process.cpuUsage(began).user / 1_000 / seconds
  }
  run(2)
  return run(MARKET_SECONDS)
}

const toSimulated = ({ wire, startTicks, sigmaDay, sizeMultiplier }: ListedInstrument) => {
  const { symbol, assetClass, sector } = wire
  return { symbol, assetClass, sector, startTicks, sigmaDay, sizeMultiplier }
}

/** The shipped instruments, repeated under other names. */
function listedOf(count: number): ListedInstrument[] {
  return Array.from({ length: count }, (_, at) => {
    const listed = LISTED[at % LISTED.length]
    if (listed === undefined) throw new Error('no instruments')
    const symbol = at < LISTED.length ? listed.spec.symbol : `${listed.spec.symbol.slice(0, 4)}${at}`
    return { ...listed, spec: { ...listed.spec, symbol }, wire: { ...listed.wire, symbol } }
  })
}

const engineOf = (instruments: readonly InstrumentSpec[], { resting }: Size) =>
  new Engine({ instruments, maxOpenOrdersPerInstrument: Math.max(1_000, resting) + SLICES * COMMANDS_PER_SLICE })
const middleOf = ({ maxTicks }: InstrumentSpec) => Math.round(maxTicks / 10)

function heapMb(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  // Array buffers are only freed by a second collection.
  for (let at = 0; at < 3; at++) collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / 2 ** 20
}
