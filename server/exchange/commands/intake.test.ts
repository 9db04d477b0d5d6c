import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type CommandEntry, type CommandReader, START } from '../../bus/commands.ts'
import { MemoryCommandBus } from '../../bus/memory/memory-commands.ts'
import { systemClock } from '../clock.ts'
import { hasExpired, Intake, type IntakeHistory } from './intake.ts'
import { KnownCommands } from './known-commands.ts'

let bus: MemoryCommandBus
/** Accounts whose commands were looked up, in order. */
let lookUps: number[]
/** Accounts whose ids were read, in order. */
let idReads: number[]
let commandResult: (account: number) => ReturnType<IntakeHistory['commandResult']>
let knownCommands: IntakeHistory['knownCommands']
let intake: Intake
let known: KnownCommands
let isRemembered: boolean
const failed = vi.fn()
const arrived = vi.fn()

function openIntake(reader: CommandReader): Intake {
  return new Intake({
    reader,
    history: {
      knownCommands: (account) => {
        idReads.push(account)
        return knownCommands(account)
      },
      commandResult: (account) => {
        lookUps.push(account)
        return commandResult(account)
      },
      accountsOf: (userId) => Promise.resolve(userId === 'owner' ? [16, 17] : []),
    },
    known,
    isRemembered: () => isRemembered,
    position: START,
    nowMs: () => bus.nowMs(),
    clock: systemClock,
    arrived,
    failed,
  })
}

beforeEach(() => {
  bus = new MemoryCommandBus()
  lookUps = []
  idReads = []
  isRemembered = false
  failed.mockClear()
  arrived.mockClear()
  commandResult = () => Promise.resolve(undefined)
  knownCommands = () => new Promise(() => undefined)
  known = new KnownCommands()
  intake = openIntake(bus.consume(START, () => undefined))
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

/** The entry of a new command of an account, which is not done. */
async function firstOf(account: number): Promise<CommandEntry> {
  known.opened(account)
  await send(account, 'first')
  const command = intake.next()
  if (command === undefined) throw new Error('expected a command')
  return command.entry
}

/** Takes and completes everything that can be applied now. */
function take(): string[] {
  const ids: string[] = []
  for (let command = intake.next(); command !== undefined; command = intake.next()) {
    ids.push(command.entry.id)
    intake.done(command)
  }
  return ids
}

it('an account whose command is being looked up keeps its order and does not block others', async () => {
  known.opened(16)
  const reading = Promise.withResolvers<undefined>()
  commandResult = () => reading.promise
  await send(17, 'a')
  await send(17, 'b')
  await send(16, 'c')
  expect(take()).toEqual(['c'])
  reading.resolve(undefined)
  await turn()
  expect(take()).toEqual(['a'])
  await turn()
  expect(take()).toEqual(['b'])
})

it('a duplicate of a command that was just answered is not looked up', async () => {
  known.opened(17)
  known.add(17, 'o:a')
  isRemembered = true
  await send(17, 'a')
  expect(take()).toEqual(['a'])
  isRemembered = false
  await send(17, 'a')
  expect(take()).toEqual([])
  expect(lookUps).toEqual([17])
})

it('the position stays before the first command that is not done', async () => {
  const reading = Promise.withResolvers<undefined>()
  commandResult = (account) => (account === 17 ? reading.promise : Promise.resolve(undefined))
  await send(17, 'a')
  await send(16, 'b')
  take()
  await turn()
  expect(take()).toEqual(['b'])
  expect(intake.position).toBe(START)
  reading.resolve(undefined)
  await turn()
  expect(take()).toEqual(['a'])
  const end = intake.position
  expect(bus.consume(end, () => undefined).take(10)).toEqual([])
})

it('the callback for a position runs once everything before the entry is done too', async () => {
  known.opened(16)
  const reading = Promise.withResolvers<undefined>()
  commandResult = () => reading.promise
  await send(17, 'a')
  await send(16, 'b')
  const passed = vi.fn()
  const command = intake.next()
  expect(command).toMatchObject({ entry: { id: 'b' } })
  if (command === undefined) return
  intake.whenPassed(command.entry, passed)
  intake.done(command)
  reading.resolve(undefined)
  await turn()
  expect(passed).not.toHaveBeenCalled()
  expect(take()).toEqual(['a'])
  expect(passed).toHaveBeenCalledOnce()
})

it('an entry that is delivered twice with the same position does not block the position', async () => {
  const entry = (position: string, userId: string): CommandEntry => ({
    ...{ position, id: position, gateway: 'gw', expiresAtMs: Date.now() + 3_500 },
    request: { event: 'accounts.open', userId, name: 'Guest', startingCents: 1_000 },
  })
  const queue = [entry('5-0', 'u'), entry('5-0', 'u'), entry('6-0', 'v')]
  intake = openIntake({ take: (max) => queue.splice(0, max), waiting: () => queue.length, close: () => undefined })
  for (let i = 0; i < 3; i++) {
    take()
    await turn()
  }
  expect(intake.position).toBe('6-0')
  expect(intake.waiting).toBe(0)
})

it('an expired command is not looked up, so that one whose look-up fails does not fail forever', async () => {
  await send(17, 'late', { expiresAtMs: Date.now() })
  take()
  await turn()
  const command = intake.next()
  expect(command).toMatchObject({ isExpired: true, entry: { id: 'late' } })
  intake.done(command!)
  expect(lookUps).toEqual([])
  expect(intake.position).not.toBe(START)
})

it('a look-up that never ends is a fault, reported once', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  commandResult = () => new Promise(() => undefined)
  await send(17, 'a')
  take()
  vi.advanceTimersByTime(2_900)
  expect(failed).not.toHaveBeenCalled()
  vi.advanceTimersByTime(60_000)
  expect(failed).toHaveBeenCalledOnce()
})

it('a look-up that takes too long while others return expires its command and is not a fault', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  commandResult = (account) => (account === 17 ? new Promise(() => undefined) : Promise.resolve(undefined))
  await send(17, 'a')
  take()
  await send(16, 'b')
  take()
  await turn()
  expect(take()).toEqual(['b'])
  vi.advanceTimersByTime(3_000)
  expect(intake.next()).toMatchObject({ isExpired: true, entry: { id: 'a' } })
  expect(failed).not.toHaveBeenCalled()
})

