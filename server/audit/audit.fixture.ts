import fc from 'fast-check'
import { type Database, openDatabase } from '../database/database.ts'
import { FIRST_USER_ACCOUNT } from '../engine/command.ts'
import { Engine } from '../engine/engine.ts'
import type { EngineEvents } from '../engine/event.ts'
import { type Action, anyActions, Player, SYMBOLS, USERS } from '../engine/random-trading.fixture.ts'
import { COIN, orderOf, SHARE } from '../engine/engine.fixture.ts'
import type { InstrumentSpec } from '../engine/instrument.ts'
import type { Order } from '../engine/state.ts'
import { batchOf, resultOf } from '../journal/batch.fixture.ts'
import { CorporateActions } from '../journal/corporate-actions.ts'
import { seedInstruments } from '../journal/instruments.ts'
import { type Batch, Journal } from '../journal/journal.ts'

const logger = { warn: () => undefined }

/** Users who trade at random on an engine. Each operation is committed to the journal as one batch. */
export class AuditedExchange implements AsyncDisposable {
  readonly database: Database
  readonly engine = new Engine({ instruments: [SHARE, COIN], maxOpenOrdersPerInstrument: 200 })
  readonly player = new Player(this.engine)
  readonly #journal: Journal
  readonly #answered = new Set<string>()
  #batch = 0

  private constructor(database: Database) {
    this.database = database
    this.#journal = new Journal(database.commits)
  }

  /** Opens accounts for three users with money and shares. */
  static async open(url: string): Promise<AuditedExchange> {
    const exchange = new AuditedExchange(await openDatabase({ url, logger }))
    await seedInstruments(exchange.database.queries, [definitionOf(SHARE, '0.01'), definitionOf(COIN, '0.02')])
    await exchange.commit(exchange.player.open(), {
      opened: USERS.map((account) => ({ account, userId: `user-${account}` })),
    })
    return exchange
  }

  async trade(seed: number, sessions: number): Promise<void> {
    for (const action of fc.sample(anyActions, { seed, numRuns: sessions }).flat()) await this.play(action)
  }

  async play(action: Action): Promise<void> {
    await this.commit(this.player.play(action))
  }

  async apply(command: Parameters<Engine['apply']>[0], more: Partial<Batch> = {}): Promise<void> {
    this.engine.apply(command, this.player.timeMs)
    await this.commit(this.engine.drain(), more)
  }

  async dividend(symbol: string, centsPerLot: number): Promise<void> {
    const { timeMs } = this.player
    const id = await this.#actions.schedule({ kind: 'dividend', symbol, atMs: timeMs, centsPerLot })
    await this.apply({ kind: 'corporate.dividend', symbol, centsPerLot }, { corporateActions: [id] })
  }

  async split(symbol: string, numerator: number, denominator: number): Promise<void> {
    const house = this.player.houseOrders.get(symbol) ?? new Map<number, number>()
    for (const slot of house.keys()) this.engine.house(symbol).cancel(slot)
    house.clear()
    const { timeMs } = this.player
    const id = await this.#actions.schedule({ kind: 'split', symbol, atMs: timeMs, numerator, denominator })
    const { maxTicks } = this.engine.house(symbol)
    await this.apply({ kind: 'corporate.split', symbol, numerator, denominator, maxTicks }, { corporateActions: [id] })
  }

  get #actions(): CorporateActions {
    return new CorporateActions(this.database.queries)
  }

  async commit(events: EngineEvents, more: Partial<Batch> = {}): Promise<void> {
    this.#batch++
    await this.#journal.commit(
      batchOf({
        batch: this.#batch,
        timeMs: this.player.timeMs,
        orders: [...new Set(events.orders)],
        fills: events.fills,
        entries: events.entries,
        positions: [...new Set(events.positions)],
        accounts: events.accounts.map(({ account }) => account),
        deadMen: events.deadMen,
        results: this.#answersTo(events.orders),
        ...more,
      }),
    )
  }

  #answersTo(orders: readonly Readonly<Order>[]): Batch['results'] {
    return orders.flatMap(({ account, clientOrderId }) => {
      const id = `${account} ${clientOrderId}`
      if (clientOrderId.startsWith('#') || this.#answered.has(id)) return []
      this.#answered.add(id)
      return [resultOf(account, `o:${clientOrderId}`)]
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.database[Symbol.asyncDispose]()
  }
}

/** The definition of an instrument as the server stores it. */
const definitionOf = (
  { symbol, maxTicks, maxLots, makerBps, takerBps, priceBandBps }: InstrumentSpec,
  tickSize: string,
) => ({
  ...{ symbol, tickSize, lotSize: '1', maxQty: String(maxLots), maxTicks, makerBps, takerBps, priceBandBps },
})

/** A user with a cash account and one with a margin account; the names of their orders are known to the tests. */
export const DAN = FIRST_USER_ACCOUNT + 24
export const EVE = FIRST_USER_ACCOUNT + 25

/** Adds one of each kind of row that the tests corrupt; orders are found by their client order ids. */
export async function addKnownOrders(exchange: AuditedExchange): Promise<void> {
  const { player, engine } = exchange
  const { symbol } = SHARE
  const empty = { kind: 'market.status', status: 'closed', cancelOrders: true } as const
  for (const one of SYMBOLS) {
    await exchange.apply({ ...empty, symbol: one })
    for (const slot of player.houseOrders.get(one)?.keys() ?? []) engine.house(one).cancel(slot)
    player.houseOrders.get(one)?.clear()
    await exchange.apply({ ...empty, symbol: one, status: 'open' })
  }
  for (const [account, mode, startingCents] of [
    [DAN, 'cash', 100_000_00],
    [EVE, 'margin', 1_500_00],
  ] as const) {
    const opened = [{ account, userId: `user-${account}` }]
    await exchange.apply({ kind: 'account.open', account, name: mode, startingCents, mode }, { opened })
  }
  await exchange.play({ what: 'house', symbol, side: 'sell', ticks: 10_000, lots: 40 })
  await exchange.play({ what: 'house', symbol, side: 'buy', ticks: 9_990, lots: 50 })
  const place = (clientOrderId: string, order: Parameters<typeof orderOf>[0]) =>
    exchange.apply({ ...orderOf(order), clientOrderId })
  await place('bought', { side: 'buy', lots: 30, account: DAN })
  await place('sells', { side: 'sell', lots: 20, limitTicks: 10_010, account: DAN })
  await place('crosses', { side: 'buy', lots: 20, limitTicks: 10_010, account: EVE })
  await exchange.apply({ kind: 'margin.charge', days: 3 })
  await place('rests', { side: 'buy', lots: 10, limitTicks: 9_000, account: DAN })
  await place('stops', { side: 'buy', lots: 5, type: 'stop', stopTicks: 10_100, limitTicks: 0, timeInForce: 'gtc', account: DAN }) // prettier-ignore
  await place('refused', { side: 'buy', lots: 999_999, limitTicks: 9_000, account: DAN })
  await place('gone', { side: 'buy', lots: 10, limitTicks: 9_001, account: DAN })
  await exchange.apply({ kind: 'order.cancel', account: DAN, order: { clientOrderId: 'gone' } })
  const exits = { takeProfit: { limitTicks: 11_000 }, stopLoss: { stopTicks: 8_000 } }
  await place('entry', { side: 'buy', lots: 4, limitTicks: 9_000, account: EVE, ...exits })
  await exchange.apply({ kind: 'position.protect', account: EVE, symbol, source: 'web', ...exits })
}
