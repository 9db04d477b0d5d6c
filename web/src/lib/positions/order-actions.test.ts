import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { RequestRefused } from '@valiant/shared/client/errors'
import type { Position } from '@valiant/shared/protocol/account'
import type { Instrument } from '@valiant/shared/protocol/market-data'
import type { Order } from '@valiant/shared/protocol/order'
import type { WireError } from '@valiant/shared/protocol/wire-error'
import type { Listing } from '#lib/market/listing.svelte.ts'
import type { Receipt, WayOn } from '#lib/ticket/receipt.ts'
import type { Exchange, OrderActions } from './order-actions.svelte.ts'

// Without Svelte's compiler each rune is the value it holds.
vi.stubGlobal('$state', { raw: <Value>(value: Value) => value })
const { OrderActions: Actions } = await import('./order-actions.svelte.ts')

const instrument = {
  symbol: 'NOVA',
  tickSize: '0.02',
  lotSize: '1',
  session: { open: '00:00' },
} as unknown as Instrument
const order = {
  orderId: 'o1',
  symbol: 'NOVA',
  side: 'buy',
  type: 'limit',
  status: 'partially_filled',
  timeInForce: 'gtc',
  qty: '200',
  filledQty: '60',
  remainingQty: '140',
  limitPrice: '184.30',
} as Order
const position = { symbol: 'NOVA', qty: '320' } as Position

let answers: Record<string, unknown>
let asked: (readonly [name: string, payload: unknown])[]
let told: Receipt[]
let actions: OrderActions
let account: { seq: number }

beforeEach(() => {
  vi.useFakeTimers()
  ;[answers, asked, told] = [{}, [], []]
  account = { seq: 7 }
  const exchange = {
    get account() {
      return account
    },
    serverNow: () => Date.UTC(2026, 10, 29, 14, 32, 11),
    ask: (name: string, payload: unknown) => {
      asked.push([name, payload])
      const answer = answers[name]
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
    },
  }
  actions = new Actions(exchange as unknown as Exchange, {
    listingOf: () => ({ label: 'NOVA', instrument }) as unknown as Listing,
    tell: (receipt) => void told.push(receipt),
    hasExits: () => false,
    qtyToProtect: () => undefined,
    has: () => ({ held: '0', equity: 0, isMargin: false }),
  })
})
afterEach(() => vi.useRealTimers())

const take = (way: WayOn | undefined) => way?.do === 'act' && way.act()

describe('the way back orders what the answer says', () => {
  test('"Place again" of an order that filled further before it was canceled is for what was canceled', async () => {
    answers['order.cancel'] = { ...order, status: 'canceled', filledQty: '160', remainingQty: '0' }
    answers['order.place'] = { ...order, status: 'open', fills: [] }
    await actions.cancel(order)
    expect(told[0]?.title).toBe('Cancelled: buy 40 NOVA')
    take(told[0]?.waysOn[0])
    expect(asked.at(-1)).toMatchObject(['order.place', { type: 'limit', qty: '40', limitPrice: '184.30' }])
  })

  test('"Reopen at market" of a position that closed in part is for what was closed', async () => {
    const closed = { symbol: 'NOVA', side: 'sell', qty: '320', filledQty: '200', avgPrice: '184.30', feesPaid: '18.43' }
    answers['position.close'] = { ...closed, status: 'canceled', reason: 'no_liquidity' }
    answers['order.place'] = { ...order, status: 'filled', fills: [], avgPrice: '184.30', feesPaid: '1.00' }
    await actions.close(position)
    expect(told[0]?.title).toBe('Sold 200 NOVA at 184.30, not 320')
    take(told[0]?.waysOn[0])
    expect(asked.at(-1)).toMatchObject(['order.place', { side: 'buy', type: 'market', qty: '200' }])
  })

  test('a position of which nothing closed has nothing to reopen', async () => {
    const none = { symbol: 'NOVA', side: 'sell', qty: '320', filledQty: '0', avgPrice: null, feesPaid: '0.00' }
    answers['position.close'] = { ...none, status: 'canceled', reason: 'self_trade' }
    await actions.close(position)
    expect(told[0]?.waysOn.map(({ label }) => label)).toEqual(['View'])
  })
})

test('a reversal has one id in every tab that shows the same position, and another one after each change', async () => {
  answers['order.place'] = new RequestRefused({ code: 'MARKET_HALTED', message: '', outcome: 'not_executed' })
  const ids = async () => {
    await actions.reverse(position)
    return (asked.at(-1)?.[1] as { clientOrderId: string }).clientOrderId
  }
  expect([await ids(), await ids()]).toEqual(['reverse:NOVA:7', 'reverse:NOVA:7'])
  expect(asked[0]).toMatchObject(['order.place', { side: 'sell', type: 'market', qty: '640' }])
  account = { seq: 8 }
  expect(await ids()).toBe('reverse:NOVA:8')
})

test('what is in flight is named until it is answered', async () => {
  answers['order.cancel'] = { ...order, status: 'canceled', remainingQty: '0' }
  answers['order.cancelAll'] = { orderIds: ['o2'] }
  const both = Promise.all([actions.cancel(order), actions.cancelAll()])
  expect(actions.unanswered.text).toBe(
    'Cancel buy 140 NOVA was sent at 14:32:11; its result isn’t known yet. It is sent again for a minute, and can’t be done twice. ' +
      'Cancel all orders was sent at 14:32:11; its result isn’t known yet. It is sent again for a minute, and can’t be done twice.',
  )
  await both
  expect(actions.unanswered.text).toBe('')
})

