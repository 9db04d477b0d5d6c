import { expect, test } from 'vitest'
import { CancelOnDisconnects } from './cancel-on-disconnect.ts'
import { ALICE, journalForEach, open } from './journal.fixture.ts'
import { readState } from './recovery.ts'

const at = journalForEach()

test('a setting is stored with its latest grace period until the orders have been canceled', async () => {
  await open(at.journal)
  const wishes = new CancelOnDisconnects(at.database.queries)
  const list = async () => (await readState(at.database.queries)).cancelOnDisconnects
  await wishes.set([])
  expect(await list()).toEqual([])
  await wishes.set([{ account: ALICE, graceMs: 5_000 }])
  await wishes.set([{ account: ALICE, graceMs: 9_000 }])
  expect(await list()).toEqual([{ account: ALICE, graceMs: 9_000 }])
  await wishes.clear([ALICE, 7])
  expect(await list()).toEqual([])
})
