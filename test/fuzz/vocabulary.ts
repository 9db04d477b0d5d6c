import type { Command } from '../../server/engine/command.ts'
import type { CommandResult } from '../../server/engine/command-result.ts'
import type { Cause, EngineEvents, EntryKind } from '../../server/engine/event.ts'
import { REJECT_CODES, type CloseReason, type MarginState, type OrderStatus } from '../../server/engine/state.ts'

/** The engine's vocabulary; the types ensure that it is complete. */
const CODES = Object.fromEntries([...REJECT_CODES, 'NOT_FOUND', 'NOT_AMENDABLE'].map((code) => [code, true]))
const REASONS: Record<CloseReason, true> = {
  user: true,
  cancel_all: true,
  replaced: true,
  ioc_remainder: true,
  no_liquidity: true,
  self_trade: true,
  sibling_filled: true,
  parent_closed: true,
  dead_man: true,
  day_end: true,
  gtd: true,
  reduce_only: true,
  liquidation: true,
  halt: true,
  reset: true,
  admin: true,
}
const STATUSES: Record<OrderStatus, true> = {
  held: true,
  untriggered: true,
  open: true,
  partially_filled: true,
  filled: true,
  canceled: true,
  expired: true,
  rejected: true,
}
const EVENTS: Record<keyof EngineEvents, true> = {
  trades: true,
  entries: true,
  fills: true,
  orders: true,
  positions: true,
  accounts: true,
  deadMen: true,
}
const ENTRIES: Record<EntryKind, true> = {
  deposit: true,
  withdraw: true,
  reset: true,
  trade: true,
  fee: true,
  interest: true,
  borrow: true,
  dividend: true,
  split: true,
}
const CAUSES: Record<Cause, true> = {
  order: true,
  cancel: true,
  amend: true,
  trade: true,
  trigger: true,
  liquidation: true,
  deposit: true,
  withdraw: true,
  reset: true,
  corporate_action: true,
  interest: true,
  session: true,
  system: true,
}
const MARGIN: Record<MarginState, true> = { ok: true, warning: true, liquidating: true }
const COMMANDS: Record<Command['kind'], true> = {
  'account.open': true,
  'account.update': true,
  'account.deposit': true,
  'account.withdraw': true,
  'account.reset': true,
  'account.close': true,
  'order.place': true,
  'order.amend': true,
  'order.cancel': true,
  'order.cancelAll': true,
  'position.close': true,
  'position.protect': true,
  cancelAfter: true,
  'market.status': true,
  'corporate.dividend': true,
  'corporate.split': true,
  'margin.charge': true,
}
const WORDS = {
  code: CODES,
  reason: REASONS,
  status: STATUSES,
  event: EVENTS,
  entry: ENTRIES,
  cause: CAUSES,
  margin: MARGIN,
  command: COMMANDS,
}

/** Counts how often each word of the vocabulary occurred. */
export class Coverage {
  private readonly counts = new Map<string, number>()

  command(command: Command, result: CommandResult): void {
    this.count('command', command.kind)
    if (result.ok) return
    this.count('code', 'rejection' in result ? result.rejection.code : result.code)
  }

  events(events: EngineEvents): void {
    for (const kind of Object.keys(EVENTS) as (keyof EngineEvents)[]) this.count('event', kind, events[kind].length)
    for (const { status, reason } of events.orders) {
      this.count('status', status)
      if (reason !== undefined) this.count('reason', reason)
    }
    for (const { kind } of events.entries) this.count('entry', kind)
    for (const { cause, account } of events.accounts) {
      this.count('cause', cause)
      this.count('margin', account.marginState)
    }
  }

  /** Words that never occurred. */
  get missing(): string[] {
    return this.lines.filter(([, count]) => count === 0).map(([word]) => word)
  }

  get text(): string {
    const words = this.lines.map(([word, count]) => `${word} ${count}`)
    const kinds = Object.keys(WORDS)
    return kinds.map((kind) => words.filter((word) => word.startsWith(`${kind}:`)).join(', ')).join('\n')
  }

  private get lines(): (readonly [word: string, count: number])[] {
    return Object.entries(WORDS).flatMap(([kind, words]) =>
      Object.keys(words).map((word) => [`${kind}:${word}`, this.counts.get(`${kind}:${word}`) ?? 0] as const),
    )
  }

  private count(kind: keyof typeof WORDS, word: string, times = 1): void {
    const key = `${kind}:${word}`
    this.counts.set(key, (this.counts.get(key) ?? 0) + times)
  }
}
