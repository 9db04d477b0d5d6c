import { expect, test } from 'vitest'
import { CancelOnDisconnects } from './cancel-on-disconnect.ts'
import { ALICE, journalForEach, open } from './journal.fixture.ts'
import { readState } from './recovery.ts'

const at = journalForEach()

test('a setting is stored with its latest grace period until the orders have been canceled', async () => {
  await open(at.journal)
  const settings = new CancelOnDisconnects(at.database.queries)
  const list = async () => (await readState(at.database.queries)).cancelOnDisconnects
  await settings.set([])
  expect(await list()).toEqual([])
  await settings.set([{ account: ALICE, graceMs: 5_000 }])
  await settings.set([{ account: ALICE, graceMs: 9_000 }])
  expect(await list()).toEqual([{ account: ALICE, graceMs: 9_000 }])
  await settings.clear([ALICE, 7])
  expect(await list()).toEqual([])
})
