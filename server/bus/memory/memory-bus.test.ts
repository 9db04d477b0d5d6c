import { expect, test } from 'vitest'
import { broadcastContract, commandBusContract, commandOf, type NumberedFrame } from '../bus.contract.ts'
import { START, Unavailable } from '../commands.ts'
import { MemoryBroadcast } from './memory-broadcast.ts'
import { MemoryCommandBus } from './memory-commands.ts'

const nothing = () => Promise.resolve()
commandBusContract('MemoryCommandBus', () => Promise.resolve({ bus: new MemoryCommandBus(), close: nothing }))
broadcastContract('MemoryBroadcast', () =>
  Promise.resolve({ bus: new MemoryBroadcast<NumberedFrame>(), close: nothing }),
)

test('a full bus refuses commands until some are trimmed', async () => {
  const bus = new MemoryCommandBus({ entriesMax: 2 })
  await bus.send(commandOf('a'))
  await bus.send(commandOf('b'))
  await expect(bus.send(commandOf('c'))).rejects.toBeInstanceOf(Unavailable)
  const reader = bus.consume(START, () => undefined)
  const [a] = reader.take(1)
  bus.trim(a!.position)
  await bus.send(commandOf('d'))
  expect(reader.take(10).map(({ id }) => id)).toEqual(['b', 'd'])
})

test('reading after a position beyond the end, or of a Redis bus, returns all entries', async () => {
  const bus = new MemoryCommandBus()
  await bus.send(commandOf('a'))
  for (const after of ['9000000000000000-0', '1700000000000-3']) {
    expect(
      bus
        .consume(after, () => undefined)
        .take(10)
        .map(({ id }) => id),
    ).toEqual(['a'])
  }
})

test('a position from an earlier process is before all entries of this one', async () => {
  const earlier = new MemoryCommandBus()
  await earlier.send(commandOf('a'))
  const [entry] = earlier.consume(START, () => undefined).take(1)
  await new Promise((resolve) => setTimeout(resolve, 2))
  const bus = new MemoryCommandBus()
  await bus.send(commandOf('b'))
  expect(
    bus
      .consume(entry!.position, () => undefined)
      .take(10)
      .map(({ id }) => id),
  ).toEqual(['b'])
})
