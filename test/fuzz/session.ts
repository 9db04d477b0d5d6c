import { type Command, FIRST_USER_ACCOUNT } from '../../server/engine/command.ts'
import { Engine } from '../../server/engine/engine.ts'
import { NaiveEngine } from '../../server/engine/oracle/naive-engine.ts'
import { Chance } from './chance.ts'
import { difference, eventsView, resultView, stateView } from './comparison.ts'
import { type Action, type Exchange, OPTIONS, Player } from './player.ts'
import { Generator } from './generator.ts'
import { Books, checkBooks } from './invariants.ts'
import type { Coverage } from './vocabulary.ts'

/** The whole state is compared after this many actions. */
export const STATE_EVERY = 50

/** Orders are previewed if their time is a multiple of this. */
const PREVIEW_EVERY = 5

interface Fault {
  /** The index of the action that showed the fault. */
  readonly at: number
  readonly text: string
}

interface SessionOptions {
  readonly coverage?: Coverage
  readonly stateEvery?: number
  readonly makeEngine?: () => Exchange
}

/** A session that plays each action on engine and oracle and compares them. */
class Session {
  readonly oracle = new Player(new NaiveEngine(OPTIONS))
  private readonly engine: Player
  private readonly books = new Books()
  private readonly accounts: number[] = []
  private readonly coverage: Coverage | undefined
  private readonly stateEvery: number
  private played = 0

  constructor({ coverage, stateEvery = STATE_EVERY, makeEngine = () => new Engine(OPTIONS) }: SessionOptions = {}) {
    this.coverage = coverage
    this.stateEvery = stateEvery
    this.engine = new Player(makeEngine())
  }

  /** @returns the difference, or the invariant that does not hold; empty if there is none */
  play(action: Action): string {
    try {
      return this.compared(action)
    } catch (error) {
      return error instanceof Error ? (error.stack ?? error.message) : String(error)
    }
  }

  private compared(action: Action): string {
    const previewed = this.previewed(action)
    if (previewed !== '') return previewed
    const expected = this.oracle.play(action)
    const expectedView = resultView(expected)
    const expectedEvents = this.oracle.exchange.drain()
    const got = resultView(this.engine.play(action))
    const events = this.engine.exchange.drain()
    const differs = difference(
      { result: expectedView, events: eventsView(expectedEvents) },
      { result: got, events: eventsView(events) },
    )
    if (differs !== '') return differs
    if (action.what === 'command') this.note(action.command)
    if (action.what === 'command' && typeof expected === 'object') this.coverage?.command(action.command, expected)
    this.coverage?.events(events)
    return this.check(events)
  }

  private note(command: Command): void {
    if (command.kind === 'account.open') this.accounts.push(command.account)
    else if (command.kind === 'account.close') this.accounts.splice(this.accounts.indexOf(command.account), 1)
  }

  /** Compares the previews of some orders before they are placed. */
  private previewed(action: Action): string {
    if (action.what !== 'command' || action.command.kind !== 'order.place') return ''
    if (action.timeMs % PREVIEW_EVERY !== 0) return ''
    const preview = { liquidationTicks: undefined, ...this.oracle.exchange.preview(action.command) }
    const got = { ...this.engine.exchange.preview(action.command), liquidationTicks: undefined }
    return difference({ preview }, { preview: got })
  }

  private check(events: ReturnType<Exchange['drain']>): string {
    const { exchange } = this.engine
    this.books.add(events)
    for (const { account } of events.accounts) {
      if (account.isClosed === true) this.books.closed(account.account)
      else if (account.account >= FIRST_USER_ACCOUNT) this.books.account(exchange, account.account)
    }
    checkBooks(exchange)
    if (++this.played % this.stateEvery !== 0) return ''
    return difference(stateView(this.oracle.exchange, this.accounts), stateView(exchange, this.accounts))
  }
}

/** Runs `count` actions of a seed, until the first fault. */
export function run(
  seed: number,
  count: number,
  options: SessionOptions = {},
): { actions: Action[]; fault: Fault | undefined } {
  const session = new Session(options)
  const generator = new Generator(new Chance(seed), session.oracle)
  const actions: Action[] = []
  for (let at = 0; at < count; at++) {
    const action = generator.next()
    actions.push(action)
    const text = session.play(action)
    if (text !== '') return { actions, fault: { at, text } }
  }
  return { actions, fault: undefined }
}

/** Plays a list of actions in a new session. */
function replayed(actions: readonly Action[], options: SessionOptions = {}): Fault | undefined {
  const session = new Session(options)
  for (const [at, action] of actions.entries()) {
    const text = session.play(action)
    if (text !== '') return { at, text }
  }
  return undefined
}

/** Limit of the actions that shrinking replays. */
const REPLAYED_MAX = 120_000
/** Commands are only well formed if their accounts exist, so these actions are never dropped. */
const isNeeded = (action: Action): boolean =>
  action.what === 'epoch' || (action.what === 'command' && action.command.kind === 'account.open')

/** Where the difference is, so that shrinking does not end with another fault. */
const kindOf = ({ text }: Fault): string =>
  text
    .split('\n')[0]
    ?.split(':')[0]
    ?.replace(/[0-9]+/g, '') ?? ''

/** Drops actions, many at a time at first, as long as the fault remains. */
export function shrunk(
  actions: readonly Action[],
  options: SessionOptions = {},
): { actions: readonly Action[]; fault: Fault | undefined } {
  let [kept, fault] = [actions, replayed(actions, options)]
  const kind = fault === undefined ? '' : kindOf(fault)
  let played = 0
  for (let size = Math.ceil(actions.length / 2); size >= 1 && played < REPLAYED_MAX; size = Math.floor(size / 2)) {
    for (let from = 0; from < kept.length && played < REPLAYED_MAX;) {
      const fewer = [
        ...kept.slice(0, from),
        ...kept.slice(from, from + size).filter(isNeeded),
        ...kept.slice(from + size),
      ]
      const again = fewer.length === kept.length ? undefined : replayed(fewer, options)
      played += again === undefined ? fewer.length : again.at
      if (again === undefined || kindOf(again) !== kind) from += size
      else [kept, fault] = [fewer.slice(0, again.at + 1), again]
    }
  }
  return { actions: kept, fault }
}
