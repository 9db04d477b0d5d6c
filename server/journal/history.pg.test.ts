import { expect, test } from 'vitest'
import { FEES, HOUSE, OUTSIDE } from '../engine/command.ts'
import { CASH, type Fill } from '../engine/event.ts'
import { accountOf, batchOf, depositOf, entryOf, orderOf, resultOf, TakerFlow } from './batch.fixture.ts'
import { commandHash } from './command-hash.ts'
import { History } from './history.ts'
import { ALICE, BOB, fillOf, journalForEach, open } from './journal.fixture.ts'

const at = journalForEach()

test('an order and its fills are read from one snapshot', async () => {
  await open(at.journal)
  const history = new History(at.database.queries)
  const lots = 150
  const readAndCheck = async () => {
    for (const found of await Promise.all([history.order(ALICE, 1), history.orderByClientId(ALICE, 'a')])) {
      if (found === undefined) continue
      expect(found.fills).toEqual(Array.from({ length: found.order.filledLots }, (_, i) => fillOf(ALICE, i + 1, 'a')))
    }
  }
  for (let filledLots = 1; filledLots <= lots; filledLots++) {
    const order = orderOf(ALICE, 1, { clientOrderId: 'a', lots, filledLots, version: filledLots })
    const batch = batchOf({ batch: 1 + filledLots, orders: [order], fills: [fillOf(ALICE, filledLots, 'a')] })
    await Promise.all([at.journal.commit(batch), readAndCheck(), readAndCheck()])
  }
  expect((await history.order(ALICE, 1))?.fills).toHaveLength(lots)
})

test('the ledger of an account has entries from both sides, each from the account’s point of view', async () => {
  const next = await open(at.journal)
  const bob = accountOf(BOB)
  const deposit = depositOf(next, BOB, 900)
  const sides = { balanceAfter: 99_500, counterBalanceAfter: 1_400, orderNumber: 3, fillNumber: 2 }
  const counterSide = { counterOrderNumber: 8, counterFillNumber: 9 }
  const paid = entryOf(next, 'trade', [ALICE, BOB, CASH, -500], { ...sides, ...counterSide })
  const back = entryOf(next, 'trade', [BOB, ALICE, CASH, -100])
  const fee = entryOf(next, 'fee', [BOB, FEES, CASH, -1])
  await at.journal.commit(batchOf({ batch: 2, accounts: [bob], entries: [deposit, paid, back, fee] }))
  const history = new History(at.database.queries)
  const ofBob = await history.entries(BOB, { limit: 9 })
  expect(ofBob.map(({ number, counter, amount }) => [number, counter, amount])).toEqual([
    [4, FEES, -1],
    [3, ALICE, -100],
    [2, ALICE, 500],
    [1, OUTSIDE, 900],
  ])
  expect(ofBob[2]).toEqual({
    ...{ account: BOB, number: 2, counter: ALICE, counterNumber: 2, kind: 'trade', asset: CASH, amount: 500 },
    ...{ balanceAfter: 1_400, counterBalanceAfter: 99_500, orderNumber: 8, fillNumber: 9 },
    ...{ counterOrderNumber: 3, counterFillNumber: 2, timeMs: paid.timeMs },
  })
  expect(ofBob[0]).toEqual({ ...fee, counterNumber: 0 })
  const pages = [await history.entries(BOB, { limit: 2 }), await history.entries(BOB, { limit: 9, before: 3 })]
  expect(pages).toEqual([ofBob.slice(0, 2), ofBob.slice(2)])
  expect((await history.entries(ALICE, { limit: 9 })).map(({ amount }) => amount)).toEqual([100, -500, 100_000])
})

test('an entry keeps its note, and a batch with notes is checked as a whole', async () => {
  const next = await open(at.journal)
  const bought = entryOf(next, 'trade', [ALICE, HOUSE, CASH, -100_000])
  const dividend = entryOf(next, 'dividend', [ALICE, OUTSIDE, CASH, 250], { note: 'VLNT 0.25 per share' })
  const spent = entryOf(next, 'fee', [ALICE, FEES, CASH, -250])
  const split = entryOf(next, 'split', [ALICE, OUTSIDE, 'VLNT', 3], { note: '4-for-1 split of VLNT' })
  // Without the dividend the fee would overdraw the account.
  await at.journal.commit(batchOf({ batch: 2, entries: [bought, dividend, spent, split] }))
  const read = await new History(at.database.queries).entries(ALICE, { limit: 4 })
  expect(read.map(({ kind, note }) => [kind, note])).toEqual([
    ['split', '4-for-1 split of VLNT'],
    ['fee', undefined],
    ['dividend', 'VLNT 0.25 per share'],
    ['trade', undefined],
  ])
})

