import { setImmediate as turn } from 'node:timers/promises'
import type { AccountFrame } from '@valiant/shared/protocol/account'
import type { FiredAlert } from '@valiant/shared/protocol/alerts'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { soon } from '../../test/rig/soon.ts'
import type { Broadcast } from './broadcast.ts'
import { type CommandBus, type CommandEntry, type CommandReply, type NewCommand, START } from './commands.ts'

/** A bus for one test. */
export interface Opened<Bus> {
  readonly bus: Bus
  /** Resolves when what has been subscribed to so far is heard. */
  settled?(): Promise<void>
  /** Of a broadcast: between leader and gateway frames may be lost. */
  readonly canMiss?: boolean
  close(): Promise<void>
}

/** A command that asks for an account; `id` tells it from others. */
export const commandOf = (id: string, gateway = 'gw-1'): NewCommand => ({
  id,
  gateway,
  expiresAtMs: Date.now() + 3_500,
  request: { event: 'account', account: 17 },
})

/** Positions are `n-m`: by the first number, then by the second. */
function byPosition(a: string, b: string): number {
  const [firstA = 0, secondA = 0] = a.split('-').map(Number)
  const [firstB = 0, secondB = 0] = b.split('-').map(Number)
  return firstA - firstB || secondA - secondB
}

