import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AccountFrame } from '@valiant/shared/protocol/account'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import { Server } from 'socket.io'
import { io as connect } from 'socket.io-client'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type FaultProxy, openFaultProxy } from '../../../test/rig/fault-proxy.ts'
import { startRedis, type TestRedis } from '../../../test/rig/redis.ts'
import { soon } from '../../../test/rig/soon.ts'
import { commandOf, type NumberedFrame } from '../bus.contract.ts'
import { type CommandEntry, type CommandReader, type CommandReply, START, Unavailable } from '../commands.ts'
import { EncodedFrame } from '../encoded-frame.ts'
import { RedisBroadcast } from './redis-broadcast.ts'
import { redisBusesContract } from './redis-buses.contract.ts'
import { RedisCommandBus } from './redis-commands.ts'
import { RedisLinks } from './redis-links.ts'

const log = pino({ level: 'silent' })
const frameOf = ({ epoch = 0, seq }: { epoch?: number; seq: number }) => EncodedFrame.of({ epoch, seq } as AccountFrame)

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis[Symbol.asyncDispose]())

const openLinks = (url = redis.url) => RedisLinks.open({ url, log, signal: AbortSignal.timeout(10_000) })

redisBusesContract('', { redis: () => redis, openLinks: () => openLinks() })

/** One instance: its links to Redis through a proxy, and both buses. */
async function openInstance(at: TestRedis) {
  const proxy = await openFaultProxy({ host: '127.0.0.1', port: at.port })
  const links = await openLinks(`redis://127.0.0.1:${proxy.port}`)
  const bus = await RedisCommandBus.open(links)
  const broadcast = new RedisBroadcast<NumberedFrame>(links)
  const seen: string[] = []
  broadcast.subscribe({
    market: ({ seq }) => seen.push(`market ${seq}`),
    account: (account, { seq }) => seen.push(`frame ${account} ${seq}`),
    accountSeq: (account, seq) => seen.push(`seq ${account} ${seq}`),
    alert: () => undefined,
    status: ({ market }) => seen.push(market),
    news: () => undefined,
    linked: (isUp) => seen.push(isUp ? 'up' : 'down'),
  })
  await links.subscriber.settled()
  await soon(() => expect(links.subscriber.isUp).toBe(true))
  seen.length = 0 // the first "up" may come before or after the subscription
  return {
    proxy,
    links,
    bus,
    broadcast,
    seen,
    close: async () => {
      bus[Symbol.dispose]()
      await links[Symbol.asyncDispose]()
      await proxy[Symbol.asyncDispose]()
    },
  }
}
type Instance = Awaited<ReturnType<typeof openInstance>>

/** Collects everything that a reader returns, in order. */
function gather(bus: RedisCommandBus, after = START) {
  const ids: string[] = []
  const entries: CommandEntry[] = []
  const take = (reader: CommandReader) => {
    for (const entry of reader.take(1_000)) {
      entries.push(entry)
      ids.push(entry.id)
    }
  }
  const reader: CommandReader = bus.consume(after, () => queueMicrotask(() => take(reader)))
  return { ids, entries, close: () => reader.close() }
}

