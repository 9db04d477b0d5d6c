import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Engine } from '../../server/engine/engine.ts'
import type { EngineEvents } from '../../server/engine/event.ts'
import type { InstrumentSpec } from '../../server/engine/instrument.ts'
import { Replay } from '../../server/engine/recording/replay.ts'
import { RecordedEngine } from '../../server/engine/recording/recorded-engine.ts'
import { hashOfState, replayFile } from '../../server/cli/replay.ts'
import { Simulator } from '../../server/simulator/simulator.ts'
import { Chance } from './chance.ts'
import { eventsView } from './comparison.ts'
import { type Exchange, INSTRUMENTS, OPTIONS, Player } from './player.ts'
import { Generator } from './generator.ts'

const START_MS = 1_000_000
const QUANTUM_MS = 50
/** An instrument for the simulated market, separate from those of the generator. */
const LIVE: InstrumentSpec = { ...INSTRUMENTS[0]!, symbol: 'LIVE', maxTicks: 200_000 }
const LIVE_TICKS = 10_000

/** Plays generated actions, and the simulator with users on another instrument of the same engine. */
function session(engine: RecordedEngine): string[] {
  const drained: string[] = []
  // The generator's reads go to the engine itself, so they are not recorded.
  const recorded: Exchange = {
    ...reading(engine.engine),
    beginEpoch: (epoch) => engine.beginEpoch(epoch),
    house: (symbol) => engine.house(symbol),
    quantum: (timeMs) => engine.quantum(timeMs),
    publishHighWaters: (timeMs) => engine.publishHighWaters(timeMs),
    postponeDeadMen: (gapMs) => engine.postponeDeadMen(gapMs),
    apply: (command, timeMs) => engine.apply(command, timeMs),
    drain: () => engine.drain(),
  }
  const player = new Player(recorded)
  const generator = new Generator(new Chance(42), player)
  const simulator = Simulator.start({
    instruments: [{ symbol: 'LIVE', assetClass: 'equity', sector: 's', startTicks: LIVE_TICKS, sigmaDay: 0.018, sizeMultiplier: 1 }], // prettier-ignore
    seed: 7,
    startMs: START_MS,
  })
  simulator.attach('LIVE', engine.house('LIVE'))
  for (let at = 1; at <= 3_000; at++) {
    player.play(generator.next())
    simulator.step(START_MS + at * QUANTUM_MS)
    if (at % 3 === 0 && at > 30) tradeLive(engine, at)
    drained.push(textOf(engine.drain()))
  }
  return drained
}

/** A user's order in the simulated market, unless the generator has closed the account. */
function tradeLive(engine: RecordedEngine, at: number): void {
  const isBuy = at % 2 === 0
  const account = 16 + (at % 6)
  if (engine.engine.account(account) === undefined) return
  engine.apply(
    {
      kind: 'order.place',
      account,
      clientOrderId: `live-${at}`,
      symbol: 'LIVE',
      side: isBuy ? 'buy' : 'sell',
      type: 'market',
      lots: 1 + (at % 7),
      limitTicks: 0,
      timeInForce: 'ioc',
      postOnly: false,
      selfTrade: 'cancel_maker',
      source: 'api',
    },
    START_MS + at * QUANTUM_MS,
  )
}

const textOf = (events: EngineEvents): string => JSON.stringify(eventsView(events))

const reading = (engine: Engine) => ({
  levels: (...args: Parameters<Engine['levels']>) => engine.levels(...args),
  markMicroTicks: (symbol: string) => engine.markMicroTicks(symbol),
  account: (account: number) => engine.account(account),
  buyingPower: (account: number) => engine.buyingPower(account),
  positions: (account: number) => engine.positions(account),
  openOrders: (account: number) => engine.openOrders(account),
  preview: (...args: Parameters<Engine['preview']>) => engine.preview(...args),
  queueAhead: (...args: Parameters<Engine['queueAhead']>) => engine.queueAhead(...args),
})

const record = () => {
  const lines: string[] = []
  const options = { ...OPTIONS, instruments: [...INSTRUMENTS, LIVE] }
  const engine = new RecordedEngine(options, process.versions.node, (line) => lines.push(line))
  const drained = session(engine)
  return { lines, drained, hash: hashOfState(engine.engine) }
}

describe('a recorded session', () => {
  it('with simulator and users replays to the same events and the same state', () => {
    const { lines, drained, hash } = record()
    const again: string[] = []
    const replay = new Replay(lines[0]!, (events) => again.push(textOf(events)))
    for (const line of lines.slice(1)) replay.line(line)
    expect(again).toEqual(drained)
    expect(drained.filter((events) => events.includes('"LIVE"')).length).toBeGreaterThan(500)
    expect(hashOfState(replay.engine)).toBe(hash)
  })

  it('ends in another state when one command is left out', () => {
    const { lines, hash } = record()
    // The last one: after an earlier one, the house could cancel orders that other fills have already removed.
    const at = lines.findLastIndex((line) => line.includes('account.deposit'))
    expect(at).toBeGreaterThan(0)
    const replay = new Replay(lines[0]!)
    for (const line of [...lines.slice(1, at), ...lines.slice(at + 1)]) replay.line(line)
    expect(hashOfState(replay.engine)).not.toBe(hash)
  })

  it('can be replayed from a file', async () => {
    const { lines, hash } = record()
    const folder = await mkdtemp(join(tmpdir(), 'valiant-'))
    try {
      const file = join(folder, 'session.jsonl')
      await writeFile(file, lines.join('\n') + '\n')
      expect(await replayFile(file)).toEqual({ hash, calls: lines.length - 1, node: process.versions.node })
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
