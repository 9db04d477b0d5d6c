import type { CommitFault } from './postgres/server.ts'
import type { Chance } from './world/chance.ts'

/** The faults of a history and their times, in ms of the history. */
export type Fault = { readonly atMs: number } & (
  | { readonly kind: 'pause'; readonly node: number; readonly ms: number }
  /** Kills a process at one of its next external calls, so between any two awaits. */
  | { readonly kind: 'crash'; readonly node: number; readonly afterCalls: number; readonly restartMs: number }
  | { readonly kind: 'drain'; readonly node: number; readonly restartMs: number }
  | { readonly kind: 'clock'; readonly node: number; readonly offsetMs: number }
  | { readonly kind: 'commit'; readonly fault: CommitFault }
  | { readonly kind: 'postgres away'; readonly ms: number }
  | { readonly kind: 'postgres cut'; readonly node: number }
  | { readonly kind: 'reads slow'; readonly byMs: number; readonly ms: number }
  | { readonly kind: 'redis away'; readonly ms: number; readonly clockMs: number }
  | { readonly kind: 'redis wiped'; readonly clockMs: number }
  | { readonly kind: 'redis cut' }
  | { readonly kind: 'redis frozen'; readonly ms: number }
  | {
      readonly kind: 'noise'
      readonly ms: number
      readonly drop: number
      readonly repeat: number
      readonly late: number
    }
  | { readonly kind: 'client cut'; readonly client: number }
  | { readonly kind: 'client frozen'; readonly client: number; readonly ms: number }
)

const NODES = 4
const FROM_MS = 500

/** Draws the faults of one history, until a time. */
export function drawFaults(chance: Chance, { untilMs, clients }: { untilMs: number; clients: number }): Fault[] {
  const count = chance.is(0.05) ? 0 : chance.whole(1, 6)
  const faults: Fault[] = []
  for (let i = 0; i < count; i++) {
    const atMs = Math.round(chance.between(FROM_MS, untilMs))
    faults.push(drawFault(chance, atMs, clients))
    // Faults are more interesting together, so sometimes a second one follows closely.
    if (chance.is(0.3)) faults.push(drawFault(chance, atMs + Math.round(chance.between(0, 300)), clients))
  }
  return faults.sort((one, other) => one.atMs - other.atMs)
}

function drawFault(chance: Chance, atMs: number, clients: number): Fault {
  const node = chance.whole(0, NODES - 1)
  const short = () => Math.round(chance.is(0.3) ? chance.between(2_000, 10_000) : chance.between(0, 2_000))
  const drawn = chance.next()
  if (drawn < 0.14) return { atMs, kind: 'pause', node, ms: short() }
  if (drawn < 0.3) {
    const restartMs = Math.round(chance.between(100, 3_000))
    return { atMs, kind: 'crash', node, afterCalls: chance.whole(0, 60), restartMs }
  }
  if (drawn < 0.36) return { atMs, kind: 'drain', node, restartMs: Math.round(chance.between(100, 2_000)) }
  if (drawn < 0.39) return { atMs, kind: 'clock', node, offsetMs: Math.round(chance.between(-2_000, 2_000)) }
  if (drawn < 0.62) return { atMs, kind: 'commit', fault: drawCommitFault(chance) }
  if (drawn < 0.66) return { atMs, kind: 'postgres away', ms: short() }
  if (drawn < 0.69) return { atMs, kind: 'postgres cut', node }
  if (drawn < 0.71) return { atMs, kind: 'reads slow', byMs: Math.round(chance.between(50, 2_000)), ms: short() }
  const clockMs = Math.round(chance.is(0.5) ? 0 : chance.between(-8_000, 2_000))
  if (drawn < 0.75) return { atMs, kind: 'redis away', ms: short(), clockMs }
  if (drawn < 0.8) return { atMs, kind: 'redis wiped', clockMs }
  if (drawn < 0.83) return { atMs, kind: 'redis cut' }
  if (drawn < 0.85) return { atMs, kind: 'redis frozen', ms: short() }
  if (drawn < 0.91) {
    const [drop, repeat, late] = [chance.between(0, 0.5), chance.between(0, 0.3), chance.between(0, 0.3)]
    return { atMs, kind: 'noise', ms: short(), drop, repeat, late }
  }
  const client = chance.whole(0, clients - 1)
  if (drawn < 0.97) return { atMs, kind: 'client cut', client }
  return { atMs, kind: 'client frozen', client, ms: short() }
}

function drawCommitFault(chance: Chance): CommitFault {
  const ms = Math.round(chance.between(0, 5_000))
  return chance.of([
    { kind: 'answer lost' },
    { kind: 'answer lost' },
    { kind: 'call lost' },
    { kind: 'late', ms },
    { kind: 'slow', ms },
    // About the time after which the leader gives up, but Postgres does not yet.
    { kind: 'slow', ms: Math.round(chance.between(500, 1_500)) },
    { kind: 'late answer', ms },
    { kind: 'cut at work', ms: Math.round(ms / 4) },
    // About the duration of a recovery.
    { kind: 'cut at work', ms: Math.round(chance.between(1, 40)) },
  ])
}

/** When a fault has ended. */
export const endOf = (fault: Fault): number => {
  if ('restartMs' in fault) return fault.atMs + fault.restartMs
  if (fault.kind === 'commit') return fault.atMs + ('ms' in fault.fault ? fault.fault.ms : 0)
  return fault.atMs + ('ms' in fault ? fault.ms : 0)
}