test('history returns pages, one order with its fills, and the first answer', async () => {
  const history = new History(at.database.queries)
  const flow = new TakerFlow()
  await at.journal.commit(flow.opening(1, [ALICE, BOB]))
  for (let batch = 2; batch <= 6; batch++) await at.journal.commit(flow.batch(batch, [ALICE, BOB, ALICE]))

  const first = await history.orders(ALICE, { limit: 4 })
  expect(first.map((order) => order.number)).toEqual([10, 9, 8, 7])
  const second = await history.orders(ALICE, { limit: 100, before: 7 })
  expect(second.map((order) => order.number)).toEqual([6, 5, 4, 3, 2, 1])
  expect(await history.orders(ALICE, { limit: 9, status: 'open' })).toEqual([])
  expect(await history.orders(ALICE, { limit: 99, status: 'closed', symbol: 'SYM3' })).toHaveLength(1)
  expect(await history.orders(ALICE, { limit: 99, fromMs: 1764000000100 })).toEqual([])
  expect((await history.fills(BOB, { limit: 2 })).map((fill) => [fill.account, fill.number])).toEqual([
    [BOB, 5],
    [BOB, 4],
  ])
  expect(await history.entries(ALICE, { limit: 99, asset: CASH })).toHaveLength(21)
  expect(await history.entries(ALICE, { limit: 99, kind: 'fee' })).toHaveLength(10)
  expect((await history.entries(ALICE, { limit: 1, kind: 'deposit' })).map(({ number }) => number)).toEqual([1])
  expect(await history.fills(BOB, { limit: 9, symbol: 'SYM3' })).toHaveLength(1)
  const all = await history.fills(BOB, { limit: 99 })
  const sums = await history.realized(BOB, { downTo: 1, before: 6 })
  expect(sums).toEqual(
    all
      .map(({ symbol, realizedCents, feeCents }) => ({ symbol, realizedCents, feeCents, fills: 1 }))
      .sort((one, other) => (one.symbol < other.symbol ? -1 : 1)),
  )
  expect(await history.realized(BOB, { downTo: 2, before: 4 })).toHaveLength(2)
  expect(await history.fills(BOB, { limit: 9, symbol: 'NEVER' })).toEqual([])
  expect(await history.entries(ALICE, { limit: 9, asset: 'NEVER' })).toEqual([])
  expect((await history.entries(ALICE, { limit: 1 }))[0]).toMatchObject({
    number: 31,
    counter: FEES,
    kind: 'fee',
    fillNumber: 10,
  })

  const found = await history.orderByClientId(ALICE, `web-${ALICE}-4`)
  expect(found?.order.number).toBe(4)
  expect(found?.fills.map((fill) => fill.lots)).toEqual([found?.order.filledLots])
  expect(await history.order(ALICE, 4)).toEqual(found)
  expect(await history.order(ALICE, 999)).toBeUndefined()

  const stored = await history.commandResult(ALICE, `o:web-${ALICE}-4`)
  const answered = resultOf(ALICE, `o:web-${ALICE}-4`)
  expect(stored?.payloadHash.equals(answered.payloadHash)).toBe(true)
  expect(stored?.result).toMatchObject({ ok: true, data: { number: 4 } })
  expect(await history.commandResult(BOB, `o:web-${ALICE}-4`)).toBeUndefined()
  const nobody = BOB + 1
  const known = await Promise.all([ALICE, nobody, BOB].map((account) => history.knownCommands(account)))
  expect(known.map((ids) => ids.length)).toEqual([10, 0, 5])
  expect(known[0]).toContain(commandHash(`o:web-${ALICE}-4`))
  const forgetful = new History(at.database.queries, { knownIdsMax: 9 })
  const few = await Promise.all([ALICE, BOB].map((account) => forgetful.knownCommands(account)))
  expect(few).toEqual(['too many', expect.objectContaining({ length: 5 })])

  expect(await history.ownerOf(ALICE)).toBe(`user-${ALICE}`)
  expect(await history.moveAccounts({ fromUserId: `user-${ALICE}`, toUserId: 'lasting' })).toEqual([ALICE])
  expect(await history.accountsOf('lasting')).toEqual([ALICE])
  expect(await history.accountsOf(`user-${ALICE}`)).toEqual([])
})