describe('what another tab has done already is not reported as a failure', () => {
  const refusal = (error: Partial<WireError>) =>
    new RequestRefused({ code: 'INTERNAL', message: '', outcome: 'not_executed', ...error })

  test('an order that it has canceled', async () => {
    answers['order.cancel'] = refusal({ code: 'ORDER_CLOSED', order: { ...order, status: 'canceled', updatedAt: 0 } })
    await actions.cancel(order)
    expect(told).toMatchObject([{ kind: 'canceled', title: 'Already cancelled: buy 140 NOVA' }])
  })

  test('but an order that filled is', async () => {
    answers['order.cancel'] = refusal({ code: 'ORDER_CLOSED', order: { ...order, status: 'filled', updatedAt: 0 } })
    await actions.cancel(order)
    expect(told).toMatchObject([{ kind: 'refused', title: 'Not cancelled: buy 140 NOVA' }])
  })

  test('a position that it has closed', async () => {
    answers['position.close'] = refusal({ code: 'REDUCE_ONLY_WOULD_INCREASE' })
    await actions.close(position)
    expect(told).toMatchObject([{ kind: 'canceled', title: 'NOVA was closed already' }])
  })

  test('all orders, or all positions', async () => {
    answers['order.cancelAll'] = { orderIds: [] }
    await actions.cancelAll()
    answers['position.close'] = refusal({ code: 'REDUCE_ONLY_WOULD_INCREASE' })
    await actions.closeAll([position])
    expect(told.map(({ kind, title }) => [kind, title])).toEqual([
      ['canceled', 'No order was open any more'],
      ['canceled', 'NOVA was closed already'],
    ])
  })
})

describe('a form in a row', () => {
  test('stays open when a question next to it times out', () => {
    actions.inPlace.edit('amend o1')
    actions.inPlace.ask('close NOVA')
    vi.advanceTimersByTime(8_000)
    expect(actions.inPlace).toMatchObject({ asking: undefined, editing: 'amend o1' })
  })

  test('takes back the question that was open before it', () => {
    actions.inPlace.ask('close NOVA')
    actions.inPlace.edit('protect NOVA')
    expect(actions.inPlace).toMatchObject({ asking: undefined, editing: 'protect NOVA' })
  })

  test('is closed by Esc only once no question is open', () => {
    actions.inPlace.edit('amend o1')
    actions.inPlace.ask('cancelAll')
    actions.inPlace.keep()
    expect(actions.inPlace).toMatchObject({ asking: undefined, editing: 'amend o1' })
    actions.inPlace.keep()
    expect(actions.inPlace.editing).toBeUndefined()
  })

  test('keeps what is typed while another row is closed or canceled', async () => {
    answers['position.close'] = { ...order, side: 'sell', status: 'filled', avgPrice: '184.30', feesPaid: '1.00' }
    answers['order.cancelAll'] = { orderIds: ['o2'] }
    actions.inPlace.edit('amend o1')
    await actions.close(position)
    await actions.cancelAll()
    expect(actions.inPlace.editing).toBe('amend o1')
  })
})

test.each([
  ['amend o1', { openOrders: [], positions: [position] }],
  ['protect NOVA', { openOrders: [order], positions: [] }],
] as const)('the form "%s" ends with its order or position, and not before', (row, after) => {
  actions.inPlace.edit(row)
  actions.inPlace.settle({ openOrders: [order], positions: [position] })
  expect(actions.inPlace.editing).toBe(row)
  actions.inPlace.settle(after)
  expect(actions.inPlace.editing).toBeUndefined()
})

test.each(['close NOVA', 'reverse NOVA', 'closeAll', 'cancelAll'] as const)(
  'the question "%s" ends with what it is about, and not before',
  (question) => {
    actions.inPlace.ask(question)
    actions.inPlace.settle({ openOrders: [order], positions: [position] })
    expect(actions.inPlace.asking).toBe(question)
    actions.inPlace.settle({ openOrders: [], positions: [] })
    expect(actions.inPlace.asking).toBeUndefined()
  },
)

test('a position is "closing" while it is closed, not while its exits are saved', async () => {
  const seen = () => [actions.unanswered.has('NOVA'), actions.isClosing('NOVA')]
  answers['position.protect'] = {}
  const saved = actions.protect('NOVA', { takeProfit: '190.00', stopLoss: undefined })
  expect(seen()).toEqual([true, false])
  await saved
  answers['position.close'] = { ...order, side: 'sell', status: 'filled', avgPrice: '184.30', feesPaid: '1.00' }
  const closed = actions.close(position)
  expect(seen()).toEqual([true, true])
  await closed
  expect(seen()).toEqual([false, false])
})

describe('Del', () => {
  const next = { ...order, orderId: 'o2' }
  const canceledIds = () => asked.map(([, payload]) => (payload as { orderId: string }).orderId)
  beforeEach(() => {
    answers['order.cancel'] = { ...order, status: 'canceled', remainingQty: '0' }
  })

  test('pressed twice cancels one order, not the next one that moves under the focus', async () => {
    const first = actions.cancelByKey(order)
    await actions.cancelByKey(next)
    await first
    await actions.cancelByKey(next)
    expect(canceledIds()).toEqual(['o1'])
    vi.advanceTimersByTime(300)
    await actions.cancelByKey(next)
    expect(canceledIds()).toEqual(['o1', 'o2'])
  })

  test('cancels at once a row that was chosen since', async () => {
    await actions.cancelByKey(order)
    actions.hear()
    await actions.cancelByKey(next)
    expect(canceledIds()).toEqual(['o1', 'o2'])
  })
})