it('a look-up that returns after its command was dropped does not change the known ids', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  const late = Promise.withResolvers<undefined>()
  commandResult = (account) => (account === 17 ? late.promise : Promise.resolve(undefined))
  await send(17, 'a')
  await send(16, 'other')
  take()
  await turn()
  vi.advanceTimersByTime(3_000)
  commandResult = () => Promise.resolve(undefined)
  knownCommands = () => Promise.resolve([])
  await send(17, 'b')
  expect(take()).toEqual(['other', 'a'])
  await turn()
  expect(take()).toEqual(['b'])
  known.reading(17)([])
  known.add(17, 'o:b')
  late.resolve(undefined)
  await turn()
  expect(take()).toEqual([])
  expect([known.mayHave(17, 'o:b'), known.mayHave(17, 'o:c')]).toEqual([true, false])
})

it('the ids of an account are read in the background, one account at a time', async () => {
  const readings = new Map([16, 17].map((account) => [account, Promise.withResolvers<number[]>()]))
  knownCommands = (account) => readings.get(account)?.promise ?? Promise.resolve([])
  await send(16, 'a')
  await send(17, 'b')
  take()
  await turn()
  expect(take()).toEqual(['a', 'b'])
  expect(idReads).toEqual([16])
  known.add(16, 'o:a') // answered meanwhile
  readings.get(16)?.resolve([])
  await turn()
  expect(idReads).toEqual([16, 17])
  expect([known.mayHave(16, 'o:a'), known.mayHave(16, 'o:new'), known.mayHave(17, 'o:new')]).toEqual([
    true,
    false,
    true,
  ])
})

it('the ids of one account are read once, however many of its commands arrive meanwhile', async () => {
  const reading = Promise.withResolvers<number[]>()
  knownCommands = () => reading.promise
  for (const id of ['a', 'b', 'c']) {
    await send(17, id)
    take()
    await turn()
    expect(take()).toEqual([id])
  }
  expect(idReads).toEqual([17])
  reading.resolve([])
  await turn()
  await send(17, 'd')
  expect(take()).toEqual(['d'])
  expect(idReads).toEqual([17])
})

it('ids that could not be read are read with a later command', async () => {
  knownCommands = () => Promise.reject(new Error('away'))
  await send(17, 'a')
  take()
  await turn()
  expect(take()).toEqual(['a'])
  knownCommands = () => Promise.resolve([])
  await send(17, 'b')
  take()
  await turn()
  expect(take()).toEqual(['b'])
  expect(known.mayHave(17, 'o:new')).toBe(false)
})

it('twenty thousand commands of as many accounts wait for their look-ups, and the next one is refused', async () => {
  commandResult = () => new Promise(() => undefined)
  for (let i = 0; i < 20_000; i++) await send(100 + i, String(i))
  expect(take()).toEqual([])
  await expect(send(17, 'one more')).rejects.toThrow('20000 commands are already waiting')
})

