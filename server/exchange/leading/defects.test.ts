import { describe, expect, test } from 'vitest'
import { Refused } from '../../journal/journal.ts'
import { Defects } from './defects.ts'

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
