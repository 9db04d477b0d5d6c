import { describe, expect, test } from 'vitest'
import type { CommandEntry } from '../../bus/commands.ts'
import { AssertionError } from '../../engine/assert.ts'
import { Refused } from '../../journal/journal.ts'
import { CommandDefect } from '../commands/command-processor.ts'
import { Defects, isDefect, MarketGivenUp } from './defects.ts'

const refused = (constraint: string) => new Refused('refused', { cause: undefined, constraint })

describe('a batch that the database refuses', () => {
  test('marks its only command as poison, and the next ones are committed one by one', () => {
    const defects = new Defects()
    defects.note(refused('orders_pkey'), ['100 o:a'])
    expect([[...defects.poison], defects.commandsMax]).toEqual([['100 o:a'], 1])
  })

  test('because a corporate action was withdrawn meanwhile marks no command as poison', () => {
    const defects = new Defects()
    defects.note(refused('corporate_action_applied_once'), ['100 o:a'])
    expect([...defects.poison]).toEqual([])
  })
})

describe('after a batch that the database refused', () => {
  test('512 commands are committed one by one, then 256 at once again', () => {
    const defects = new Defects()
    expect(defects.commandsMax).toBe(256)
    defects.note(refused('orders_pkey'), ['100 o:a', '100 o:b'])
    expect([...defects.poison]).toEqual([])
    for (let sealed = 0; sealed < 512; sealed++) {
      expect(defects.commandsMax).toBe(1)
      defects.sealed(1)
    }
    expect(defects.commandsMax).toBe(256)
  })

  test('a batch of more commands than are left ends the caution', () => {
    const defects = new Defects()
    defects.note(refused('orders_pkey'), [])
    defects.sealed(600)
    expect(defects.commandsMax).toBe(256)
    defects.note(refused('orders_pkey'), [])
    defects.sealed(511)
    expect(defects.commandsMax).toBe(1)
  })
})

test('a command on which the engine threw is poison, and the others are not committed one by one', () => {
  const defects = new Defects()
  const entry = { gateway: 'gw', id: 'a', request: { event: 'order.place' } } as CommandEntry
  defects.note(new CommandDefect(entry, { cause: new AssertionError('no') }), ['gw b'])
  expect([[...defects.poison], defects.commandsMax]).toEqual([['gw a'], 256])
})

test('a fault of the database or the network is no defect', () => {
  const defects = new Defects()
  for (let faults = 0; faults < 9; faults++) defects.note(new Error('connection lost'), ['100 o:a'])
  expect([[...defects.poison], defects.commandsMax]).toEqual([[], 256])
  expect([new AssertionError('no'), new TypeError('no'), new RangeError('no')].map(isDefect)).toEqual([
    true,
    true,
    true,
  ])
  expect([new Error('no'), new SyntaxError('no'), undefined].map(isDefect)).toEqual([false, false, false])
})

test('the sixth defect in a row gives the market up; a committed batch ends the row', () => {
  const defects = new Defects()
  const defect = new TypeError('no')
  for (let row = 0; row < 2; row++) {
    for (let count = 0; count < 5; count++) defects.note(defect, [])
    defects.committed()
  }
  for (let count = 0; count < 5; count++) defects.note(defect, [])
  expect(() => defects.note(defect, [])).toThrow(MarketGivenUp)
})
