import { setTimeout as delay } from 'node:timers/promises'
import { DescribeUsersCommand, ElastiCacheClient, ModifyUserCommand } from '@aws-sdk/client-elasticache'
import { rotation } from './rotation.js'

/** A change takes effect within a minute or two. */
const LOOKS_MAX = 24
const LOOK_EVERY_MS = 10_000
const { ADDRESS, USER_ID, USER_NAME } = process.env
const cache = new ElastiCacheClient()

export const handler = rotation({
  next: (_current, password) => ({
    username: USER_NAME,
    password,
    url: `rediss://${USER_NAME}:${password}@${ADDRESS}`,
  }),
  /** A user may have two passwords: the new one and the current one. */
  apply: async ({ password }, { password: last }) => {
    const Passwords = [password, last].filter((one) => one !== undefined)
    await cache.send(new ModifyUserCommand({ UserId: USER_ID, AuthenticationMode: { Type: 'password', Passwords } }))
  },
  test: async () => {
    for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
      const { Users = [] } = await cache.send(new DescribeUsersCommand({ UserId: USER_ID }))
      if (Users[0]?.Status === 'active') return
      await delay(LOOK_EVERY_MS)
    }
    throw new Error(`User ${USER_ID} has not become active.`)
  },
})
