import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { START } from '../bus/commands.ts'
import { MemoryCommandBus } from '../bus/memory/memory-commands.ts'
import { systemClock } from './clock.ts'
import { Intake, type IntakeHistory } from './intake.ts'
import { KnownCommands } from './known-commands.ts'

let bus: MemoryCommandBus
let reads: number[]
let knownCommands: IntakeHistory['knownCommands']
let intake: Intake
const failed = vi.fn()

beforeEach(() => {
  bus = new MemoryCommandBus()
  reads = []
  failed.mockClear()
  knownCommands = () => Promise.resolve([])
  intake = new Intake({
    reader: bus.consume(START, () => undefined),
    history: {
      knownCommands: (account) => {
        reads.push(account)
        return knownCommands(account)
      },
      commandResult: () => Promise.resolve(undefined),
      accountsOf: () => Promise.resolve([]),
    },
    known: new KnownCommands(),
    isPending: () => false,
    position: START,
    clock: systemClock,
    arrived: () => undefined,
    failed,
  })
})
afterEach(() => {
  intake.close()
  vi.useRealTimers()
})

const send = (account: number, id: string, { expiresAtMs = Date.now() + 3_500 } = {}) =>
  bus.send({
    ...{ id, gateway: 'gw', expiresAtMs, commandId: `o:${id}`, payloadHash: 'aa' },
    request: { event: 'order.cancelAll', account },
  })

/** All that can be applied now, done at once. */
function take(): string[] {
  const ids: string[] = []
  for (let command = intake.next(); command !== undefined; command = intake.next()) {
    ids.push(command.entry.id)
    intake.done(command)
  }
  return ids
}

it('an account that is being read for keeps its order, and holds nobody else up', async () => {
  await send(16, 'other')
  take()
  await turn()
  take()
  const reading = Promise.withResolvers<number[]>()
  knownCommands = () => reading.promise
  await send(17, 'a')
  await send(17, 'b')
  await send(16, 'c')
  expect(take()).toEqual(['c'])
  reading.resolve([])
  await turn()
  expect(take()).toEqual(['a', 'b'])
})

it('the position stands before the first command that is not done', async () => {
  const reading = Promise.withResolvers<number[]>()
  knownCommands = (account) => (account === 17 ? reading.promise : Promise.resolve([]))
  await send(17, 'a')
  await send(16, 'b')
  take()
  await turn()
  expect(take()).toEqual(['b'])
  expect(intake.position).toBe(START)
  reading.resolve([])
  await turn()
  expect(take()).toEqual(['a'])
  const end = intake.position
  expect(bus.consume(end, () => undefined).take(10)).toEqual([])
})

it('a command that has expired is not read for, so that one which cannot be read does not fail for ever', async () => {
  await send(17, 'late', { expiresAtMs: Date.now() })
  take()
  await turn()
  const command = intake.next()
  expect(command).toMatchObject({ isExpired: true, entry: { id: 'late' } })
  intake.done(command!)
  expect(reads).toEqual([])
  expect(intake.position).not.toBe(START)
})

it('a read that never ends is a fault, told once', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  knownCommands = () => new Promise(() => undefined)
  await send(17, 'a')
  take()
  vi.advanceTimersByTime(2_900)
  expect(failed).not.toHaveBeenCalled()
  vi.advanceTimersByTime(60_000)
  expect(failed).toHaveBeenCalledOnce()
})

it('twenty thousand commands of as many accounts wait for their reads, and no more are taken', async () => {
  knownCommands = () => new Promise(() => undefined)
  for (let i = 0; i < 20_000; i++) await send(100 + i, String(i))
  expect(take()).toEqual([])
  await expect(send(17, 'one more')).rejects.toThrow('20000 commands wait already')
})
