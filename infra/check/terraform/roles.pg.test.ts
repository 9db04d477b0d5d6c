import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate } from '../../../server/database/migrations.ts'
import { POSTGRES_URL_VARIABLE, withDatabase } from '../../../test/rig/postgres.ts'

const MODULES = new URL('../../terraform/modules/', import.meta.url)
const SERVER = process.env[POSTGRES_URL_VARIABLE] ?? ''
/** In place of `valiant`, which in this Postgres is taken. */
const NAME = `aws_${randomBytes(4).toString('hex')}`
const MASTER = `${NAME}_master`

const { scramVerifier } = (await import(new URL('rotation/function/scram.js', MODULES).href)) as {
  scramVerifier: (password: string, salt: Buffer) => string
}
const passwords = { a: randomBytes(32).toString('base64url'), b: randomBytes(32).toString('base64url') }

function urlOf(user: string, password: string, database = NAME): string {
  const url = new URL(withDatabase(SERVER, database))
  url.username = user
  url.password = password
  return url.href
}

async function as<Result>(url: string, run: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined) // a test ends a session from outside
  await client.connect()
  try {
    return await run(client)
  } finally {
    await client.end()
  }
}

const asServer = <Result>(which: 'a' | 'b', run: (client: pg.Client) => Promise<Result>) =>
  as(urlOf(`${NAME}_${which}`, passwords[which]), run)

beforeAll(async () => {
  await as(SERVER, async (superuser) => {
    // What a master of RDS may do.
    await superuser.query(`CREATE ROLE ${MASTER} LOGIN CREATEROLE CREATEDB PASSWORD 'master'`)
    await superuser.query(`GRANT pg_signal_backend TO ${MASTER} WITH ADMIN OPTION`)
  })
  await as(urlOf(MASTER, 'master', 'postgres'), (master) => master.query(`CREATE DATABASE ${NAME}`))
  const roles = readFileSync(new URL('database/roles.sql', MODULES), 'utf8').replaceAll('valiant', NAME)
  await as(urlOf(MASTER, 'master'), async (master) => {
    await master.query(roles)
    await master.query(roles) // it may be run again
    for (const which of ['a', 'b'] as const) {
      const verifier = scramVerifier(passwords[which], randomBytes(16))
      await master.query(`ALTER ROLE ${NAME}_${which} WITH LOGIN PASSWORD '${verifier}'`)
    }
  })
  await migrate(urlOf(`${NAME}_a`, passwords.a))
})

afterAll(async () => {
  await as(SERVER, async (superuser) => {
    await superuser.query(`DROP DATABASE ${NAME} WITH (FORCE)`)
    await superuser.query(`DROP ROLE ${NAME}_a, ${NAME}_b, ${NAME}, ${MASTER}`)
  })
})

test('whichever of the two logs in, what one has made is the other one’s too', async () => {
  const owner = await asServer('b', async (client) => {
    await client.query('UPDATE lease SET holder = holder')
    const { rows } = await client.query<{ owner: string }>(
      `SELECT tableowner AS owner FROM pg_tables WHERE tablename = 'lease'`,
    )
    return rows[0]?.owner
  })
  expect(owner).toBe(NAME)
})

test('another password than the one that was set is refused', async () => {
  await expect(as(urlOf(`${NAME}_a`, passwords.b), () => Promise.resolve())).rejects.toThrow('password')
})

test('both have the timeouts, and nobody else has', async () => {
  const settings = ['transaction_timeout', 'idle_in_transaction_session_timeout', 'lock_timeout']
  const timeouts = async (client: pg.Client) => {
    const { rows } = await client.query<{ setting: string }>(
      'SELECT setting FROM pg_settings WHERE name = ANY($1) ORDER BY array_position($1, name)',
      [settings],
    )
    return rows.map(({ setting }) => setting)
  }
  expect(await asServer('a', timeouts)).toEqual(['1500', '1000', '1000'])
  expect(await asServer('b', timeouts)).toEqual(['1500', '1000', '1000'])
  expect(await as(urlOf(MASTER, 'master'), timeouts)).toEqual(['0', '0', '0'])
})

test('a standby ends the session of a leader that has logged in as the other', async () => {
  await asServer('a', async (leader) => {
    const { rows } = await leader.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    const ended = await asServer('b', (standby) =>
      standby.query<{ ended: boolean }>('SELECT pg_terminate_backend($1) AS ended', [rows[0]?.pid]),
    )
    expect(ended.rows).toEqual([{ ended: true }])
  })
})
