import type { Account, Position } from './account.ts'
import type { Alert, FiredAlert } from './alerts.ts'
import type { ApiKey, MadeApiKey } from './api-keys.ts'
import { bookChecksum } from './book-checksum.ts'
import type { EventName, EventOf } from './events.ts'
import type { BookFrame, Candle, Instrument, Level, TickerFrame } from './market-data.ts'
import type { News } from './news.ts'
import type { Fill, Order, PlacedOrder } from './order.ts'
import type { DataOf, PayloadOf, RequestName } from './requests.ts'
import type { OwnRoute } from './rest.ts'

/** A request and a successful answer to it. */
export interface Example<Name extends RequestName> {
  readonly payload: PayloadOf<Name>
  readonly data: DataOf<Name>
}

/**
 * One guest's first minutes, as every message shows them: a purchase of ten shares, a resting order, and their results.
 */
const TIME = 1_795_727_072_408
const ACCOUNT_ID = '43VZ7BG000000'
const symbol = 'VLNT'

const instrument: Instrument = {
  symbol,
  name: 'Valiant Exchange Group',
  assetClass: 'equity',
  sector: 'Financials',
  base: 'VLNT',
  quote: 'USD',
  tickSize: '0.01',
  lotSize: '1',
  minQty: '1',
  maxQty: '1000000',
  minNotional: '1.00',
  makerBps: 2,
  takerBps: 5,
  initialMarginBps: 5_000,
  maintenanceMarginBps: 2_500,
  shortable: true,
  borrowBps: 150,
  priceBandBps: 500,
  orderTypes: ['market', 'limit', 'stop', 'stop_limit', 'trailing_stop'],
  timesInForce: ['gtc', 'ioc', 'fok', 'day', 'gtd'],
  session: { open: '13:30', close: '20:00' },
  status: 'open',
  version: 1,
}

const bought: Order = {
  orderId: '43VZ7BG000001',
  clientOrderId: 'buy-1',
  accountId: ACCOUNT_ID,
  symbol,
  side: 'buy',
  type: 'market',
  timeInForce: 'ioc',
  qty: '10',
  filledQty: '10',
  remainingQty: '0',
  avgPrice: '75.400000',
  postOnly: false,
  reduceOnly: false,
  status: 'filled',
  feesPaid: '0.38',
  source: 'api',
  version: 1,
  createdAt: TIME,
  updatedAt: TIME,
  closedAt: TIME,
}
const fill: Fill = {
  fillId: '43VZ7BG000001',
  tradeId: '1000000108',
  orderId: bought.orderId,
  clientOrderId: bought.clientOrderId,
  symbol,
  side: 'buy',
  qty: '10',
  price: '75.40',
  fee: '0.38',
  liquidity: 'taker',
  realizedPnl: '0.00',
  time: TIME,
}
const resting: Order = {
  orderId: '43VZ7BG000002',
  clientOrderId: 'dip-1',
  accountId: ACCOUNT_ID,
  symbol,
  side: 'buy',
  type: 'limit',
  timeInForce: 'gtc',
  qty: '10',
  filledQty: '0',
  remainingQty: '10',
  avgPrice: null,
  limitPrice: '74.62',
  postOnly: false,
  reduceOnly: false,
  status: 'open',
  feesPaid: '0.00',
  tag: 'dip',
  source: 'api',
  version: 1,
  createdAt: TIME + 65,
  updatedAt: TIME + 65,
}
const canceled: Order = {
  ...resting,
  ...{ remainingQty: '0', status: 'canceled', reason: 'user', version: 2 },
  ...{ updatedAt: TIME + 9_000, closedAt: TIME + 9_000 },
}
const takeProfit: Order = {
  ...resting,
  ...{ orderId: '43VZ7BG000003', clientOrderId: '#3', side: 'sell', limitPrice: '78.42', reduceOnly: true },
  ...{ groupId: '43VZ7BG000003', role: 'take_profit', createdAt: TIME + 207, updatedAt: TIME + 207 },
}
const closing: PlacedOrder = {
  ...bought,
  ...{ orderId: '43VZ7BG000004', clientOrderId: '#4', side: 'sell', avgPrice: '75.380000', reduceOnly: true },
  fills: [
    {
      ...fill,
      ...{ fillId: '43VZ7BG000002', tradeId: '1000000109', orderId: '43VZ7BG000004', clientOrderId: '#4' },
      ...{ side: 'sell', price: '75.38', realizedPnl: '-0.20' },
    },
  ],
  seq: 6,
}
const account: Account = {
  id: ACCOUNT_ID,
  name: 'Guest 4313',
  resets: 0,
  currency: 'USD',
  mode: 'cash',
  cash: '99245.62',
  held: '746.58',
  buyingPower: '98499.04',
  equity: '99999.58',
  marginUsed: '0.00',
  realizedPnl: '0.00',
  unrealizedPnl: '-0.04',
  feesPaid: '0.38',
}
const resetAccount: Account = {
  ...account,
  ...{ resets: 1, cash: '25000.00', held: '0.00', buyingPower: '25000.00', equity: '25000.00' },
  ...{ unrealizedPnl: '0.00', feesPaid: '0.00' },
}
const position: Position = {
  symbol,
  qty: '10',
  avgPrice: '75.400000',
  markPrice: '75.395646',
  value: '753.96',
  realizedPnl: '0.00',
  unrealizedPnl: '-0.04',
}
const candle: Candle = [1_795_727_040_000, '75.37', '75.41', '75.33', '75.40', '2493', 62]
const bids: Level[] = [
  [7538, 223],
  [7537, 1079],
]
const asks: Level[] = [
  [7540, 26],
  [7541, 108],
]
const book: BookFrame = {
  epoch: 1,
  type: 'snapshot',
  symbol,
  depth: 10,
  seq: 41,
  prevSeq: 41,
  time: TIME,
  bids,
  asks,
  checksum: bookChecksum(bids, asks),
}
const ticker: TickerFrame = {
  epoch: 1,
  symbol,
  time: TIME,
  bid: '75.38',
  bidQty: '223',
  ask: '75.40',
  askQty: '26',
  last: '75.40',
  open: '75.69',
  high: '76.91',
  low: '74.49',
  close: '75.40',
  volume: '8116648',
  vwap: '75.784623',
  changePct: '-0.38',
}
const waiting: Alert = {
  alertId: '43VZ7BG000001',
  symbol,
  op: 'below',
  price: '74.62',
  note: 'Cheap enough to buy more.',
  createdAt: TIME,
}
const fired: FiredAlert = { ...waiting, firedAt: TIME + 62_000, tradePrice: '74.61' }
const halt: News = {
  ...{ id: '0000004000001', time: TIME, symbol, kind: 'halt' },
  headline: 'Trading in Valiant Exchange Group (VLNT) is halted',
}
const settings = { palette: 'cb', theme: 'dark' }
const key: ApiKey = { id: 'key-1', name: 'bot', scopes: ['read', 'trade'], accountId: ACCOUNT_ID, createdAt: TIME }
const buy: PayloadOf<'order.place'> = { clientOrderId: 'buy-1', symbol, side: 'buy', type: 'market', qty: '10' }

