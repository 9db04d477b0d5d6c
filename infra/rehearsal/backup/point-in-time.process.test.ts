import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { dataFolder } from '../../../test/rig/data-folder.ts'
import { baseBackup, flushArchive, restoreTo, startArchiving } from './archiving.ts'
import { command, EPOCH, Guest, openVenue, ROLE_LIMITS, valueOf } from './venue.ts'

test('a database restored to a moment has what was committed by then and nothing since; the exchange goes on in it', async () => {
  await using lost = await dataFolder()
  await using found = await dataFolder()
  const archive = join(lost.path, 'archive')
  const postgres = await startArchiving(lost.path, archive)
  await using before = await openVenue(postgres.url, lost.path)
  const guest = await Guest.at(before)
  const ofOldBackup = await guest.buys(before, 3)
  // Orders arrive while the files are copied.
  const [, ofBackupTime] = await Promise.all([baseBackup(postgres, lost.path, found.path), guest.buys(before, 20)])
  const kept = [...ofOldBackup, ...ofBackupTime, ...(await guest.buys(before, 3))]
  const moment = await valueOf(postgres.url, 'SELECT clock_timestamp()')
  const gone = await guest.buys(before, 3)
  expect(await guest.orders(before)).toEqual([...kept, ...gone])
  await flushArchive(postgres)
  await before.stop()
  const lastEpoch = Number(await valueOf(postgres.url, EPOCH))
  await postgres.stop()

  const restored = await restoreTo(moment, found.path, archive)
  const audited = await command(restored.url, 'audit')
  expect(audited.said).not.toContain('FAULT')
  expect(audited.code).toBe(0)
  expect(await valueOf(restored.url, ROLE_LIMITS)).toBe(
    'idle_in_transaction_session_timeout 1000, lock_timeout 1000, transaction_timeout 1500',
  )
  const told = await command(restored.url, 'restored')
  expect(told.said).toMatch(/^The last batch is \d+, committed at 2\S+Z; everything after it is lost\./)

  await mkdir(join(found.path, 'server'))
  await using after = await openVenue(restored.url, join(found.path, 'server'))
  // While it leads, nobody may say that it does not.
  expect(await command(restored.url, 'restored')).toEqual({
    code: 1,
    said: expect.stringContaining('A server is leading on this database') as string,
  })
  expect(await guest.orders(after)).toEqual(kept)
  expect(Number(await valueOf(restored.url, EPOCH))).toBeGreaterThan(lastEpoch + 900)
  // The ids of what is gone are free again.
  expect(await guest.buys(after, 2)).toEqual(['rehearsed-30', 'rehearsed-31'])
  expect(await guest.orders(after)).toEqual([...kept, 'rehearsed-30', 'rehearsed-31'])
  await after.stop()
  expect((await command(restored.url, 'audit')).code).toBe(0)
  await restored.stop()
})