it('a command is dropped from 250 ms before its expiry on', async () => {
  const entry = { ...(await firstOf(17)), expiresAtMs: 1_000 }
  expect([750, 751].map((nowMs) => hasExpired(entry, nowMs))).toEqual([false, true])
})

it('commands behind a look-up that need none themselves follow in order, each once the one before is done', async () => {
  commandResult = () => Promise.resolve(undefined)
  await send(17, 'a')
  take()
  known.reading(17)([])
  await send(17, 'b')
  await send(17, 'c')
  await turn()
  const first = intake.next()
  expect([first?.entry.id, intake.next()]).toEqual(['a', undefined])
  intake.done(first!)
  const second = intake.next()
  expect([second?.entry.id, intake.next()]).toEqual(['b', undefined])
  intake.done(second!)
  expect(take()).toEqual(['c'])
  await send(17, 'd')
  expect(take()).toEqual(['d'])
  expect(lookUps).toEqual([17])
})

it('what was found under the id comes with the command', async () => {
  const stored = { payloadHash: Buffer.from('aa', 'hex'), batch: 7, result: { ok: true, data: {} } }
  commandResult = (account) => Promise.resolve(account === 17 ? stored : undefined)
  await send(17, 'a')
  await send(16, 'b')
  take()
  await turn()
  expect(intake.next()).toEqual({ entry: expect.objectContaining({ id: 'a' }) as unknown, stored })
  expect(intake.next()).toEqual({ entry: expect.objectContaining({ id: 'b' }) as unknown, isNew: true })
  expect(arrived).toHaveBeenCalledTimes(2)
})

it('the accounts of the user come with a request to open one', async () => {
  const gateway = { gateway: 'gw', expiresAtMs: Date.now() + 3_500 }
  const account = { userId: 'owner', name: 'Ann', startingCents: 1_000 }
  await bus.send({ ...gateway, id: 'a', request: { event: 'accounts.open', ...account } })
  const request = { event: 'accounts.create', account: 16, mode: 'cash', ...account } as const
  known.opened(16)
  await bus.send({ ...gateway, id: 'b', commandId: 'r:b', payloadHash: 'aa', request })
  expect(take()).toEqual([])
  await turn()
  expect([intake.next(), intake.next()]).toMatchObject([
    { entry: { id: 'a' }, accounts: [16, 17] },
    { entry: { id: 'b' }, accounts: [16, 17] },
  ])
})

it('a command without an id is not looked up', async () => {
  await bus.send({
    id: 'a',
    gateway: 'gw',
    expiresAtMs: Date.now() + 3_500,
    request: { event: 'account', account: 17 },
  })
  expect(take()).toEqual(['a'])
})

it('a command that is prepared again is looked up again, while later ones of its account wait', async () => {
  known.opened(17)
  await send(17, 'a')
  const command = intake.next()
  known.add(17, 'o:a')
  intake.again(command!)
  await send(17, 'b')
  expect(take()).toEqual([])
  await turn()
  expect(take()).toEqual(['a', 'b'])
  expect(lookUps).toEqual([17])
})

it('a look-up that fails is a fault', async () => {
  commandResult = () => Promise.reject(new Error('gone'))
  await send(17, 'a')
  take()
  await turn()
  expect(failed).toHaveBeenCalledExactlyOnceWith(new Error('gone'))
})

it('a look-up that has returned in time does not expire its command later', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  await send(17, 'a')
  take()
  await turn()
  expect(take()).toEqual(['a'])
  vi.advanceTimersByTime(60_000)
  expect([intake.next(), failed.mock.calls]).toEqual([undefined, []])
})

it('counts the commands that are not done, those not taken yet among them', async () => {
  await send(17, 'a')
  await send(17, 'b')
  expect(intake.next()).toBeUndefined()
  await send(16, 'c')
  expect(intake.waiting).toBe(3)
})

it.each(['returns', 'fails', 'takes too long'])(
  'once closed, it takes nothing, and a look-up that %s is no fault',
  async (end) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    const reading = Promise.withResolvers<undefined>()
    commandResult = () => reading.promise
    await send(17, 'a')
    take()
    intake.close()
    if (end === 'returns') reading.resolve(undefined)
    else if (end === 'fails') reading.reject(new Error('gone'))
    else vi.advanceTimersByTime(60_000)
    await turn()
    await send(16, 'b')
    expect(intake.next()).toBeUndefined()
    expect([arrived.mock.calls, failed.mock.calls]).toEqual([[], []])
  },
)