/** An example of each request, shown in the generated documents and on the documentation pages. */
export const REQUEST_EXAMPLES: { readonly [Name in RequestName]?: Example<Name> } = {
  time: { payload: {}, data: { time: TIME } },
  instruments: { payload: {}, data: [instrument] },
  subscribe: { payload: { channel: 'book', symbols: [symbol], depth: 10 }, data: [book] },
  unsubscribe: { payload: { channel: 'book', symbols: [symbol] }, data: {} },
  candles: { payload: { symbol, interval: '1m', limit: 1 }, data: [candle] },
  trades: { payload: { symbol, limit: 1 }, data: [[fill.tradeId, TIME, '75.40', '10', 'buy']] },
  sparklines: { payload: { points: 3 }, data: { [symbol]: ['75.69', '75.52', '75.40'] } },
  news: { payload: { symbol, limit: 1 }, data: { items: [halt], nextCursor: halt.id } },
  'order.place': { payload: buy, data: { ...bought, fills: [fill], seq: 2 } },
  'order.preview': {
    payload: buy,
    data: {
      qty: '10',
      fills: [['75.40', '10']],
      avgPrice: '75.400000',
      worstPrice: '75.40',
      slippageBps: 1.3,
      notional: '754.00',
      fee: '0.38',
      buyingPowerAfter: '99245.62',
      warnings: [],
    },
  },
  'order.amend': {
    payload: { orderId: resting.orderId, qty: '5' },
    data: { ...resting, qty: '5', remainingQty: '5', version: 2, fills: [], seq: 4, priorityKept: true },
  },
  'order.cancel': { payload: { orderId: resting.orderId }, data: { ...canceled, seq: 5 } },
  'order.cancelAll': { payload: { symbol }, data: { orderIds: [resting.orderId], seq: 5 } },
  'order.get': { payload: { orderId: bought.orderId }, data: { ...bought, fills: [fill] } },
  'position.close': { payload: { symbol }, data: closing },
  'position.protect': {
    payload: { symbol, takeProfit: { limitPrice: '78.42' } },
    data: { takeProfit, seq: 4 },
  },
  cancelAfter: { payload: { timeoutMs: 60_000 }, data: { cancelAt: TIME + 60_000 } },
  cancelOnDisconnect: { payload: { graceMs: 30_000 }, data: {} },
  account: { payload: {}, data: { seq: 3, account, positions: [position], openOrders: [resting] } },
  'account.update': { payload: { name: 'Swing' }, data: { ...account, name: 'Swing', seq: 4 } },
  'account.deposit': {
    payload: { amount: '500.00' },
    data: {
      account: { ...account, cash: '99745.62', buyingPower: '98999.04', equity: '100499.58' },
      entry: {
        ...{ entryId: '43VZ7BG000004', time: TIME, kind: 'deposit', asset: 'USD' },
        ...{ amount: '500.00', balanceAfter: '99745.62' },
      },
      seq: 4,
    },
  },
  'account.withdraw': {
    payload: { amount: '500.00' },
    data: {
      account: { ...account, cash: '98745.62', buyingPower: '97999.04', equity: '99499.58' },
      entry: {
        ...{ entryId: '43VZ7BG000004', time: TIME, kind: 'withdraw', asset: 'USD' },
        ...{ amount: '-500.00', balanceAfter: '98745.62' },
      },
      seq: 4,
    },
  },
  'account.reset': { payload: { startingCash: '25000.00' }, data: { ...resetAccount, seq: 7 } },
  accounts: { payload: {}, data: [account] },
  'accounts.create': {
    payload: { name: 'Scalping', startingCash: '25000.00' },
    data: { ...resetAccount, id: '43VZ7BR000000', name: 'Scalping', resets: 0 },
  },
  orders: { payload: { status: 'open', limit: 50 }, data: { items: [resting] } },
  fills: { payload: { symbol, limit: 50 }, data: { items: [fill] } },
  ledger: {
    payload: { limit: 1 },
    data: {
      items: [
        {
          ...{ entryId: '43VZ7BG000003', time: TIME, kind: 'fee', asset: 'USD', amount: '-0.38' },
          ...{ balanceAfter: '99245.62', orderId: bought.orderId, fillId: fill.fillId },
        },
      ],
      nextCursor: '43VZ7BG000003',
    },
  },
  realized: {
    payload: { from: TIME },
    data: { items: [{ symbol, realizedPnl: '12.50', fees: '0.76', fills: 2 }], newestFillId: fill.fillId },
  },
  equity: { payload: { interval: '1h' }, data: [[TIME, '99999.58', '99245.62']] },
  'preferences.get': { payload: { key: 'appearance' }, data: { appearance: settings } },
  'preferences.set': { payload: { key: 'appearance', value: settings }, data: { appearance: settings } },
  'alert.create': {
    payload: { symbol, op: 'below', price: '74.62', note: 'Cheap enough to buy more.' },
    data: waiting,
  },
  'alert.list': { payload: {}, data: [waiting] },
  'alert.delete': { payload: { alertId: waiting.alertId }, data: { alertId: waiting.alertId } },
}

