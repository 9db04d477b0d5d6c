import fc from 'fast-check'
import type { ChargeDays, PayDividend, ResetAccount, Side, SplitShares } from './command.ts'
import { SHARE } from './engine.fixture.ts'
import type { EngineEvents } from './event.ts'
import { type Action, anyAction, type Player, SYMBOLS, USERS } from './random-trading.fixture.ts'

/**
 * For property tests: actions that move money without a trade, and prices that move far enough to cause liquidations.
 */
export type MoneyAction =
  | Action
  | { readonly what: 'money'; readonly command: PayDividend | SplitShares | ChargeDays | ResetAccount }
  | { readonly what: 'jump'; readonly symbol: string; readonly ticks: number; readonly lots: number }

const symbol = fc.constantFrom(...SYMBOLS)
const account = fc.constantFrom(...USERS)
const lots = fc.integer({ min: 1, max: 5_000 })
const kindOf = <Kind extends string>(kind: Kind) => fc.constant(kind)

const dividend = fc.record({ kind: kindOf('corporate.dividend'), symbol, centsPerLot: fc.integer({ min: 1, max: 50 }) })
const split = fc
  .record({ symbol, ratio: fc.constantFrom([2, 1], [3, 2], [1, 2], [1, 3], [101, 100]) })
  .map(({ symbol, ratio: [numerator = 1, denominator = 1] }) => {
    return { kind: 'corporate.split', symbol, numerator, denominator, maxTicks: SHARE.maxTicks } as const
  })
const charge = fc.record({ kind: kindOf('margin.charge'), days: fc.integer({ min: 1, max: 400 }) })
const startingCents = fc.integer({ min: 20_000, max: 200_000 })
const reset = fc.record({ kind: kindOf('account.reset'), account, startingCents })

const ticks = fc.constantFrom(10_000, 10_000, 10_000, 9_700, 10_300, 8_000, 12_000)
const moneyAction: { weight: number; arbitrary: fc.Arbitrary<MoneyAction> }[] = [
  {
    weight: 4,
    arbitrary: fc.oneof(dividend, split, charge, reset).map((command) => ({ what: 'money', command })),
  },
  { weight: 6, arbitrary: fc.record({ what: kindOf('jump'), symbol, ticks, lots }) },
]

export const moneyActions = fc.array(fc.oneof({ weight: 30, arbitrary: anyAction }, ...moneyAction), {
  ...{ minLength: 5, maxLength: 150, size: 'max' },
})

/** Plays an action, and passes the events of each operation to `seen`; a jump has many operations. */
export function playMoney(player: Player, action: MoneyAction, seen: (events: EngineEvents) => void): void {
  const { engine } = player
  if (action.what === 'jump') jump(player, action, seen)
  else if (action.what === 'money') {
    const { command } = action
    if (command.kind === 'corporate.split') clearHouse(player, command.symbol)
    engine.apply(command, ++player.timeMs)
    seen(engine.drain())
  } else seen(player.play(action))
}

/** The house removes its orders and quotes another price, which the mark follows. */
function jump(
  player: Player,
  { symbol, ticks, lots }: Extract<MoneyAction, { what: 'jump' }>,
  seen: (events: EngineEvents) => void,
): void {
  const { engine } = player
  const house = engine.house(symbol)
  clearHouse(player, symbol)
  house.take('buy', 1_000_000, ticks, ++player.timeMs)
  house.take('sell', 1_000_000, ticks, player.timeMs)
  seen(engine.drain())
  quote(player, symbol, 'buy', ticks - 5, lots)
  quote(player, symbol, 'sell', ticks + 5, lots)
  for (let quantum = 0; quantum < 60; quantum++) {
    player.timeMs += 50
    engine.quantum(player.timeMs)
    seen(engine.drain())
  }
}

/** A stop that was triggered meanwhile may be in the way. */
function quote(player: Player, symbol: string, side: Side, ticks: number, lots: number): void {
  const house = player.engine.house(symbol)
  if (side === 'buy' ? house.askTicks !== 0 && house.askTicks <= ticks : house.bidTicks >= ticks) return
  const slot = house.place(side, ticks, lots, 0)
  house.cancel(slot)
  // A freed slot is reused at once, so its tag is known.
  house.place(side, ticks, lots, slot % 7)
  player.houseOrders.get(symbol)?.set(slot, lots)
}

function clearHouse(player: Player, symbol: string): void {
  const resting = player.houseOrders.get(symbol)
  for (const slot of resting?.keys() ?? []) player.engine.house(symbol).cancel(slot)
  resting?.clear()
}
