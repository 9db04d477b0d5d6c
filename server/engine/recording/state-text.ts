import { FIRST_USER_ACCOUNT } from '../command.ts'
import type { Engine } from '../engine.ts'
import type { Account, DeadMan, Order, Position } from '../state.ts'

const ACCOUNT = [
  'account',
  'name',
  'mode',
  'marginState',
  'cashCents',
  'heldCents',
  'realizedCents',
  'feesPaidCents',
  'resets',
  'seq',
  'orderNumber',
  'fillNumber',
  'entryNumber',
  'createdAtMs',
] as const satisfies readonly (keyof Account)[]
const POSITION = [
  'symbol',
  'lots',
  'costCents',
  'realizedCents',
  'heldLots',
] as const satisfies readonly (keyof Position)[]
const ORDER = [
  'number',
  'clientOrderId',
  'symbol',
  'side',
  'type',
  'timeInForce',
  'postOnly',
  'selfTrade',
  'source',
  'tag',
  'lots',
  'limitTicks',
  'stopTicks',
  'trailTicks',
  'trailBps',
  'highWaterTicks',
  'expireAtMs',
  'reduceOnly',
  'role',
  'parentNumber',
  'groupNumber',
  'arrivalMidHalfTicks',
  'filledLots',
  'filledTickLots',
  'feeCentBps',
  'feesPaidCents',
  'heldCents',
  'status',
  'priority',
  'version',
  'createdAtMs',
  'updatedAtMs',
] as const satisfies readonly (keyof Order)[]
const DEAD_MAN = ['account', 'atMs', 'symbols', 'keepProtective'] as const satisfies readonly (keyof DeadMan)[]

/**
 * The complete state of an engine as text in a fixed order: engines with equal texts behave equally. One line per
 * instrument, account, position, order and switch; hash it for a short identifier.
 */
export function stateText(engine: Engine): string {
  const accounts = [...engine.accounts()].sort((a, b) => a.account - b.account)
  const users = accounts.map(({ account }) => account).filter((account) => account >= FIRST_USER_ACCOUNT)
  return [
    ...engine.symbols.map((symbol) => marketLine(engine, symbol)),
    ...accounts.map((account) => lineOf(account, ACCOUNT)),
    ...users.flatMap((account) => [
      ...[...engine.positions(account)].sort(bySymbol).map((position) => `${account} ${lineOf(position, POSITION)}`),
      ...engine.openOrders(account).map((order) => `${account} ${lineOf(order, ORDER)}`),
    ]),
    ...engine.armedDeadMen().map((deadMan) => lineOf(deadMan, DEAD_MAN)),
    '',
  ].join('\n')
}

function marketLine(engine: Engine, symbol: string): string {
  const sides = [engine.levels(symbol, 'buy'), engine.levels(symbol, 'sell')]
  const figures = [engine.status(symbol), engine.markMicroTicks(symbol), engine.lastTicks(symbol)]
  return JSON.stringify([symbol, ...figures, ...sides])
}

const lineOf = <Thing extends object>(thing: Readonly<Thing>, fields: readonly (keyof Thing)[]): string =>
  JSON.stringify(fields.map((field) => thing[field] ?? null))

const bySymbol = (a: Readonly<Position>, b: Readonly<Position>): number => (a.symbol < b.symbol ? -1 : 1)
