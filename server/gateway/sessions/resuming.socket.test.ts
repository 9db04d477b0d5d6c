import type { AccountFrame } from '@valiant/shared/protocol/account'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Client, GatewayRig } from '../gateway.fixture.ts'

const order = { symbol: 'VLNT', side: 'buy', type: 'limit', qty: '1', limitPrice: '50.00' } as const
let rig: GatewayRig
let cookie: string
let placed = 0

const place = (client: Client) =>
  client.ask('order.place', { ...order, clientOrderId: `o-${(placed += 1)}`, validUntil: Date.now() + 5_000 })
const seqsOf = (client: Client) => client.of('account').map((frame) => (frame as AccountFrame).seq)
const heard = (client: Client, seqs: number[]) => expect.poll(() => seqsOf(client)).toEqual(seqs)

beforeEach(async () => {
  rig = await GatewayRig.open()
  cookie = await rig.guest()
})
afterEach(() => rig[Symbol.asyncDispose]())

describe('a socket that says which frame it saw last', () => {
  test('is welcomed as resumed, and gets the frames it missed in order, then the live ones', async () => {
    const other = await rig.connect({ cookie })
    for (let n = 0; n < 3; n++) await place(other)
    await heard(other, [2, 3, 4])
    const client = await rig.connect({ cookie, auth: { resumeFrom: 2 } })
    await heard(client, [3, 4])
    expect(client.seen[0]).toMatchObject({ event: 'welcome', frame: { resumed: true } })
    await place(other)
    await heard(client, [3, 4, 5])
  })

  test('that missed nothing is resumed too', async () => {
    const client = await rig.connect({ cookie, auth: { resumeFrom: 1 } })
    await place(client)
    await heard(client, [2])
    expect(client.seen[0]).toMatchObject({ event: 'welcome', frame: { resumed: true } })
  })

  test('misses nothing that happens while it joins', async () => {
    const other = await rig.connect({ cookie })
    await place(other)
    const over = new AbortController()
    const trading = (async () => {
      while (!over.signal.aborted) await place(other)
    })()
    const clients = []
    for (let n = 0; n < 10; n++) clients.push(await rig.connect({ cookie, auth: { resumeFrom: 1 } }))
    over.abort()
    await trading
    const all = seqsOf(other)
    for (const client of clients) await heard(client, all)
  })

  test('is not resumed if the leader no longer has the frames or cannot be reached', async () => {
    const other = await rig.connect({ cookie })
    await place(other)
    rig.exchange.sent = []
    const forgotten = await rig.connect({ cookie, auth: { resumeFrom: 1 } })
    expect(forgotten.seen[0]).toMatchObject({ event: 'welcome', frame: { resumed: false } })
    rig.exchange.deaf = true
    const unheard = await rig.connect({ cookie, auth: { resumeFrom: 2 } })
    expect(unheard.seen[0]).toMatchObject({ event: 'welcome', frame: { resumed: false } })
    rig.exchange.deaf = false
  })

  test('gets nothing twice, and its heartbeats have the newest seq', async () => {
    const other = await rig.connect({ cookie })
    await place(other)
    other.socket.disconnect()
    const client = await rig.connect({ cookie, auth: { resumeFrom: 1 } })
    await heard(client, [2])
    await expect.poll(() => client.of('heartbeat').at(-1)).toMatchObject({ accountSeq: 2 })
    for (let n = 0; n < 3; n++) await place(client)
    await heard(client, [2, 3, 4, 5])
  })

  test('is closed if its session ends while it waits for missed frames', async () => {
    rig.exchange.deaf = true
    const connecting = rig.connect({ cookie, auth: { resumeFrom: 1 } })
    await expect.poll(() => rig.exchange.unheard).toHaveLength(1)
    expect((await rig.post('/api/auth/sign-out', {}, { cookie })).status).toBe(200)
    const client = await connecting
    await expect.poll(() => client.socket.connected).toBe(false)
    expect(client.of('goodbye')).toMatchObject([{ code: 'SIGNED_OUT' }])
  })

  test('a socket whose missed frames cannot be sent gets SHUTDOWN and may reconnect', async () => {
    await place(await rig.connect({ cookie }))
    const [sent] = rig.exchange.sent
    const unsendable = 1n as unknown as number // JSON has no BigInt
    rig.exchange.sent = [{ ...sent!, frame: { ...sent!.frame, time: unsendable } }]
    const client = await rig.connect({ cookie, auth: { resumeFrom: 1 } })
    const reason = await new Promise((resolve) => client.socket.once('disconnect', resolve))
    expect(client.of('goodbye')).toMatchObject([{ code: 'SHUTDOWN' }])
    expect(reason).toBe('transport close')
  })

  test('of an account with thousands of frames gets them all', async () => {
    const other = await rig.connect({ cookie })
    await place(other)
    const [first] = other.of('account') as AccountFrame[]
    const { account } = rig.exchange.sent[0]!
    rig.exchange.pretend(account, 4_000, first!)
    const client = await rig.connect({ cookie, auth: { resumeFrom: 2 } })
    await expect.poll(() => seqsOf(client)).toHaveLength(3_998)
    expect(seqsOf(client)).toEqual(Array.from({ length: 3_998 }, (_, index) => index + 3))
  })
})

test('a public socket ignores resumeFrom; an invalid one is refused', async () => {
  const open = await rig.connect({ auth: { resumeFrom: 4 } })
  expect(open.seen[0]).toMatchObject({ event: 'welcome', frame: { resumed: false } })
  for (const who of [{ cookie }, {}]) {
    const data = { code: 'INVALID', message: expect.stringContaining('auth.resumeFrom') as string }
    await expect(rig.connect({ ...who, auth: { resumeFrom: 'four' } })).rejects.toMatchObject({ data })
  }
})
