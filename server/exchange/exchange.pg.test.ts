import type { Answer } from '@valiant/shared/protocol/events'
import pg from 'pg'
import { afterEach, describe, expect, it } from 'vitest'
import type { ExchangeRequest } from '../bus/exchange-request.ts'
import { ExchangeRig, good, orderOf } from './exchange.fixture.ts'

let rig: ExchangeRig
afterEach(() => rig.close())

describe('the exchange', () => {
  it('fills a market order, which is in the journal before the answer comes', async () => {
    rig = await ExchangeRig.open()
    const account = await rig.openAccount('user-1')
    const order = good(await rig.place(account, 'a'))
    expect(order).toMatchObject({ status: 'filled', filledQty: '10', clientOrderId: 'a' })
    expect(await rig.count(`SELECT count(*) FROM orders WHERE account_id = ${account} AND status = 'filled'`)).toBe(1)
    const [deposit, bought] = rig.accountFrames.map(({ frame }) => frame)
    expect(deposit).toMatchObject({ seq: 1, cause: 'deposit', balance: { cash: '100000.00' } })
    expect(bought).toMatchObject({ seq: 2, cause: 'order', orders: [{ status: 'filled' }], positions: [{ qty: '10' }] })
  })

  it('publishes quotes, books and trades in consecutively numbered frames', async () => {
    rig = await ExchangeRig.open()
    await expect.poll(() => rig.marketFrames.length).toBeGreaterThan(10)
    const [first, ...rest] = rig.marketFrames
    expect(first).toMatchObject({ full: true, seq: 1 })
    expect(rest.map(({ seq }) => seq)).toEqual(rest.map((_, i) => i + 2))
  })

  it('the same id is the same order: at once, during the commit, and after a restart', async () => {
    rig = await ExchangeRig.open()
    const account = await rig.openAccount('user-1')
    const answers = await Promise.all([rig.rest(account, 'a'), rig.rest(account, 'a'), rig.rest(account, 'a')] as const)
    expect(answers.map(({ duplicate }) => duplicate ?? false)).toEqual([false, true, true])
    expect(withoutRate(await rig.rest(account, 'a'))).toEqual({ ...withoutRate(answers[0]), duplicate: true })
    await rig.restart()
    expect(withoutRate(await rig.rest(account, 'a'))).toEqual({ ...withoutRate(answers[0]), duplicate: true })
    expect(good(await rig.ask({ event: 'account', account }))).toMatchObject({ openOrders: [{ clientOrderId: 'a' }] })
  })

  it('another order under a known id is refused and names the first', async () => {
    rig = await ExchangeRig.open()
    const account = await rig.openAccount('user-1')
    const first = good(await rig.rest(account, 'a')) as { orderId: string }
    const request = { event: 'order.cancelAll', account } as const
    const other = await rig.ask(request, { commandId: 'o:a', hash: 'bb' })
    expect(other).toMatchObject({
      ok: false,
      error: { code: 'DUPLICATE_CLIENT_ORDER_ID', outcome: 'not_executed', order: { orderId: first.orderId } },
    })
  })

  it('a clock that is set back slows the market but does not stop it', async () => {
    rig = await ExchangeRig.open()
    const account = await rig.openAccount('user-1')
    const { timeMs } = await rig.nextMarketFrame()
    rig.aheadMs -= 3_600_000
    let frame = await rig.nextMarketFrame()
    for (let count = 0; count < 10; count++) {
      const next = await rig.nextMarketFrame()
      expect(next.timeMs).toBeGreaterThan(frame.timeMs)
      frame = next
    }
    expect(frame.timeMs).toBeGreaterThan(timeMs)
    expect(frame.timeMs).toBeLessThan(timeMs + 60_000)
    expect(good(await rig.place(account, 'a', { validUntilMs: Date.now() + 5_000 }))).toMatchObject({
      status: 'filled',
    })
    // The next leader's clock is right, and the one after it is wrong again.
    rig.aheadMs += 3_600_000
    await rig.restart()
    rig.aheadMs -= 60_000
    await rig.restart()
    expect((await rig.nextMarketFrame()).timeMs).toBeGreaterThan(frame.timeMs)
    expect(good(await rig.place(account, 'b', { validUntilMs: Date.now() + 5_000 }))).toMatchObject({
      status: 'filled',
    })
  })

  it('a command that was reported as expired stays so, also for a copy with a later expiry', async () => {
    rig = await ExchangeRig.open()
    const account = await rig.openAccount('user-1')
    const answers: Answer[] = []
    rig.bus.onReply('of the copies', ({ answer }) => answers.push(answer))
    for (const validUntilMs of [rig.nowMs - 100, rig.nowMs + 5_000]) {
      const request = { ...orderOf(account, 'a'), validUntilMs }
      const copy = { id: 'a copy', gateway: 'of the copies', expiresAtMs: rig.nowMs + 5_000, request }
      await rig.bus.send({ ...copy, commandId: 'o:a', payloadHash: 'aa' })
    }
    await expect.poll(() => answers.length).toBe(2)
    const message = expect.stringMatching(
      /^The request was taken up \d+ ms after its validUntil and was not executed\.$/,
    ) as string
    const expired = { error: { code: 'REQUEST_EXPIRED', message } }
    expect(answers).toMatchObject([expired, expired])
    expect(await rig.count(`SELECT count(*) FROM orders WHERE account_id = ${account}`)).toBe(0)
    good(await rig.place(account, 'a')) // its id is unused
  })

  it('a change that is taken up after its validUntil changes nothing and leaves its id unused', async () => {
    rig = await ExchangeRig.open()
    const account = await rig.openAccount('user-1')
    const bought = good(await rig.place(account, 'a'))
    const { bidTicks } = rig.touch()
    good(await rig.place(account, 'b', { type: 'limit', timeInForce: 'gtc', limitTicks: bidTicks - 10 }))
    const position = { account, symbol: 'VLNT', source: 'api' } as const
    const changes: ExchangeRequest[] = [
      { event: 'order.amend', account, clientOrderId: 'b', qty: '2' },
      { event: 'position.protect', ...position, stopLoss: { stopTicks: bidTicks - 50, timeInForce: 'gtc' } },
      { event: 'position.close', ...position },
    ]
    for (const change of changes) {
      const seq = rig.framesOf(account).at(-1)?.seq
      const commandId = `r:${change.event}`
      const late = { ...change, validUntilMs: rig.nowMs - 100 } as ExchangeRequest
      expect(await rig.ask(late, { commandId })).toMatchObject({ error: { code: 'REQUEST_EXPIRED' } })
      expect(rig.framesOf(account).at(-1)?.seq).toBe(seq)
      const inTime = { ...change, validUntilMs: rig.nowMs + 5_000 } as ExchangeRequest
      expect(await rig.ask(inTime, { commandId })).toMatchObject({ ok: true })
      // The stored answer, however late its repeat is.
      expect(await rig.ask(late, { commandId })).toMatchObject({ ok: true, duplicate: true })
    }
    expect(bought).toMatchObject({ status: 'filled' })
  })

  it('an unknown request from a gateway of a later version is answered, and is not a defect', async () => {
    rig = await ExchangeRig.open()
    const account = await rig.openAccount('user-1')
    const { epoch } = rig
    const unheardOf = { event: 'of a later version', account } as unknown as ExchangeRequest
    expect(await rig.ask(unheardOf)).toMatchObject({ error: { code: 'INTERNAL', outcome: 'not_executed' } })
    good(await rig.place(account, 'a'))
    expect(rig.epoch).toBe(epoch)
  })

  it('a cancel of a closed order returns its final state; one of an unknown order leaves nothing behind', async () => {
    rig = await ExchangeRig.open()
    const account = await rig.openAccount('user-1')
    good(await rig.place(account, 'a'))
    const cancel = (clientOrderId: string, commandId: string) =>
      rig.ask({ event: 'order.cancel', account, clientOrderId }, { commandId })
    expect(await cancel('a', 'r:1')).toMatchObject({
      ok: false,
      error: { code: 'ORDER_CLOSED', order: { status: 'filled' } },
    })
    expect(await cancel('b', 'r:2')).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } })
    good(await rig.rest(account, 'b'))
    expect(await cancel('b', 'r:2')).toMatchObject({ ok: false, duplicate: true, error: { code: 'NOT_FOUND' } })
    expect(good(await cancel('b', 'r:3'))).toMatchObject({ status: 'canceled', reason: 'user' })
  })

  it('order.get returns the order after everything before it has been committed', async () => {
    rig = await ExchangeRig.open()
    const account = await rig.openAccount('user-1')
    const [, read] = await Promise.all([
      rig.place(account, 'a'),
      rig.ask({ event: 'order.get', account, clientOrderId: 'a' }),
    ])
    expect(good(read)).toMatchObject({ status: 'filled', filledQty: '10', clientOrderId: 'a' })
  })

  it('money, positions, resting orders and prices continue after a restart', async () => {
    rig = await ExchangeRig.open()
    const account = await rig.openAccount('user-1')
    good(await rig.place(account, 'a'))
    good(await rig.rest(account, 'b'))
    const before = good(await rig.ask({ event: 'account', account })) as { account: { cash: string; held: string } }
    const epoch = rig.marketFrames.at(-1)?.epoch ?? 0
    await rig.restart()
    const after = good(await rig.ask({ event: 'account', account }))
    expect(after).toMatchObject({
      account: { cash: before.account.cash, held: before.account.held },
      positions: [{ symbol: 'VLNT', qty: '10' }],
      openOrders: [{ clientOrderId: 'b', status: 'open' }],
    })
    expect(rig.marketFrames.at(-1)?.epoch).toBe(epoch + 1)
  })

  it('one user gets one account, however often it is requested', async () => {
    rig = await ExchangeRig.open()
    const accounts = await Promise.all([rig.openAccount('u'), rig.openAccount('u'), rig.openAccount('v')])
    expect(new Set(accounts).size).toBe(2)
    await rig.restart()
    expect(await rig.openAccount('u')).toBe(accounts[0])
  })

  it('a lost database connection only causes a delay', async () => {
    rig = await ExchangeRig.open()
    const account = await rig.openAccount('user-1')
    const client = new pg.Client({ connectionString: rig.url })
    await client.connect()
    const ids = Array.from({ length: 60 }, (_, i) => `order-${i}`)
    const asked: Promise<Answer>[] = []
    for (const [i, id] of ids.entries()) {
      asked.push(rig.place(account, id, { lots: 1 }))
      if (i % 20 === 10) {
        await client.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND application_name LIKE 'valiant-commit%'`,
        )
      }
    }
    for (const answer of await Promise.all(asked)) expect(good(answer)).toMatchObject({ status: 'filled' })
    await client.end()
    expect(await rig.count(`SELECT count(*) FROM orders WHERE account_id = ${account} AND status = 'filled'`)).toBe(60)
    expect(
      await rig.count('SELECT count(*) FROM (SELECT asset FROM balance GROUP BY asset HAVING sum(amount) <> 0) x'),
    ).toBe(0)
  })
})

const withoutRate = ({ rate: _, ...answer }: Answer) => answer
