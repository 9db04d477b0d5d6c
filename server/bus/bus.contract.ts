import { setImmediate as turn } from 'node:timers/promises'
import type { FiredAlert } from '@valiant/shared/protocol/alerts'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { soon } from '../../test/rig/soon.ts'
import type { Broadcast } from './broadcast.ts'
import { type CommandBus, type CommandEntry, type CommandReply, type NewCommand, START } from './commands.ts'
import { EncodedFrame } from './encoded-frame.ts'

/** A bus for one test. */
interface Opened<Bus> {
  readonly bus: Bus
  /** Resolves when all subscriptions so far are active. */
  settled?(): Promise<void>
  /** Only for a broadcast: whether frames between leader and gateway may be lost. */
  readonly canMiss?: boolean
  close(): Promise<void>
}

/** A command that requests an account. */
export const commandOf = (id: string, gateway = 'gw-1'): NewCommand => ({
  id,
  gateway,
  expiresAtMs: Date.now() + 3_500,
  request: { event: 'account', account: 17 },
})

/** Positions have the form `n-m` and are ordered by the first number, then by the second. */
function byPosition(a: string, b: string): number {
  const [firstA = 0, secondA = 0] = a.split('-').map(Number)
  const [firstB = 0, secondB = 0] = b.split('-').map(Number)
  return firstA - firstB || secondA - secondB
}

/** The contract of every command bus. */
export function commandBusContract(name: string, open: () => Promise<Opened<CommandBus>>): void {
  describe(`${name} as a command bus`, () => {
    let opened: Opened<CommandBus>
    let bus: CommandBus
    beforeEach(async () => {
      opened = await open()
      bus = opened.bus
    })
    afterEach(() => opened.close())

    /** Takes entries until `count` have arrived. */
    async function taken(reader: { take(max: number): readonly CommandEntry[] }, count: number, max = 100) {
      const entries: CommandEntry[] = []
      await soon(() => {
        entries.push(...reader.take(max))
        expect(entries.length).toBeGreaterThanOrEqual(count)
      })
      return entries
    }

    test('delivers commands once each, in the order sent, with increasing positions', async () => {
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

    test('take returns at most `max` entries', async () => {
      for (const id of ['a', 'b', 'c']) await bus.send(commandOf(id))
      const reader = bus.consume(START, () => undefined)
      await taken(reader, 1, 1)
      const rest = await taken(reader, 2)
      expect(rest.map(({ id }) => id)).toEqual(['b', 'c'])
      reader.close()
    })

    test('announces an arrival, but never synchronously in send', async () => {
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

    test('announces entries that were there before the reader', async () => {
      await bus.send(commandOf('a'))
      const arrived = vi.fn()
      const reader = bus.consume(START, arrived)
      await soon(() => expect(arrived).toHaveBeenCalled())
      reader.close()
    })

    test('delivers entries again to a reader that starts after an earlier position', async () => {
      const first = bus.consume(START, () => undefined)
      for (const id of ['a', 'b', 'c']) await bus.send(commandOf(id))
      const entries = await taken(first, 3)
      first.close()
      const second = bus.consume(entries[0]?.position ?? '', () => undefined)
      expect((await taken(second, 2)).map(({ id }) => id)).toEqual(['b', 'c'])
      second.close()
    })

    test('trim removes committed entries', async () => {
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

    test('has a clock that advances and is close to this machine’s', async () => {
      const before = bus.nowMs()
      expect(Math.abs(before - Date.now())).toBeLessThan(1_000)
      await soon(() => expect(bus.nowMs()).toBeGreaterThan(before))
    })

    test('announces nothing to a closed reader', async () => {
      const arrived = vi.fn()
      const reader = bus.consume(START, arrived)
      reader.close()
      await bus.send(commandOf('a'))
      await turn()
      expect(arrived).not.toHaveBeenCalled()
    })

    test('delivers replies in order, to their own gateway only, and never synchronously in reply', async () => {
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

/** The fields of a market frame that a bus uses. */
export interface NumberedFrame {
  readonly epoch: number
  readonly seq: number
}

/** The contract of every broadcast. */
export function broadcastContract(name: string, open: () => Promise<Opened<Broadcast<NumberedFrame>>>): void {
  describe(`${name} as a broadcast`, () => {
    test('delivers frames of each kind in order, to every receiver, and never synchronously in publish', async () => {
      const opened = await open()
      const { bus } = opened
      try {
        const seen: string[][] = [[], []]
        for (const list of seen) {
          bus.subscribe({
            market: ({ seq }) => list.push(`market ${seq}`),
            account: (account, { seq }) => list.push(`account ${account} ${seq}`),
            // If the bus itself delivers account frames to the sockets, receivers only get their seq.
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
        bus.publishAccount(17, new EncodedFrame({ epoch: 3, seq: 5, json: '{}' }))
        bus.publishAccount(17, new EncodedFrame({ epoch: 3, seq: 6, json: '{}' }))
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

    test('returns the newest snapshot if frames can be missed', async () => {
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