/** What every command bus does, whatever carries it. */
export function commandBusContract(name: string, open: () => Promise<Opened<CommandBus>>): void {
  describe(`${name} carries commands`, () => {
    let opened: Opened<CommandBus>
    let bus: CommandBus
    beforeEach(async () => {
      opened = await open()
      bus = opened.bus
    })
    afterEach(() => opened.close())

    /** Takes until `count` entries have come. */
    async function taken(reader: { take(max: number): readonly CommandEntry[] }, count: number, max = 100) {
      const entries: CommandEntry[] = []
      await soon(() => {
        entries.push(...reader.take(max))
        expect(entries.length).toBeGreaterThanOrEqual(count)
      })
      return entries
    }

    test('in the order sent, each once, at rising positions', async () => {
      const reader = bus.consume(START, () => undefined)
      for (const id of ['a', 'b', 'c']) await bus.send(commandOf(id))
      const entries = await taken(reader, 3)
      expect(entries.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
      expect(entries[0]).toMatchObject({ gateway: 'gw-1', request: { event: 'account', account: 17 } })
      const positions = entries.map(({ position }) => position)
      expect([...positions].sort(byPosition)).toEqual(positions)
      expect(new Set(positions).size).toBe(3)
      expect(reader.take(100)).toEqual([])
      reader.close()
    })

    test('at most as many as are asked for', async () => {
      for (const id of ['a', 'b', 'c']) await bus.send(commandOf(id))
      const reader = bus.consume(START, () => undefined)
      await taken(reader, 1, 1)
      const rest = await taken(reader, 2)
      expect(rest.map(({ id }) => id)).toEqual(['b', 'c'])
      reader.close()
    })

    test('and tells of an arrival, but never inside send', async () => {
      const arrived = vi.fn()
      const reader = bus.consume(START, arrived)
      const sent = bus.send(commandOf('a'))
      expect(arrived).not.toHaveBeenCalled()
      await sent
      await soon(() => expect(arrived).toHaveBeenCalled())
      await taken(reader, 1)
      arrived.mockClear()
      await bus.send(commandOf('b'))
      await soon(() => expect(arrived).toHaveBeenCalled())
      reader.close()
    })

    test('and tells a reader of what lay there before it', async () => {
      await bus.send(commandOf('a'))
      const arrived = vi.fn()
      const reader = bus.consume(START, arrived)
      await soon(() => expect(arrived).toHaveBeenCalled())
      reader.close()
    })

    test('again from a position, for the next reader', async () => {
      const first = bus.consume(START, () => undefined)
      for (const id of ['a', 'b', 'c']) await bus.send(commandOf(id))
      const entries = await taken(first, 3)
      first.close()
      const second = bus.consume(entries[0]?.position ?? '', () => undefined)
      expect((await taken(second, 2)).map(({ id }) => id)).toEqual(['b', 'c'])
      second.close()
    })

    test('and forgets what has been committed', async () => {
      const reader = bus.consume(START, () => undefined)
      for (const id of ['a', 'b', 'c']) await bus.send(commandOf(id))
      const entries = await taken(reader, 3)
      bus.trim(entries[1]?.position ?? '')
      bus.trim(START)
      reader.close()
      await soon(async () => {
        const again = bus.consume(START, () => undefined)
        try {
          expect((await taken(again, 1)).map(({ id }) => id)).toEqual(['c'])
        } finally {
          again.close()
        }
      })
      await bus.send(commandOf('d'))
    })

    test('by a clock that goes forward, near this machine’s', async () => {
      const before = bus.nowMs()
      expect(Math.abs(before - Date.now())).toBeLessThan(1_000)
      await soon(() => expect(bus.nowMs()).toBeGreaterThan(before))
    })

    test('nothing to a closed reader', async () => {
      const arrived = vi.fn()
      const reader = bus.consume(START, arrived)
      reader.close()
      await bus.send(commandOf('a'))
      await turn()
      expect(arrived).not.toHaveBeenCalled()
    })

    test('and answers back in order, to their own gateway, never inside reply', async () => {
      const mine: CommandReply[] = []
      const theirs: CommandReply[] = []
      bus.onReply('gw-1', (reply) => mine.push(reply))
      bus.onReply('gw-2', (reply) => theirs.push(reply))
      await opened.settled?.()
      for (const id of ['a', 'b', 'c']) bus.reply('gw-1', { id, epoch: 3, answer: { ok: true, data: { id } } })
      bus.reply('gw-2', { id: 'a', epoch: 3, answer: { ok: true, data: {}, duplicate: true } })
      bus.reply('gw-nobody', { id: 'a', epoch: 3, answer: { ok: true, data: {} } })
      expect(mine).toEqual([])
      await soon(() => expect(mine.length + theirs.length).toBe(4))
      expect(mine.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
      expect(theirs).toEqual([{ id: 'a', epoch: 3, answer: { ok: true, data: {}, duplicate: true } }])
    })
  })
}

/** As much of a frame of the market as a bus looks at. */
export interface NumberedFrame {
  readonly epoch: number
  readonly seq: number
}

/** What every broadcast does. */
export function broadcastContract(name: string, open: () => Promise<Opened<Broadcast<NumberedFrame>>>): void {
  describe(`${name} carries frames`, () => {
    test('of each kind in order, to every receiver, never inside publish', async () => {
      const opened = await open()
      const { bus } = opened
      try {
        const seen: string[][] = [[], []]
        for (const list of seen) {
          bus.subscribe({
            market: ({ seq }) => list.push(`market ${seq}`),
            account: (account, { seq }) => list.push(`account ${account} ${seq}`),
            // Where the bus itself brings them to the sockets, this is what is heard of them.
            accountSeq: (account, seq) => list.push(`account ${account} ${seq}`),
            alert: (account, { alertId }) => list.push(`alert ${account} ${alertId}`),
            status: ({ market }) => list.push(market),
            news: ({ id, symbol, headline }) => list.push(`news ${id} ${symbol} ${headline}`),
            linked: () => undefined,
          })
        }
        await opened.settled?.()
        bus.publishMarket({ epoch: 3, seq: 1 })
        bus.publishMarket({ epoch: 3, seq: 2 })
        bus.publishAccount(17, { seq: 5 } as AccountFrame)
        bus.publishAccount(17, { seq: 6 } as AccountFrame)
        bus.publishAlert(17, { alertId: 'A' } as FiredAlert)
        bus.publishStatus({ epoch: 3, market: 'degraded' })
        for (const id of ['A', 'B']) bus.publishNews({ epoch: 3, id, time: 1, headline: 'Up', kind: 'jump' })
        expect(seen.flat()).toEqual([])
        await soon(() => expect(seen.map((list) => list.length)).toEqual([8, 8]))
        for (const list of seen) {
          expect(list.filter((text) => text.startsWith('market'))).toEqual(['market 1', 'market 2'])
          expect(list.filter((text) => text.startsWith('account'))).toEqual(['account 17 5', 'account 17 6'])
          expect(list).toContain('alert 17 A')
          expect(list).toContain('degraded')
          expect(list.filter((text) => text.startsWith('news'))).toEqual(['news A undefined Up', 'news B undefined Up'])
        }
      } finally {
        await opened.close()
      }
    })

    test('and a snapshot, the newest that was laid down, where frames can be missed', async () => {
      const opened = await open()
      const { bus } = opened
      try {
        expect(await bus.snapshot()).toBeUndefined()
        if (!opened.canMiss) return
        bus.keepSnapshot({ epoch: 3, seq: 1 })
        bus.keepSnapshot({ epoch: 3, seq: 2 })
        await soon(async () => expect(await bus.snapshot()).toEqual({ epoch: 3, seq: 2 }))
      } finally {
        await opened.close()
      }
    })
  })
}