/** An example of each event, shown in the same places. */
export const EVENT_EXAMPLES: { readonly [Name in EventName]?: EventOf<Name> } = {
  welcome: {
    protocol: 1,
    serverVersion: '0.1.0',
    instanceId: '33a942c2-1e26-49f8-939c-34c43990411d',
    epoch: 1,
    time: TIME,
    accountId: ACCOUNT_ID,
    scopes: ['read', 'trade'],
    limits: { ordersPerSecond: 50, ordersBurst: 100, requestsPerSecond: 100, frameBytes: 16_384 },
    heartbeatMs: 1_000,
    resumed: false,
  },
  heartbeat: { time: TIME, counter: 27, epoch: 1, accountSeq: 3 },
  quotes: { epoch: 1, time: TIME, q: [[symbol, 7538, 223, 7540, 26, 7540]] },
  ticker,
  candle: { epoch: 1, symbol, interval: '1m', candle, closed: false },
  book: {
    ...book,
    ...{ type: 'update', seq: 42, prevSeq: 41, bids: [[7538, 0]], asks: [] },
    checksum: bookChecksum(bids.slice(1), asks),
  },
  trades: { epoch: 1, symbol, t: [[fill.tradeId, TIME, 7540, 10, 'buy']] },
  account: {
    ...{ epoch: 1, seq: 2, time: TIME, cause: 'order', orders: [bought], fills: [fill], positions: [position] },
    balance: { ...account, held: '0.00', buyingPower: '99245.62' },
  },
  news: { epoch: 1, ...halt },
  alert: { ...fired, epoch: 1 },
  status: { epoch: 1, time: TIME, market: 'open' },
  goodbye: { code: 'SLOW_CLIENT', message: 'This socket does not take what it subscribed to.' },
  'server.closing': { afterMs: 700, reason: 'update' },
}

/** Examples of the REST routes that are not requests of the protocol. */
export const OWN_EXAMPLES: Readonly<Record<OwnRoute, { readonly payload: object; readonly data: unknown }>> = {
  book: { payload: { symbol, depth: 10 }, data: book },
  positions: { payload: {}, data: [position] },
  'keys.list': { payload: {}, data: [key] },
  'keys.make': {
    payload: { name: key.name, scopes: key.scopes },
    data: { ...key, key: 'shown-this-once' } satisfies MadeApiKey,
  },
  'keys.revoke': { payload: { id: key.id }, data: { id: key.id } },
}