test('a time range is found in each list, whatever its bounds', async () => {
  const LATER_MS = 1_765_000_000_000
  const next = await open(at.journal)
  const timeOf = (number: number) => LATER_MS + 10 * Math.floor(number / 3) // some share the same time
  const numbers = Array.from({ length: 20 }, (_, i) => i + 1)
  const orders = numbers.map((number) => orderOf(ALICE, number, { createdAtMs: timeOf(number) }))
  const fills = numbers.map((number): Fill => ({ ...fillOf(ALICE, number), timeMs: timeOf(number) }))
  // Alice is alternately on either side of the entry.
  const entries = numbers.map((number) => {
    const timeMs = timeOf(number)
    return entryOf(next, 'trade', number % 2 === 0 ? [ALICE, BOB, CASH, 1] : [BOB, ALICE, CASH, 1], { timeMs })
  })
  const own = entries.map((entry) => (entry.account === ALICE ? entry.number : entry.counterNumber))
  const counters = { orderNumber: 20, fillNumber: 20, entryNumber: Math.max(...own) }
  const accounts = [accountOf(BOB, { mode: 'margin' }), accountOf(ALICE, counters)]
  await at.journal.commit(batchOf({ batch: 2, accounts, orders, fills, entries }))
  const history = new History(at.database.queries)
  const all = await history.entries(ALICE, { limit: 99 })
  // prettier-ignore
  for (const [from, to] of [[10, 30], [0, 1], [11, 19], [60, 9_999], [9_999, 10_000], [20, 20]] as const) {
    const [fromMs, toMs] = [LATER_MS + from, LATER_MS + to]
    const isWithin = (timeMs: number) => timeMs >= fromMs && timeMs < toMs
    const within = numbers.filter((number) => isWithin(timeOf(number))).reverse()
    const stretch = { fromMs, toMs, limit: 99 }
    expect((await history.orders(ALICE, stretch)).map(({ number }) => number)).toEqual(within)
    expect((await history.fills(ALICE, stretch)).map(({ number }) => number)).toEqual(within)
    expect(await history.entries(ALICE, stretch)).toEqual(all.filter(({ timeMs }) => isWithin(timeMs)))
  }
  expect((await history.orders(ALICE, { toMs: LATER_MS + 40, limit: 2 })).map(({ number }) => number)).toEqual([11, 10])
  expect(await history.orders(ALICE, { fromMs: LATER_MS + 40, before: 12, limit: 9 })).toEqual([])
  for (const list of ['orders', 'fills'] as const) {
    expect(await history.stretchOf(list, ALICE, { limit: 9 })).toEqual({ first: 1, before: 21 })
    expect(await history.stretchOf(list, ALICE, { fromMs: LATER_MS + 40, before: 15, limit: 9 })).toEqual({ first: 12, before: 15 }) // prettier-ignore
    expect(await history.stretchOf(list, ALICE, { toMs: LATER_MS + 40, limit: 9 })).toEqual({ first: 1, before: 12 })
  }
  expect((await history.orders(ALICE, { downTo: 18, limit: 9 })).map(({ number }) => number)).toEqual([20, 19, 18])
  expect((await history.fills(ALICE, { downTo: 18, limit: 9 })).map(({ number }) => number)).toEqual([20, 19, 18])
  expect(await history.entries(ALICE, { downTo: 10, limit: 99 })).toEqual(all.filter(({ number }) => number >= 10))
  const stretch = await history.stretchOf('entries', ALICE, { fromMs: LATER_MS, limit: 9 })
  const numbersOf = all.filter(({ timeMs }) => timeMs >= LATER_MS).map(({ number }) => number)
  expect(stretch.first).toBeLessThanOrEqual(Math.min(...numbersOf))
  expect(stretch.before).toBe(Math.max(...numbersOf) + 1)
})

test('request ids are removed after a day, order ids never', async () => {
  await at.journal.commit(
    batchOf({ batch: 1, timeMs: 1_000, results: [resultOf(ALICE, 'r:1'), resultOf(ALICE, 'o:1')] }),
  )
  await at.journal.commit(batchOf({ batch: 2, timeMs: 2_000, results: [resultOf(ALICE, 'r:2')] }))
  const history = new History(at.database.queries)
  await history.forgetRequests(2_000)
  expect(await history.commandResult(ALICE, 'r:1')).toBeUndefined()
  expect(await history.commandResult(ALICE, 'o:1')).toBeDefined()
  expect(await history.commandResult(ALICE, 'r:2')).toBeDefined()
})

test('the last batch before a time is found at any position', async () => {
  const history = new History(at.database.queries)
  /** Times of batches 1, 2 … */
  const timesMs = [1_000, 2_000, 2_000, 2_000, 3_000, 5_000, 8_000]
  const known = async () => {
    const ids = timesMs.map((_, i) => `r:${i + 1}`)
    const found = await Promise.all(ids.map((id) => history.commandResult(ALICE, id)))
    return found.flatMap((result) => (result === undefined ? [] : [result.batch]))
  }
  await history.forgetRequests(1_000) // nothing to remove before the first batch
  for (const [i, timeMs] of timesMs.entries()) {
    await at.journal.commit(batchOf({ batch: i + 1, timeMs, results: [resultOf(ALICE, `r:${i + 1}`)] }))
  }
  for (const [beforeMs, kept] of [
    [0, [1, 2, 3, 4, 5, 6, 7]],
    [1_000, [1, 2, 3, 4, 5, 6, 7]],
    [1_001, [2, 3, 4, 5, 6, 7]],
    [2_000, [2, 3, 4, 5, 6, 7]],
    [2_001, [5, 6, 7]],
    [4_000, [6, 7]],
    [8_000, [7]],
    [8_001, []],
  ] as const) {
    await history.forgetRequests(beforeMs)
    expect(await known(), `before ${beforeMs}`).toEqual(kept)
  }
})

test('an answer may contain what jsonb cannot store', async () => {
  const result = { note: 'nul \u0000 and half a pair \ud800', n: 1.0000000000000002 }
  await at.journal.commit(batchOf({ batch: 1, results: [resultOf(ALICE, 'r:odd', result)] }))
  expect((await new History(at.database.queries).commandResult(ALICE, 'r:odd'))?.result).toEqual(result)
})
