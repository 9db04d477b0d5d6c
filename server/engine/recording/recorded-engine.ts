import type { Command } from '../command.ts'
import type { CommandResult } from '../command-result.ts'
import { Engine } from '../engine.ts'
import type { EngineEvents } from '../event.ts'
import type { HouseMarket, Slot } from '../house.ts'
import type { Side } from '../command.ts'
import type { Call, Head, RecordedOptions } from './recording.ts'

/**
 * An engine that records its input, one line of JSON per call, so that `replay` reaches the same state. The head names
 * the version of Node, because the arithmetic of simulated participants may differ in the last bits between versions.
 */
export class RecordedEngine {
  readonly engine: Engine
  private readonly write: (line: string) => void
  private readonly houses = new Map<string, HouseMarket>()

  constructor(options: RecordedOptions, node: string, write: (line: string) => void) {
    this.engine = new Engine(options)
    this.write = write
    const head: Head = { recording: 1, node, options }
    write(JSON.stringify(head))
    for (const symbol of this.engine.symbols) {
      const note = (...call: Call) => this.note(...call)
      this.houses.set(symbol, new RecordedHouse(this.engine.house(symbol), symbol, note))
    }
  }

  beginEpoch(epoch: number): void {
    this.note('beginEpoch', epoch)
    this.engine.beginEpoch(epoch)
  }

  apply(command: Command, timeMs: number): CommandResult {
    this.note('apply', command, timeMs)
    return this.engine.apply(command, timeMs)
  }

  quantum(timeMs: number): void {
    this.note('quantum', timeMs)
    this.engine.quantum(timeMs)
  }

  publishHighWaters(timeMs: number): void {
    this.note('publishHighWaters', timeMs)
    this.engine.publishHighWaters(timeMs)
  }

  postponeDeadMen(gapMs: number): void {
    this.note('postponeDeadMen', gapMs)
    this.engine.postponeDeadMen(gapMs)
  }

  /** An account's `seq` rises with each drain that has a change of it. */
  drain(): EngineEvents {
    this.note('drain')
    return this.engine.drain()
  }

  house(symbol: string): HouseMarket {
    return this.houses.get(symbol) ?? this.engine.house(symbol)
  }

  private note(...call: Call): void {
    this.write(JSON.stringify(call))
  }
}

/** A book of the house whose orders and takes are recorded; reads are not. */
class RecordedHouse implements HouseMarket {
  private readonly market: HouseMarket
  private readonly symbol: string
  private readonly note: (...call: Call) => void

  constructor(market: HouseMarket, symbol: string, note: (...call: Call) => void) {
    this.market = market
    this.symbol = symbol
    this.note = note
  }

  get bidTicks(): number {
    return this.market.bidTicks
  }

  get askTicks(): number {
    return this.market.askTicks
  }

  get maxTicks(): number {
    return this.market.maxTicks
  }

  get onHouseFill(): HouseMarket['onHouseFill'] {
    return this.market.onHouseFill
  }

  set onHouseFill(listener: HouseMarket['onHouseFill']) {
    this.market.onHouseFill = listener
  }

  lotsAt(ticks: number): number {
    return this.market.lotsAt(ticks)
  }

  firstAt(ticks: number): Slot {
    return this.market.firstAt(ticks)
  }

  nextAfter(slot: Slot): Slot {
    return this.market.nextAfter(slot)
  }

  isHouse(slot: Slot): boolean {
    return this.market.isHouse(slot)
  }

  tagOf(slot: Slot): number {
    return this.market.tagOf(slot)
  }

  place(side: Side, ticks: number, lots: number, tag: number): Slot {
    this.note('place', this.symbol, side, ticks, lots, tag)
    return this.market.place(side, ticks, lots, tag)
  }

  cancel(slot: Slot): void {
    this.note('cancel', this.symbol, slot)
    this.market.cancel(slot)
  }

  take(side: Side, lots: number, limitTicks: number, timeMs: number): number {
    this.note('take', this.symbol, side, lots, limitTicks, timeMs)
    return this.market.take(side, lots, limitTicks, timeMs)
  }
}
