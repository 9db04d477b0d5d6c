import { randomBytes } from 'node:crypto'
import { ExecuteStatementCommand, RDSDataClient } from '@aws-sdk/client-rds-data'
import { rotation } from './rotation.js'
import { scramVerifier } from './scram.js'

/** Two roles alternate: one gets a new password while the other, which the server uses, keeps its own. */
const ROLES = ['valiant_a', 'valiant_b']
const { ADDRESS, CLUSTER_ARN, MASTER_SECRET_ARN, DATABASE } = process.env
const data = new RDSDataClient()

const run = (sql, parameters = []) =>
  data.send(
    new ExecuteStatementCommand({
      resourceArn: CLUSTER_ARN,
      secretArn: MASTER_SECRET_ARN,
      database: DATABASE,
      sql,
      parameters,
    }),
  )

export const handler = rotation({
  next: ({ username: last }, password) => {
    const username = ROLES.find((role) => role !== last)
    return { username, password, url: `postgres://${username}:${password}@${ADDRESS}` }
  },
  apply: async ({ username, password }) => {
    if (!ROLES.includes(username)) throw new Error('The role in the secret is not one of the rotated roles.')
    await run(`ALTER ROLE ${username} WITH LOGIN PASSWORD '${scramVerifier(password, randomBytes(16))}'`)
  },
  test: async ({ username }) => {
    const { records } = await run(
      `SELECT 1 FROM pg_roles WHERE rolname = :role AND rolcanlogin AND pg_has_role(rolname, 'valiant', 'member')`,
      [{ name: 'role', value: { stringValue: username } }],
    )
    if (records?.length !== 1) throw new Error(`${username} may not log in as valiant: see modules/database/roles.sql.`)
  },
})