describe('several instances with one Redis', () => {
  const rejections: unknown[] = []
  const onRejection = (reason: unknown) => rejections.push(reason)
  let own: TestRedis
  let direct: Redis
  let gateway: Instance
  let leader: Instance
  beforeEach(async () => {
    process.on('unhandledRejection', onRejection)
    own = await startRedis({ ownClock: true })
    direct = new Redis(own.url)
    direct.on('error', () => undefined)
    gateway = await openInstance(own)
    leader = await openInstance(own)
  })
  afterEach(async () => {
    direct.disconnect()
    await gateway.close()
    await leader.close()
    await own[Symbol.asyncDispose]()
    process.off('unhandledRejection', onRejection)
    expect(rejections.splice(0)).toEqual([])
  })

  /** Sends until a command is accepted; commands refused before that must never arrive. */
  async function sendUntilTaken(name: string): Promise<{ id: string; refused: string[] }> {
    const refused: string[] = []
    for (let attempt = 0; ; attempt++) {
      const id = `${name}-${attempt}`
      try {
        await gateway.bus.send({ ...commandOf(id), expiresAtMs: gateway.bus.nowMs() + 3_500 })
        return { id, refused }
      } catch (error) {
        if (error instanceof Unavailable) refused.push(id)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
  }

  test('a gateway that still receives but cannot send reports its link as down', async () => {
    const canSend: boolean[] = []
    gateway.links.health.onLink(() => canSend.push(gateway.links.commands.status === 'ready'))
    const clients = String(await direct.client('LIST')).split('\n')
    for (const client of clients.filter((line) => line.includes(' name=valiant-commands '))) {
      await direct.client('KILL', 'ID', Number(/^id=(\d+)/.exec(client)?.[1]))
    }
    await soon(() => expect(gateway.seen).toEqual(['down', 'up']))
    expect(canSend).toEqual([false, true])
    await gateway.bus.send(commandOf('after'))
  })

  const faults: readonly [string, (proxy: FaultProxy) => void, (proxy: FaultProxy) => void][] = [
    ['cut', (proxy) => proxy.cut(), (proxy) => proxy.mend()],
    ['frozen', (proxy) => proxy.freeze(), (proxy) => proxy.mend()],
  ]

  test.each(faults)('a gateway with a %s link detects it, refuses commands, and recovers', async (_, hurt, mend) => {
    const read = gather(leader.bus)
    await gateway.bus.send(commandOf('before'))
    await soon(() => expect(read.ids).toEqual(['before']))
    hurt(gateway.proxy)
    await soon(() => expect(gateway.seen).toEqual(['down']))
    const refused: string[] = []
    let attempts = 0
    await soon(async () => {
      const id = `away-${attempts++}`
      await expect(gateway.bus.send(commandOf(id))).rejects.toBeInstanceOf(Unavailable)
      refused.push(id)
    })
    gateway.broadcast.publishStatus({ epoch: 1, market: 'open' })
    gateway.bus.reply('gw-9', { id: 'x', epoch: 1, answer: { ok: true, data: {} } })
    leader.broadcast.publishMarket({ epoch: 1, seq: 1 })
    mend(gateway.proxy)
    await soon(() => expect(gateway.seen.slice(0, 2)).toEqual(['down', 'up']))
    leader.broadcast.publishMarket({ epoch: 1, seq: 2 })
    await soon(() => expect(gateway.seen).toEqual(['down', 'up', 'market 2']))
    const taken = await sendUntilTaken('after')
    await soon(() => expect(read.ids.at(-1)).toBe(taken.id))
    // Refused commands never arrive; commands with an unknown outcome may.
    expect(read.ids.filter((id) => [...refused, ...taken.refused].includes(id))).toEqual([])
    read.close()
  })

  test('a command sent into a link that freezes has an unknown outcome', async () => {
    gateway.proxy.freeze()
    const sent = gateway.bus.send(commandOf('a'))
    await expect(sent).rejects.not.toBeInstanceOf(Unavailable)
    await expect(sent).rejects.toThrow('it is not known whether')
  })

  test.each(faults)('a reader with a %s link continues, with each command once and in order', async (_, hurt, mend) => {
    const read = gather(leader.bus)
    await gateway.bus.send(commandOf('a'))
    await soon(() => expect(read.ids).toEqual(['a']))
    hurt(leader.proxy)
    await gateway.bus.send(commandOf('b'))
    await soon(() => expect(leader.seen).toContain('down'))
    await gateway.bus.send(commandOf('c'))
    mend(leader.proxy)
    await soon(() => expect(read.ids).toEqual(['a', 'b', 'c']))
    read.close()
  })

  test('a reader reconnects when its link freezes while it waits for commands', async () => {
    const read = gather(leader.bus)
    leader.proxy.freeze()
    await soon(() => expect(leader.seen).toContain('down'))
    leader.proxy.mend()
    await soon(() => expect(leader.seen).toContain('up'))
    const { id } = await sendUntilTaken('a')
    await soon(() => expect(read.ids).toContain(id))
    read.close()
  })

  test('after Redis was killed and restarted empty, commands, answers and frames work again', async () => {
    const read = gather(leader.bus)
    const replies: CommandReply[] = []
    gateway.bus.onReply('gw-1', (reply) => replies.push(reply))
    await gateway.bus.send(commandOf('before'))
    await soon(() => expect(read.ids).toEqual(['before']))
    await own.kill()
    await soon(() => expect(gateway.seen).toEqual(['down']))
    await expect(gateway.bus.send(commandOf('away'))).rejects.toBeInstanceOf(Unavailable)
    await own.restart()
    await soon(() => expect([...gateway.seen, ...leader.seen]).toEqual(['down', 'up', 'down', 'up']))
    const taken = await sendUntilTaken('after')
    await soon(() => expect(read.ids).toEqual(['before', taken.id]))
    // Each link reconnects separately. Messages sent before the receiver's link is up are lost, so they are repeated here.
    await soon(() => {
      leader.bus.reply('gw-1', { id: 'after', epoch: 4, answer: { ok: true, data: {} } })
      leader.broadcast.publishMarket({ epoch: 4, seq: 7 })
      expect(new Set(replies.map(({ id }) => id))).toEqual(new Set(['after']))
      expect(gateway.seen).toContain('market 7')
    })
    read.close()
  })

  test('after everything in Redis was deleted, a reader continues, and so does a new one with its position', async () => {
    const read = gather(leader.bus)
    await gateway.bus.send(commandOf('a'))
    await soon(() => expect(read.ids).toEqual(['a']))
    const position = read.entries[0]!.position
    await own.flush()
    await gateway.bus.send(commandOf('b'))
    await soon(() => expect(read.ids).toEqual(['a', 'b']))
    read.close()
    const again = gather(leader.bus, position)
    await soon(() => expect(again.ids).toEqual(['b']))
    again.close()
  })

  test('after Redis was restarted empty with its clock an hour back, a reader detects that the stream went back', async () => {
    const read = gather(leader.bus)
    await gateway.bus.send(commandOf('a'))
    await soon(() => expect(read.ids).toEqual(['a']))
    const position = read.entries[0]!.position
    await own.setClock(-3_600)
    await own.restart()
    await soon(() => expect(Math.abs(gateway.bus.nowMs() - Date.now() + 3_600_000)).toBeLessThan(1_000))
    await soon(() => expect(Math.abs(leader.bus.nowMs() - Date.now() + 3_600_000)).toBeLessThan(1_000))
    // Repeated, as a gateway does: entries that were in the stream when the clock jumped are skipped.
    await soon(
      async () => {
        await gateway.bus.send({ ...commandOf('b'), expiresAtMs: gateway.bus.nowMs() + 3_500 })
        expect(read.ids).toContain('b')
      },
      { interval: 200 },
    )
    read.close()
    const again = gather(leader.bus, position)
    await soon(() => expect(again.ids).toContain('b'))
    again.close()
  })

  test('when the clock of Redis is set back, a reader drops waiting commands and reads later ones', async () => {
    const reader = leader.bus.consume(START, () => undefined)
    await gateway.bus.send(commandOf('a'))
    const arrived = vi.fn()
    const watching = leader.bus.consume(START, arrived)
    await soon(() => expect(arrived).toHaveBeenCalled())
    await own.setClock(-60)
    await soon(() => expect(leader.bus.nowMs()).toBeLessThan(Date.now() - 59_000))
    await soon(() => expect(gateway.bus.nowMs()).toBeLessThan(Date.now() - 59_000))
    expect(watching.take(10)).toEqual([])
    const ids: string[] = []
    await soon(
      async () => {
        await gateway.bus.send({ ...commandOf('b'), expiresAtMs: gateway.bus.nowMs() + 3_500 })
        ids.push(...watching.take(10).map(({ id }) => id))
        expect(ids).toContain('b')
      },
      { interval: 200 },
    )
    expect(ids).not.toContain('a')
    reader.close()
    watching.close()
  })

  test('a reader that nobody takes from buffers a limited number of commands and loses none', async () => {
    const filling = direct.pipeline()
    const expiresAtMs = String(gateway.bus.nowMs() + 5_000)
    for (let n = 0; n < 10_000; n++) {
      filling.xadd('valiant:cmd', '*', 'v', '1', 'id', String(n), 'gw', 'g', 'exp', expiresAtMs, 'p', '{}')
    }
    await filling.exec()
    const arrived = vi.fn()
    const reader = leader.bus.consume(START, arrived)
    await soon(() => expect(arrived).toHaveBeenCalled())
    const ids: string[] = []
    await soon(
      () => {
        const taken = reader.take(20_000)
        expect(taken.length).toBeLessThanOrEqual(4_096)
        ids.push(...taken.map(({ id }) => id))
        expect(ids).toHaveLength(10_000)
      },
      { interval: 20 },
    )
    expect(ids).toEqual(Array.from({ length: 10_000 }, (_, n) => String(n)))
    reader.close()
  })

  test('a full stream refuses commands until it is trimmed', async () => {
    const small = await RedisCommandBus.open(gateway.links, { entriesMax: 3 })
    const read = gather(leader.bus)
    for (const id of ['a', 'b', 'c']) await small.send(commandOf(id))
    await expect(small.send(commandOf('d'))).rejects.toBeInstanceOf(Unavailable)
    await soon(() => expect(read.ids).toEqual(['a', 'b', 'c']))
    leader.bus.trim(read.entries[1]!.position)
    await soon(() => small.send(commandOf('e')))
    await soon(() => expect(read.ids).toEqual(['a', 'b', 'c', 'e']))
    expect(await direct.xlen('valiant:cmd')).toBe(2)
    small[Symbol.dispose]()
    read.close()
  })

  test('a command that Redis itself refuses is reported as not taken', async () => {
    await direct.set('valiant:cmd', 'not a stream')
    await expect(gateway.bus.send(commandOf('a'))).rejects.toBeInstanceOf(Unavailable)
  })

  test('an entry that is not a command does not stop the reader', async () => {
    const read = gather(leader.bus)
    await direct.xadd('valiant:cmd', '*', 'hello', 'there')
    await gateway.bus.send(commandOf('a'))
    await soon(() => expect(read.ids).toEqual(['a']))
    read.close()
  })

  test('the status is published again with each snapshot of the same epoch', async () => {
    leader.broadcast.publishStatus({ epoch: 5, market: 'open' })
    await soon(() => expect(gateway.seen).toEqual(['open']))
    leader.broadcast.keepSnapshot({ epoch: 6, seq: 1 })
    leader.broadcast.keepSnapshot({ epoch: 5, seq: 1 })
    await soon(() => expect(gateway.seen).toEqual(['open', 'open']))
  })

  /** Opens a socket of account 17 on each of the two instances, and collects the frames they receive, as "gateway 5". */
  async function openSockets() {
    const parts = new AsyncDisposableStack()
    const received: string[] = []
    for (const [name, { links }] of Object.entries({ gateway, leader })) {
      const http = createServer()
      const io = new Server(http, { adapter: links.adapter(), transports: ['websocket'], serveClient: false })
      io.on('connection', (socket) => void socket.join('account:17'))
      parts.defer(() => io.close())
      http.listen(0, '127.0.0.1')
      await once(http, 'listening')
      const socket = connect(`http://127.0.0.1:${(http.address() as { port: number }).port}`, {
        transports: ['websocket'],
        forceNew: true,
      })
      parts.defer(() => void socket.close())
      socket.on('account', ({ seq }: AccountFrame) => received.push(`${name} ${seq}`))
      await once(socket as never, 'connect')
      await links.subscriber.settled()
    }
    return { received, [Symbol.asyncDispose]: () => parts.disposeAsync() }
  }

  /** What an instance has seen of the frames of accounts 17 and 18. */
  const framesSeenBy = ({ seen }: Instance) => seen.filter((text) => /^(?:frame|seq) 1/.test(text))

  /** Publishes frames until one has gone the given way, as the leader learns from time to time who listens. */
  const publishUntil = (way: 'frame' | 'seq', seq: number) =>
    soon(() => {
      leader.broadcast.keepSnapshot({ epoch: 2, seq: 1 })
      leader.broadcast.publishAccount(99, frameOf({ epoch: 2, seq }))
      expect(gateway.seen).toContain(`${way} 99 ${seq}`)
    })

  test('every gateway gets the account frames of a turn in order, but none of an epoch that is over', async () => {
    await publishUntil('frame', 1)
    const paused = await openInstance(own)
    try {
      await soon(() => {
        paused.broadcast.keepSnapshot({ epoch: 1, seq: 1 })
        paused.broadcast.publishAccount(98, frameOf({ epoch: 2, seq: 1 }))
        expect(paused.seen).toContain('frame 98 1')
      })
      leader.broadcast.publishAccount(17, frameOf({ epoch: 2, seq: 5 }))
      leader.broadcast.publishAccount(18, frameOf({ epoch: 2, seq: 9 }))
      leader.broadcast.publishAccount(17, frameOf({ epoch: 2, seq: 6 }))
      await soon(() => expect(framesSeenBy(gateway)).toHaveLength(3))
      paused.broadcast.publishAccount(17, frameOf({ epoch: 1, seq: 7 }))
      paused.broadcast.publishAccount(17, frameOf({ epoch: 2, seq: 8 }))
      for (const one of [gateway, leader]) {
        await soon(() => expect(framesSeenBy(one)).toEqual(['frame 17 5', 'frame 18 9', 'frame 17 6', 'frame 17 8']))
      }
    } finally {
      await paused.close()
    }
  })

  test('while a gateway of an earlier version is there, account frames go to the rooms', async () => {
    await publishUntil('frame', 1)
    const earlier = new Redis(own.url)
    await earlier.subscribe('valiant:market')
    await publishUntil('seq', 2)
    await using sockets = await openSockets()
    leader.broadcast.publishAccount(17, frameOf({ epoch: 2, seq: 5 }))
    await soon(() => expect(sockets.received.toSorted()).toEqual(['gateway 5', 'leader 5']))
    earlier.disconnect()
    await publishUntil('frame', 3)
  })

  test('an account’s frames reach its sockets on every instance, and receivers then get their seqs', async () => {
    await using sockets = await openSockets()
    const { received } = sockets
    leader.broadcast.publishAccount(17, frameOf({ seq: 5 }))
    leader.broadcast.publishAccount(18, frameOf({ seq: 9 }))
    leader.broadcast.publishAccount(17, frameOf({ seq: 6 }))
    await soon(() => expect(received).toHaveLength(4))
    expect(received.filter((text) => text.startsWith('gateway'))).toEqual(['gateway 5', 'gateway 6'])
    expect(received.filter((text) => text.startsWith('leader'))).toEqual(['leader 5', 'leader 6'])
    await soon(() => expect(gateway.seen).toEqual(['seq 17 5', 'seq 18 9', 'seq 17 6']))
    // The adapter also works again after a cut.
    gateway.proxy.cut()
    await soon(() => expect(gateway.seen).toContain('down'))
    leader.broadcast.publishAccount(17, frameOf({ seq: 7 }))
    gateway.proxy.mend()
    await soon(() => expect(gateway.seen).toContain('up'))
    leader.broadcast.publishAccount(17, frameOf({ seq: 8 }))
    await soon(() => expect(received).toContain('gateway 8'))
    expect(received).not.toContain('gateway 7')
  })

  test('frames of a paused leader that resumes after another took over reach no socket', async () => {
    await using sockets = await openSockets()
    const paused = await openInstance(own)
    try {
      leader.broadcast.publishAccount(17, frameOf({ epoch: 2, seq: 5 }))
      await soon(() => expect(sockets.received.toSorted()).toEqual(['gateway 5', 'leader 5']))
      paused.broadcast.publishAccount(17, frameOf({ epoch: 1, seq: 6 }))
      await soon(() => expect(gateway.seen).toContain('seq 17 6'))
      leader.broadcast.publishAccount(17, frameOf({ epoch: 2, seq: 7 }))
      await soon(() => expect(sockets.received).toContain('gateway 7'))
      await soon(() => expect(sockets.received).toContain('leader 7'))
      expect(sockets.received).toHaveLength(4)
    } finally {
      await paused.close()
    }
  })
})

test('opening the links fails when there is no Redis, and says why it did at last', async () => {
  const opening = RedisLinks.open({ url: 'redis://127.0.0.1:1', log, signal: AbortSignal.timeout(300) })
  await expect(opening).rejects.toThrow('connect ECONNREFUSED 127.0.0.1:1')
  // The user `default` of a Redis without a password may sign in with any, others may not.
  const url = `redis://nobody:wrong@127.0.0.1:${redis.port}`
  const refused = RedisLinks.open({ url, log, signal: AbortSignal.timeout(1_000) })
  await expect(refused).rejects.toThrow('WRONGPASS')
})
