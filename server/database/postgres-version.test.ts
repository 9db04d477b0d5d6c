import type { Client } from 'pg'
import { expect, test } from 'vitest'
import { assertNewEnough } from './postgres-version.ts'

const URL_OF_IT = 'postgres://valiant:secret@db.example:5432/valiant?sslmode=require'
const of = (version: string) =>
  ({ query: () => Promise.resolve({ rows: [{ server_version_num: version }] }) }) as unknown as Pick<Client, 'query'>

test('an older Postgres is refused with the version that is needed, without the password', async () => {
  await expect(assertNewEnough(of('160004'), URL_OF_IT)).rejects.toThrow(
    /^Postgres 16 at postgres:\/\/db\.example:5432\/valiant is too old: 17 or newer is needed\.$/,
  )
})

test('one that is new enough is not', async () => {
  for (const version of ['170000', '180001']) await assertNewEnough(of(version), URL_OF_IT)
})
