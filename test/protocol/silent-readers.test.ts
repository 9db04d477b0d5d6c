import { expect, it } from 'vitest'
import { closesSilentReaders, SILENT_CLOSED_MS, SILENT_MEMORY_MIB } from '../chaos/rows/sockets.ts'
import { Fleet } from '../rig/fleet.ts'
import { freshDatabase } from '../rig/postgres.ts'

const SOCKETS = 60
/** What a busy machine may add to a time. */
const STALL_MS = 15_000

it('sockets that subscribe to everything and never read are closed, and the server’s memory stays bounded', async () => {
  await using database = await freshDatabase()
  const { hostname, port } = new URL(database.url)
  await using fleet = await Fleet.open({
    ...{ size: 1, databaseUrl: database.url, postgres: { host: hostname, port: Number(port) }, redis: undefined },
    environment: {
      AUTH_SECRET: 'a secret of the tests, long enough for it',
      LIMIT_PUBLIC_SOCKETS_PER_ADDRESS: '1000',
    },
  })
  const member = await fleet.leader()
  const { areClosed, tookMs, grownMib } = await closesSilentReaders(member, SOCKETS)
  expect(areClosed).toBe(true)
  expect(tookMs).toBeLessThan(SILENT_CLOSED_MS + STALL_MS)
  expect(grownMib).toBeLessThan(SILENT_MEMORY_MIB)
  expect(member.faults).toEqual([])
})
